"""The operator's rule files: read from a folder, bounded."""

from pathlib import Path
from typing import Final

from wasl.domain.errors import SettingWrong

CONFIRMED: Final = "rules"
"""Folder in the data folder that holds rules made from watched terms and confirmed by people."""
FILES_MAX: Final = 200
FILE_BYTES_MAX: Final = 2 << 20


def rule_texts(folder: Path) -> dict[str, str]:
    """Gives the text of every .toml file of a folder by its path. Raises SettingWrong."""
    if not folder.is_dir():
        raise SettingWrong(f"there is no folder {str(folder)!r} for rules; make it, or take `rules` out of the settings")
    paths = sorted(folder.glob("*.toml"))
    if len(paths) > FILES_MAX:
        raise SettingWrong(f"{folder} has {len(paths)} rule files, more than {FILES_MAX}; put them together")
    return {str(path): rule_text(path) for path in paths}


def own_rule_texts(folder: Path | None, confirmed: Path) -> dict[str, str]:
    """Gives the operator's own rules, where a folder is set, with those that were confirmed from watched terms. Raises SettingWrong."""
    return (rule_texts(folder) if folder is not None else {}) | (rule_texts(confirmed) if confirmed.is_dir() else {})


def rule_text(path: Path) -> str:
    """Gives the text of one file. Raises SettingWrong."""
    try:
        if path.stat().st_size > FILE_BYTES_MAX:
            raise SettingWrong(f"{path} is larger than {FILE_BYTES_MAX} bytes; split it")
        return path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise SettingWrong(f"{path} cannot be read ({error.strerror}); name another file, or mend its rights") from error
    except UnicodeDecodeError as error:
        raise SettingWrong(f"{path} is not UTF-8; save it as UTF-8") from error
