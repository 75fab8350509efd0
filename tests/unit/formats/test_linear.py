"""Every reader takes time linear in what it is given, however it is meant: four times the input, far less than eight times the time.

Two megabytes of one piece again and again are put into the longest words of a real source: where a pattern or a loop looks at the same
letters anew at each step, the longer input takes sixteen times as long.
"""

import io
import json
import re
import time
from pathlib import Path

import pytest
from tests.measured import least

import wasl.formats
from wasl.domain.errors import WaslError
from wasl.testing.contracts.format_fixtures import Case, discover, load_cases
from wasl.wire.bundle import ManyBundle, Member

FIXTURES = Path(__file__).parents[2] / "fixtures" / "formats"
READERS = {kind: made for kind, made in discover(wasl.formats).items() if hasattr(made, "read")}
LARGE_BYTES = 2_000_000
QUICK_SECONDS = 0.6
"""What is read in less is not looked at again: no loop of loops over two megabytes is so quick."""
UNITS = ("<a ", "&#32;", "<!--", "[(", "* _", " \n", "1:", "٣/", "http://", "@\u202e", '\\"{', "=?u?q?", "\r\n12/12/24, 10:10 - a: ")
_VALUE = re.compile(rb'(?<=: )"(?:[^"\\]|\\.)*"|(?<=:)"(?:[^"\\]|\\.)*"')


def hostile(content: bytes, unit: str, size: int) -> bytes:
    """Puts a piece again and again into the longest value of JSON, else into the middle of the longest line."""
    words = unit * (size // len(unit.encode()))
    values = sorted(_VALUE.finditer(content), key=lambda found: found.end() - found.start())
    if content.lstrip()[:1] in (b"{", b"[") and values:
        at = values[-1].end() - 1
        return content[:at] + json.dumps(words, ensure_ascii=False).encode()[1:-1] + content[at:]
    longest = max(content.split(b"\n"), key=len)
    at = content.find(longest) + len(longest) // 2
    return content[:at] + words.encode() + content[at:]


def cpu_seconds(kind: str, case: Case, name: str, content: bytes) -> float:
    began = time.process_time()
    try:
        for _ in READERS[kind]().read(case.bundle(case.with_member(name, content)), case.choices):
            pass
    except WaslError:
        pass  # refused by name: that is an answer, too
    return time.process_time() - began


def source(kind: str) -> tuple[Case, str]:
    """Gives the case and its member with the most words."""
    cases = [case for case in load_cases(FIXTURES / kind) if case.readable]
    found = [(len(held), case, name) for case in cases[:3] for name, held in case.files.items() if _is_text(held)]
    assert found, f"{kind} has no case of text"
    _, case, name = max(found, key=lambda one: one[0])
    return case, name


def _is_text(held: bytes) -> bool:
    try:
        return "\0" not in held.decode()
    except UnicodeDecodeError:
        return False


@pytest.mark.parametrize("unit", UNITS)
@pytest.mark.parametrize("kind", sorted(READERS))
def test_a_reader_takes_linear_time(kind: str, unit: str) -> None:
    case, name = source(kind)

    def seconds(size: int) -> float:
        return cpu_seconds(kind, case, name, hostile(case.files[name], unit, size))

    long = seconds(LARGE_BYTES)
    if long > QUICK_SECONDS:
        limit = 8 * max(seconds(LARGE_BYTES // 4), QUICK_SECONDS / 8)
        assert long < limit or least(lambda: seconds(LARGE_BYTES), enough=limit, times=3) < limit


@pytest.mark.parametrize("kind", sorted(READERS))
def test_whose_many_files_are_is_asked_in_time_linear_in_their_number(kind: str) -> None:
    files = [(Member(name=f"photos/{n}.jpg", size_bytes=1), lambda: io.BytesIO(b"x")) for n in range(20_000)]
    bundle = ManyBundle("photos", files)

    def seconds() -> float:
        began = time.process_time()
        READERS[kind]().sniff(bundle)
        return time.process_time() - began

    assert least(seconds, enough=2.0) < 2.0
