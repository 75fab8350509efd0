"""Deliveries that were taken apart into several, on PostgreSQL."""

from collections.abc import Sequence

from wasl.store.picture import DeliveryRow
from wasl.store.postgres_link import Connection
from wasl.store.rows import parts_text

_BEHIND = "update delivery set position = position + $1 where message_id = $2::uuid and position > $3"
_FIRST = "update delivery set parts = $1, reply_to = $2 where id = $3::uuid"


async def make_room(db: Connection, apart: Sequence[tuple[DeliveryRow, int]]) -> None:
    """Writes what each keeps, and moves what stood behind it; those that come between are written with all that are new."""
    for row, behind in apart:
        await db.execute(_BEHIND, behind, row.message_id, row.position)
        await db.execute(_FIRST, parts_text(row.parts), row.reply_to, row.id)
