"""Price files: read strictly; what is wrong is named with file and card, and the file is refused as a whole."""

import re
import tomllib
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, Final, NoReturn, cast

from wasl.domain.cost import pico
from wasl.domain.errors import SettingWrong
from wasl.ledger.price import ANY, KINDS, STANDARD, FeeCard, Kind, MessageCard, PriceList, TokenCard

FILE_CHARACTERS_MAX: Final = 2 << 20
CARDS_MAX: Final = 20_000
TEXT_CHARACTERS_MAX: Final = 500
DECIMALS_PER_MILLION_MAX: Final = 6
"""Of a price for a million tokens, so that a token's price is exact."""
_CURRENCY: Final = re.compile(r"[A-Z]{3}")
_ID: Final = re.compile(r"[a-z0-9][a-z0-9_.:-]{1,79}")
_COMMON: Final = {"id", "currency", "from", "to", "seen", "source", "unsure"}
_TOP: Final = {"tokens", "messages", "fees"}


class _Card:
    """One table of a file while it is read."""

    def __init__(self, table: Mapping[str, Any], *, at: str, known: set[str]) -> None:
        self.table, self.at = table, at
        for name in table:
            if name not in known | _COMMON:
                self.wrong(f"{name!r} is not known; it takes {', '.join(sorted(known | _COMMON))}")

    def wrong(self, why: str) -> NoReturn:
        """Refuses the file."""
        raise SettingWrong(f"{self.at}: {why}")

    def common(self) -> dict[str, Any]:
        """Reads what every card says."""
        found = self.text("id")
        if not _ID.fullmatch(found):
            self.wrong(f"the id {found!r} is written in small letters, digits, dots and dashes")
        if not _CURRENCY.fullmatch(self.text("currency")):
            self.wrong("the currency is three capital letters, such as USD")
        from_, to = self.day("from"), self.day("to") if "to" in self.table else None
        if to is not None and to < from_:
            self.wrong("`to` is before `from`")
        unsure = self.table.get("unsure", False)
        if not isinstance(unsure, bool):
            self.wrong("`unsure` is true or false")
        return {
            "id": found, "currency": self.text("currency"), "from_": from_, "to": to, "seen": self.day("seen"),
            "source": self.text("source"), "unsure": unsure,
        }  # fmt: skip

    def text(self, name: str, *, default: str | None = None) -> str:
        """Reads a text that is there."""
        found = self.table.get(name, default)
        if not isinstance(found, str) or not found.strip() or len(found) > TEXT_CHARACTERS_MAX:
            self.wrong(f"it wants {name!r}: text in quotes of at most {TEXT_CHARACTERS_MAX} characters")
        return found.strip()

    def texts(self, name: str) -> tuple[str, ...]:
        """Reads a list of texts that is not empty."""
        found = self.table.get(name)
        if not isinstance(found, list) or not found or not all(isinstance(one, str) and one for one in found):
            self.wrong(f"it wants {name!r}: a list of names in quotes, or [{ANY!r}] for any")
        return tuple(found)

    def day(self, name: str) -> date:
        """Reads a day."""
        found = self.table.get(name)
        if type(found) is not date:
            self.wrong(f"it wants {name!r}: a day without quotes, such as {name} = 2026-10-01")
        return found

    def amount(self, found: object, name: str) -> Decimal:
        """Reads an exact amount: a number as written, or text in quotes."""
        if isinstance(found, bool) or not isinstance(found, int | Decimal | str):
            self.wrong(f"{name!r} is an amount, such as 0.25")
        try:
            exact = Decimal(found)
            pico(exact)
        except (ArithmeticError, ValueError):
            self.wrong(f"{name!r} is {found}, which is no exact amount of money")
        if exact < 0:
            self.wrong(f"{name!r} is less than nothing")
        return exact

    def amounts(self, name: str) -> dict[str, Decimal]:
        """Reads a table of amounts that is not empty."""
        found = self.table.get(name)
        if not isinstance(found, dict) or not found:
            self.wrong(f"it wants {name!r}: a table of amounts, such as {name} = {{ … = 0.25 }}")
        return {key: self.amount(value, f"{name}.{key}") for key, value in found.items()}


def read_prices(text: str, *, at: str) -> PriceList:
    """Reads one file. `at` names it in errors. Raises SettingWrong."""
    if len(text) > FILE_CHARACTERS_MAX:
        raise SettingWrong(f"{at}: more than {FILE_CHARACTERS_MAX >> 20} million characters; split it")
    try:
        table = tomllib.loads(text, parse_float=Decimal)
    except tomllib.TOMLDecodeError as error:
        raise SettingWrong(f"{at} is not valid TOML: {error}") from error
    if unknown := sorted(set(table) - _TOP):
        raise SettingWrong(f"{at}: {unknown[0]!r} is not known; write [[tokens]], [[messages]] and [[fees]]")
    made = PriceList(
        tokens=_read(table, "tokens", _tokens, at=at),
        messages=_read(table, "messages", _messages, at=at),
        fees=_read(table, "fees", _fees, at=at),
    )
    seen: set[str] = set()
    for card in (*made.tokens, *made.messages, *made.fees):
        if card.id in seen:
            raise SettingWrong(f"{at}: two cards are called {card.id!r}; a later price is a card of its own, with another id")
        seen.add(card.id)
    return made


def read_price_files(texts: Mapping[str, str]) -> PriceList:
    """Reads several files, by name. Raises SettingWrong."""
    made = PriceList()
    for name in sorted(texts):
        made = made.over(read_prices(texts[name], at=name))
    return made


def _read(table: Mapping[str, Any], key: str, make: Callable[[Mapping[str, Any], str], Any], *, at: str) -> tuple[Any, ...]:
    found: Sequence[Any] = table.get(key, [])
    if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
        raise SettingWrong(f"{at}: write each of the {key} as [[{key}]]")
    if len(found) > CARDS_MAX:
        raise SettingWrong(f"{at}: more than {CARDS_MAX} cards; split it")
    return tuple(make(one, f"{at}: card {place + 1} of [[{key}]]") for place, one in enumerate(found))


def _tokens(table: Mapping[str, Any], at: str) -> TokenCard:
    card = _Card(table, at=at, known={"providers", "models", "tier", "per_million"})
    prices = card.amounts("per_million")
    for name, amount in prices.items():
        if name not in KINDS:
            card.wrong(f"per_million.{name} is not known; it takes {', '.join(KINDS)}")
        if amount != round(amount, DECIMALS_PER_MILLION_MAX):
            card.wrong(f"per_million.{name} has more than {DECIMALS_PER_MILLION_MAX} decimals")
    if "input" not in prices or "output" not in prices:
        card.wrong("per_million names at least input and output")
    return TokenCard(
        providers=card.texts("providers"),
        models=card.texts("models"),
        per_million=cast(Mapping[Kind, Decimal], prices),
        tier=card.text("tier", default=STANDARD),
        **card.common(),
    )


def _messages(table: Mapping[str, Any], at: str) -> MessageCard:
    card = _Card(table, at=at, known={"channels", "regions", "amounts", "unit"})
    unit = card.text("unit", default="message")
    if unit not in ("message", "segment"):
        card.wrong("`unit` is 'message' or 'segment'")
    return MessageCard(
        channels=card.texts("channels"),
        regions=card.texts("regions"),
        amounts=card.amounts("amounts"),
        unit="segment" if unit == "segment" else "message",
        **card.common(),
    )


def _fees(table: Mapping[str, Any], at: str) -> FeeCard:
    card = _Card(table, at=at, known={"of", "amount", "every", "title"})
    every = card.text("every")
    if every not in ("month", "year", "once"):
        card.wrong("`every` is 'month', 'year' or 'once'")
    return FeeCard(
        of=card.text("of"),
        amount=card.amount(table.get("amount"), "amount"),
        every="month" if every == "month" else "year" if every == "year" else "once",
        title=card.text("title"),
        **card.common(),
    )
