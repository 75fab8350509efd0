"""The pages of terms: documents and how watching them stands, changes with the words that changed, rules made from them, days announced."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final
from urllib.parse import quote, urlsplit

from babel import Locale
from babel.dates import format_date
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from wasl.domain.days import day_at
from wasl.domain.errors import WaslError
from wasl.domain.terms import Change, Document, RuleRecord, TermsDate, Watched
from wasl.service.alert_terms import first_line, marked
from wasl.service.export_terms import atom
from wasl.service.phrases import told as translated
from wasl.terms.declaration import Declaration
from wasl.web.auth import Operator
from wasl.web.desk import Page
from wasl.web.faces import Faces
from wasl.web.files import read_fields
from wasl.web.languages import Language
from wasl.web.needs import Watching
from wasl.web.words import TERMS_SEEN, TERMS_STATES, TERMS_TOPICS, TERMS_VERDICTS, TERMS_WHAT

CHANGES_SHOWN: Final = 60
CLAUSES_SHOWN: Final = 60
FORM_BYTES_MAX: Final = 8 << 20
DAYS_MAX: Final = 400
PEOPLE_SHOWN: Final = 12


class TermsPages:
    """Shows terms and takes decisions about them."""

    def __init__(self, faces: Faces, *, watching: Watching) -> None:
        self._faces = faces
        self._watching = watching
        self._declared: Mapping[str, Declaration] = {one.document.id: one for one in watching.every}

    def rows(self) -> Sequence[tuple[str, str, Page]]:
        """Gives the routes: address, method, function."""
        return (
            ("/terms", "GET", self.listing),
            ("/terms/feed.atom", "GET", self.feed),
            ("/terms/bring", "POST", self.bring),
            ("/terms/changes/{change}", "GET", self.change),
            ("/terms/changes/{change}/draft", "POST", self.draft),
            ("/terms/changes/{change}/confirm", "POST", self.confirm),
            ("/terms/changes/{change}/aside", "POST", self.aside),
        )

    async def listing(self, request: Request, operator: Operator) -> Response:
        """Lists what changed, the announced days, and every document."""
        terms, language = self._watching.terms, self._faces.language(request)
        changes = await terms.changes(limit=CHANGES_SHOWN)
        known = {one.document_id: one for one in await terms.watched()}
        watched = self._watching.watch.declarations
        documents = [
            _document(one, known.get(one.document.id), title=self._title(one.document, language), language=language)
            for one in self._watching.every
            if one.document.id in watched
        ]
        return self._faces.page(
            request,
            "terms.html",
            operator=operator,
            here="terms",
            changes=[self._row(one, language) for one in changes],
            days=self._calendar(changes, language),
            documents=documents,
            unwatched=len(self._watching.every) - len(documents),
            states=TERMS_STATES,
            verdicts=TERMS_VERDICTS,
            topics=TERMS_TOPICS,
            what=TERMS_WHAT,
            told=request.query_params.get("told", "")[:300],
        )

    async def change(self, request: Request, operator: Operator, *, wrong: str = "", drafts: Sequence[RuleRecord] = ()) -> Response:
        """Shows one change: before and after with the words that changed, what it touches, and what may be done about it."""
        found = await self._watching.terms.find_change(request.path_params["change"])
        if found is None or found.document_id not in self._declared:
            return self._nothing(request)
        language = self._faces.language(request)
        document = self._declared[found.document_id].document
        titles = self._faces.titles(language)
        rules = [one for one in await self._watching.terms.rules() if one.change_id == found.id]
        confirmed = {one.rule_id for one in rules if one.act == "confirmed"}
        open_ = drafts or [one for one in rules if one.act == "drafted" and one.rule_id not in confirmed]
        trials = [(one, await self._watching.make.trial(one.toml)) for one in {one.rule_id: one for one in open_}.values()]
        return self._faces.page(
            request,
            "terms_change.html",
            operator=operator,
            here="terms",
            row=self._row(found, language),
            document=document,
            judged=found.judgement,
            reason=translated(found.judgement.reason, language.code),
            clauses=[
                {
                    "heading": clause.heading,
                    "sentence": clause.sentence,
                    "weight": clause.weight,
                    "topics": clause.topics,
                    "sides": marked(clause),
                }
                for clause in found.judgement.clauses[:CLAUSES_SHOWN]
            ],
            dates=[_dated(one, language) for one in found.judgement.dates],
            touches=[
                *(titles.get(one, one) for one in document.channels),
                *document.providers,
                *(translated(one, language.code) for one in document.capabilities),
            ],
            concerned=_people(await self._watching.people(document), language),
            trials=[{"record": record, "trial": trial, "people": _people(trial.people, language)} for record, trial in trials],
            rules=[one for one in rules if one.act in ("confirmed", "ended", "stale")],
            what=TERMS_WHAT,
            verdicts=TERMS_VERDICTS,
            topics=TERMS_TOPICS,
            wrong=wrong,
        )

    async def draft(self, request: Request, operator: Operator) -> Response:
        """Drafts rules from a change, or from the text that a person wrote."""
        form = await read_fields(request, bytes_max=FORM_BYTES_MAX, fields_max=40)
        try:
            sentence, toml = form.get("sentence", ""), form.get("toml", "")
            made = await self._watching.make.draft(request.path_params["change"], sentence=sentence, toml=toml, by="operator")
        except WaslError as error:
            return await self.change(request, operator, wrong=self._told(request, error.message))
        return await self.change(request, operator, drafts=made)

    async def confirm(self, request: Request, operator: Operator) -> Response:
        """Lets a draft act, in somebody's name."""
        form = await read_fields(request, bytes_max=FORM_BYTES_MAX, fields_max=40)
        try:
            await self._watching.make.confirm(form.get("rule", ""), by=form.get("by", ""), note=form.get("note", ""))
        except WaslError as error:
            return await self.change(request, operator, wrong=self._told(request, error.message))
        return RedirectResponse(f"/console/terms/changes/{quote(request.path_params['change'])}", status_code=303)

    async def aside(self, request: Request, operator: Operator) -> Response:
        """Notes that a change is not for us, or asks for a reminder."""
        form = await read_fields(request, bytes_max=FORM_BYTES_MAX, fields_max=40)
        days = form.get("days", "")
        count = min(int(days), DAYS_MAX) if days.isascii() and days.isdigit() and len(days) < 5 else 0
        try:
            by, note = form.get("by", ""), form.get("note", "")
            await self._watching.make.set_aside(request.path_params["change"], by=by, note=note, days=count)
        except WaslError as error:
            return await self.change(request, operator, wrong=self._told(request, error.message))
        return RedirectResponse("/console/terms", status_code=303)

    async def bring(self, request: Request, operator: Operator) -> Response:
        """Takes a page that somebody pasted."""
        form = await read_fields(request, bytes_max=FORM_BYTES_MAX, fields_max=40)
        name, text = form.get("document", ""), form.get("text", "")
        if name not in self._watching.watch.declarations or not text.strip():
            return self._nothing(request)
        kind = "text/html" if "<html" in text[:2000].casefold() or "<body" in text[:4000].casefold() else "text/plain"
        seen = await self._watching.watch.bring(name, text.encode(), content_type=kind, by=form.get("by", "").strip() or "operator")
        if seen.change is not None:
            return RedirectResponse(f"/console/terms/changes/{quote(seen.change.id)}", status_code=303)
        language = self._faces.language(request)
        outcome = language.say(TERMS_SEEN.get(seen.outcome, seen.outcome))
        words = f"{outcome}: {translated(seen.reason, language.code)}" if seen.reason else outcome
        return RedirectResponse(f"/console/terms?told={quote(words)}", status_code=303)

    async def feed(self, request: Request, operator: Operator) -> Response:
        """Gives the changes as an Atom feed."""
        changes = await self._watching.terms.changes(limit=CHANGES_SHOWN)
        documents = {name: one.document for name, one in self._declared.items()}
        language = self._faces.language(request).code
        text = atom(changes, documents, address=self._faces.address(request), now_ms=self._faces.clock.now_ms(), language=language)
        return Response(text, media_type="application/atom+xml")

    # -- beside
    def _told(self, request: Request, message: str) -> str:
        return translated(message, self._faces.language(request).code)

    def _row(self, change: Change, language: Language) -> dict[str, Any]:
        document = self._declared[change.document_id].document if change.document_id in self._declared else None
        today = day_at(self._faces.clock.now_ms())
        days = sorted({one.day for one in change.judgement.dates if one.day is not None})
        return {
            "id": change.id,
            "name": self._title(document, language) if document else change.document_id,
            "line": first_line(document, change, today=today, language=language.code) if document else change.document_id,
            "verdict": change.judgement.label,
            "topic": change.judgement.topic or "",
            "days": [(_shown(day, language), (day - today).days) for day in days],
            "unread": [one.written for one in change.judgement.dates if one.day is None],
            "at": change.at_ms,
            "state": change.state,
            "unconfirmed": change.unconfirmed,
            "note": change.note,
        }

    def _calendar(self, changes: Sequence[Change], language: Language) -> list[dict[str, Any]]:
        today = day_at(self._faces.clock.now_ms())
        found: dict[tuple[date, str], dict[str, Any]] = {}
        for change in changes:
            for one in change.judgement.dates:
                if one.day is not None and one.day >= today and change.document_id in self._declared:
                    document = self._declared[change.document_id].document
                    told = {"day": one.day, "shown": _shown(one.day, language), "left": (one.day - today).days, "change": change.id}
                    found.setdefault((one.day, document.id), {**told, "name": self._title(document, language), "text": one.sentence})
        return [found[key] for key in sorted(found)]

    def _title(self, document: Document, language: Language) -> str:
        """Names a document with whose it is: a channel by the name that people know."""
        titles = {
            **self._faces.titles(language),
            **{channel.kind: language.say(channel.title) for channel in self._faces.channels.values()},
        }
        return f"{titles.get(document.platform, document.platform)}: {document.name}"

    def _nothing(self, request: Request) -> Response:
        say = self._faces.language(request).say
        return self._faces.notice(
            request, status=404, head=say("There is no such change"), text=say("Its document may not be declared any more.")
        )


def _document(declaration: Declaration, stands: Watched | None, *, title: str, language: Language) -> dict[str, Any]:
    document: Document = declaration.document
    state = _state(declaration, stands)
    return {
        "id": document.id,
        "title": title,
        "kind": document.kind,
        "region": document.region,
        "url": "" if _is_list(declaration) else declaration.sources[0].url,
        "state": state,
        "problem": translated(stands.problem, language.code) if stands else "",
        "seen": stands.seen_ms if stands else None,
        "manual": declaration.manual,
        "unsure": declaration.unsure,
        "note": declaration.note,
    }


def _is_list(declaration: Declaration) -> bool:
    """Says whether it stands for a provider's list of models, which is asked for and is no page."""
    return declaration.manual and (urlsplit(declaration.sources[0].url).hostname or "").endswith(".invalid")


def _state(declaration: Declaration, stands: Watched | None) -> str:
    if declaration.manual:
        told = stands is not None and stands.seen_ms is not None
        return "listed" if _is_list(declaration) else "manual" if told else "wanted"
    if stands is None or stands.checked_ms is None:
        return "unseen"
    return "quarantined" if stands.quarantined else "problem" if stands.problem else "well"


def _shown(day: date, language: Language) -> str:
    return format_date(day, format="long", locale=language.code)


def _dated(told: TermsDate, language: Language) -> dict[str, Any]:
    return {"day": _shown(told.day, language) if told.day else told.written, "read": told.day is not None, "text": told.sentence}


def _people(people: Mapping[str, int], language: Language) -> list[tuple[str, int]]:
    names = Locale.parse(language.code).territories
    return [(names.get(country, country), count) for country, count in list(people.items())[:PEOPLE_SHOWN]]
