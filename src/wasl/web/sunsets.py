"""The console's pages about plans to leave a channel: made, read, worded, started, followed live, postponed and taken back."""

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any, Final
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response, StreamingResponse

from wasl.continuity.plan import Plan, Problem
from wasl.domain.errors import Refused, SettingWrong
from wasl.domain.ids import AddressId
from wasl.domain.sunset import MILESTONES, Milestone, Progress, Sunset, Wording
from wasl.service.phrases import told as translated
from wasl.service.sunset import PlanSunset, Wish
from wasl.service.sunset_evidence import lines_of, unspoken
from wasl.service.sunset_words import day_words
from wasl.service.way_out import PATH
from wasl.web.auth import Operator
from wasl.web.desk import Page
from wasl.web.exposing import country_name
from wasl.web.faces import Faces
from wasl.web.files import read_form
from wasl.web.languages import Language
from wasl.web.sunset_words import ACTS, BECAME, LOST, MILESTONE_WORDS, SENT, STATES

FORM_BYTES_MAX: Final = 64 << 10
NAMES_LISTED: Final = 50
COUNTRIES_LISTED: Final = 30
CSV_ROWS_MAX: Final = 1_000_000
CSV_ROWS_AT_ONCE: Final = 1_000
TEXT_CHARACTERS_MAX: Final = 1_000
TEMPLATE_CHARACTERS_MAX: Final = 128
WORDED: Final = ("en", "ar")
"""The languages in which milestones are worded on the page."""
FILE_HEADERS: Final = {
    "content-disposition": 'attachment; filename="rest.csv"',
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
}
SAMPLE_KEY: Final = "k…"
CHART_WIDTH: Final = 720
CHART_HEIGHT: Final = 96
FROM: Final[Mapping[str, tuple[str, ...]]] = {
    "start": ("draft", "paused"),
    "pause": ("running",),
    "postpone": ("draft", "running", "paused"),
    "undo": ("draft", "running", "paused"),
}
"""In which states each act is offered."""


class SunsetPages:
    """The pages. Every act is confirmed on a page of its own, which says what it will do."""

    def __init__(self, faces: Faces, *, planner: PlanSunset) -> None:
        self._faces = faces
        self._planner = planner
        self._sunsets = planner.sunsets

    def rows(self) -> Sequence[tuple[str, str, Page]]:
        """Gives the routes: address, method, function."""
        return (
            ("/sunsets", "GET", self.plans),
            ("/sunsets", "POST", self.draft),
            ("/sunsets/{plan}", "GET", self.plan),
            ("/sunsets/{plan}/progress", "GET", self.progress),
            ("/sunsets/{plan}/rest", "GET", self.rest),
            ("/sunsets/{plan}/rest.csv", "GET", self.rest_file),
            ("/sunsets/{plan}/everyone.csv", "GET", self.everyone_file),
            ("/sunsets/{plan}/words", "GET", self.words),
            ("/sunsets/{plan}/words", "POST", self.words),
            ("/sunsets/{plan}/{act}", "GET", self.confirm),
            ("/sunsets/{plan}/{act}", "POST", self.act),
        )

    # -- all plans
    async def plans(self, request: Request, operator: Operator, *, wrong: str = "", given: Mapping[str, str] | None = None) -> Response:
        """Lists plans, and takes what a new one is for."""
        language = self._faces.language(request)
        rows = [{"plan": one, "day": _day(one, language), "state": language.say(STATES[one.state])} for one in await self._sunsets.plans()]
        return self._page(request, operator, "sunsets.html", rows=rows, wrong=wrong, given=given or {}, status=422 if wrong else 200)

    async def draft(self, request: Request, operator: Operator) -> Response:
        """Works out a plan and keeps it as a draft."""
        form = await _form(request)
        say = self._faces.language(request).say
        try:
            wish = _wish(form, zone=self._faces.settings.keep.zone or "UTC")
            made = await self._planner.draft(wish)
        except ValueError:
            return await self.plans(request, operator, wrong=say("Give the day as year, month and day, and whole numbers."), given=form)
        except SettingWrong as error:
            return await self.plans(request, operator, wrong=translated(error.message, self._faces.language(request).code), given=form)
        return RedirectResponse(f"/console/sunsets/{quote(made.sunset.id)}", status_code=303)

    # -- one plan
    async def plan(self, request: Request, operator: Operator) -> Response:
        """Shows a plan's figures as they are now, and how it stands."""
        sunset = await self._sunsets.find(request.path_params["plan"])
        if sunset is None:
            return self._nothing(request)
        language = self._faces.language(request)
        made = await self._planner.again(sunset)
        now = self._faces.clock.now_ms()
        return self._page(
            request,
            operator,
            "sunset.html",
            plan=made,
            sunset=sunset,
            day=_day(sunset, language),
            state=language.say(STATES[sunset.state]),
            rounds=[_round(one, language) for one in made.rounds],
            problems=[_problem(one, language) for one in made.problems],
            cannot=[(language.say(LOST[why]), people) for why, people in made.cannot],
            countries=[(country_name(code, language), people) for code, people in made.by_region[:COUNTRIES_LISTED]],
            but=[country_name(code, language) for code in sunset.regions_except],
            only=[country_name(code, language) for code in sunset.regions],
            line=timeline(made, now_ms=now, rtl=language.direction == "rtl"),
            acts=[(act, language.say(ACTS[act][0])) for act, states in FROM.items() if sunset.state in states],
            worded=[(place, language.say(MILESTONE_WORDS[one.name])) for place, one in enumerate(sunset.milestones)],
            **await self._standing(sunset, language),
        )

    async def progress(self, request: Request, operator: Operator) -> Response:
        """Gives the part of the page that tells how a plan stands, which the page reads again and again."""
        sunset = await self._sunsets.find(request.path_params["plan"])
        if sunset is None:
            return self._nothing(request)
        language = self._faces.language(request)
        return self._page(request, operator, "sunset_progress.html", sunset=sunset, **await self._standing(sunset, language))

    async def _standing(self, sunset: Sunset, language: Language) -> dict[str, Any]:
        if sunset.state == "draft":
            return {"stands": None, "sent": [], "lost": [], "states": []}
        stands = await self._sunsets.progress(sunset.id)
        states = [(state, language.say(words)) for state, words in SENT.items()]
        sent = [
            {"name": language.say(MILESTONE_WORDS[name]), "counts": [stands.by_milestone[name].get(state, 0) for state in SENT]}
            for name in MILESTONES
            if name in stands.by_milestone
        ]
        lost = [(language.say(LOST[why]), people) for why, people in stands.unreachable.items() if why in LOST]
        bar = _bar(stands, rtl=language.direction == "rtl")
        return {"stands": stands, "sent": sent, "lost": lost, "states": [words for _, words in states], "bar": bar}

    async def rest(self, request: Request, operator: Operator) -> Response:
        """Names who did not move, and why."""
        sunset = await self._sunsets.find(request.path_params["plan"])
        if sunset is None:
            return self._nothing(request)
        language = self._faces.language(request)
        after = request.query_params.get("after", "")[:64]
        found = await self._sunsets.rest(sunset.id, after=AddressId(after) if after else None, limit=NAMES_LISTED + 1)
        names = [{"handle": handle, "became": language.say(BECAME.get(why, why))} for _, handle, why in found[:NAMES_LISTED]]
        more = found[NAMES_LISTED - 1][0] if len(found) > NAMES_LISTED else ""
        return self._page(request, operator, "sunset_rest.html", sunset=sunset, names=names, more=more)

    async def rest_file(self, request: Request, operator: Operator) -> Response:
        """Gives the same as a file, everybody in it."""
        sunset = await self._sunsets.find(request.path_params["plan"])
        if sunset is None:
            return self._nothing(request)
        written = io.StringIO()
        writer = csv.writer(written)
        writer.writerow(("address", "handle", "became"))
        after: AddressId | None = None
        rows = 0
        while rows < CSV_ROWS_MAX and (some := await self._sunsets.rest(sunset.id, after=after, limit=CSV_ROWS_AT_ONCE)):
            writer.writerows((one, unspoken(handle), why) for one, handle, why in some)
            after, rows = some[-1][0], rows + len(some)
        return Response(written.getvalue(), media_type="text/csv; charset=utf-8", headers=FILE_HEADERS)

    async def everyone_file(self, request: Request, operator: Operator) -> Response:
        """Gives what became of everybody as a file: the evidence of the closing report."""
        sunset = await self._sunsets.find(request.path_params["plan"])
        if sunset is None:
            return self._nothing(request)
        headers = {**FILE_HEADERS, "content-disposition": 'attachment; filename="everyone.csv"'}
        return StreamingResponse(lines_of(self._sunsets, sunset.id), media_type="text/csv; charset=utf-8", headers=headers)

    # -- words
    async def words(self, request: Request, operator: Operator) -> Response:
        """Shows what a milestone says, as people will read it; stores other words once they are sent to be stored."""
        sunset = await self._sunsets.find(request.path_params["plan"])
        milestone = _milestone(sunset, request.query_params.get("milestone", "")) if sunset else None
        if sunset is None or milestone is None:
            return self._nothing(request)
        wording, wrong = milestone.wording, ""
        if request.method == "POST":
            form = await _form(request)
            wording = _wording(form, milestone.wording)
            if form.get("do") == "store":
                try:
                    await self._planner.reword(sunset.id, milestone.name, wording)
                except Refused as refused:
                    wrong = refused.message
                else:
                    return RedirectResponse(f"/console/sunsets/{quote(sunset.id)}", status_code=303)
        language = self._faces.language(request)
        link = f"{self._faces.address(request)}{PATH}{SAMPLE_KEY}"
        shown = [
            {
                "code": code,
                "name": self._faces.languages.choose(asked=code).name,
                "text": wording.texts.get(code, ""),
                "seen": wording.texts.get(code, "")
                .replace("{link}", link)
                .replace("{date}", _day(sunset, self._faces.languages.choose(asked=code))),
                "template": wording.templates.get(code, ""),
            }
            for code in WORDED
        ]
        place = request.query_params["milestone"]
        title = language.say(MILESTONE_WORDS[milestone.name])
        return self._page(
            request, operator, "sunset_words.html", sunset=sunset, title=title, place=place, shown=shown, wrong=wrong,
            link="{link}", date="{date}", status=422 if wrong else 200,
        )  # fmt: skip

    # -- acts
    async def confirm(self, request: Request, operator: Operator, *, wrong: str = "") -> Response:
        """Says what an act will do, and asks."""
        sunset = await self._sunsets.find(request.path_params["plan"])
        act = request.path_params["act"]
        if sunset is None or act not in FROM:
            return self._nothing(request)
        language = self._faces.language(request)
        made = await self._planner.again(sunset)
        title, says = (language.say(words) for words in ACTS[act])
        problems = [_problem(one, language) for one in made.problems if one.blocking] if act == "start" else []
        return self._page(
            request, operator, "sunset_act.html", sunset=sunset, act=act, title=title, says=says, plan=made, problems=problems, wrong=wrong,
            day=_day(sunset, language), status=422 if wrong else 200,
        )  # fmt: skip

    async def act(self, request: Request, operator: Operator) -> Response:
        """Does it."""
        plan_id, act = request.path_params["plan"], request.path_params["act"]
        form = await _form(request)
        try:
            match act:
                case "start":
                    accepted = form.get("accept", "").split(",")
                    await self._planner.start(plan_id, accept=accepted)
                case "pause":
                    await self._planner.pause(plan_id)
                case "undo":
                    await self._planner.undo(plan_id)
                case "postpone":
                    await self._planner.postpone(plan_id, on=date.fromisoformat(form.get("on", "")))
                case _:
                    return self._nothing(request)
        except ValueError:
            say = self._faces.language(request).say
            return await self.confirm(request, operator, wrong=say("Give the day as year, month and day, and whole numbers."))
        except Refused as refused:
            return await self.confirm(request, operator, wrong=translated(refused.message, self._faces.language(request).code))
        return RedirectResponse(f"/console/sunsets/{quote(plan_id)}", status_code=303)

    def _page(self, request: Request, operator: Operator, template: str, *, status: int = 200, **values: Any) -> Response:
        language = self._faces.language(request)
        own = {name: language.say(channel.title) for name, channel in self._faces.channels.items()}
        beside = {"titles": self._faces.titles(language), "own": own, **values}
        return self._faces.page(request, template, status=status, operator=operator, here="sunsets", **beside)

    def _nothing(self, request: Request) -> Response:
        say = self._faces.language(request).say
        head, text = say("There is no such plan"), say("It may have been removed, or the address is misspelt.")
        return self._faces.notice(request, status=404, head=head, text=text)


def timeline(plan: Plan, *, now_ms: int, rtl: bool) -> Mapping[str, Any]:
    """Gives the places of a plan's rounds, of now and of the day, in a box of CHART_WIDTH by CHART_HEIGHT."""
    starts = [one.at_ms for one in plan.rounds]
    since = min([plan.sunset.made_ms, now_ms, *starts])
    until = max([plan.sunset.on_ms, now_ms, *(one.ends_ms for one in plan.rounds)])
    whole = max(1, until - since)

    def along(at_ms: int) -> float:
        x = CHART_WIDTH * (at_ms - since) / whole
        return round(CHART_WIDTH - x if rtl else x, 1)

    bars = []
    for place, one in enumerate(plan.rounds):
        first, last = sorted((along(one.at_ms), along(one.ends_ms)))
        bars.append({"x": min(first, CHART_WIDTH - 4), "width": max(4.0, round(last - first, 1)), "y": 10 + 18 * place, "tone": place})
    return {"bars": bars, "now": along(now_ms), "day": along(plan.sunset.on_ms), "last": along(max(since, plan.last_start_ms))}


def _bar(stands: Progress, *, rtl: bool) -> list[dict[str, Any]]:
    """Gives who moved, was told, waits and is lost as parts of one bar of a hundred."""
    found: list[dict[str, Any]] = []
    at = 0.0
    parts = (("moved", stands.moved), ("told", stands.told), ("waiting", stands.waiting), ("lost", sum(stands.unreachable.values())))
    for tone, people in parts:
        width = 100 * people / stands.everyone if stands.everyone else 0.0
        found.append({"tone": tone, "x": round(100 - at - width if rtl else at, 2), "width": round(width, 2)})
        at += width
    return found


def _round(one: Any, language: Language) -> dict[str, Any]:
    return {
        "name": language.say(MILESTONE_WORDS[one.name]),
        "from": language.moment(one.at_ms),
        "inside": one.inside,
        "outside": one.outside,
        "takes": language.span(one.seconds * 1000),
        "cost": " · ".join(f"{language.number(float(amount))} {currency}" for currency, amount in one.cost),
    }


def _problem(one: Problem, language: Language) -> dict[str, Any]:
    return {"kind": one.kind, "blocking": one.blocking, "text": one.arabic if language.code == "ar" else one.text}


def _milestone(sunset: Sunset, place: str) -> Milestone | None:
    at = int(place) if place.isascii() and place.isdigit() and len(place) < 3 else -1
    return sunset.milestones[at] if 0 <= at < len(sunset.milestones) else None


def _wording(form: Mapping[str, str], before: Wording) -> Wording:
    texts = {code: text for code in WORDED if (text := form.get(f"text_{code}", "").strip()[:TEXT_CHARACTERS_MAX])}
    named = {code: name for code in WORDED if (name := form.get(f"template_{code}", "").strip()[:TEMPLATE_CHARACTERS_MAX])}
    others = {code: text for code, text in before.texts.items() if code not in WORDED}
    return replace(before, texts={**others, **texts}, templates={**{k: v for k, v in before.templates.items() if k not in WORDED}, **named})


def _wish(form: Mapping[str, str], *, zone: str) -> Wish:
    """Reads what a plan is for. Raises ValueError for a day or a number that is none."""
    per_day = form.get("per_day", "").strip()
    templates = {code: name for code in WORDED if (name := form.get(f"template_{code}", "").strip()[:TEMPLATE_CHARACTERS_MAX])}
    limit = int(per_day) if per_day else None
    if limit is not None and limit < 1:
        raise ValueError(per_day)
    return Wish(
        channel=form.get("channel", ""),
        on=date.fromisoformat(form.get("on", "")),
        zone=form.get("zone", "").strip() or zone,
        by="operator",
        per_day=limit,
        templates=templates,
        exempt_by_rules=form.get("exempt") == "yes",
        note=form.get("note", "")[:TEXT_CHARACTERS_MAX],
    )


def _day(sunset: Sunset, language: Language) -> str:
    return day_words(sunset.on_ms, zone=sunset.zone, language=language.code)


async def _form(request: Request) -> dict[str, str]:
    form = await read_form(request, bytes_max=FORM_BYTES_MAX)
    return {name: ",".join(values) if name == "accept" else values[0] for name, values in form.items()}
