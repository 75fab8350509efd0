"""Limits of a channel as data: how long, how big, how fast, and what it can show."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from wasl.domain.delivery import UnknownPolicy
from wasl.domain.message import MediaRole

TextUnit = Literal["characters", "utf-16 units", "utf-8 bytes"]
Markup = Literal["plain", "asterisks", "html", "markdown"]
"""The dialect that a send writes: "asterisks" is *bold* _italic_ ~struck~, "html" the few tags that a messenger allows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How fast one may send: at most `burst` at once, then one every `seconds_per_message`."""

    seconds_per_message: float
    burst: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What one message on a channel may hold, and what the channel can and cannot tell us.

    `unknown_policy` and `resolve_seconds`: how an unclear send is settled; receipts are awaited for `resolve_seconds` first
    (0 where no receipt ever tells). `receipts_carry_tag`: a receipt echoes our own id, so an unclear send can be known.
    `pictures_apart`: pictures that are sent in one go come as messages of which nothing says that they belong together.
    `media_bytes_max` names every role that can be sent; `captionless` those that carry no words. `option_id_max`: UTF-8 bytes.
    """

    text_max: int
    text_unit: TextUnit = "characters"
    caption_max: int = 0
    media_bytes_max: Mapping[MediaRole, int] = field(default_factory=dict)
    media_types: Mapping[MediaRole, tuple[str, ...]] = field(default_factory=dict)
    captionless: tuple[MediaRole, ...] = ()
    buttons_max: int = 0
    button_title_max: int = 0
    list_rows_max: int = 0
    list_row_title_max: int = 0
    list_row_description_max: int = 0
    option_id_max: int = 0
    choice_text_max: int = 0
    markup: Markup = "plain"
    unknown_policy: UnknownPolicy = "resend"
    resolve_seconds: float = 0.0
    receipts_carry_tag: bool = False
    pace: Pace | None = None
    pair_pace: Pace | None = None
    group_pace: Pace | None = None
    typing_seconds: float = 0.0
    pictures_apart: bool = False
    ack_seconds: float = 3.0
    body_bytes_max: int = 1 << 20
