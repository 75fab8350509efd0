"""Whatever a file holds, it is read in linear time or refused by name; nothing grows without end."""

import io
import time

import pytest
from tests.measured import least

from wasl.formats.telegram_export import TelegramExport
from wasl.formats.whatsapp_export import WhatsappExport
from wasl.ports.format import Choices, Reads
from wasl.service.survey import Survey
from wasl.wire.bundle import PlainBundle
from wasl.wire.json_stream import Broken, walk


def survey(reader: Reads, name: str, content: bytes) -> tuple[Survey, float]:
    found, given = Survey(), PlainBundle(name, lambda: io.BytesIO(content), size_bytes=len(content))
    began = time.process_time()
    for item in reader.read(given, Choices(zone="Asia/Riyadh")):
        found.take(item)
    return found, time.process_time() - began


def test_as_many_people_as_messages_cost_no_more_than_their_number() -> None:
    def cpu_seconds(people: int) -> float:
        lines = b"".join(b"12/12/2024, 10:10 - Name %d: hello\n" % number for number in range(people))
        found, seconds = survey(WhatsappExport(), "WhatsApp Chat with Bob.txt", lines)
        assert found.counts["entries"] == people
        return seconds

    cpu_seconds(1_000)
    limit = 10 * cpu_seconds(6_000)
    assert least(lambda: cpu_seconds(24_000), enough=limit) < limit


@pytest.mark.parametrize("unit", [b"<a ", b"<!--", b"</a ", b"&#"])
def test_a_page_of_tags_that_never_end_is_broken_off_soon(unit: bytes) -> None:
    def seconds() -> float:
        return survey(TelegramExport(), "messages.html", unit * (60_000 // len(unit)))[1]

    assert least(seconds, enough=2.0) < 2.0  # quadratic, it would be half a minute


@pytest.mark.parametrize("unit", [b"{},", b"[],", b"1,"])
def test_an_element_of_more_values_than_can_be_held_is_a_broken_piece(unit: bytes) -> None:
    raw = b'{"messages":[{"x":[' + unit * (10_000_000 // len(unit)) + b'1]},{"id":2}]}'
    (broken,) = [piece for piece in walk(io.BytesIO(raw), ["/messages"]) if isinstance(piece, Broken)]
    assert "values" in broken.why
