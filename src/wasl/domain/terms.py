"""Terms: a document that a platform publishes, the versions that were seen of it, and what changed from one to the next."""

from dataclasses import dataclass, field
from datetime import date
from typing import Final, Literal

Label = Literal["material", "editorial", "cosmetic"]
Topic = Literal[
    "ai-use", "data-use", "access-termination", "price-fees", "liability", "privacy", "eligibility", "ip", "dispute", "content-rules",
    "announcement", "multiple",
]  # fmt: skip
CRITICAL: Final[frozenset[str]] = frozenset({"ai-use", "access-termination", "price-fees", "announcement"})
"""Topics whose hits no model may lower: they can end a channel, or cost money."""
DocumentKind = Literal["contract", "policy", "price", "changelog", "list"]
ChangeState = Literal["new", "told", "rule", "not_for_us", "remind", "stale"]
Event = Literal["change", "baseline", "scope", "edition", "same", "return"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """What is watched: one edition of one document of a platform or provider.

    `id` is stable across restarts. `channels`, `providers` and `capabilities` say what of this installation it bears on.
    """

    id: str
    platform: str
    name: str
    kind: DocumentKind = "contract"
    region: str = ""
    language: str = "en"
    channels: tuple[str, ...] = ()
    providers: tuple[str, ...] = ()
    capabilities: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TermsDate:
    """A date that a text announces. `day` is None where it cannot be read as one day: it is shown as `written`, and never guessed."""

    day: date | None
    written: str
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Clause:
    """One sentence that changed: before and after ("" where it stood on one side only), and how much it weighs.

    `sentence` names it: a digest of its words, so that a rule can point at it. `weight` 0 says that it binds nobody.
    `regions_gone` and `regions_come` are places (as rules name them) among the words that changed.
    """

    sentence: str
    before: str
    after: str
    heading: str = ""
    topics: tuple[Topic, ...] = ()
    weight: float = 0.0
    regions_gone: tuple[str, ...] = ()
    regions_come: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """What became of a document between two versions, and why: `reason` is one sentence for people.

    `topic` is the one that weighs most, `topics` all that were hit. `dates` are announced days. `links` are previews that an
    announcement points to.
    """

    label: Label
    event: Event
    topic: Topic | None = None
    topics: tuple[Topic, ...] = ()
    score: float = 0.0
    reason: str = ""
    clauses: tuple[Clause, ...] = ()
    dates: tuple[TermsDate, ...] = ()
    links: tuple[str, ...] = ()

    @property
    def alerts(self) -> bool:
        """Says whether somebody must hear of it now."""
        return self.label == "material"


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """A state of a document: the digest of its canonical text, and the digests under which its texts are kept.

    `seen_first_ms` and `seen_last_ms` are when we saw it; `stated` is what the page says of itself, never mixed up with that.
    """

    id: str
    document_id: str
    digest: str
    text: str
    seen_first_ms: int
    seen_last_ms: int
    raw: str = ""
    stated: date | None = None
    reason: str = ""
    returns: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A step from one version to the next, judged: what an alert shows and what a rule is made from.

    `by` says who judged ("rules", "model", or a person's name). `unconfirmed` marks a state that was seen once only.
    """

    id: str
    document_id: str
    before: str
    after: str
    at_ms: int
    judgement: Judgement
    by: str = "rules"
    state: ChangeState = "new"
    remind_ms: int | None = None
    unconfirmed: bool = False
    note: str = ""
    rules: tuple[str, ...] = field(default=())
