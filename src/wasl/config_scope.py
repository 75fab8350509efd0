"""Settings of what the assistant is for, and what is done about messages that are for something else."""

from pathlib import Path
from typing import Literal, Self

from pydantic import Field, model_validator

from wasl.config_base import Frozen

ScopeMode = Literal["auto", "off", "watch", "guard"]
"""auto: guard where the platform's rules forbid general assistants to this person today, watch elsewhere."""


class ScopeSettings(Frozen):
    """What the assistant is for, and what happens to messages that are for something else. See `wasl scope`."""

    file: Path = Field(Path("scope.toml"), description="The scope file; nobody is refused anything while it is not there.")
    mode: ScopeMode = Field(
        "auto",
        description="auto: guard where the rules forbid general assistants, watch elsewhere. guard: everywhere. watch, off: only where the"
        " rules do not forbid them.",
    )
    mode_by_channel: dict[str, ScopeMode] = Field(default_factory=dict, description="The same for single channels, by name.")
    low: float = Field(-1.0, ge=-10, le=10, description="Log-odds below which a message is general.")
    high: float = Field(1.0, ge=-10, le=10, description="Log-odds above which a message is the business's; between both it is uncertain.")
    judge: str = Field("", description="Name of a candidate that is asked about uncertain and mixed messages; nobody when it is empty.")
    judge_watched: bool = Field(False, description="Ask it also where messages are only watched, for better figures.")
    judge_seconds: float = Field(1.5, gt=0, le=30, description="Longest wait for it; then the message is answered in business mode.")
    business_tokens_max: int = Field(300, ge=16, le=4_096, description="Longest answer to an uncertain message, in a model's tokens.")
    replies: Literal["keep", "replace"] = Field(
        "keep", description="replace: an answer that is clearly general is not sent where the rules forbid it."
    )
    redirect_to: str = Field(
        "", description="Channel to which general requests are pointed; your own page, else one that a link opens, when it is empty."
    )
    redirect_hours: float = Field(24.0, ge=1, le=720, description="How long after one such line a person only gets a short refusal.")
    train_on_ratings: bool = Field(
        False, description="Let `wasl scope train` add rated messages to your scope, for your own use, where the channel's rules allow it."
    )

    @model_validator(mode="after")
    def _low_is_below_high(self) -> Self:
        if self.low > self.high:
            raise ValueError("low must not be above high")
        return self
