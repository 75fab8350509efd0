"""The console's pages of drills: losses that were rehearsed, and one that is begun here, followed, and ended."""

from collections.abc import Mapping, Sequence
from typing import Any, Final, cast
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from wasl.continuity.dependency import FAULTS, Standing, inside
from wasl.domain.errors import WaslError
from wasl.domain.exposure import Drill, Fault
from wasl.service.begin_drill import BeginDrill
from wasl.web.auth import Operator
from wasl.web.desk import Page
from wasl.web.exposing import share
from wasl.web.faces import Faces
from wasl.web.files import read_form
from wasl.web.languages import Language
from wasl.web.leaving_words import DRILL_HOW, DRILL_ROUNDS, DRILL_WRONG, ENTRY_KINDS, SINCE_LAST, STAND_INS

FORM_BYTES_MAX: Final = 16 << 10
DRILLS_LISTED: Final = 50
LOST_MAX: Final = 50
TRAFFIC_MINUTES: Final = (10, 60, 360, 1_440)
"""A shadow drill asks again as many questions as came in such a time lately."""
LIVE_MINUTES: Final = (1, 5, 10, 30, 60)
MINUTE_MS: Final = 60_000


class DrillPages:
    """The pages. A shadow drill begins at once, for nothing leaves the machine; a live one is confirmed on a page of its own."""

    def __init__(self, faces: Faces, *, begin: BeginDrill) -> None:
        self._faces = faces
        self._begin = begin
        self._rehearse = begin.rehearse

    def rows(self) -> Sequence[tuple[str, str, Page]]:
        """Gives the routes: address, method, function."""
        return (
            ("/drills", "GET", self.drills),
            ("/drills", "POST", self.begin),
            ("/drills/{drill}", "GET", self.drill),
            ("/drills/{drill}/progress", "GET", self.progress),
            ("/drills/{drill}/end", "POST", self.end),
        )

    async def drills(
        self, request: Request, operator: Operator, *, wrong: str = "", given: Mapping[str, list[str]] | None = None
    ) -> Response:
        """Lists rehearsed losses, and takes what the next one is to lose."""
        language = self._faces.language(request)
        past = await self._rehearse.past(limit=DRILLS_LISTED)
        chosen = given or {"lose": request.query_params.getlist("lose")}
        return self._faces.page(
            request, "drills.html", status=422 if wrong else 200, operator=operator, here="exposure",
            drills=[self._shown(d, language) for d in past],
            running=next((d for d in past if self._runs(d)), None),
            able=[_offered(s, language) for s in self._rehearse.rehearsable()],
            ways=[(how, language.say(DRILL_HOW[how])) for how in FAULTS],
            traffic=[(minutes, _length(minutes, language)) for minutes in TRAFFIC_MINUTES],
            lengths=[(minutes, _length(minutes, language)) for minutes in LIVE_MINUTES],
            given={name: chosen.get(name, []) for name in ("lose", "how", "traffic", "length")},
            wrong=wrong,
            comma="، " if language.code == "ar" else ", ",
        )  # fmt: skip

    async def drill(self, request: Request, operator: Operator) -> Response:
        """Shows how a drill comes along, and when it is over what people would have seen."""
        drill = await self._rehearse.find(request.path_params["drill"])
        if drill is None:
            return self._nothing(request)
        shown = self._shown(drill, self._faces.language(request))
        return self._faces.page(request, "drill.html", operator=operator, here="exposure", one=shown)

    async def progress(self, request: Request, operator: Operator) -> Response:
        """Gives the part of the page that tells how far a drill came; a script puts the whole page anew when it is over."""
        drill = await self._rehearse.find(request.path_params["drill"])
        if drill is None:
            return self._nothing(request)
        if not self._runs(drill):
            return Response(status_code=204, headers={"cache-control": "no-store"})
        shown = self._shown(drill, self._faces.language(request))
        return self._faces.page(request, "drill_progress.html", operator=operator, here="exposure", one=shown)

    async def begin(self, request: Request, operator: Operator) -> Response:
        """Begins a drill; a live one only once it is confirmed."""
        form = await read_form(request, bytes_max=FORM_BYTES_MAX)
        live = form.get("mode") == ["live"]
        names = form.get("lose", [])[:LOST_MAX]
        how = cast(Fault, next((one for one in form.get("how", []) if one in FAULTS), "disabled"))
        allowed = LIVE_MINUTES if live else TRAFFIC_MINUTES
        minutes = next((n for n in allowed if str(n) in form.get("length" if live else "traffic", [])), 10)
        try:
            if live and form.get("sure") != ["yes"]:
                return self._ask(request, operator, names=names, how=how, minutes=minutes)
            begun = await self._begin.begin(names, how=how, for_seconds=minutes * 60, live=live)
        except WaslError as error:
            if (words := DRILL_WRONG.get(str(error.facts.get("why")))) is None:
                raise
            return await self.drills(request, operator, wrong=self._faces.language(request).say(words), given=form)
        return RedirectResponse(f"/console/drills/{quote(begun.id)}", status_code=303)

    async def end(self, request: Request, operator: Operator) -> Response:
        """Ends a drill that runs, in this process or another."""
        drill_id = request.path_params["drill"]
        await self._begin.end(drill_id)
        return RedirectResponse(f"/console/drills/{quote(drill_id)}", status_code=303)

    def _ask(self, request: Request, operator: Operator, *, names: Sequence[str], how: Fault, minutes: int) -> Response:
        """Says what a live drill will do, and asks. Raises SettingWrong for what takes no candidate away, or all."""
        language = self._faces.language(request)
        gone = self._rehearse.taken_live(names)
        lost = self._rehearse.standing(names)
        return self._faces.page(
            request, "drill_live.html", operator=operator, here="exposure", names=[s.entry.id for s in lost],
            titles=[inside(_in(s.entry.title, language)) for s in lost], gone=sorted(gone), left=self._rehearse.answering(but=gone),
            how=how, how_words=language.say(DRILL_HOW[how]), minutes=minutes, length=_length(minutes, language),
        )  # fmt: skip

    def _runs(self, drill: Drill) -> bool:
        return drill.ended_ms is None and self._faces.clock.now_ms() < drill.until_ms

    def _shown(self, drill: Drill, language: Language) -> dict[str, Any]:
        titles = {s.entry.id: _in(s.entry.title, language) for s in self._rehearse.standing_here()}
        report: Mapping[str, Any] = drill.report
        asked = int(report.get("asked", 0))
        return {
            "drill": drill,
            "runs": self._runs(drill),
            "broke_off": drill.ended_ms is None and not self._runs(drill),
            "titles": [inside(titles.get(name, name)) for name in drill.lost],
            "how": language.say(DRILL_HOW.get("away" if self._only_away(drill) else drill.how, drill.how)),
            "report": report,
            "asked": asked,
            "by": _parts(report.get("answered_by", {}), asked=asked, rtl=language.direction == "rtl"),
            "usual": report.get("usual", {}),
            "changes": _changes(report.get("since_last", {}), language),
            "played": [language.say(STAND_INS.get(words.partition(":")[0], words)) for words in report.get("stand_ins", ())],
            "progress": self._progress(report.get("progress"), language),
        }

    def _progress(self, told: Mapping[str, Any] | None, language: Language) -> Mapping[str, Any]:
        """Gives how far a drill came: a share, and in words."""
        if not told:
            return {"share": 0.0, "words": ""}
        if "ends_ms" in told:
            left = max(0, int(told["ends_ms"]) - self._faces.clock.now_ms())
            return {"share": None, "words": language.say("It ends by itself in {time}.").replace("{time}", language.span(left))}
        asked, answered = max(1, int(told["asked"])), int(told["answered"])
        which = told["round"]
        words = language.say(DRILL_ROUNDS[which])
        words = words.replace("{answered}", language.number(answered)).replace("{asked}", language.number(asked))
        return {"share": round(50 * answered / asked + (50 if which == "lost" else 0), 1), "words": words}

    def _only_away(self, drill: Drill) -> bool:
        """Says whether only the database was lost, which has one way of being away."""
        return all(s.takes_everything for s in self._rehearse.standing_here() if s.entry.id in drill.lost) and bool(drill.lost)

    def _nothing(self, request: Request) -> Response:
        say = self._faces.language(request).say
        head, text = say("There is no such drill"), say("It may have been removed, or the address is misspelt.")
        return self._faces.notice(request, status=404, head=head, text=text)


def _in(text: Mapping[str, str], language: Language) -> str:
    return text.get(language.code, text["en"])


def _offered(standing: Standing, language: Language) -> dict[str, Any]:
    """Gives a dependency as it stands in the form."""
    entry = standing.entry
    kind = language.say(ENTRY_KINDS[entry.kind])
    return {"id": entry.id, "title": _in(entry.title, language), "kind": kind, "answers": sorted(standing.answerers)}


def _length(minutes: int, language: Language) -> str:
    return language.span(minutes * MINUTE_MS)


def _changes(since_last: Mapping[str, Sequence[float]], language: Language) -> list[tuple[str, tuple[str, str]]]:
    """Says what changed since the last drill: shares in hundredths, times in milliseconds."""
    found: list[tuple[str, tuple[str, str]]] = []
    for name, (then, now) in since_last.items():
        if name in SINCE_LAST:
            times = name.endswith("_ms")
            pair = [f"{language.number(v)} {language.say('ms')}" if times else share(language, v) for v in (then, now)]
            found.append((language.say(SINCE_LAST[name]), (pair[0], pair[1])))
    return found


def _parts(counted: Mapping[str, int], *, asked: int, rtl: bool) -> list[dict[str, Any]]:
    """Gives who answered as parts of one bar."""
    found: list[dict[str, Any]] = []
    at = 0.0
    for place, (name, count) in enumerate(counted.items()):
        width = 100 * count / asked if asked else 0.0
        x = 100 - at - width if rtl else at
        found.append({"name": name, "count": count, "x": round(x, 2), "width": round(width, 2), "tone": place % 4})
        at += width
    return found
