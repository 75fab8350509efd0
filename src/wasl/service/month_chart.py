"""Month chart: the bars and the weekly trend as inline SVG, without scripts or styles of their own; classes are the page's to colour.

In a right-to-left language everything is mirrored: bars grow and time runs from right to left.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from html import escape
from typing import Final, NamedTuple

from wasl.domain.days import DAY_MS
from wasl.policy.estimate import Interval
from wasl.policy.month import Figure
from wasl.policy.trend import Point
from wasl.service.calendar import week_day_words

WIDTH: Final = 640
LABEL: Final = 150
ROW: Final = 52
BAR: Final = 14
TREND_HEIGHT: Final = 220
SCALE_LEAST: Final = 0.02
EVENTS_MAX: Final = 12
UNITS: Final = ("turns", "people", "episodes", "tokens")


class Event(NamedTuple):
    """Something that changed: when, and what (its words)."""

    at_ms: int
    what: str


def percent(share: float) -> str:
    """Writes a share; small ones with two places, so that 0.04 % is not nothing."""
    return f"{100 * share:.2f} %" if share < 0.01 else f"{100 * share:.1f} %"


def bars_svg(figure: Figure, *, words: Mapping[str, str], rtl: bool) -> str:
    """Draws the general share of turns, people, episodes and tokens, as asked and as served, with their intervals."""
    assert figure.asked is not None, "only what is published is drawn"
    assert figure.served is not None, "only what is published is drawn"
    rows = [(unit, getattr(figure.asked, unit), getattr(figure.served, unit)) for unit in UNITS]
    most = max(SCALE_LEAST, *(one.high for _, *pair in rows for one in pair)) * 1.05
    place = _Place(rtl=rtl)
    parts = []
    for number, (unit, asked, served) in enumerate(rows):
        y = number * ROW + 8
        parts.append(place.text(0, y + BAR + 5, words[unit], kind="unit", anchor="start"))
        for line, (kind, one) in enumerate((("asked", asked), ("served", served))):
            parts += _bar(place, one, kind=kind, y=y + line * (BAR + 4), most=most)
    label = escape(
        f"{words['bars']}: "
        + "; ".join(f"{words[u]} {words['asked']} {percent(a.share)}, {words['served']} {percent(s.share)}" for u, a, s in rows)
    )
    return f'<svg class="month-bars" viewBox="0 0 {WIDTH} {len(rows) * ROW}" role="img" aria-label="{label}">{"".join(parts)}</svg>'


def trend_svg(points: Sequence[Point], events: Sequence[Event], *, words: Mapping[str, str], rtl: bool) -> str:
    """Draws the weekly points with their intervals, the limits where there are any, and what changed on the same axis."""
    if not points:
        return ""
    most = max(SCALE_LEAST, *(max(p.week.high, p.limit_high or 0.0) for p in points)) * 1.1
    first, last = points[0].week.starts_ms, points[-1].week.starts_ms
    place = _Place(rtl=rtl)
    left, right, bottom = 60.0, WIDTH - 20.0, TREND_HEIGHT - 40.0

    def x(at_ms: int) -> float:
        return left + (right - left) * ((at_ms - first) / (last - first) if last > first else 0.5)

    def y(share: float) -> float:
        return bottom - (bottom - 16.0) * min(1.0, share / most)

    parts = [place.line(left, y(share), right, y(share), kind="grid") for share in (0.0, most / 2, most)]
    parts += [place.text(left - 6, y(share) + 4, percent(share), kind="tick", anchor="end") for share in (0.0, most / 2, most)]
    for event in [event for event in events if first <= event.at_ms <= last + 7 * DAY_MS][-EVENTS_MAX:]:
        at = min(right, x(event.at_ms))
        parts.append(f"<g><title>{escape(event.what)}</title>{place.line(at, 16, at, bottom, kind='event')}</g>")
    for kind, pick in (("limit", "limit_high"), ("limit", "limit_low")):
        known = [(x(p.week.starts_ms), y(getattr(p, pick))) for p in points if getattr(p, pick) is not None]
        parts.append(place.path(known, kind=kind))
    parts.append(place.path([(x(p.week.starts_ms), y(p.week.share)) for p in points], kind="trend"))
    for point in points:
        at, name = x(point.week.starts_ms), _day(point.week.starts_ms, rtl=rtl)
        said = f"{name}: {percent(point.week.share)} ({percent(point.week.low)} – {percent(point.week.high)}), {point.week.turns}"
        kind = "alarm" if point.alarm else "point"
        spread = place.line(at, y(point.week.low), at, y(point.week.high), kind="spread")
        parts.append(f"<g><title>{escape(said)}</title>{spread}{place.dot(at, y(point.week.share), kind=kind)}</g>")
    step = max(1, len(points) // 6)
    parts += [
        place.text(x(p.week.starts_ms), TREND_HEIGHT - 18, _day(p.week.starts_ms, rtl=rtl), kind="tick", anchor="middle")
        for p in points[::step]
    ]
    label = escape(f"{words['trend']}: {len(points)} {words['weeks']}, {percent(points[-1].week.share)}")
    return f'<svg class="month-trend" viewBox="0 0 {WIDTH} {TREND_HEIGHT}" role="img" aria-label="{label}">{"".join(parts)}</svg>'


def _bar(place: "_Place", one: Interval, *, kind: str, y: float, most: float) -> list[str]:
    span = WIDTH - LABEL - 150
    end, low, high = (LABEL + span * min(1.0, share / most) for share in (one.share, one.low, one.high))
    middle = y + BAR / 2
    return [
        place.box(LABEL, y, max(1.5, end - LABEL), BAR, kind=kind),
        place.line(low, middle, high, middle, kind="spread"),
        place.text(
            high + 8, y + BAR - 3, f"{percent(one.share)} ({percent(one.low)} – {percent(one.high)})", kind="number", anchor="start"
        ),
    ]


class _Place:
    """Puts shapes where they are, or mirrored."""

    def __init__(self, *, rtl: bool) -> None:
        self._rtl = rtl

    def _x(self, x: float) -> float:
        return round(WIDTH - x if self._rtl else x, 1)

    def text(self, x: float, y: float, words: str, *, kind: str, anchor: str) -> str:
        """Writes words; numbers stay left to right in either direction. `anchor` is meant in the direction of the page."""
        numbers = kind in ("number", "tick")
        # In a right-to-left text of SVG "start" is on the right; numbers are left to right, so their ends change places instead.
        turned = {"start": "end", "end": "start"}.get(anchor, anchor) if self._rtl and numbers else anchor
        direction = "ltr" if numbers or not self._rtl else "rtl"
        return f'<text class="{kind}" x="{self._x(x)}" y="{y:.1f}" text-anchor="{turned}" direction="{direction}">{escape(words)}</text>'

    def line(self, x: float, y: float, x2: float, y2: float, *, kind: str) -> str:
        """Draws a line."""
        return f'<line class="{kind}" x1="{self._x(x)}" y1="{y:.1f}" x2="{self._x(x2)}" y2="{y2:.1f}"/>'

    def box(self, x: float, y: float, width: float, height: float, *, kind: str) -> str:
        """Draws a box that begins at `x` in reading direction."""
        left = WIDTH - x - width if self._rtl else x
        return f'<rect class="{kind}" x="{left:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height}" rx="3"/>'

    def dot(self, x: float, y: float, *, kind: str) -> str:
        """Draws a point."""
        return f'<circle class="{kind}" cx="{self._x(x)}" cy="{y:.1f}" r="4.5"/>'

    def path(self, points: Sequence[tuple[float, float]], *, kind: str) -> str:
        """Draws a line through points."""
        if len(points) < 2:
            return ""
        return f'<polyline class="{kind}" points="{" ".join(f"{self._x(x)},{y:.1f}" for x, y in points)}"/>'


def _day(at_ms: int, *, rtl: bool) -> str:
    # A week begins at midnight somewhere; half a day later it is that day everywhere.
    return week_day_words(datetime.fromtimestamp(at_ms / 1000 + 43_200, tz=UTC).date(), language="ar" if rtl else "en")
