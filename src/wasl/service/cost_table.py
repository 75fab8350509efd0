"""Costs as words and tables: for the terminal, the console and files. Exact where a program reads, short where a person does."""

import csv
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, TextIO

from wasl.ledger.report import Told

if TYPE_CHECKING:  # the shell imports this to show figures; what reckons them costs it half a second
    from wasl.service.reckon import Reckoned

CSV_COLUMNS = (
    "currency", "cost", "confirmed", "expected", "calls", "messages", "input_tokens", "output_tokens", "price_unknown",
)  # fmt: skip
SHOWN_DECIMALS = Decimal("0.0001")


def money(amount: Decimal, currency: str) -> str:
    """Writes an amount for people: two decimals, or four where it is small; nothing is ever shown as nothing that is not."""
    if amount and abs(amount) < SHOWN_DECIMALS:
        return f"< {SHOWN_DECIMALS} {currency}"
    return f"{amount:.2f} {currency}" if abs(amount) >= 10 or not amount else f"{amount:.4f} {currency}"


def amounts(sums: Mapping[str, Decimal] | Iterable[tuple[str, Decimal]]) -> str:
    """Writes sums of several currencies side by side."""
    pairs = sums.items() if isinstance(sums, Mapping) else sums
    return " + ".join(money(amount, currency) for currency, amount in sorted(pairs) if amount) or "0"


def told(value: Told, currency: str) -> str:
    """Writes money in the report's currency, with what could not be changed beside it."""
    return " + ".join([money(value.amount, currency), *(money(a, c) for c, a in value.rest)])


def write_csv(found: "Reckoned", out: TextIO) -> None:
    """Writes CSV with exact amounts; a name that begins as a formula does is made text."""
    lines = csv.writer(out)
    lines.writerow(["month", found.by, *CSV_COLUMNS])
    for name, row in found.rows.items():
        safe = f"'{name}" if name[:1] in ("=", "+", "-", "@", "\t") else name
        for place, currency in enumerate(sorted({*row.amounts, *row.estimates}) or [""]):
            counts = (row.calls, row.messages, row.input_tokens, row.output_tokens, row.unknown) if place == 0 else ("", "", "", "", "")
            sums = [exact(of.get(currency, Decimal(0))) for of in (row.amounts, row.sure, row.estimates)]
            lines.writerow([found.month, safe, currency, *sums, *counts])


def exact(amount: Decimal) -> str:
    """Writes every digit, without an exponent."""
    text = f"{amount:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
