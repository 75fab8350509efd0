"""Sunset: the planned end of a channel for everybody or for some countries, with its milestones and what became of each person."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from wasl.domain.ids import AddressId, ConversationId, MessageId
from wasl.domain.person import Address

SunsetState = Literal["draft", "running", "paused", "closed", "undone"]
"""draft: nothing was told yet. running: milestones are carried out as their times come. paused: by the operator. closed: the day has
come; late words are still answered. undone: taken back; nobody is told any more and nothing is closed."""
MilestoneName = Literal["announce", "remind", "last week", "last day"]
MILESTONES: tuple[MilestoneName, ...] = ("announce", "remind", "last week", "last day")
"""In the order in which they come."""
Lost = Literal["no consent", "failed", "erased", "no template"]
"""Why somebody cannot be told: they do not want to be written to, the platform refuses them for good, they are forgotten, or nothing
may be sent to them outside the window."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """What a milestone says, in words and as an approved template.

    `texts` are words by language ("ar", "en"), where {link} and {date} are filled in; `templates` names of templates by language, whose
    values are the date and the link, for whoever is outside the service window.
    """

    texts: Mapping[str, str]
    templates: Mapping[str, str] = field(default_factory=dict)
    category: str = "utility"


@dataclass(frozen=True, slots=True, kw_only=True)
class Milestone:
    """One round of telling: nobody is told before `at_ms`."""

    name: MilestoneName
    at_ms: int
    wording: Wording


@dataclass(frozen=True, slots=True, kw_only=True)
class Sunset:
    """The end of a configured channel.

    `on_ms` is the first instant at which it is closed: midnight of the day in `zone`. `regions` are those whose people lose it (empty:
    all), but for `regions_except`. `per_day` is how many people may be written to outside the window in 24 hours (None: no limit),
    `per_second` the pace. People are written to between the hours `awake` of their own time, and at most once in `gap_hours`.
    """

    id: str
    channel: str
    on_ms: int
    zone: str
    state: SunsetState
    milestones: tuple[Milestone, ...]
    made_ms: int
    made_by: str
    regions: tuple[str, ...] = ()
    regions_except: tuple[str, ...] = ()
    per_day: int | None = None
    per_second: float = 1.0
    awake: tuple[int, int] = (9, 20)
    gap_hours: int = 20
    farewell: Mapping[str, str] = field(default_factory=dict)
    note: str = ""

    def covers(self, region: str | None) -> bool:
        """Says whether people of a country lose the channel; whose country is not known loses it unless countries are named."""
        if region in self.regions_except:
            return False
        return not self.regions or region in self.regions


class Audience(NamedTuple):
    """How many people of one kind are on the channel. `window` says that they wrote within the last day, `elsewhere` that they may be
    reached on another channel too, `consents` is False for those who do not want to be written to."""

    region: str
    language: str
    window: bool
    elsewhere: bool
    consents: bool
    people: int


class Member(NamedTuple):
    """One person to be told, and whether they wrote so lately that free words may be sent."""

    address_id: AddressId
    conversation_id: ConversationId
    region: str
    language: str
    last_inbound_ms: int | None


class Telling(NamedTuple):
    """One person told in one milestone by one message; the message is stored after this is, under this id."""

    milestone: MilestoneName
    address: Address
    conversation_id: ConversationId
    message_id: MessageId
    region: str
    language: str
    free: bool


class Fate(NamedTuple):
    """What became of one person of a sunset, and by what that is known.

    `became` is "moved", "told", "waiting" or a Lost; `told_ms` when they were told last, `message` what became of the last message that
    told them ("delivered", …), `moved_ms` since when they may be reached elsewhere. Times in milliseconds, None: never.
    """

    address_id: AddressId
    handle: str
    became: str
    told_ms: int | None
    message: str | None
    moved_ms: int | None
    exported: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How a sunset stands. Everybody is moved, or told and not moved, or not reachable (by reason), or not told yet.

    `by_milestone` counts for each milestone what became of its messages (queued, sent, delivered, read, failed; overtaken: a later
    milestone was told in its stead). `exported` are those
    among everybody whose history was taken out as a file since the plan was made, whatever else became of them.
    """

    everyone: int
    moved: int
    told: int
    waiting: int
    unreachable: Mapping[str, int]
    by_milestone: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    exported: int = 0

    @property
    def sums_up(self) -> bool:
        """Says whether the sum is everybody."""
        return self.everyone == self.moved + self.told + self.waiting + sum(self.unreachable.values())
