"""Writes docs/reference/, the tables in the two READMEs and the one of all figures from the code and from kept test results.

    python scripts/generate_docs.py            writes
    python scripts/generate_docs.py --check    says what is out of date, and fails

Everything that can be computed is computed here, so that the pages cannot differ from the code: a test runs `--check`.
"""

import re
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "src"), str(ROOT)]

from scripts.docs import archive, channels, commands, formats, http, metrics, performance, providers, readme, register, rules, settings  # noqa: E402 - after the path is set

from wasl.__main__ import Composition  # noqa: E402 - after the path is set
from wasl.cli.init import everything  # noqa: E402 - after the path is set

PAGES: Mapping[str, Callable[[], str]] = {
    "settings.md": settings.page,
    "commands.md": commands.page,
    "channels.md": channels.page,
    "providers.md": providers.page,
    "metrics.md": metrics.page,
    "http.md": http.page,
    "archive.md": archive.page,
    "register.md": register.page,
    "rules.md": rules.page,
    "formats.md": formats.page,
}
NOTE = "<!-- Written by scripts/generate_docs.py from the code; do not edit. Run `make docs`. -->\n\n"


def wanted() -> dict[Path, str]:
    """Gives every generated file with what it must hold."""
    files = {ROOT / "docs" / "reference" / name: NOTE + page().rstrip() + "\n" for name, page in PAGES.items()}
    files |= {ROOT / "docs" / "reference" / "schema" / name: text for name, text in archive.files().items()}
    files[ROOT / "docs" / "reference" / "wasl.toml"] = everything(Composition(), language="en")
    for name, language in (("README.md", "en"), ("README.ar.md", "ar")):
        path = ROOT / name
        files[path] = filled(path.read_text(encoding="utf-8"), readme.blocks(language))
    path = ROOT / "docs" / "performance.md"
    files[path] = filled(path.read_text(encoding="utf-8"), {"figures": performance.block()})
    return files


def filled(text: str, blocks: Mapping[str, str]) -> str:
    """Replaces what stands between `<!-- generated: name -->` and `<!-- end -->`. Every block must have its place."""
    for name, block in blocks.items():
        pattern = re.compile(rf"(<!-- generated: {re.escape(name)} -->\n).*?(<!-- end -->)", re.DOTALL)
        if not pattern.search(text):
            raise SystemExit(f"There is no place for the generated block {name!r}: write <!-- generated: {name} --> and <!-- end -->.")
        text = pattern.sub(lambda m, block=block: m[1] + block.strip() + "\n" + m[2], text)
    return text


def main() -> int:
    """Writes, or checks."""
    files = wanted()
    stale = [path for path, text in files.items() if not path.exists() or path.read_text(encoding="utf-8") != text]
    known = {path.name for path in files if path.parent.name == "reference"}
    lost = [p for p in (ROOT / "docs" / "reference").glob("*.md") if p.name not in known and p.name != "README.md"]
    if "--check" in sys.argv:
        for path in stale:
            print(f"{path.relative_to(ROOT)} is out of date; run `make docs`.")
        for path in lost:
            print(f"{path.relative_to(ROOT)} is not written by anybody; delete it or write it in scripts/generate_docs.py.")
        return 1 if stale or lost else 0
    for path in stale:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(files[path], encoding="utf-8")
        print(f"wrote {path.relative_to(ROOT)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
