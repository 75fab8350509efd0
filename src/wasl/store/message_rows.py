"""A stored message as faces show it, with what became of its delivery: the same for every database."""

from typing import Any, Final, cast

from wasl.domain.delivery import DeliveryState
from wasl.domain.ids import ConversationId, MessageId
from wasl.domain.message import Author
from wasl.domain.turn import StoredMessage
from wasl.store.rows import parts_of

SLOWEST: Final = """(select d.state from delivery d where d.message_id = m.id order by case d.state when 'failed' then -1
when 'queued' then 0 when 'sending' then 1 when 'unknown' then 2 when 'sent' then 3 when 'delivered' then 4 else 5 end limit 1)"""
STORED: Final = f"""select m.id, m.conversation_id, m.seq, m.author, m.author_name, m.parts, m.sent_ms, a.channel, m.model, m.reply_to,
case when m.author in ('assistant', 'operator', 'system') then {SLOWEST} end
from message m left join address a on a.id = m.address_id"""
"""What `stored` reads."""


def stored(row: Any) -> StoredMessage:
    """Reads a message as faces show it."""
    return StoredMessage(
        id=MessageId(str(row[0])),
        conversation_id=ConversationId(str(row[1])),
        seq=row[2],
        author=cast(Author, row[3]),
        author_name=row[4],
        parts=parts_of(row[5]),
        sent_at_ms=row[6],
        channel=row[7],
        model=row[8],
        reply_to=MessageId(row[9]) if row[9] else None,
        delivery=cast(DeliveryState | None, row[10]),
    )
