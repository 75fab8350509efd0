from collections.abc import Sequence
from io import StringIO
from typing import cast

import pytest

from wasl.domain.ids import AddressId
from wasl.domain.sunset import Fate
from wasl.ports.sunsets import Sunsets
from wasl.service.sunset_evidence import line_of, unspoken, write_fates

ADA = Fate(AddressId("1"), "ada\nlove", "told", 0, "read", None, True)


class Kept:
    """Keeps these, and gives two at a time."""

    def __init__(self, *fates: Fate) -> None:
        self.all = fates

    async def fates(self, sunset_id: str, *, after: AddressId | None, limit: int) -> Sequence[Fate]:
        assert sunset_id == "plan"
        return [one for one in self.all if one.address_id > (after or "")][: min(limit, 2)]


async def test_everybody_stands_in_the_file_once_on_a_line_of_their_own() -> None:
    written = StringIO()
    people = [ADA._replace(address_id=AddressId(str(n))) for n in range(1, 6)]
    assert await write_fates(cast(Sunsets, Kept(*people)), "plan", written) == 5
    lines = written.getvalue().splitlines()
    assert lines[0] == "address,handle,became,told,message,moved,exported"
    assert lines[1] == "1,ada love,told,1970-01-01T00:00:00Z,read,,yes"
    assert len(lines) == 6


def test_what_is_not_known_is_left_empty() -> None:
    assert line_of(Fate(AddressId("1"), "", "waiting", None, None, 1_000, False))[3:] == ("", "", "1970-01-01T00:00:01Z", "")


@pytest.mark.parametrize(("handle", "written"), [("=1+1", "'=1+1"), ("@ada", "'@ada"), ("ada", "ada"), ("", "")])
def test_no_handle_is_read_as_a_formula(handle: str, written: str) -> None:
    assert unspoken(handle) == written
