"""The console's page of costs: what the month has cost, by what, what it will have cost, and what may still be spent."""

import io
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from wasl.domain.errors import SettingWrong
from wasl.ledger.report import DIMENSIONS, Sum
from wasl.service.cost_table import amounts, exact, money, told, write_csv
from wasl.service.reckon import Reckon, Reckoned
from wasl.web.auth import Operator
from wasl.web.charts import day_bars, share_bar
from wasl.web.exposing import country_name
from wasl.web.faces import Faces
from wasl.web.languages import Language
from wasl.web.words import COSTS

ROWS_SHOWN = 100
NEAR = Decimal("0.8")
Page = Callable[[Request, Operator], Awaitable[Response]]


class CostPages:
    """The pages of money."""

    def __init__(self, faces: Faces, *, reckon: Reckon) -> None:
        self._faces = faces
        self._reckon = reckon

    def rows(self) -> Sequence[tuple[str, str, Page]]:
        """Gives the routes: address, method, function."""
        return (("/cost", "GET", self.cost), ("/cost.csv", "GET", self.table))

    async def cost(self, request: Request, operator: Operator) -> Response:
        """Shows a month."""
        by, month = request.query_params.get("by", "channel")[:20], request.query_params.get("month", "")[:7]
        try:
            found = await self._reckon.month(month, by=by)
            supposed = await self._reckon.suppose(month) if request.query_params.get("elsewhere") else None
        except SettingWrong:
            return RedirectResponse("/console/cost", status_code=303)
        language = self._faces.language(request)
        return self._faces.page(
            request, "cost.html", operator=operator, here="cost", found=found, supposed=supposed, ways=[(d, COSTS[d]) for d in DIMENSIONS],
            **shown(found, language, titles=self._faces.titles(language)),
        )  # fmt: skip

    async def table(self, request: Request, operator: Operator) -> Response:
        """Gives a month as CSV, exact."""
        by, month = request.query_params.get("by", "channel")[:20], request.query_params.get("month", "")[:7]
        try:
            found = await self._reckon.month(month, by=by)
        except SettingWrong:
            return RedirectResponse("/console/cost", status_code=303)
        out = io.StringIO()
        write_csv(found, out)
        headers = {
            "content-type": "text/csv; charset=utf-8",
            "content-disposition": f'attachment; filename="cost-{found.month}-{found.by}.csv"',
            "cache-control": "no-store",
            "x-content-type-options": "nosniff",
        }
        return Response("\ufeff" + out.getvalue(), headers=headers)


def shown(found: Reckoned, language: Language, *, titles: Mapping[str, str]) -> dict[str, Any]:
    """Gives what the page says of a month."""
    rtl, currency = language.direction == "rtl", found.currency
    forecast = found.forecast
    return {
        "so_far": told(found.told, currency),
        "confirmed": amounts(found.whole.sure),
        "forecast": money(forecast.amount, currency) if forecast else "",
        "between": (money(forecast.low, currency), money(forecast.high, currency)) if forecast else ("", ""),
        "chart": _chart(found, language, rtl=rtl) if found.by_day else "",
        "days": [(language.date(day), money(amount, currency)) for day, amount in sorted(found.by_day.items())],
        "table": _rows(found, language, titles),
        "titles": titles,
        "budgets": _budgets(found, language, rtl=rtl),
        "numbers": [
            {"count": n, "bar": share_bar(Decimal(n.counted) / max(1, n.free), title=_percent(n.counted, n.free, language), rtl=rtl)}
            for n in found.numbers
        ],
        "prepaid": [
            {
                "title": s.prepaid.title or s.prepaid.of, "left": money(s.left, s.prepaid.currency), "kind": s.prepaid.kind,
                "whole": money(s.prepaid.amount, s.prepaid.currency), "until": language.date(s.prepaid.until), "days": s.days_left,
                "lost": money(s.likely_lost, s.prepaid.currency) if s.likely_lost else "",
            }
            for s in found.prepaid
        ],
        "earlier": (found.since - timedelta(days=1)).strftime("%Y-%m"),
        "later": (found.until + timedelta(days=1)).strftime("%Y-%m") if found.until < found.today else "",
        "apart": apart,
        "money": money,
        "amounts": amounts,
        "exact": exact,
    }  # fmt: skip


def apart(text: str) -> str:
    """Keeps figures and days from being turned round inside a sentence that reads from right to left."""
    return f"\u2066{text}\u2069" if text else ""


def _chart(found: Reckoned, language: Language, *, rtl: bool) -> Any:
    series = {name: days for name in ("call", "message", "fee", "correction") if (days := found.by_kind.get(name))}
    labels = {day.isoformat(): f"{language.date(day)}: {money(amount, found.currency)}" for day, amount in found.by_day.items()}
    dearest = max(found.by_day.items(), key=lambda one: (one[1], one[0]), default=(date.min, Decimal(0)))
    title = language.say("What each day has cost; the dearest was {day} with {amount}")
    title = title.replace("{day}", language.date(dearest[0])).replace("{amount}", money(dearest[1], found.currency))
    return day_bars(series, since=found.since, until=found.until, title=title, labels=labels, rtl=rtl)


def _rows(found: Reckoned, language: Language, titles: Mapping[str, str]) -> list[dict[str, Any]]:
    def worth(row: tuple[str, Sum]) -> Decimal:
        return found.told_of(row[1]).amount

    ordered = sorted(found.rows.items()) if found.by == "day" else sorted(found.rows.items(), key=worth, reverse=True)
    return [
        {
            "id": name,
            "name": _name(name, found, language, titles) or language.say("not told"),
            "sum": row,
            "cost": amounts(row.amounts),
        }
        for name, row in ordered[:ROWS_SHOWN]
    ]


def _name(name: str, found: Reckoned, language: Language, titles: Mapping[str, str]) -> str:
    """Says what a row is of, in the reader's words where there are any."""
    if found.by == "channel":
        return titles.get(name, name)
    if found.by == "country" and name:
        return country_name(name, language)
    return found.names.get(name) or name


def _budgets(found: Reckoned, language: Language, *, rtl: bool) -> list[dict[str, Any]]:
    listed: list[dict[str, Any]] = []
    for budget, accounts in found.budgets:
        pairs = [(a.key.subject, a.spent, a.held) for a in accounts[:10]] or [("", Decimal(0), Decimal(0))]
        for subject, spent, held in pairs:
            share = spent / budget.amount
            title = _percent(spent, budget.amount, language)
            listed.append(
                {
                    "name": budget.name, "subject": subject, "every": budget.every, "spent": money(spent, budget.currency),
                    "held": money(held, budget.currency) if held else "", "whole": money(budget.amount, budget.currency),
                    "bar": share_bar(share, title=title, rtl=rtl, state="over" if share >= 1 else "near" if share >= NEAR else "good"),
                }
            )  # fmt: skip
    return listed


def _percent(part: Decimal | int, whole: Decimal | int, language: Language) -> str:
    share = Decimal(part) / Decimal(whole) if whole else Decimal(0)
    return language.say("{percent} used").replace("{percent}", language.percent(float(share)))
