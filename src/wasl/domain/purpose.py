"""Purpose records: what a turn was for and what was done about it, kept without its words, so that a month can be counted.

A record belongs to a turn that asked for an answer. It says who only as "the same person"; when that person is erased it stays as an
anonymous count: another id and another person, no conversation, its time rounded down to a quarter of an hour.
"""

from dataclasses import dataclass
from typing import Final, Literal

from wasl.domain.ids import ConversationId, PersonId, TurnId

PurposeLabel = Literal["business", "general", "mixed", "neutral", "uncertain"]
PurposeMode = Literal["off", "watch", "guard"]
JudgeSaid = Literal["none", "agreed", "changed", "failed"]
Served = Literal["answered", "part", "redirected", "refused", "human", "other"]
"""answered: by the assistant. part: its business part only. redirected: one line with a way to the operator's own channel. refused: a
short refusal, or the provider's. human: a person of the operator's has it. other: late, failed, held by a rule."""

EPISODE_MS: Final = 24 * 3_600_000
"""An episode begins with a turn that no episode of its conversation and channel holds, and lasts so long."""
BLUR_MS: Final = 15 * 60_000
"""Times of erased people are rounded down to this: every time zone begins its months on such a border."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PurposeRecord:
    """What one turn was for.

    `odds` are log-odds of business with the border at zero; between `band_low` and `band_high` they are too close to tell.
    `general_share` is how much of a mixed message is general (0 to 1). `inherited` says that the label is the episode's, as the message
    alone tells none. `judge_label` is the model's, where one was asked; `label` is what counts. `reply_*` tell of the answer, None where
    there is none. `output_tokens` are those of the answer that was delivered. `country` is the person's, "" where it is not known.
    """

    turn_id: TurnId
    conversation_id: ConversationId | None
    person_id: PersonId
    channel: str
    at_ms: int
    episode: TurnId
    episode_at_ms: int
    label: PurposeLabel
    odds: float
    served: Served
    mode: PurposeMode
    general_share: float = 0.0
    inherited: bool = False
    judge: JudgeSaid = "none"
    judge_label: PurposeLabel | None = None
    reply_label: PurposeLabel | None = None
    reply_odds: float | None = None
    input_tokens: int = 0
    output_tokens: int = 0
    scope_version: str = ""
    classifier_version: str = ""
    band_low: float = 0.0
    band_high: float = 0.0
    language: str = ""
    country: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PurposeRating:
    """What somebody who read a turn says it was for. Ratings are only ever added; the last of a rater counts."""

    id: str
    turn_id: TurnId
    rater: str
    label: PurposeLabel
    at_ms: int
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PurposeCount:
    """How many turns of a time have one label and were served in one way; `general_shares` is the sum of their general shares."""

    label: PurposeLabel
    served: Served
    turns: int
    input_tokens: int
    output_tokens: int
    general_shares: float


@dataclass(frozen=True, slots=True, kw_only=True)
class PurposeWords:
    """The words of a turn and of its reply, for who rates it; empty where they are gone."""

    turn_id: TurnId
    question: str
    reply: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Redirect:
    """One line that pointed a person to a channel of the operator's own, and when they went there."""

    turn_id: TurnId
    conversation_id: ConversationId | None
    person_id: PersonId
    channel: str
    at_ms: int
    followed_ms: int | None = None
    followed_on: str | None = None
