"""Values to columns and back, the same for every store."""

import re
from collections.abc import Sequence
from typing import Any, Final, cast

import msgspec

from wasl.domain.errors import WaslError
from wasl.domain.event import Arrival
from wasl.domain.ids import AddressId, PersonId
from wasl.domain.message import Part, Said, part_from_json
from wasl.domain.person import Address, AddressKey, AddressKind
from wasl.ports.store import Accepted, Outcome, ReceiptApplied

_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_encode = msgspec.json.encode
_decode = msgspec.json.decode


def is_uuid(text: str | None) -> bool:
    """Says whether text from outside can be an id of ours."""
    return text is not None and _UUID.fullmatch(text) is not None


def conversations_of(outcomes: Sequence[Outcome]) -> str | None:
    """Names the conversations whose words one request held, as they stand beside its raw body."""
    if len(outcomes) == 1:
        only = outcomes[0]
        return only.conversation_id if isinstance(only, Accepted | ReceiptApplied) else None
    return " ".join(sorted({o.conversation_id for o in outcomes if isinstance(o, Accepted | ReceiptApplied)})) or None


def merged(own: list[Said], elsewhere: list[Said], *, limit: int) -> list[Said]:
    """Puts what was said in a person's other conversations among what was said here, by time, and keeps the end of it."""
    return sorted([*own, *elsewhere], key=lambda s: s.id)[-limit:] if elsewhere and limit else own


def parts_text(parts: tuple[Part, ...]) -> str:
    """Writes parts as JSON text."""
    return _encode(parts).decode()


def parts_of(text: str | bytes) -> tuple[Part, ...]:
    """Reads what `parts_text` wrote."""
    return tuple([part_from_json(value) for value in _decode(text)])  # a list is a quarter quicker here than a generator


def json_text(value: object) -> str:
    """Writes any plain value as JSON text."""
    return _encode(value).decode()


def json_or_none(value: object | None) -> str | None:
    """Writes a value that may be missing or empty."""
    return _encode(value).decode() if value else None


def json_of(text: str | bytes | None) -> Any:
    """Reads JSON text; None stays None."""
    return None if text is None else _decode(text)


def failure_of(error: WaslError | None) -> dict[str, object] | None:
    """Writes a named failure as it is kept beside a delivery."""
    if error is None:
        return None
    return {"kind": type(error).__name__, "message": error.message, **{k: v for k, v in error.facts.items() if v is not None}}


LATE_MS: Final = 60_000
"""A word that reached us so long after it was said counts from when it was said."""
SET_BACK_SLACK_MS: Final = 10_000
"""So late a process may notice that the clock went back: what waited until then was put off so long after the old time at the least."""
HELD_MS: Final = 900_000
"""What is not looked at again before so long is held by a rule: a word of the person is a reason to look at it now. No backing off
lasts so long."""
RECEIPT_TIMES: Final = {"sent": "sent_ms", "delivered": "delivered_ms", "read": "read_ms"}
"""Where the time of a receipt is kept, by its state; that of a failure is not."""


def put_off_since(*, now_ms: int, by_ms: int) -> int:
    """Gives the time after which a thing that waits was put off by a clock that has gone back by `by_ms` since, or is held by a rule,
    which will put it off again."""
    return now_ms + min(HELD_MS, by_ms - SET_BACK_SLACK_MS)


def heard_at(event: Arrival, *, now: int) -> int:
    """Gives when a person was heard, from which windows are counted: now, or the platform's own time where its word came late."""
    return event.sent_at_ms if 0 < event.sent_at_ms < now - LATE_MS else now


ADDRESS_COLUMNS = (
    "a.id, a.person_id, a.channel, a.scope, a.handle, a.kind, a.alias, a.alias_kind, a.name, a.language, "
    "a.valid_from_ms, a.valid_to_ms, a.last_inbound_ms"
)
"""What `address_of` reads, in this order, from an address called `a`."""


def address_of(row: Any, *, last_inbound_ms: int | None = None) -> Address:
    """Reads an Address from the first columns of a row selected by ADDRESS_COLUMNS; `last_inbound_ms` where it is a newer one."""
    return Address(
        id=AddressId(row[0]),
        person_id=PersonId(row[1]),
        key=AddressKey(
            channel=row[2],
            scope=row[3],
            handle=row[4],
            kind=cast(AddressKind, row[5]),
            alias=row[6],
            alias_kind=cast("AddressKind | None", row[7]),
        ),
        name=row[8],
        language=row[9],
        valid_from_ms=row[10],
        valid_to_ms=row[11],
        last_inbound_ms=last_inbound_ms or row[12],
    )
