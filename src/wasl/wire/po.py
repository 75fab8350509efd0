"""Catalogues of translated words: GNU gettext's .po text into the .mo bytes that the standard library reads.

Only what catalogues of one domain hold: ids, plurals, comments, and lines that go on; no contexts. What is marked fuzzy is left out,
as msgfmt leaves it out. Babel reads them too, but doing so takes a tenth of a second at every start, and leaves memory behind.
(https://www.gnu.org/software/gettext/manual/html_node/PO-Files.html and MO-Files.html, read 2026-11-23)
"""

import re
import struct
from collections.abc import Iterator, Mapping

from wasl.domain.errors import Malformed

_MAGIC = 0x950412DE
_ESCAPED: Mapping[str, str] = {"n": "\n", "t": "\t", "r": "\r", '"': '"', "\\": "\\"}
_ESCAPE = re.compile(r"\\(.)")
_LINE = re.compile(r'(msgid|msgid_plural|msgstr|msgstr\[\d\])?\s*"(.*)"')


def compile_po(text: str) -> bytes:
    """Turns the text of a .po file into the bytes of a .mo file. Raises Malformed naming the line that is not understood."""
    words = {"\0".join(ids).encode(): "\0".join(forms).encode() for ids, forms in _entries(text) if any(forms)}
    order = sorted(words)  # readers other than the standard library search by halves
    table, bodies, place = [b"", b""], b"", 28 + 16 * len(order)
    for column, column_words in enumerate((order, [words[name] for name in order])):
        for one in column_words:
            table[column] += struct.pack("<II", len(one), place + len(bodies))
            bodies += one + b"\0"
    return struct.pack("<IIIIIII", _MAGIC, 0, len(order), 28, 28 + 8 * len(order), 0, 0) + b"".join(table) + bodies


def _entries(text: str) -> Iterator[tuple[list[str], list[str]]]:
    """Gives each entry that is not fuzzy: the id, with its plural where it has one, and the words in every form."""
    ids: list[str] = []
    forms: list[str] = []
    fuzzy, next_fuzzy = False, False
    grown = ids
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip() or line.startswith("#"):
            next_fuzzy = next_fuzzy or (line.startswith("#,") and "fuzzy" in line)
            continue
        found = _LINE.fullmatch(line.strip())
        if found is None:
            raise Malformed(f"line {number} of the catalogue is neither a comment, an id nor words: {line[:60]!r}")
        keyword, quoted = found[1], _ESCAPE.sub(lambda m: _ESCAPED.get(m[1], m[1]), found[2])
        if keyword == "msgid":
            if forms and not fuzzy:
                yield ids, forms
            ids, forms, fuzzy, next_fuzzy = [], [], next_fuzzy, False
        if keyword is not None:
            grown = ids if keyword.startswith("msgid") else forms
            grown.append("")
        elif not grown:
            raise Malformed(f"line {number} of the catalogue goes on before anything began")
        grown[-1] += quoted
    if forms and not fuzzy:
        yield ids, forms
