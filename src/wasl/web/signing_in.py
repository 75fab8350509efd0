"""Signing in on the web, for the web's own sake: whichever browser it is, the same person, and no older cookie opens the door.

A browser is known by a visitor's handle of its own. Signing in joins what was said in this browser to the account by a link with
the proof "account", then gives the browser a fresh handle in the same conversation and makes the old one worthless: whoever
copied the cookie of an anonymous visitor finds nothing behind it once an account stands there. Signing out makes the handle
worthless too.
"""

import hashlib
from dataclasses import dataclass

from wasl.domain.errors import Refused
from wasl.domain.event import Moved
from wasl.domain.identity import LinkRecord
from wasl.domain.ids import ConversationId
from wasl.domain.person import AddressKey
from wasl.ports.bus import conversation_topic
from wasl.ports.channel import Visited
from wasl.ports.store import Token
from wasl.service.live import STORED
from wasl.web.auth import sign_out
from wasl.web.faces import Faces
from wasl.web.homes import home_of
from wasl.web.visiting import Visit

ACCOUNT_KIND = "account"
"""Tokens that say which conversation an account's owner has: by the hash of "mail:…"."""
PASSKEY_KIND = "passkey"
"""Tokens that hold a passkey and whose conversation it opens."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SigningIn:
    """Joins a browser to an account."""

    faces: Faces
    channel: Visited
    name: str

    async def account(self, key: str) -> ConversationId | None:
        """Gives the conversation of an account, if it still belongs to somebody."""
        assert self.faces.people is not None
        token = await self.faces.store.find_token(kind=ACCOUNT_KIND, sha256=digest(key), now_ms=self.faces.clock.now_ms())
        if token is None:
            return None
        conversation = ConversationId(str(token.payload["conversation"]))
        return conversation if await self.faces.people.person_of(conversation) else None

    async def remember(self, key: str, *, conversation: ConversationId, label: str) -> None:
        """Makes an account of a conversation."""
        now = self.faces.clock.now_ms()
        payload = {"conversation": conversation}
        await self.faces.store.put_token(Token(kind=ACCOUNT_KIND, sha256=digest(key), label=label, created_ms=now, payload=payload))

    async def enter(self, visit: Visit, *, account: ConversationId) -> str:
        """Joins the browser to the account and gives the browser's new token; the old one is worthless from now on."""
        home = await self._joined(visit, account=account, proof="account")
        return await self.renew(visit.address, home=home)

    async def renew(self, old: AddressKey, *, home: ConversationId) -> str:
        """Gives a browser a fresh handle in a conversation of the visitor's, and makes the old handle worthless."""
        faces = self.faces
        fresh = faces.clock.new_id()
        token = self.channel.admit(fresh)
        address = self.channel.visitor(token)
        held = next((a.key for a in await faces.store.addresses(home) if a.key.channel == self.name), None)
        if held is None:
            raise Refused("the account has no place on the web any more", code="spent")
        moved = Moved(key=f"renewed {fresh}", scope=held.scope, old_handle=held.handle, new=address, at_ms=faces.clock.now_ms())
        await faces.receive.events(self.name, raw=b"", events=[moved])
        await sign_out(faces.store, handle=old.handle, now_ms=faces.clock.now_ms())
        return token

    async def be_customer(self, visit: Visit | None, customer: AddressKey, *, name: str | None) -> None:
        """Joins what an anonymous browser said to the customer that the operator's site names; its own token is worthless then.

        A browser that is somebody's already is left as it is: several people may use one computer.
        """
        assert self.faces.people is not None
        faces, people = self.faces, self.faces.people
        home = await home_of(customer, store=faces.store, people=people, clock=faces.clock, name=name)
        if visit is not None and visit.home is not None and visit.home != home and not await self.is_somebodys(visit):
            await self._joined(visit, account=home, proof="embed token")
            await sign_out(faces.store, handle=visit.address.handle, now_ms=faces.clock.now_ms())

    async def is_somebodys(self, visit: Visit) -> bool:
        """Says whether a browser is known to be a certain person's: it is linked, or an account or a passkey opens it."""
        if len(visit.own) > 1:
            return True
        found = [t for kind in (ACCOUNT_KIND, PASSKEY_KIND) for t in await self.faces.store.tokens(kind=kind)]
        return any(t.payload.get("conversation") in visit.own for t in found)

    async def _joined(self, visit: Visit, *, account: ConversationId, proof: str) -> ConversationId:
        """Links the browser's conversation with the account's, unless they are one already or the browser is somebody's; gives the
        one to go on in."""
        assert self.faces.people is not None
        if visit.home is None:
            return account
        if account in visit.own:
            return visit.home
        if await self.is_somebodys(visit):
            return account  # another person signs in on the same computer: nobody's words are joined
        now = self.faces.clock.now_ms()
        link = LinkRecord(id=self.faces.clock.new_id(), one=account, other=visit.home, proof=proof, by="person", at_ms=now)
        await self.faces.people.link(link=link, now_ms=now)
        for conversation in (account, *visit.own):
            self.faces.bus.publish(conversation_topic(conversation), STORED)
        return visit.home


def digest(text: str) -> str:
    """Gives the hash under which a secret or a name is kept."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
