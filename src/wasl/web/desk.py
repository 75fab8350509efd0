"""The operator's desk for people: who is who, what is theirs, and what may be joined, parted, taken out and erased."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from wasl.domain.identity import LinkRecord, PersonView
from wasl.domain.ids import AddressId, ConversationId, PersonId
from wasl.domain.person import Address
from wasl.ports.bus import conversation_topic
from wasl.ports.library import Library
from wasl.ports.people import People
from wasl.service.live import STORED
from wasl.web.auth import Operator
from wasl.web.bringing import import_json
from wasl.web.faces import Faces
from wasl.web.files import read_fields
from wasl.web.languages import Language
from wasl.web.mine import chat_json
from wasl.web.people_words import ACTS_ON_PEOPLE, AUDIT_DETAILS, AUDIT_VALUES
from wasl.web.reading import entry_json, hit_json
from wasl.web.words import COUNTED, IMPORT_STATES

LISTED = 50
AUDIT_LISTED = 50
CHATS_LISTED = 100
IMPORTS_LISTED = 100
HITS_LISTED = 40
ENTRIES_LISTED = 100
FORM_BYTES_MAX = 64 << 10
WORDS_MAX = 200
CONFIRM_CHARACTERS = 6
"""The end of a person's id, to be typed before they are erased."""
SEQ_MAX = (1 << 62) - 1


Page = Callable[[Request, Operator], Awaitable[Response]]


class Desk:
    """The console's pages about people. Every act is a form of ours, confirmed where it cannot be undone."""

    def __init__(self, faces: Faces) -> None:
        assert faces.people is not None
        self._faces = faces
        self._people: People = faces.people
        self._library: Library | None = faces.library

    def rows(self) -> Sequence[tuple[str, str, Page]]:
        """Gives the routes: address, method, function."""
        return (
            ("/people", "GET", self.people),
            ("/people/{person}", "GET", self.person),
            ("/people/{person}/merge", "GET", self.merge),
            ("/people/{person}/merge", "POST", self.merge),
            ("/people/{person}/addresses/{address}/split", "GET", self.split),
            ("/people/{person}/addresses/{address}/split", "POST", self.split),
            ("/people/{person}/hold", "POST", self.hold),
            ("/people/{person}/export", "POST", self.export),
            ("/people/{person}/erase", "GET", self.erase),
            ("/people/{person}/erase", "POST", self.erase),
            ("/links/{link}/part", "POST", self.part),
            ("/links/{link}/undo", "POST", self.undo),
            ("/search", "GET", self.search),
            ("/chats/{chat}", "GET", self.chat),
            ("/imports", "GET", self.imports),
            ("/imports/{held}/take-back", "POST", self.take_back),
        )

    # -- looking
    async def people(self, request: Request, operator: Operator) -> Response:
        """Lists people, found by name, handle or id."""
        words, after = request.query_params.get("find", "")[:WORDS_MAX], request.query_params.get("after", "")[:64]
        found = await self._people.find(words, limit=LISTED + 1, after=PersonId(after) if after else None)
        shown = [person_row(v) for v in found[:LISTED]]
        more = found[LISTED - 1].id if len(found) > LISTED else ""
        return self._page(request, operator, "people.html", find=words, rows=shown, more=more)

    async def person(self, request: Request, operator: Operator, *, export: str = "") -> Response:
        """Shows one person: identities, links, what they brought, what happened to them."""
        view = await self._view(request)
        if view is None:
            return self._nobody(request)
        own = [i.conversation_id for i in view.identities]
        audit = await self._people.audit(person_id=view.id, limit=AUDIT_LISTED)
        chats = await self._library.chats(owners=own, limit=CHATS_LISTED) if self._library else ()
        imports = await self._library.imports(owners=own, limit=IMPORTS_LISTED) if self._library else ()
        return self._page(
            request,
            operator,
            "person.html",
            view=view,
            places={i.conversation_id: _place(i.addresses) for i in view.identities},
            chats=[chat_json(c) for c in chats],
            imports=[import_json(i) for i in imports],
            audit=[{"at": a.at_ms, "by": a.by, "act": a.act, "detail": _words(a.detail, self._faces.language(request))} for a in audit],
            export=export,
            offers=self._faces.offers(),
        )

    async def search(self, request: Request, operator: Operator) -> Response:
        """Finds what was said by anybody, or by one person."""
        words, person = request.query_params.get("q", "")[:WORDS_MAX], request.query_params.get("person", "")[:64]
        before = request.query_params.get("before", "")
        view = await self._people.view(PersonId(person)) if person else None
        own = [i.conversation_id for i in view.identities] if view else None
        hits = []
        if self._library is not None and words.strip() and (own or not person):
            cursor = int(before[:18]) if before.isascii() and before.isdigit() else None
            hits = list(await self._library.search(words, conversations=own, limit=HITS_LISTED, before=cursor))
        shown = [{**hit_json(h), "person": h.person_id} for h in hits]
        more = str(hits[-1].cursor) if len(hits) == HITS_LISTED else ""
        return self._page(request, operator, "search.html", q=words, hits=shown, view=view, more=more, here="search")

    async def chat(self, request: Request, operator: Operator) -> Response:
        """Shows an imported chat for reading."""
        held = await self._library.find_chat(request.path_params["chat"]) if self._library else None
        if held is None or self._library is None:
            return self._nobody(request)
        before = request.query_params.get("before", "")
        at = int(before[:18]) if before.isascii() and before.isdigit() else SEQ_MAX
        some = await self._library.entries(held.id, before=at, limit=ENTRIES_LISTED + 1)
        people = {p.key: p for p in held.participants}
        lines = [entry_json(line, people=people, ticket=lambda _: "") for line in some[-ENTRIES_LISTED:]]
        earlier = str(some[1].seq) if len(some) > ENTRIES_LISTED else ""
        person = await self._people.person_of(held.owner)
        return self._page(request, operator, "chat_read.html", chat=chat_json(held), lines=lines, earlier=earlier, person=person)

    async def imports(self, request: Request, operator: Operator) -> Response:
        """Lists every import, newest first."""
        found = await self._library.imports(owners=None, limit=IMPORTS_LISTED) if self._library else ()
        rows = [{**import_json(i), "person": await self._people.person_of(i.owner)} for i in found]
        return self._page(request, operator, "imports.html", rows=rows)

    # -- joining and parting
    async def merge(self, request: Request, operator: Operator) -> Response:
        """Shows what a merge would join; joins it once it is confirmed."""
        view = await self._view(request)
        form = await read_fields(request, bytes_max=FORM_BYTES_MAX) if request.method == "POST" else {}
        other_id = form.get("with") or request.query_params.get("with", "")
        other = await self._other(other_id.strip()[:WORDS_MAX], but=view)
        if view is None or other is None or other.id == view.id:
            return self._nobody(request)
        if request.method == "GET":
            return self._page(request, operator, "merge.html", view=view, other=other, both=(person_row(view), person_row(other)))
        now = self._faces.clock.now_ms()
        one, two = view.identities[0].conversation_id, other.identities[0].conversation_id
        link = LinkRecord(id=self._faces.clock.new_id(), one=one, other=two, proof="operator", by="operator", at_ms=now)
        joined = await self._people.link(link=link, now_ms=now)
        self._tell(*(i.conversation_id for v in (view, other) for i in v.identities))
        return await self._to(await self._people.person_of(joined.one), told="joined")

    async def part(self, request: Request, operator: Operator) -> Response:
        """Ends a link."""
        ended = await self._people.unlink(link_id=request.path_params["link"], by="operator", now_ms=self._faces.clock.now_ms())
        self._tell(ended.one, ended.other)
        return await self._to(await self._people.person_of(ended.one), told="parted")

    async def undo(self, request: Request, operator: Operator) -> Response:
        """Opens an ended link again."""
        opened = await self._people.relink(link_id=request.path_params["link"], by="operator", now_ms=self._faces.clock.now_ms())
        self._tell(opened.one, opened.other)
        return await self._to(await self._people.person_of(opened.one), told="joined")

    async def split(self, request: Request, operator: Operator) -> Response:
        """Shows what parting one address would move; parts it once it is confirmed."""
        view = await self._view(request)
        wanted = request.path_params["address"]
        identity, address = (
            next(((i, a) for i in view.identities for a in i.addresses if a.id == wanted), (None, None)) if view else (None, None)
        )
        if view is None or identity is None or address is None:
            return self._nobody(request)
        if request.method == "GET":
            return self._page(request, operator, "split.html", view=view, identity=identity, address=address, place=_place((address,)))
        parted = await self._people.split(address_id=AddressId(wanted), by="operator", now_ms=self._faces.clock.now_ms())
        self._tell(parted, *(i.conversation_id for i in view.identities))
        return await self._to(await self._people.person_of(parted), told="parted")

    # -- holding, taking out, erasing
    async def hold(self, request: Request, operator: Operator) -> Response:
        """Puts a legal hold on a person, or lifts it."""
        view = await self._view(request)
        if view is None:
            return self._nobody(request)
        reason = (await read_fields(request, bytes_max=FORM_BYTES_MAX)).get("reason", "").strip()[:WORDS_MAX]
        await self._people.hold(person_id=view.id, reason=reason or None, by="operator", now_ms=self._faces.clock.now_ms())
        return await self._to(view.id, told="held" if reason else "lifted")

    async def export(self, request: Request, operator: Operator) -> Response:
        """Makes a one-time link to everything of a person, and shows it."""
        view = await self._view(request)
        if view is None or self._faces.takes_out is None:
            return self._nobody(request)
        wanted = (await read_fields(request, bytes_max=FORM_BYTES_MAX)).get("format", "")
        language = self._faces.language(request)
        secret = await self._faces.takes_out.make_link(self._faces.wanted(view.id, format=wanted, language=language, by="operator"))
        return await self.person(request, operator, export=f"{self._faces.address(request)}/export/{quote(secret)}")

    async def erase(self, request: Request, operator: Operator) -> Response:
        """Shows what erasing a person would take; erases once the operator has typed what the page shows."""
        view = await self._view(request)
        if view is None or self._faces.erases is None:
            return self._nobody(request)
        toll = await self._faces.erases.weigh(view.id)
        shown: dict[str, Any] = {"view": view, "toll": toll, "counted": COUNTED, "right": view.id[-CONFIRM_CHARACTERS:]}
        if request.method == "GET":
            return self._page(request, operator, "erase.html", wrong=False, receipt=None, **shown)
        if (await read_fields(request, bytes_max=FORM_BYTES_MAX)).get("typed", "").strip() != shown["right"]:
            return self._page(request, operator, "erase.html", wrong=True, receipt=None, **shown)
        receipt = await self._faces.erases.run(view.id, by="operator")
        self._tell(*(i.conversation_id for i in view.identities))
        return self._page(request, operator, "erase.html", wrong=False, receipt=receipt, **shown)

    async def take_back(self, request: Request, operator: Operator) -> Response:
        """Takes an import back."""
        held = await self._library.find_import(request.path_params["held"]) if self._library else None
        if held is None or self._faces.brings is None:
            return self._nobody(request)
        await self._faces.brings.take_back(held.record.id)
        return await self._to(await self._people.person_of(held.owner), told="taken_back")

    # -- beside
    async def _view(self, request: Request) -> PersonView | None:
        return await self._people.view(PersonId(request.path_params["person"]))

    async def _other(self, words: str, *, but: PersonView | None) -> PersonView | None:
        """Finds the one other person that an id, a name or a handle means; None when it is nobody or not clear."""
        if not words:
            return None
        if found := await self._people.view(PersonId(words)):
            return found
        some = [v for v in await self._people.find(words, limit=3) if but is None or v.id != but.id]
        return some[0] if len(some) == 1 else None

    async def _to(self, person: PersonId | None, *, told: str) -> Response:
        if person is None:
            return RedirectResponse("/console/people", status_code=303)
        return RedirectResponse(f"/console/people/{quote(person)}?told={told}", status_code=303)

    def _tell(self, *conversations: ConversationId) -> None:
        for conversation in set(conversations):
            self._faces.bus.publish(conversation_topic(conversation), STORED)

    def _page(self, request: Request, operator: Operator, template: str, *, here: str = "people", **values: Any) -> Response:
        language = self._faces.language(request)
        titles = self._faces.titles(language)
        return self._faces.page(
            request, template, operator=operator, here=here, titles=titles, acts=ACTS_ON_PEOPLE, import_states=IMPORT_STATES, **values
        )

    def _nobody(self, request: Request) -> Response:
        say = self._faces.language(request).say
        head, text = say("There is no such person"), say("It may have been removed, or the address is misspelt.")
        return self._faces.notice(request, status=404, head=head, text=text)


def person_row(view: PersonView) -> dict[str, Any]:
    """Gives what a list shows of a person."""
    addresses = [a for i in view.identities for a in i.addresses if a.valid_to_ms is None]
    return {
        "id": view.id,
        "name": view.name,
        "kind": view.kind,
        "places": [{"channel": a.key.channel, "handle": a.key.handle} for a in addresses[:6]],
        "messages": sum(i.messages for i in view.identities),
        "chats": sum(i.chats for i in view.identities),
        "last": max((i.last_ms for i in view.identities), default=None),
        "hold": view.hold,
    }


def _place(addresses: Sequence[Address]) -> dict[str, str]:
    newest = next((a for a in addresses if a.valid_to_ms is None), addresses[0] if addresses else None)
    return {"channel": newest.key.channel, "handle": newest.key.handle} if newest else {"channel": "", "handle": ""}


def _words(detail: Mapping[str, Any], language: Language) -> list[tuple[str, str]]:
    """Gives what is kept beside a step, each with its name."""
    return [
        (language.say(AUDIT_DETAILS.get(name, name)), language.say(AUDIT_VALUES.get(str(value), str(value)))[:WORDS_MAX])
        for name, value in sorted(detail.items())
        if isinstance(value, str | int | float)
    ]
