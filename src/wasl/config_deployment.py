"""Deployment: what the operator runs, and under which account, as the platforms' rules ask."""

from datetime import date
from typing import Literal, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import Field, field_validator

from wasl.config_base import Frozen

Purpose = Literal["business", "general_assistant"]
Distribution = Literal["internal", "public"]
Throughput = Literal["standard", "upgraded", "coexistence"]
Mode = Literal["strict", "lenient", "watch"]
"""strict: what is not certain forbids, too. lenient: it warns. watch: everything is judged and kept, nothing is stopped."""


class ApprovedTemplate(Frozen):
    """A template with one value that carries an answer whose window has closed. What the platform lists as not approved is not taken."""

    name: str = Field(min_length=1, description="Its name, as the platform knows it.")
    language: str = Field(
        "",
        pattern=r"^(|[A-Za-z_-]{2,32})$",
        description="Its language code there, such as ar or en_US; when left out, each in which the platform approves it.",
    )
    category: Literal["utility", "marketing", "authentication"] = Field(
        "utility", description="Its category, by which it is billed; the platform's list goes first."
    )
    characters_max: int = Field(600, ge=1, le=1_024, description="The longest text that its value takes.")


class ChannelDeployment(Frozen):
    """The same for one channel; what is left out is as in [deployment]."""

    purpose: Purpose | None = Field(None, description="What it is for on this channel.")
    distribution: Distribution | None = Field(None, description="Whom it serves on this channel.")
    billing: bool | None = Field(None, description="Whether the account can pay.")
    account_created_on: date | None = Field(None, description="The day on which this account was made.")
    zone: str | None = Field(None, description="The account's time zone.")
    home_region: str | None = Field(
        None, pattern=r"^([A-Z]{2}(-[A-Z0-9]{1,3})?)?$", description="Country taken for people whose own is not known here."
    )
    throughput: Throughput | None = Field(None, description="What the number may send.")
    unique_recipients_max: int | None = Field(None, ge=1, description="People who may be written to first within 24 hours.")
    fulfilled: tuple[str, ...] = Field((), description="Further duties that are fulfilled here.")
    mode: Mode | None = Field(None, description="How strictly the rules are taken here.")
    templates: tuple[ApprovedTemplate, ...] = Field(
        (), description="Approved templates that may carry an answer whose window has closed; the cheapest that fits is taken."
    )

    @field_validator("zone")
    @classmethod
    def _is_a_zone(cls, value: str | None) -> str | None:
        return None if value is None else known_zone(value)


class Deployment(Frozen):
    """What the assistant is for, and under which account it runs: what platforms' rules ask before they allow something."""

    purpose: Purpose = Field("business", description="A business that answers its customers, or an assistant for anything.")
    distribution: Distribution = Field("public", description="Whom it serves: everybody, or your own people only.")
    billing: bool | None = Field(None, description="Whether the account can pay where the platform asks for it; unknown when left out.")
    account_created_on: date | None = Field(None, description="The day on which the account was made; taken for new when left out.")
    zone: str = Field("UTC", description="The account's time zone, in which days and months of rules and prices are told (Asia/Riyadh).")
    home_region: str | None = Field(
        None,
        pattern=r"^([A-Z]{2}(-[A-Z0-9]{1,3})?)?$",
        description="Country (EG) or part of one (US-CA) taken for people whose own is not known; none: the strictest rule holds for them.",
    )
    throughput: Throughput | None = Field(
        None, description="What a number may send, where the platform has classes; by the channel's pace."
    )
    unique_recipients_max: int | None = Field(
        None, ge=1, description="People who may be written to first within 24 hours, as your tier says; the lowest tier when left out."
    )
    audience_under_18: bool = Field(False, description="Whether it is made for people under 18, or likely used by them.")
    marketplace: bool = Field(False, description="Whether it is offered in a platform's marketplace.")
    fulfilled: tuple[str, ...] = Field(
        (), description="Duties that you fulfil yourself, such as way_to_human, opt_in, or the name of a registration."
    )
    mode: Mode = Field(
        "strict", description="strict: what is not certain forbids. lenient: it warns. watch: judge and keep it, stop nothing."
    )
    by_channel: dict[str, ChannelDeployment] = Field(default_factory=dict, description="What differs on single channels, by name.")

    @field_validator("zone")
    @classmethod
    def _is_a_zone(cls, value: str) -> str:
        return known_zone(value)

    def on(self, channel: str) -> Self:
        """Gives what holds on a channel."""
        own = self.by_channel.get(channel)
        if own is None:
            return self
        given = {key: value for key, value in own.model_dump(exclude={"fulfilled", "templates"}).items() if value is not None}
        return self.model_copy(update={**given, "fulfilled": (*self.fulfilled, *own.fulfilled)})


def known_zone(value: str) -> str:
    """Gives a time zone's name back. Raises ValueError for one that is none."""
    try:
        if value != "UTC":
            ZoneInfo(value)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError(f"{value!r} is no time zone; write one such as Asia/Riyadh") from error
    return value
