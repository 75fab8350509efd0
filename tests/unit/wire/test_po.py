"""Catalogues: what our own reader makes of them is what the library made."""

import gettext
import io
from pathlib import Path

import pytest
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from wasl.domain.errors import Malformed
from wasl.web.languages import LOCALES
from wasl.wire.po import compile_po

CATALOGUES = sorted(LOCALES.glob("*/LC_MESSAGES/*.po"))
HEAD = 'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=utf-8\\n"\n"Plural-Forms: nplurals=2; plural=(n != 1);\\n"\n\n'


def read(text: str) -> gettext.GNUTranslations:
    return gettext.GNUTranslations(io.BytesIO(compile_po(text)))


def test_there_are_catalogues() -> None:
    assert {path.parent.parent.name for path in CATALOGUES} >= {"ar", "en"}


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda p: p.parent.parent.name)
def test_ours_is_what_the_library_makes(path: Path) -> None:
    theirs = io.BytesIO()
    with path.open("rb") as file:
        write_mo(theirs, read_po(file, locale=path.parent.parent.name))
    theirs.seek(0)
    library, ours = gettext.GNUTranslations(theirs), read(path.read_text(encoding="utf-8"))
    ids = [entry.id for entry in read_po(io.BytesIO(path.read_bytes()), locale=path.parent.parent.name) if entry.id]
    assert len(ids) > 80
    for one in ids:
        if isinstance(one, str):
            assert ours.gettext(one) == library.gettext(one)
        else:
            assert [ours.ngettext(one[0], one[1], n) for n in range(120)] == [library.ngettext(one[0], one[1], n) for n in range(120)]


def test_lines_go_on_and_escapes_are_undone() -> None:
    words = read(HEAD + 'msgid "a\\"b"\nmsgstr ""\n"one\\n"\n"two\\\\n\\t"\n')
    assert words.gettext('a"b') == "one\ntwo\\n\t"


def test_plurals_have_their_forms() -> None:
    words = read(HEAD + 'msgid "{n} day"\nmsgid_plural "{n} days"\nmsgstr[0] "{n} Tag"\nmsgstr[1] "{n} Tage"\n')
    assert [words.ngettext("{n} day", "{n} days", n) for n in (1, 2)] == ["{n} Tag", "{n} Tage"]


def test_what_is_fuzzy_or_empty_or_gone_is_left_out() -> None:
    words = read(HEAD + '#, fuzzy\nmsgid "a"\nmsgstr "x"\n\nmsgid "b"\nmsgstr "y"\n\nmsgid "c"\nmsgstr ""\n\n#~ msgid "d"\n#~ msgstr "z"\n')
    assert [words.gettext(one) for one in "abcd"] == ["a", "y", "c", "d"]


@pytest.mark.parametrize("text", ['msgctxt "a"\nmsgid "b"\nmsgstr "c"\n', '"loose"\n', "msgid b\n"])
def test_what_is_not_understood_is_named_by_its_line(text: str) -> None:
    with pytest.raises(Malformed, match="line 1 of the catalogue"):
        compile_po(text)
