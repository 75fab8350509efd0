"""Dependency: a third party that an installation stands on, with the dated facts that matter when one leaves or is left."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Final, Literal, NamedTuple

from wasl.domain.exposure import Fault

KINDS: Final = (
    "channel platform", "model provider", "cloud", "region", "domain", "mail relay", "database", "copies", "payment", "console",
)  # fmt: skip
SLOTS: Final = ("host", "database", "domain", "mail", "copies", "payment")
"""What an installation has one of, whoever gives it."""
TOPICS: Final = (
    "notice", "suspension", "change of terms", "exclusivity", "first refusal", "regions", "data use", "training", "visible data", "spend",
    "credits", "price", "payment", "models", "leaving", "export", "access", "note",
)  # fmt: skip
"""What a fact of a contract may be about."""
FAULTS: Final[tuple[Fault, ...]] = ("refused", "disabled", "silence", "throttled")

Text = Mapping[str, str]
"""The same words in "en" and "ar"."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One dated fact. `amount` is money in `currency`, exact; `until` is the last day of a term, a credit or a commitment."""

    topic: str
    text: Text
    source: str
    seen: date
    from_: date | None = None
    until: date | None = None
    days: int | None = None
    amount: Decimal | None = None
    currency: str = ""
    unsure: bool = False
    at: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """What the platform itself answers when something is lost in one way: an HTTP answer."""

    how: Fault
    status: int
    body: str
    source: str
    headers: Mapping[str, str] = field(default_factory=dict)
    unsure: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One dependency as the register has it, whether or not this installation stands on it.

    It is found by kinds of channels, hosts (shell style) that candidates, mail, database or copies are at, regions of candidates, and
    slots. `follows` names entries that stop with it. `restored`: what it held comes back from a copy, wherever that is put. `slow`: what
    it takes does not stop on the same day, so it does not count for the whole.
    """

    id: str
    kind: str
    title: Text
    channels: tuple[str, ...] = ()
    hosts: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    slots: tuple[str, ...] = ()
    follows: tuple[str, ...] = ()
    bills: bool = False
    restored: bool = False
    slow: bool = False
    keys_at: str = ""
    facts: tuple[Fact, ...] = ()
    words: tuple[Words, ...] = ()
    at: str = ""


def inside(title: str) -> str:
    """Gives a title as it stands within a sentence: "The primary database" is written "the primary database"."""
    return title[0].lower() + title[1:] if title.startswith("The ") else title


@dataclass(frozen=True, slots=True, kw_only=True)
class Constraint:
    """A rule of a contract about who is asked: while it holds, `then` only once every able one of `first` has refused or is down, or
    never. Both name entries or candidates; "*" in `then` is everybody else."""

    id: str
    first: tuple[str, ...]
    then: tuple[str, ...]
    when: Literal["refused or down", "never"]
    text: Text
    source: str
    seen: date
    from_: date | None = None
    until: date | None = None
    unsure: bool = False
    at: str = ""

    def holds(self, day: date) -> bool:
        """Says whether it holds on a day."""
        return (self.from_ is None or self.from_ <= day) and (self.until is None or day <= self.until)


class Answerer(NamedTuple):
    """A candidate as the register looks at it. `host`, with its port where that is unusual, is empty for one that answers by itself;
    `rank` orders prices."""

    name: str
    host: str
    region: str
    rank: int
    vision: bool


class Way(NamedTuple):
    """A configured channel. `called`: the world must find us at our address for it; `own`: it is our own pages; `host`: where its
    platform is."""

    name: str
    kind: str
    called: bool
    own: bool
    host: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Configured:
    """What an installation is made of, as far as others have a hand in it. Hosts are names, empty for none of others."""

    ways: tuple[Way, ...]
    answerers: tuple[Answerer, ...]
    database: str = ""
    domain: str = ""
    mail: str = ""
    copies: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A dependency of this installation: the entry, and what stops with it."""

    entry: Entry
    ways: frozenset[str] = frozenset()
    answerers: frozenset[str] = frozenset()
    known: bool = True

    @property
    def takes_everything(self) -> bool:
        """Says that nothing works without it, until it is put back from a copy."""
        return bool({"host", "database"} & set(self.entry.slots))
