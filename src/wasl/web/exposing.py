"""The console's pages about leaving: what would stop with each dependency, and on whom we stand."""

from collections.abc import Mapping, Sequence
from typing import Any

from babel import Locale
from starlette.requests import Request
from starlette.responses import Response

from wasl.continuity.dependency import Entry, Standing, inside
from wasl.continuity.exposure import Exposed, Exposure, Step, trend
from wasl.domain.days import DAY_MS, begun_ms
from wasl.service.expose import DAYS_MEANT, Expose
from wasl.web.auth import Operator
from wasl.web.desk import Page
from wasl.web.faces import Faces
from wasl.web.languages import Language
from wasl.web.leaving_words import ABLE, ENTRY_KINDS, FACT_TOPICS

TREND_DAYS = 90
CHART_WIDTH, CHART_HEIGHT = 600, 120


class Exposing:
    """The pages. Nothing here changes anything."""

    def __init__(self, faces: Faces, *, expose: Expose) -> None:
        self._faces = faces
        self._expose = expose

    def rows(self) -> Sequence[tuple[str, str, Page]]:
        """Gives the routes: address, method, function."""
        return (
            ("/exposure", "GET", self.exposure),
            ("/register", "GET", self.register),
        )

    async def exposure(self, request: Request, operator: Operator) -> Response:
        """Shows who would still be reached and answered tomorrow."""
        language = self._faces.language(request)
        found = await self._expose.measure()
        points = trend(await self._expose.figures(), now_ms=found.at_ms, days=TREND_DAYS)
        return self._page(
            request,
            operator,
            "exposure.html",
            found=found,
            rows=[_row(e, language) for e in found.dependencies if e.ways or e.answerers or e.kept < 1],
            steps=[step_words(s, inside(_titles(found, language).get(s.of, s.of)), language) for s in found.steps],
            worst=inside(_titles(found, language).get(found.worst or "", "")),
            kept=share(language, found.kept),
            days=DAYS_MEANT,
            chart=chart(points, now_ms=found.at_ms, rtl=language.direction == "rtl"),
            first=points[0] if points else None,
            last=points[-1] if points else None,
        )

    async def register(self, request: Request, operator: Operator) -> Response:
        """Shows everybody this installation stands on, with every fact and its source."""
        language = self._faces.language(request)
        footing = self._expose.footing
        titles = self._faces.titles(language)
        here = [_entry(s.entry, s, language, titles=titles) for s in footing.standing]
        return self._page(
            request,
            operator,
            "register.html",
            entries=here,
            constraints=self._constraints(language),
            comma="، " if language.code == "ar" else ", ",
        )

    def _constraints(self, language: Language) -> list[dict[str, Any]]:
        footing = self._expose.footing
        everybody = frozenset(a.name for a in footing.here.answerers)
        found: list[dict[str, Any]] = []
        for c in footing.register.constraints:
            first = footing.register.candidates_of(c.first, footing.standing) & everybody
            then = everybody - first if "*" in c.then else footing.register.candidates_of(c.then, footing.standing) & everybody
            found.append({"text": _in(c.text, language), "first": sorted(first), "then": sorted(then), "constraint": c})
        return found

    def _page(self, request: Request, operator: Operator, template: str, **values: Any) -> Response:
        return self._faces.page(request, template, operator=operator, here="exposure", **values)


def share(language: Language, value: float) -> str:
    """Writes a share; a part is never rounded up to the whole, or down to nothing."""
    return language.percent(value if value in (0, 1) else min(0.99, max(0.01, round(value, 2))))


def step_words(step: Step, title: str, language: Language) -> dict[str, str]:
    """Says in a sentence what would help, and from which share to which."""
    words = {
        "link": language.count(
            "Ask {n} person on {title} to link a second way.", "Ask {n} people on {title} to link a second way.", step.people
        ),
        "channel": language.count(
            "Set up a second channel and ask {n} person on {title} to link it.",
            "Set up a second channel and ask {n} people on {title} to link it.",
            step.people,
        ),
        "candidate": language.say("Add a candidate that needs no {title}."),
        "backup": language.say("Make a backup every day, to another place."),
        "drill": language.say("Rehearse the loss of {title}."),
        "terms": language.say("Write down the contract with {title}."),
        "credit": language.say("Mind what ends soon with {title}."),
    }[step.kind]
    changes = step.after > step.before
    return {
        "words": words.replace("{title}", title),
        "before": share(language, step.before) if changes else "",
        "after": share(language, step.after) if changes else "",
        "drill": step.of if step.kind == "drill" else "",
    }


def chart(points: Sequence[tuple[int, float]], *, now_ms: int, rtl: bool) -> str:
    """Gives the points of a line over the last days, in a box of CHART_WIDTH by CHART_HEIGHT; empty for fewer than two days."""
    if len(points) < 2:
        return ""
    today = begun_ms(now_ms)
    made = []
    for day_ms, value in points:
        along = CHART_WIDTH * (1 - (today - day_ms) / (TREND_DAYS * DAY_MS))
        made.append(f"{CHART_WIDTH - along if rtl else along:.1f},{CHART_HEIGHT * (1 - value):.1f}")
    return " ".join(made)


def _row(e: Exposed, language: Language) -> dict[str, Any]:
    width = round(100 * e.kept, 1)
    return {
        "e": e,
        "title": _in(e.entry.title, language),
        "kind": language.say(ENTRY_KINDS[e.entry.kind]),
        "kept": share(language, e.kept),
        "width": width,
        "x": round(100 - width, 1) if language.direction == "rtl" else 0,
        "only_share": share(language, e.only_here_share),
        "countries": [(country_name(code, language), people) for code, people in e.by_country],
        "answers": share(language, e.answers_share),
        "spent": [f"{language.number(float(amount))} {currency}" for currency, amount in e.spent_a_month],
        "instead": [f"{language.number(float(amount))} {currency}" for currency, amount in e.instead_a_month],
        "lost": [language.say(ABLE.get(name, name)) for name in e.capabilities],
    }


def _titles(found: Exposure, language: Language) -> dict[str, str]:
    return {e.entry.id: _in(e.entry.title, language) for e in found.dependencies}


def country_name(code: str, language: Language) -> str:
    """Names a country; "" is one that no handle tells, "*" are all others."""
    if code == "*":
        return language.say("other countries")
    if not code:
        return language.say("country not known")
    locale: Locale = language.locale
    return str(locale.territories.get(code, code))


def _entry(entry: Entry, standing: Standing, language: Language, *, titles: Mapping[str, str]) -> dict[str, Any]:
    return {
        "id": entry.id,
        "title": _in(entry.title, language),
        "kind": language.say(ENTRY_KINDS[entry.kind]),
        "ways": sorted(titles.get(name, name) for name in standing.ways),
        "answerers": sorted(standing.answerers),
        "known": standing.known,
        "facts": [
            {
                "topic": language.say(FACT_TOPICS[f.topic]),
                "text": _in(f.text, language),
                "fact": f,
            }
            for f in entry.facts
        ],
    }


def _in(text: Mapping[str, str], language: Language) -> str:
    return language.words_of(text.get(language.code) or text["en"])
