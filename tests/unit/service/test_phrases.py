"""The Arabic of what other rooms write in English follows the English: a sentence that changed there is found here, not by its reader."""

import ast
import errno
import os
import re
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from tests.marks import seen

import wasl
from wasl.domain import errors
from wasl.service.phrases import known, told
from wasl.service.phrases_ar import PHRASES
from wasl.wire.isolate import is_arabic

SOURCE = Path(wasl.__file__).parent
RUN = 3
"""So many words in a row that stand nowhere else are of another sentence, or of the seam of two halves that are put together."""


SPOKEN = ("cli", "continuity", "formats", "knowledge", "ledger", "net", "policy", "service", "store", "terms", "web", "wire")
"""Rooms whose named errors are told to operators and people; what channels and providers say of a message stands in logs."""
TO_PROGRAMS = {"Forged", "Fenced", "CutShort", "BadRequest", "WaslError"}
"""Errors that a platform, another process or a log is told."""
UNTOLD = {
    "a record of evidence is longer than x bytes; nothing was kept", "line x of the catalogue goes on before anything began",
    "line x of the catalogue is neither a comment, an id nor words: x", "server.host and server.port: x:x x",
    "the process for x ended with status x", "x bytes for the topic x: the bus carries at most x; store it and tell its id",
    "x cannot name a key: use up to 100 letters, digits, dots, dashes and underscores", "x is x, not x",
    "x milliseconds are no time; give those since 1970", "x: the body is nested deeper than x levels; nothing was stored",
    "x: the body is not JSON (x); nothing was stored", "x: the body is x, not a JSON object; nothing was stored", "x: x",
    "x; no answer came", "x; the connection was refused",
}  # fmt: skip
"""Sentences that only a log says, and forms of places alone, whose sentences have phrases of their own."""


@cache
def written() -> str:
    """Gives every text that stands in the source outside the phrases themselves, or in what reads settings, joined as Python joins it."""
    found: list[str] = []
    for path in (*SOURCE.rglob("*.py"), *Path(tomllib.__file__).parent.glob("*.py")):
        if not path.name.startswith("phrases"):
            found += [
                node.value
                for node in ast.walk(ast.parse(path.read_text()))
                if isinstance(node, ast.Constant) and isinstance(node.value, str)
            ]
    found += [path.read_text() for path in SOURCE.rglob("*.toml")]
    found += [os.strerror(number) for number in errno.errorcode]
    return "\0".join(" ".join(text.split()) for text in found)


@pytest.mark.parametrize("english", PHRASES)
def test_what_is_translated_is_still_said_somewhere(english: str) -> None:
    runs = [run for piece in re.split(r"\{[^{}]+\}|; ", english) for run in runs_of(piece.split())]
    unsaid = [run for run in runs if run not in written()]
    assert len(unsaid) <= len(runs) / 2, f"nobody says {unsaid} any more: mend the phrase, or remove it"


def runs_of(words: list[str]) -> list[str]:
    """Gives every so many words in a row; of fewer words nothing, for they prove nothing."""
    return [" ".join(words[at : at + RUN]) for at in range(len(words) - RUN + 1)]


@pytest.mark.parametrize("english", [one for one in PHRASES if "{" not in one])
def test_a_sentence_without_places_is_told_in_arabic(english: str) -> None:
    assert is_arabic(told(english, "ar"))


def raised() -> Iterator[str]:
    """Gives every sentence with which a named error of these rooms is raised, its places filled."""
    told_of = {name for name, one in vars(errors).items() if isinstance(one, type)} - TO_PROGRAMS
    for path in (one for room in SPOKEN for one in (SOURCE / room).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call) and node.exc.args and ast.unparse(node.exc.func) in told_of:
                yield sentence(node.exc.args[0])


def guessed() -> Iterator[str]:
    """Gives every reason for which a file is taken for what it is, and every one for which something in it is asked about."""
    for path in (one for room in ("formats", "wire") for one in (SOURCE / room).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and ast.unparse(node.func) in ("Guess", "Likeness", "Question"):
                whys = [*node.args[1::2], *(word.value for word in node.keywords if word.arg == "why")]
                yield from (sentence(why) for why in whys if isinstance(why, ast.JoinedStr | ast.Constant) and " " in sentence(why))


def test_why_a_format_was_taken_is_told_in_arabic() -> None:
    found = sorted(set(guessed()))
    assert len(found) > 25
    assert [one for one in found if not known(one)] == []


def sentence(node: ast.expr) -> str:
    parts = node.values if isinstance(node, ast.JoinedStr) else [node]
    return "".join(str(part.value) if isinstance(part, ast.Constant) else place(part) for part in parts)


def place(node: ast.expr) -> str:
    """Fills a place: with what is counted where it counts."""
    match node:
        case ast.FormattedValue(value=ast.Call(func=ast.Name(id="so_many"), args=[_, ast.Constant(value=one), *_])):
            return f"1 {one}"
    return "x"


def test_what_goes_wrong_is_told_in_arabic() -> None:
    assert sorted({one for one in raised() if " " in one and not known(one)} - UNTOLD) == []


@pytest.mark.parametrize(
    ("english", "arabic"),
    [
        ("own.toml: card 1 of [[tokens]]: 'amount' is less than nothing", "own.toml: البطاقة 1 من [[tokens]]: 'amount' أقل من لا شيء"),
        (
            "own.toml, line 4: rule 'a': it has no amounts; write amounts = {}",
            "own.toml، السطر 4: القاعدة 'a': ليس له مبالغ؛ اكتب amounts = {}",
        ),
        ("old.zip is locked with a password; unlock it and pack it again", "old.zip مقفل بكلمة مرور؛ افتحه واحزمه من جديد"),
        ("this rule cannot stand: this is no TOML: x", "هذه القاعدة لا تقوم: ليس هذا TOML: x"),
    ],
)
def test_a_rare_sentence_is_told_whole(english: str, arabic: str) -> None:
    assert seen(told(english, "ar")) == arabic


@pytest.mark.parametrize(
    ("english", "arabic"),
    [
        ("1 document, 1 passage", "المستندات 1، المقاطع 1"),
        ("3 documents, 40 passages", "المستندات 3، المقاطع 40"),
        ("in 1 day", "بعد يوم واحد"),
        ("11 days ago", "قبل 11 يومًا"),
    ],
)
def test_one_and_many_are_told_by_the_same_phrase(english: str, arabic: str) -> None:
    assert seen(told(english, "ar")) == arabic
