"""Commands: what a person may do about their own conversations by a short word in the chat, without an operator.

Every effect can be repeated: a turn that is tried again, because the process died between effect and answer, does nothing twice and is
answered alike. What waits for the person's next word is kept in the store, and remembers the turn that took it.
"""

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from babel.dates import format_date

from wasl.domain.errors import Refused, Throttled
from wasl.domain.identity import UNDO_DAYS, AuditRecord, LinkRecord
from wasl.domain.ids import ConversationId
from wasl.domain.message import Choice, Option, Part, Text
from wasl.domain.turn import DueTurn
from wasl.ports.channel import Channel
from wasl.ports.clock import Clock
from wasl.ports.library import Hit, Library
from wasl.ports.store import Store, Timer, Token
from wasl.service.command_words import tell
from wasl.service.link import CODE_MS, Links, code_hash
from wasl.service.prove_address import ProveAddress
from wasl.service.question import Question, hashed
from wasl.service.recognise_command import COMMAND_NAMES, PICK_PREFIX, Command, recognise_command
from wasl.service.snippet import snippet
from wasl.service.words import base_language, words_of
from wasl.wire.link_code import read_code
from wasl.wire.phone import masked

EXPORT_KIND = "export"
EXPORT_MS = 60 * 60_000
ERASE_TIMER = "erase confirmed"
ERASE_AFTER_MS = 15_000
"""An erasure that a person confirmed begins after this: the last word must have reached them, for it is erased too."""
HITS = 5
HITS_LOOKED_AT = 40
CHATS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """What a command is answered with, and its name for the record. `after` is done once the answer is stored, once at most."""

    name: str
    parts: tuple[Part, ...]
    after: Callable[[], Awaitable[None]] | None = None


class Commands:
    """Carries out commands in private conversations."""

    def __init__(
        self,
        *,
        store: Store,
        clock: Clock,
        channels: Mapping[str, Channel],
        links: Links,
        library: Library | None,
        public_url: str | None,
        language: str,
        enabled: Collection[str] = COMMAND_NAMES,
        prove: ProveAddress | None = None,
    ) -> None:
        self._store = store
        self._clock = clock
        self._channels = channels
        self._links = links
        self._library = library
        self._public_url = public_url.rstrip("/") if public_url else None
        self._language = language
        self._enabled = frozenset(enabled)
        self._prove = prove

    def recognise(self, turn: DueTurn) -> Command | None:
        """Gives the command that a turn may be. Costs nothing for an ordinary message."""
        if turn.address.key.kind == "group":
            return None
        return recognise_command(turn.parts, enabled=self._enabled)

    async def carry_out(self, turn: DueTurn, *, home: ConversationId) -> Done | None:
        """Does what a turn asks and gives the answer; None when it is an ordinary message after all. Raises StoreDown."""
        command = self.recognise(turn)
        if command is None:
            return None
        first = command.word if command.name in ("code", "maybe", "prove") else words_of(turn.parts)
        language = await self._links.language(home, told=turn.address.language, first=first)
        act = _Act(self, turn, home, language=language)
        match command.name:
            case "link":
                return await act.link()
            case "code" | "maybe":
                return await act.code(command.argument, sure=command.name == "code")
            case "prove":
                return await act.prove(command.argument)
            case "unlink":
                return await act.unlink(command.argument)
            case "undo":
                return await act.undo()
            case "search":
                return await act.search(command.argument)
            case "export":
                return await act.export()
            case "erase":
                return await act.erase()
            case "continue":
                return await act.go_on(command.argument)
            case "help":
                return act.done("help", "help")
            case "yes" | "no" | "number":
                return await act.answered(command)


class _Act:
    """One command of one turn."""

    def __init__(self, commands: Commands, turn: DueTurn, home: ConversationId, *, language: str) -> None:
        self._c = commands
        self._turn = turn
        self._home = home
        self._language = language
        self._question = Question(store=commands._store, clock=commands._clock, home=home, turn_id=turn.id)

    def done(
        self, name: str, key: str, options: Sequence[Option] = (), after: Callable[[], Awaitable[None]] | None = None, **values: object
    ) -> Done:
        """Answers with words of the catalogue and buttons."""
        return self._said(name, self._words(key, **values), options, after=after)

    def _said(self, name: str, text: str, options: Sequence[Option] = (), after: Callable[[], Awaitable[None]] | None = None) -> Done:
        channel = self._c._channels.get(self._turn.address.key.channel)
        buttons = channel is not None and (channel.limits.buttons_max or channel.limits.list_rows_max)
        # Where there are no buttons the words say what to send.
        parts: tuple[Part, ...] = (Choice(text=text, options=tuple(options)),) if options and buttons else (Text(text=text),)
        return Done(name=name, parts=parts, after=after)

    def _place(self, channel: str, handle: str) -> str:
        """Names a channel and a handle; marks of direction keep the handle's ends where they are between Arabic words."""
        return f"{self._c._links.title(channel, language=self._language)} \u2066{handle}\u2069"

    def _words(self, key: str, **values: object) -> str:
        return tell(key, language=self._language, **values)

    # -- linking
    async def link(self) -> Done:
        """Gives a code, and how to bring it to every other channel."""
        offer = await self._c._links.offer(self._home, seed=self._turn.id, language=self._language)
        await self._note("link code")
        lines = [self._words("link", minutes=CODE_MS // 60_000)]
        for way in offer.ways:
            lines.append(self._words("way" if way.url else "way_text", title=way.title, url=way.url, text=way.text))
        # The code stands alone in a message of its own, as code: one touch copies it.
        return Done(name="link", parts=(Text(text="\n".join(lines)), Text(text=f"`{offer.code}`", format="markdown")))

    async def code(self, text: str, *, sure: bool) -> Done | None:
        """Asks, on the other channel, whether to join. What only may be a code is one where a code was spoken of here just now."""
        if not sure and not await self._c._links.spoke_of_code(self._home):
            return None
        try:
            found = await self._c._links.look(text, home=self._home)
        except Throttled as held:
            return self.done("code", "slow", minutes=max(1, round((held.seconds or 60) / 60)))
        except Refused as refused:
            await self._c._links.speak_of_code(self._home)
            why = str(refused.facts.get("why"))
            return self.done("code", why if why in ("mistyped", "own", "not whole") else "unknown")
        payload = {
            "what": "link", "link": found.link_id, "other": found.conversation_id,
            "code": code_hash(read_code(text, told=True) or ""), "expires": found.expires_ms,
        }  # fmt: skip
        await self._question.put(payload, expires_ms=found.expires_ms)
        return self.done(
            "code",
            "ask_link",
            self._yes_no(found.link_id),
            places="\n".join(f"• {self._place(channel, handle)}" for channel, handle in found.places),
            messages=found.messages,
            since=_day(found.since_ms, self._language),
        )

    async def prove(self, handle: str) -> Done | None:
        """Has a code brought to where the person wrote from on a channel that is closed; an ordinary word where none is."""
        told = await self._c._prove.told(handle, home=self._home, language=self._language, seed=self._turn.id) if self._c._prove else None
        return None if told is None else self.done("prove", told.key, minutes=told.minutes)

    async def _join(self, asked: Mapping[str, Any]) -> Done:
        other = ConversationId(str(asked["other"]))
        try:
            await self._c._links.join_looked_at(link_id=asked["link"], other=other, home=self._home, code_hash=asked["code"])
        except Refused:
            return self.done("link", "used")
        lines = [self._words("linked")]
        ways = [w for w in self._c._links.ways("", but={self._turn.address.key.channel}, language=self._language) if w.url]
        if ways:
            lines += [self._words("continue_on"), *(self._words("way", title=w.title, url=_bare(w.url or "")) for w in ways)]
        here = self._turn.address.key.channel
        return self._said("link", "\n".join(lines), after=lambda: self._c._links.tell(other, "linked_there", channel=here))

    async def unlink(self, number: str) -> Done:
        """Shows what is joined, or parts one of it."""
        if number:
            return await self._part(number)
        active = await self._active()
        if not active:
            return self.done("unlink", "no_links")
        await self._question.put({"what": "unlink", "links": [k.id for k, _ in active]})
        options = [Option(id=f"{PICK_PREFIX}unlink:{n}", title=self._words("part_it", number=n)) for n, _ in enumerate(active, 1)]
        return self.done("unlink", "unlink", options, places="\n".join(f"{n}. {place}" for n, (_, place) in enumerate(active, 1)))

    async def _active(self) -> list[tuple[LinkRecord, str]]:
        """Gives the links that keep this conversation's person together, each with what stands at its other end."""
        view = await self._view()
        if view is None:
            return []
        places = {
            i.conversation_id: ", ".join(
                self._place(a.key.channel, masked(a.key.alias or a.key.handle)) for a in i.addresses if a.valid_to_ms is None
            )
            for i in view.identities
        }
        found = []
        for link in view.links:
            if link.ended_ms is None:
                ends = [link.other] if link.one == self._home else [link.one] if link.other == self._home else [link.one, link.other]
                found.append((link, " ↔ ".join(places.get(end) or "—" for end in ends)))
        return found

    async def _part(self, number: str) -> Done:
        asked = await self._question.waiting("unlink")
        if asked is None:
            active = await self._active()
            asked = await self._question.put({"what": "unlink", "links": [k.id for k, _ in active]})
        links: Sequence[str] = asked.payload["links"]
        if not 1 <= int(number) <= len(links):
            return await self.unlink("")
        chosen = links[int(number) - 1]
        if not await self._question.take(asked, chosen=chosen):
            return await self.unlink("")
        ended = await self._c._links.part(chosen, by="person", home=self._home)
        other = ended.other if ended.one == self._home else ended.one
        here = self._turn.address.key.channel
        return self.done("unlink", "unlinked", days=UNDO_DAYS, after=lambda: self._c._links.tell(other, "unlinked_there", channel=here))

    async def undo(self) -> Done | None:
        """Joins again what this conversation parted last; an ordinary word where there is nothing to undo."""
        asked = await self._question.waiting("undo")
        link = None if asked is None or asked.payload.get("done_by") != self._turn.id else str(asked.payload["link"])
        if link is None:
            link = await self._c._links.parted_from(self._home)
            if link is None:
                return None
            await self._question.take(await self._question.put({"what": "undo", "link": link}))
        try:
            opened = await self._c._links.rejoin(link, by="person")
        except Refused:
            return self.done("undo", "used")
        here, other = self._turn.address.key.channel, opened.other if opened.one == self._home else opened.one
        return self.done("undo", "relinked", after=lambda: self._c._links.tell(other, "linked_there", channel=here))

    # -- finding, taking along, erasing, going on
    async def search(self, text: str) -> Done | None:
        """Finds the newest of what the person said or was told."""
        if self._c._library is None:
            return None
        own = await self._c._store.people.siblings(self._home)
        found = await self._c._library.search(text, conversations=own, limit=HITS_LOOKED_AT)
        # What was asked of us by a word, and what we said to that, holds the same words and tells nothing.
        hits = [h for h in found if h.author != "system" and not _asks(h)]
        if not hits:
            return self.done("search", "no_hits", text=text)
        lines = []
        for hit in hits[:HITS]:
            where = hit.chat_title or self._c._links.title(hit.origin, language=self._language)
            lines.append(f"• {_day(hit.at_ms, self._language)} · {where} · {snippet(hit.text, hit.marks)}")
        return self.done("search", "search", text=text, hits="\n".join(lines))

    async def export(self) -> Done | None:
        """Gives a link to everything of the person."""
        person = await self._c._store.people.person_of(self._home)
        if person is None:
            return None
        await self._note("export link")
        if self._c._public_url is None:
            here = getattr(self._c._channels.get(self._turn.address.key.channel), "local", False)
            return self.done("export", "export_here" if here else "export_nowhere", person=person)
        secret = (await self._c._links.digest("export", self._turn.id)).hex()
        now = self._c._clock.now_ms()
        payload = {"person": person, "home": self._home, "scope": "person", "language": self._language}
        await self._c._store.put_token(
            Token(kind=EXPORT_KIND, sha256=hashed(secret), label="export", created_ms=now, expires_ms=now + EXPORT_MS, payload=payload)
        )
        return self.done("export", "export", url=f"{self._c._public_url}/export/{secret}", minutes=EXPORT_MS // 60_000)

    async def erase(self) -> Done | None:
        """Tells what erasing would take, and how to confirm it."""
        view = await self._view()
        if view is None:
            return None
        if view.hold is not None:
            return self.done("erase", "on_hold", reason=view.hold)
        weighed = await self._c._store.people.weigh(view.id)
        number = int.from_bytes(await self._c._links.digest("erase", self._turn.id), "big") % 900_000 + 100_000
        code = hashed(f"{self._home}\n{number}")
        whose = sorted(i.conversation_id for i in view.identities)
        await self._question.put({"what": "erase", "code": code, "person": view.id, "whose": whose, "receipt": self._turn.id})
        counts = weighed.counts
        chats = sum(i.chats for i in view.identities)
        return self.done("erase", "erase", code=number, messages=counts.get("message", 0), chats=chats, files=len(weighed.files))

    async def _erase_now(self, asked: Mapping[str, Any]) -> Done:
        view = await self._view()
        if view is not None and view.hold is not None:
            return self.done("erase", "on_hold", reason=view.hold)
        if view is not None and sorted(i.conversation_id for i in view.identities) != asked["whose"]:
            return await self.erase() or self.done("erase", "used")  # a link came or ended: other words than those that were counted
        await self._note("erase confirmed")
        due = self._c._clock.now_ms() + ERASE_AFTER_MS
        receipt = str(asked["receipt"])
        payload = {"person": str(asked["person"]), "home": self._home, "whose": asked["whose"], "by": "person"}
        await self._c._store.set_timer(Timer(kind=ERASE_TIMER, key=receipt, due_ms=due, payload=payload))
        return self.done("erase", "erasing", receipt=receipt)

    async def go_on(self, number: str) -> Done | None:
        """Lets the person choose an imported chat that is to go on here; an ordinary word for who brought none."""
        if self._c._library is None:
            return None
        own = await self._c._store.people.siblings(self._home)
        asked = await self._question.waiting("continue") if number else None
        if asked is not None:
            chats: Sequence[Sequence[str]] = asked.payload["chats"]
            if 1 <= int(number) <= len(chats):
                chat_id, title = chats[int(number) - 1]
                await self._c._store.people.continue_chat(
                    conversation_id=self._home, chat_id=chat_id, by="person", now_ms=self._c._clock.now_ms()
                )
                return self.done("continue", "continued", title=title)
        held = await self._c._library.chats(owners=own, limit=CHATS)
        if not held:
            return None
        listed = [[h.id, h.chat.title or h.format] for h in held]
        await self._question.put({"what": "continue", "chats": listed})
        options = [Option(id=f"{PICK_PREFIX}continue:{n}", title=title[:24]) for n, (_, title) in enumerate(listed, 1)]
        return self.done("continue", "continue", options, chats="\n".join(f"{n}. {title}" for n, (_, title) in enumerate(listed, 1)))

    # -- questions that wait for an answer
    async def answered(self, command: Command) -> Done | None:
        """Takes a yes, a no or a number as the answer to what was asked; else it is an ordinary message."""
        asked = await self._question.waiting()
        if asked is None:
            return None
        payload = asked.payload
        match command.name, payload.get("what"):
            case "number", "erase" if hashed(f"{self._home}\n{command.argument}") == payload["code"]:
                return await self._erase_now(payload) if await self._question.take(asked) else None
            case "yes", "link" if command.argument in ("", payload["link"]):
                return await self._join(payload) if await self._question.take(asked) else None
            case "no", "link" if command.argument in ("", payload["link"]):
                return self.done("link", "not_linked") if await self._question.take(asked) else None
        return None

    def _yes_no(self, about: str) -> tuple[Option, Option]:
        yes, no = (Option(id=f"{PICK_PREFIX}{word}:{about}", title=self._words(word)) for word in ("yes", "no"))
        return yes, no

    async def _view(self) -> Any:
        person = await self._c._store.people.person_of(self._home)
        return None if person is None else await self._c._store.people.view(person)

    async def _note(self, act: str) -> None:
        """Writes a step into the audit log; the turn's id makes it one step however often the turn is tried."""
        person = await self._c._store.people.person_of(self._home)
        if person is not None:
            record = AuditRecord(
                id=self._turn.id, at_ms=self._c._clock.now_ms(), by="person", act=act, person_id=person, conversation_id=self._home
            )
            await self._c._store.people.note(record)


def _day(at_ms: int, language: str) -> str:
    locale = "ar" if base_language(language) == "ar" else "en"
    return str(format_date(datetime.fromtimestamp(at_ms / 1000, tz=UTC), "d MMMM y", locale=locale))


def _asks(hit: Hit) -> bool:
    """Says whether a hit is a search that its person asked of us in the chat."""
    if hit.author != "person" or hit.message_id is None:
        return False
    asked = recognise_command((Text(text=hit.text),))
    return asked is not None and asked.name == "search"


def _bare(url: str) -> str:
    """Gives an invitation without a code."""
    return url.partition("?")[0].removesuffix("/me/link")
