"""Settings of the meter: currency, time zone, exchange rates, budgets, and what was paid beforehand."""

from datetime import date
from decimal import Decimal
from typing import Any, Literal

from pydantic import Field, field_validator

from wasl.config_base import Frozen
from wasl.config_deployment import known_zone

CURRENCY = r"^[A-Z]{3}$"


class ExchangeRate(Frozen):
    """What one unit of a currency is worth in another, from a day on. Without one, currencies are never added."""

    of: str = Field(pattern=CURRENCY, description="The currency that is changed, such as EUR.")
    to: str = Field(pattern=CURRENCY, description="The currency that it becomes, such as USD.")
    rate: Decimal = Field(gt=0, max_digits=20, description="How many of the second one of the first is worth.")
    since: date = Field(description="The day from which it holds.")


class Prepaid(Frozen):
    """Money that was paid or promised beforehand: a credit that is used up first, or a spend that was committed."""

    kind: Literal["credit", "commitment"] = Field(
        "credit", description="credit: used up before anything is paid. commitment: so much is spent in any case, used or not."
    )
    of: str = Field(description="The provider or the channel that it is for, by the name of its section.")
    amount: Decimal = Field(gt=0, max_digits=20, description="How much.")
    currency: str = Field(pattern=CURRENCY, description="In which currency.")
    since: date = Field(description="The day from which it counts.")
    until: date = Field(description="The last day on which it counts; what is left then is lost.")
    title: str = Field("", description="What the report calls it.")


class Costs(Frozen):
    """In what costs are told, and what a month is."""

    currency: str = Field(
        "USD", pattern=CURRENCY, description="The currency of reports; others are told beside it, or changed by `exchange`."
    )
    zone: str | None = Field(None, description="Time zone of days and months in reports and budgets; deployment.zone when left out.")
    warn_at: tuple[int, ...] = Field((50, 80, 100), description="Percents of a budget at which the operator is told.")
    exchange: tuple[ExchangeRate, ...] = Field((), description="Your own exchange rates.")
    prepaid: tuple[Prepaid, ...] = Field((), description="Credits and committed spending, with the day they end.")

    @field_validator("zone")
    @classmethod
    def _must_be_a_zone(cls, value: str | None) -> str | None:
        return None if value is None else known_zone(value)

    @field_validator("warn_at", mode="before")
    @classmethod
    def _must_be_percents(cls, value: Any) -> Any:
        if isinstance(value, list | tuple) and not all(isinstance(one, int) and 1 <= one <= 1_000 for one in value):
            raise ValueError("percents are whole numbers from 1 on")
        return value


class BudgetSetting(Frozen):
    """A limit of money. Checked before every call to a model and before every send that costs something."""

    name: str = Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,39}$", description="How reports and alarms call it.")
    amount: Decimal = Field(gt=0, max_digits=20, description="How much may be spent in a period.")
    currency: str = Field("USD", pattern=CURRENCY, description="In which currency.")
    every: Literal["day", "month"] = Field("month", description="The period, in the time zone costs.zone.")
    each: Literal["all", "person", "channel", "provider"] = Field(
        "all", description="Whether everything counts together, or each person, channel or provider has this much."
    )
    only: str = Field("", description="Counts only this channel or provider, by the name of its section.")
    covers: Literal["all", "calls", "messages"] = Field("all", description="Whether it counts calls to models, messages, or both.")
    reserve: Decimal = Field(Decimal(0), ge=0, description="Kept back for answers to people who wrote: campaigns may not use it.")
    unknown: Literal["allow", "refuse"] = Field("allow", description="What is done with a call or message whose price nobody knows.")
