"""Bringing conversations on the visitor's page: files up, a preview, the reading, the report, and taking back."""

import asyncio
from collections.abc import AsyncIterator, Collection, Mapping
from contextlib import ExitStack
from typing import Any
from urllib.parse import unquote

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response

from wasl.domain.errors import Refused
from wasl.domain.ids import ConversationId
from wasl.ports.bus import conversation_topic
from wasl.ports.format import Choices
from wasl.ports.library import Import
from wasl.service.bring import Preview, Report, Told
from wasl.service.bring import Step as Stage
from wasl.service.live import STORED
from wasl.service.recognise import opened
from wasl.service.survey import Survey
from wasl.web.drafts import ENDING, Draft, Drafts, Step, answers_of, topic_of
from wasl.web.events import BEAT, beats, frame
from wasl.web.faces import Faces, answer_json
from wasl.web.files import read_capped
from wasl.web.needs import Brings
from wasl.web.pacing import Pacing
from wasl.web.visiting import NotYours, Visits
from wasl.wire import read

BODY_BYTES_MAX = 256 << 10
IMPORTS_LISTED = 100
CHATS_SHOWN = 200
PEOPLE_SHOWN = 8
QUESTIONS_SHOWN = 50
PROGRESS_SECONDS = 0.2


class Bringing:
    """What visitors bring."""

    def __init__(self, faces: Faces, *, visits: Visits, brings: Brings) -> None:
        self._faces = faces
        self._visits = visits
        self._brings = brings
        self._drafts = Drafts(
            folder=faces.settings.data / "incoming", bus=faces.bus, clock=faces.clock, bytes_max=faces.settings.server.import_bytes_max
        )
        self._pacing = Pacing(seconds_each=30.0, burst=10)

    async def forget(self, owners: Collection[ConversationId]) -> None:
        """Forgets what whoever was erased had begun to bring."""
        await self._drafts.forget(owners)

    def add_routes(self, app: Starlette) -> None:
        """Adds the routes."""
        app.add_route("/my/imports", self.imports, methods=["GET"])
        app.add_route("/my/imports", self.make, methods=["POST"])
        app.add_route("/my/imports/{draft}/files", self.take, methods=["POST"])
        app.add_route("/my/imports/{draft}/preview", self.preview, methods=["POST"])
        app.add_route("/my/imports/{draft}/start", self.start, methods=["POST"])
        app.add_route("/my/imports/{draft}/events", self.events, methods=["GET"])
        app.add_route("/my/imports/{draft}/drop", self.drop, methods=["POST"])
        app.add_route("/my/imports/{held}/take-back", self.take_back, methods=["POST"])
        app.add_route("/my/chats/{chat}/continue", self.carry_on, methods=["POST"])

    async def imports(self, request: Request) -> Response:
        """Lists what the visitor brought, newest first, and names the draft that is under way."""
        visit = await self._visits.visit(request)
        library = self._faces.library
        found = await library.imports(owners=visit.own, limit=IMPORTS_LISTED) if library and visit.own else ()
        draft = self._drafts.open_of(visit.address.handle)
        return answer_json({"imports": [import_json(i) for i in found], "open": draft.id if draft is not None else None})

    async def make(self, request: Request) -> Response:
        """Makes room for files that are about to come."""
        visit = await self._visits.settled(request)
        wait = self._pacing.wait_seconds(visit.address.handle, now=self._faces.clock.monotonic())
        if wait:
            return answer_json({"error": "paced"}, status=429, headers={"retry-after": str(int(wait) + 1)})
        await read_capped(request, bytes_max=BODY_BYTES_MAX)
        draft = await self._drafts.make(handle=visit.address.handle, owner=visit.home, host=request.client.host if request.client else "")
        return answer_json({"id": draft.id}, status=201)

    async def take(self, request: Request) -> Response:
        """Takes one file, streamed to disk."""
        found = await self._draft(request)
        if found.busy:
            raise Refused("the files are being read already")
        size = await self._drafts.take(found, request, name=unquote(request.headers.get("x-wasl-name", "")))
        return answer_json({"size": size}, status=201)

    async def preview(self, request: Request) -> Response:
        """Begins to read the files without storing anything."""
        found = await self._draft(request)
        if not found.settled or not found.files:
            raise Refused("there is nothing to be read, or it is being read already")
        language = self._faces.language(request).code

        async def work(draft: Draft) -> Step:
            choices = Choices(language=language)
            with ExitStack() as stack:
                bundle = await asyncio.to_thread(stack.enter_context, opened(draft.files))
                made = await self._brings.preview(bundle, owner=draft.owner, choices=choices, told=self._progress(draft))
                return Step("preview", preview_json(made))

        self._drafts.run(found, work)
        return answer_json({"id": found.id}, status=202)

    async def start(self, request: Request) -> Response:
        """Begins to store what was previewed, with what the person decided."""
        found = await self._draft(request)
        body = read.json_object(await read_capped(request, bytes_max=BODY_BYTES_MAX), what="my imports")
        if not found.settled or found.step.kind != "preview":
            raise Refused("the files must be looked through first")
        answers = answers_of(body)
        choices = Choices(zone=answers.pop("zone", None), language=self._faces.language(request).code, answers=answers)
        place = await self._faces.store.find_address(await self._visits.address(request))

        async def work(draft: Draft) -> Step:
            with ExitStack() as stack:
                bundle = await asyncio.to_thread(stack.enter_context, opened(draft.files))
                made = await self._brings.run(
                    bundle,
                    owner=draft.owner,
                    choices=choices,
                    address=place[0].id if place and place[1] == draft.owner else None,
                    told=self._progress(draft),
                )
            self._faces.bus.publish(conversation_topic(draft.owner), STORED)
            return Step("report", report_json(made))

        self._drafts.run(found, work)
        return answer_json({"id": found.id}, status=202)

    def _progress(self, draft: Draft) -> Told:
        """Tells the page how far the reading is, a few times a second."""
        told_at = 0.0

        def told(step: Stage) -> None:
            nonlocal told_at
            now = self._faces.clock.monotonic()
            if now - told_at >= PROGRESS_SECONDS:
                told_at = now
                detail = {"stage": step.stage, "read": step.bytes_done, "total": step.bytes_total, "entries": step.entries}
                self._drafts.tell(draft, Step("progress", detail))

        return told

    async def events(self, request: Request) -> Response:
        """Opens the live word about a draft: the last step first."""
        return self._faces.streams.answer(self._frames(await self._draft(request)))

    async def _frames(self, draft: Draft) -> AsyncIterator[bytes]:
        async with self._faces.bus.subscribe(topic_of(draft)) as words:
            yield frame("ready", {})
            yield frame(draft.step.kind, draft.step.detail)
            if draft.step.kind in ENDING:
                return
            async for word in beats(words):
                yield frame(draft.step.kind, draft.step.detail) if word else BEAT
                if draft.step.kind in ENDING:
                    if word is None:
                        yield frame(draft.step.kind, draft.step.detail)
                    return

    async def drop(self, request: Request) -> Response:
        """Leaves a draft: its files are forgotten."""
        await self._drafts.drop(await self._draft(request))
        return answer_json({})

    async def take_back(self, request: Request) -> Response:
        """Takes an import back: its chats, their search and what nobody else refers to."""
        visit = await self._visits.visit(request)
        found = await self._visits.found_import(visit, request.path_params["held"])
        await self._brings.take_back(found.record.id)
        return answer_json({})

    async def carry_on(self, request: Request) -> Response:
        """Makes the end of an imported chat context of the live conversation."""
        visit = await self._visits.settled(request)
        held = await self._visits.chat(visit, request.path_params["chat"])
        assert self._faces.people is not None
        now = self._faces.clock.now_ms()
        await self._faces.people.continue_chat(conversation_id=visit.home, chat_id=held.id, by="person", now_ms=now)
        self._faces.bus.publish(conversation_topic(visit.home), STORED)
        return answer_json({"chat": held.id})

    async def _draft(self, request: Request) -> Draft:
        address = await self._visits.address(request)
        found = self._drafts.find(request.path_params["draft"], handle=address.handle)
        if found is None:
            raise NotYours
        return found


def preview_json(made: Preview) -> dict[str, Any]:
    """Gives what the page shows before anything is stored."""
    survey = made.survey
    chats = [
        {
            "key": found.chat.key,
            "title": found.chat.title or found.chat.origin,
            "people": [p.name for p in list(found.participants.values())[:PEOPLE_SHOWN]],
            "entries": found.entries,
            "first": found.first_ms,
            "last": found.last_ms,
        }
        for found in list(survey.chats.values())[:CHATS_SHOWN]
    ]
    titles = {c["key"]: c["title"] for c in chats}
    questions = [
        {
            "id": q.id,
            "options": [list(option) for option in q.options],
            "guess": q.guess,
            "why": q.why,
            "chat": titles.get(q.id.removeprefix("self:"), ""),
        }
        for q in list(survey.questions.values())[:QUESTIONS_SHOWN]
    ]
    return {
        "format": made.format.title,
        "counts": dict(survey.counts),
        "chats": chats,
        "questions": questions,
        "rejects": rejects_json(survey),
        "before": made.earlier is not None,
    }


def report_json(made: Report) -> dict[str, Any]:
    """Gives what became of everything in the files: in = stored + there already + rejects."""
    counts = made.counts
    there = counts.get("already", 0) + counts.get("changed", 0)
    rejected = counts.get("rejects", 0) + counts.get("full", 0)
    return {
        "import": made.import_id,
        "read": counts.get("entries", 0) + counts.get("rejects", 0),
        "stored": counts.get("stored", 0),
        "there": there,
        "changed": counts.get("changed", 0),
        "rejected": rejected,
        "rejects": rejects_json(made.survey),
        "chats": list(made.chats.values())[:CHATS_SHOWN],
        "repeated": made.repeated,
    }


def rejects_json(survey: Survey) -> list[dict[str, Any]]:
    """Gives the first rejects with their places."""
    return [{"where": r.where, "why": r.why, "sample": r.sample} for r in survey.rejects]


def messages_here(counts: Mapping[str, int]) -> int:
    """Gives how many messages of an import's files are here, those too that came with an earlier part or another file."""
    return sum(counts.get(name, 0) for name in ("stored", "already", "changed"))


def import_json(held: Import) -> dict[str, Any]:
    """Gives what a list shows of an import."""
    counts = held.record.counts
    return {
        "id": held.record.id,
        "name": held.record.name,
        "kind": held.record.kind,
        "state": held.state,
        "at": held.record.started_ms,
        "here": messages_here(counts),
        "counts": dict(counts),
    }
