"""Charts made on the server: inline SVG without scripts or styles, read from right to left where the page is."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Final

from markupsafe import Markup, escape

WIDTH: Final = 720
HEIGHT: Final = 200
BASE: Final = 168
TOP: Final = 12
GAP: Final = 3
DAYS_MAX: Final = 62


def day_bars(
    days: Mapping[str, Mapping[date, Decimal]], *, since: date, until: date, title: str, labels: Mapping[str, str], rtl: bool
) -> Markup:
    """Draws one stacked bar a day. `days` holds a series by its name, from the base upwards; `labels` tells each bar in words.

    `title` says in one sentence what is seen, for who cannot see it; the numbers stand in a table beside.
    """
    dates = [since + timedelta(days=n) for n in range(min((until - since).days + 1, DAYS_MAX))]
    highest = max((sum((series.get(day, Decimal(0)) for series in days.values()), Decimal(0)) for day in dates), default=Decimal(0))
    width = WIDTH / len(dates)
    marks: list[str] = []
    for place, day in enumerate(dates):
        left = place * width if not rtl else WIDTH - (place + 1) * width
        marks.append(_bar(days, day, highest=highest, left=left, width=width, label=labels.get(day.isoformat(), "")))
        if day.day in (1, 8, 15, 22, 29):
            marks.append(f'<text class="tick" x="{left + width / 2:.1f}" y="{HEIGHT - 8}" text-anchor="middle">{day.day}</text>')
    axis = f'<line class="axis" x1="0" y1="{BASE}" x2="{WIDTH}" y2="{BASE}"></line>'
    head = f'<svg class="chart" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{escape(title)}" focusable="false">'
    return Markup(f"{head}{''.join(marks)}{axis}</svg>")


def _bar(days: Mapping[str, Mapping[date, Decimal]], day: date, *, highest: Decimal, left: float, width: float, label: str) -> str:
    pieces: list[str] = []
    base = float(BASE)
    for name, series in days.items():
        amount = series.get(day, Decimal(0))
        if amount <= 0 or not highest:
            continue
        tall = max(1.0, float(amount / highest) * (BASE - TOP))
        base -= tall
        pieces.append(
            f'<rect class="bar {escape(name)}" x="{left + GAP / 2:.1f}" y="{base:.1f}" width="{max(1.0, width - GAP):.1f}"'
            f' height="{tall:.1f}"'
            ' rx="2"></rect>'
        )
    return f"<g>{''.join(pieces)}<title>{escape(label)}</title></g>" if pieces else ""


def share_bar(share: Decimal, *, title: str, rtl: bool, state: str = "good") -> Markup:
    """Draws how much of something is used: a line filled from its beginning. `state`: good, near or over."""
    filled = float(min(Decimal(1), max(Decimal(0), share))) * 200
    x = 200 - filled if rtl else 0
    return Markup(
        f'<svg class="share" viewBox="0 0 200 10" preserveAspectRatio="none" role="img" aria-label="{escape(title)}" focusable="false">'
        f'<rect class="well" x="0" y="0" width="200" height="10" rx="5"></rect>'
        f'<rect class="{escape(state)}" x="{x:.1f}" y="0" width="{filled:.1f}" height="10" rx="5"></rect></svg>'
    )


def in_words(days: Sequence[tuple[date, str]]) -> dict[str, str]:
    """Gives the words of bars by day."""
    return {day.isoformat(): words for day, words in days}
