"""The settings' file as people write it: what keeps it from being read is told with the line and what to write there."""

import codecs
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from wasl.domain.errors import SettingWrong

SETTINGS_BYTES_MAX: Final = 1 << 20
_UTF16: Final = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_LINE: Final = re.compile(r"\(at line (\d+), column \d+\)\Z")
_CURLED: Final = re.compile("[“”„«»‘’]")
_QUOTED: Final = re.compile(r"\"[^\"]*\"|'[^']*'|#.*")


def read_toml(path: Path) -> dict[str, Any]:
    """Reads the file. Raises SettingWrong that names the file, the line where there is one, and the way out."""
    try:
        if path.stat().st_size > SETTINGS_BYTES_MAX:
            raise SettingWrong(f"{path} is larger than {SETTINGS_BYTES_MAX >> 20} MiB; name the right file with --config")
        data = path.read_bytes()
    except OSError as error:
        raise SettingWrong(f"{path} cannot be read ({error.strerror}); mend its rights, or name another file with --config") from error
    if data.startswith(_UTF16):
        raise SettingWrong(f"{path} is UTF-16, which some editors call Unicode; save it again as UTF-8")
    try:
        text = data.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise SettingWrong(f"{path} is not UTF-8 in line {line}; open it in an editor and save it again as UTF-8") from error
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        why = ": ".join((str(error), *_hints(str(error), text)))
        raise SettingWrong(f"{path} is not valid TOML: {why}. Mend that line, or write a new file with `wasl init`.") from error


def _hints(error: str, text: str) -> Iterator[str]:
    """Says what was probably meant, from the line that the reader stopped at; nothing where that does not tell."""
    found = _LINE.search(error)
    line = text.split("\n")[int(found[1]) - 1] if found else ""
    bare = _QUOTED.sub("", line)
    if _CURLED.search(bare):
        yield 'text stands between straight quotes, "like this"'
    elif any(letter.isdecimal() and not letter.isascii() for letter in bare):
        yield "numbers are written with the digits 0 to 9"
    elif "،" in bare:
        yield "the parts of a list are parted by the comma ,"
    elif "\\" in line:
        yield "a path with backslashes stands between single quotes, 'C:\\wasl'"
    elif error.startswith("Invalid value") and "=" in bare:
        yield 'text stands between quotes, "like this"; numbers, true and false stand without, in small letters'
    elif "Unterminated" in error or "Illegal character '\\n'" in error:
        yield "the quote that begins the text is not closed in its line"
    elif "Expected '='" in error:
        yield "between a key and its value stands ="
    elif "twice" in error or "overwrite" in error:
        yield "the same key or section stands there a second time; keep one of them"
