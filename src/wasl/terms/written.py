"""Written: declarations as their files write them."""

import json
from collections.abc import Sequence

from wasl.terms.declaration import MIN_WORDS, Declaration, Source


def written(declarations: Sequence[Declaration]) -> str:
    """Writes declarations of one platform as a file."""
    lines = [f"platform = {_quoted(declarations[0].document.platform)}", ""] if declarations else []
    for one in declarations:
        document = one.document
        lines += ["[[document]]", f"document = {_quoted(document.name)}", f"kind = {_quoted(document.kind)}"]
        bears = {"channels": document.channels, "providers": document.providers, "capabilities": document.capabilities}
        lines.append("bears_on = { " + ", ".join(f"{key} = {_quoted(list(value))}" for key, value in bears.items() if value) + " }")
        lines += [f"{key} = {_quoted(value)}" for key, value in (("region", document.region), ("language", document.language)) if value]
        lines += ["sources = [", *(f"  {_source(source)}," for source in one.sources), "]"]
        if one.unsure:
            lines.append("unsure = true")
        if one.note:
            lines.append(f"note = {_quoted(one.note)}")
        lines.append("")
    return "\n".join(lines).rstrip() + "\n"


def _source(source: Source) -> str:
    told: dict[str, object] = {"url": source.url}
    for key in ("select", "remove", "drop_text", "must_contain"):
        if value := getattr(source, key):
            told[key] = list(value)
    if source.render != "http":
        told["render"] = source.render
    if source.min_words != MIN_WORDS:
        told["min_words"] = source.min_words
    return "{ " + ", ".join(f"{key} = {_quoted(value)}" for key, value in told.items()) + " }"


def _quoted(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)
