"""Terms: a document that a platform publishes, the versions that were seen of it, and what changed from one to the next."""

from dataclasses import dataclass
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
    announcement points to. `by` says who judged ("rules", or a model by its name), `said` what a model adds: the verdict for what the
    document bears on, who is bound, from when.
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
    by: str = "rules"
    said: str = ""

    @property
    def alerts(self) -> bool:
        """Says whether somebody must hear of it now."""
        return self.label == "material"


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """A state of a document: `state` names its words with their days, `text` and `raw` are digests of what is kept of it.

    `seen_first_ms` and `seen_last_ms` are when we saw it; `stated` is what the page says of itself, never mixed up with that.
    `returned_ms` are the times at which the page came back to this state after another one.
    """

    id: str
    document_id: str
    state: str
    text: str
    seen_first_ms: int
    seen_last_ms: int
    raw: str = ""
    stated: date | None = None
    reason: str = ""
    returned_ms: tuple[int, ...] = ()


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


@dataclass(frozen=True, slots=True, kw_only=True)
class PageMark:
    """What is remembered of one address of a document, so that it is asked for again with manners. `raw` is a digest."""

    url: str
    etag: str = ""
    modified: str = ""
    raw: str = ""
    media_type: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """How the watching of a document stands. Survives restarts.

    `problem` says why nothing new is seen ("" when all is well), since `problem_ms`. `waiting_state` was seen once, at `waiting_ms`; it
    becomes a version when it is seen again. `declared` names the declaration that the last text was extracted by.
    """

    document_id: str
    next_ms: int
    checked_ms: int | None = None
    seen_ms: int | None = None
    failures: int = 0
    problem: str = ""
    problem_ms: int | None = None
    quarantined: bool = False
    pages: tuple[PageMark, ...] = ()
    waiting_state: str = ""
    waiting_ms: int | None = None
    current: str = ""
    declared: str = ""
    told_ms: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetch:
    """One look at one address: when, what the server said, and what became of it."""

    id: str
    document_id: str
    url: str
    at_ms: int
    status: int
    etag: str = ""
    raw: str = ""
    outcome: Literal["seen", "unchanged", "quarantined", "failed", "forbidden"] = "seen"
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleRecord:
    """One step in the life of a rule that was made from a change; steps are only added.

    `toml` is the rule as a rule file writes it. `act` drafted acts on nothing; only confirmed does, from the rule's own day on.
    """

    id: str
    rule_id: str
    change_id: str
    document_id: str
    at_ms: int
    act: Literal["drafted", "confirmed", "ended", "stale", "rejected"]
    by: str = ""
    note: str = ""
    toml: str = ""
    sentences: tuple[str, ...] = ()
