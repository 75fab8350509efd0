"""The console's pages about models that end: another is tried on real questions, and takes the place on a day; a whole provider at once."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from wasl.domain.errors import Refused, WaslError
from wasl.domain.succession import Succession
from wasl.service.begin_trial import BeginTrial
from wasl.service.phrases import told as translated
from wasl.service.sunset_words import date_words, day_words
from wasl.service.try_successor import QUESTIONS
from wasl.web.auth import Operator
from wasl.web.desk import Page
from wasl.web.faces import Faces
from wasl.web.files import read_fields
from wasl.web.languages import Language
from wasl.web.sunset_words import MODEL_STATES, MODEL_WRONG

FORM_BYTES_MAX: Final = 16 << 10
WARNED_DAYS: Final = 120
PLANS_LISTED: Final = 60
ANSWERS_SHOWN: Final = 100
QUESTION_COUNTS: Final = (0, 5, QUESTIONS, 50, 100)


class ModelPages:
    """The pages. Nothing changes for anybody before a plan is confirmed on the page that shows the trial."""

    def __init__(self, faces: Faces, *, trials: BeginTrial) -> None:
        self._faces = faces
        self._trials = trials
        self._succeed = trials.succeed

    def rows(self) -> Sequence[tuple[str, str, Page]]:
        """Gives the routes: address, method, function."""
        return (
            ("/models", "GET", self.models),
            ("/models", "POST", self.begin),
            ("/models/new", "GET", self.new),
            ("/models/{plan}", "GET", self.plan),
            ("/models/{plan}/progress", "GET", self.progress),
            ("/models/{plan}/confirm", "POST", self.confirm),
            ("/models/{plan}/undo", "POST", self.undo),
        )

    async def models(self, request: Request, operator: Operator) -> Response:
        """Lists candidates, those that end soon, and plans and trials."""
        language = self._faces.language(request)
        await self._succeed.look()
        plans: dict[str, list[Succession]] = {}
        for one in await self._succeed.listed():
            plans.setdefault(one.plan or one.id, []).append(one)
        return self._page(
            request, operator, "models.html",
            ending=[(name, date_words(day, language=language.code), kept)
                    for name, day, kept in self._succeed.warnings(days=WARNED_DAYS)],
            plans_pages=self._faces.planner is not None,
            plans_made=[self._head(key, some, language) for key, some in list(plans.items())[:PLANS_LISTED]],
            candidates=[c.name for c in self._succeed.candidates],
            providers=self._providers(),
        )  # fmt: skip

    async def new(self, request: Request, operator: Operator, *, wrong: str = "", given: Mapping[str, str] | None = None) -> Response:
        """Takes who follows whom, from which day on, and on how many questions they are tried."""
        given = given or {"ends": request.query_params.get("ends", "")}
        kind, _, name = given["ends"].partition(":")
        ends = [c.name for c in self._succeed.candidates if (c.name if kind == "model" else c.provider_name) == name]
        if not ends:
            return self._nothing(request)
        others = [c.name for c in self._succeed.candidates if c.name not in ends]
        return self._page(
            request, operator, "model_new.html", status=422 if wrong else 200, wrong=wrong, given=given, ends=ends, others=others, of=name,
            provider=kind == "provider", counts=QUESTION_COUNTS, usual=QUESTIONS, zone=self._zone,
        )  # fmt: skip

    async def begin(self, request: Request, operator: Operator) -> Response:
        """Makes the draft and begins the trial."""
        form = await read_fields(request, bytes_max=FORM_BYTES_MAX)
        kind, _, name = form.get("ends", "").partition(":")
        successors = {key.removeprefix("with "): new for key, new in form.items() if key.startswith("with ")}
        count = form.get("questions", "")
        questions = int(count) if count in map(str, QUESTION_COUNTS) else QUESTIONS
        try:
            on = date.fromisoformat(form.get("on", ""))
            if kind == "provider":
                made = self._succeed.draft_provider(name, successors=successors, otherwise=None, on=on, zone=self._zone, by=operator.name)
            else:
                successor = successors.get(name, "")
                made = (self._succeed.draft(candidate=name, successor=successor, on=on, zone=self._zone, by=operator.name),)
            plan_id = await self._trials.begin(made, questions=questions)
        except ValueError:
            return await self.new(request, operator, wrong=self._say(request, MODEL_WRONG["no day"]), given=form)
        except WaslError as error:
            return await self.new(request, operator, wrong=self._wrong(request, error), given=form)
        return RedirectResponse(f"/console/models/{quote(plan_id)}", status_code=303)

    async def plan(self, request: Request, operator: Operator, *, wrong: str = "") -> Response:
        """Shows a plan or a trial: who follows whom, how the trial went, its answers side by side, and what may be done."""
        plan_id = request.path_params["plan"]
        if not (some := await self._succeed.of_plan(plan_id)):
            return self._nothing(request)
        language = self._faces.language(request)
        trial = self._trials.held(plan_id)
        return self._page(
            request, operator, "model_plan.html", status=422 if wrong else 200, wrong=wrong, plan=self._head(plan_id, some, language),
            sums=[_sum(one, language) for one in {one.successor: one for one in some}.values() if one.report],
            trial=trial, trying=trial is not None and trial.runs,
            answers=[(name, list(tried)[:ANSWERS_SHOWN]) for name, tried in sorted(trial.answers.items())] if trial else [],
        )  # fmt: skip

    async def progress(self, request: Request, operator: Operator) -> Response:
        """Gives the part of the page that tells how far a trial came; nothing once it is over."""
        trial = self._trials.held(request.path_params["plan"])
        if trial is None or not trial.runs:
            return Response(status_code=204, headers={"cache-control": "no-store"})
        return self._page(request, operator, "model_progress.html", trial=trial)

    async def confirm(self, request: Request, operator: Operator) -> Response:
        """Makes it a plan: from its day on the successors stand in the candidates' places."""
        plan_id = request.path_params["plan"]
        some = await self._succeed.of_plan(plan_id)
        try:
            if (trial := self._trials.held(plan_id)) is not None and trial.runs:
                raise Refused("the trial is not over yet", why="trial runs")
            if any(one.on_ms <= self._faces.clock.now_ms() for one in some if one.state == "tried"):
                raise Refused("the day has passed; make another plan", why="past")
            if drafts := [one for one in some if one.state == "tried"]:
                await self._succeed.plan_all(drafts)
        except Refused as refused:
            return await self.plan(request, operator, wrong=self._wrong(request, refused))
        return RedirectResponse(f"/console/models/{quote(plan_id)}", status_code=303)

    async def undo(self, request: Request, operator: Operator) -> Response:
        """Takes a plan back, before its day or after it."""
        plan_id = request.path_params["plan"]
        if any(one.state != "undone" for one in await self._succeed.of_plan(plan_id)):
            await self._succeed.undo(plan_id)
        return RedirectResponse(f"/console/models/{quote(plan_id)}", status_code=303)

    # -- beside
    @property
    def _zone(self) -> str:
        return self._faces.settings.keep.zone or "UTC"

    def _providers(self) -> list[tuple[str, int]]:
        """Gives the providers that can be left: those beside which somebody else answers."""
        counted: dict[str, int] = {}
        for one in self._succeed.candidates:
            counted[one.provider_name] = counted.get(one.provider_name, 0) + 1
        return [(name, count) for name, count in counted.items() if count < len(self._succeed.candidates)]

    def _head(self, plan_id: str, some: Sequence[Succession], language: Language) -> dict[str, Any]:
        first = some[0]
        holds = any(one.holds(self._faces.clock.now_ms()) for one in some)
        state = "holds" if holds else first.state
        return {
            "id": plan_id,
            "provider": first.provider,
            "pairs": [(one.candidate, one.successor) for one in some],
            "day": day_words(first.on_ms, zone=first.zone, language=language.code),
            "zone": first.zone,
            "state": first.state,
            "holds": holds,
            "state_words": language.say(MODEL_STATES[state]),
        }

    def _wrong(self, request: Request, error: WaslError) -> str:
        words = MODEL_WRONG.get(str(error.facts.get("why")))
        return self._say(request, words) if words else translated(error.message, self._faces.language(request).code)

    def _say(self, request: Request, words: str) -> str:
        return self._faces.language(request).say(words)

    def _page(self, request: Request, operator: Operator, template: str, *, status: int = 200, **values: Any) -> Response:
        return self._faces.page(request, template, status=status, operator=operator, here="sunsets", **values)

    def _nothing(self, request: Request) -> Response:
        say = self._faces.language(request).say
        head, text = say("There is no such plan"), say("It may have been removed, or the address is misspelt.")
        return self._faces.notice(request, status=404, head=head, text=text)


def _sum(one: Succession, language: Language) -> dict[str, Any]:
    """Gives how a trial went, as figures."""
    report = one.report
    money = " · ".join(f"{amount} {currency}" for currency, amount in report.get("cost", {}).items())
    seconds = language.number(round(report.get("took_p50_ms", 0) / 1000, 1))
    return {
        "name": one.successor,
        "asked": report.get("asked", 0),
        "answered": report.get("answered", 0),
        "seconds": seconds,
        "money": money,
    }
