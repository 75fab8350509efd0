"""Web chat: our own page and widget, where a visitor is known by a token that we sign.

The wire format is ours, version 1 (2025-11): the page posts one JSON object. A message holds "id" (the page's own id, the same
when it posts again), and "text", "uploads" or "picked"; receipts come as "receipts". No terms but the operator's own apply.
It cannot reach anybody who has no page open: an answer waits in the history until the visitor comes back.
"""

import base64
import hashlib
import hmac
import re
from collections.abc import Generator, Mapping, Sequence
from dataclasses import replace
from typing import Any, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator

from wasl.domain.delivery import Outgoing, Sent
from wasl.domain.errors import Failure, Forged, Malformed
from wasl.domain.event import Arrival, Event, Receipt
from wasl.domain.limits import Limits
from wasl.domain.message import PARTS_MAX, Choice, Media, MediaRole, Option, Part, Text, Unknown
from wasl.domain.person import AddressKey
from wasl.ports.channel import VISITOR_HEADER, Customer, Welcome
from wasl.wire import read
from wasl.wire.call import Call, Reply

TEXT_MAX = 16_000
"""Characters in one message, either way."""
RECEIPTS_MAX = 200
"""Receipts in one request; the page sends them in batches of far fewer."""
SCOPE = "pages"
TIME_HEADER = "x-wasl-at"

CUSTOMER_TOKEN_CHARACTERS_MAX = 8_192
CUSTOMER_NAME_CHARACTERS_MAX = 200
CUSTOMER_DAY_MS = 86_400_000
"""How long a customer is known by one token at most, whatever the token says."""
CLOCK_SKEW_MS = 60_000

_ID = re.compile(r"[A-Za-z0-9-]{8,64}\Z")
_SHA256 = re.compile(r"[0-9a-f]{64}\Z")
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}\Z")
_ORIGIN = re.compile(r"https?://[A-Za-z0-9.*-]+(:\d{1,5})?\Z")
_ROLES: Mapping[str, MediaRole] = {r: r for r in ("photo", "video", "voice", "audio", "document")}
_STATES: Mapping[str, Literal["delivered", "read"]] = {"delivered": "delivered", "read": "read"}
_MIB = 1 << 20


class WebChat:
    """The channel of our own pages."""

    kind: ClassVar[str] = "webchat"
    title: ClassVar[str] = "Web chat"
    titles: ClassVar[Mapping[str, str]] = {"ar": "محادثة الموقع"}
    local: ClassVar[Literal[True]] = True
    limits: Limits = Limits(
        text_max=TEXT_MAX,
        caption_max=TEXT_MAX,
        media_bytes_max={"photo": 25 * _MIB, "video": 25 * _MIB, "voice": 25 * _MIB, "audio": 25 * _MIB, "document": 25 * _MIB},
        buttons_max=10,
        button_title_max=80,
        list_rows_max=10,
        list_row_title_max=80,
        list_row_description_max=200,
        choice_text_max=TEXT_MAX,
        markup="markdown",
        unknown_policy="resend",  # a send is no call over a network: sending again shows the same stored message
        receipts_carry_tag=True,
        body_bytes_max=256 << 10,
    )

    class Settings(BaseModel):
        """[channels.webchat]: everything may be left out; Wasl makes the secret at the first start and keeps it."""

        model_config = ConfigDict(frozen=True, extra="forbid")

        secret: SecretStr = Field(description="Signs visitors' tokens; whoever changes it makes every visitor a new one.")
        title: dict[str, str] = Field(default_factory=dict, description="Name above the chat, by language; else the assistant's name.")
        greeting: dict[str, str] = Field(default_factory=dict, description="First words on an empty page, by language.")
        examples: dict[str, tuple[str, ...]] = Field(default_factory=dict, description="Questions that an empty page offers, by language.")
        customer_key: SecretStr | None = Field(
            None, description="Checks tokens in which your own site names its customer: a secret (HS256) or a public key in PEM (RS256)."
        )
        customer_issuer: str = Field("", description="What such a token must say in `iss`.")
        customer_audience: str = Field("wasl", description="What such a token must say in `aud`.")
        sites: tuple[str, ...] = Field((), description="Origins that may show the widget (https://…); empty: every site.")

        @field_validator("secret")
        @classmethod
        def _long_enough(cls, value: SecretStr) -> SecretStr:
            if len(value.get_secret_value()) < 16:
                raise ValueError("must have at least 16 characters; leave it out and Wasl makes one")
            return value

        @field_validator("sites")
        @classmethod
        def _are_origins(cls, value: tuple[str, ...]) -> tuple[str, ...]:
            for site in value:
                if not _ORIGIN.match(site):
                    raise ValueError(f"{site!r} is no origin; write it as https://shop.example, without a path")
            return value

    def __init__(self, settings: Settings, *, name: str) -> None:
        self.name = name
        self._settings = settings
        self._secret = settings.secret.get_secret_value().encode()
        self.welcome = Welcome(title=settings.title, greeting=settings.greeting, examples=settings.examples, sites=settings.sites)

    def admit(self, visitor: str, *, until_ms: int | None = None) -> str:
        """Signs a visitor's token, for ever or until a time."""
        if until_ms is None:
            return f"{visitor}.{self._sign('visitor', visitor)}"
        return f"{visitor}.{until_ms}.{self._sign('visitor', visitor, str(until_ms))}"

    def visitor(self, token: str, *, at_ms: int | None = None) -> AddressKey:
        """Gives the address of the visitor whose token this is, and good at that time."""
        handle, until, signature = _pieces(token)
        signed = ("visitor", handle, until) if until else ("visitor", handle)
        late = until and at_ms is not None and int(until) <= at_ms
        if not _ID.match(handle) or not _same(signature, self._sign(*signed)) or late:
            raise Forged(f"{self.title}: the visitor's token is missing, too old or not ours; open the page again for a new one")
        return AddressKey(channel=self.name, scope=SCOPE, handle=handle, kind="account")

    def customer(self, token: str, *, at_ms: int) -> Customer:
        """Gives the customer whom the operator's own site names by a signed token (JWT, RFC 7519; HS256 or RS256).

        The same `iss` and `sub` always give the same address. `iss`, `aud` and `exp` are checked, `nbf` where there is one.
        """
        key = self._settings.customer_key
        if key is None:
            raise Forged(f"{self.title}: customers' tokens are not set up; set channels.{self.name}.customer_key")
        if len(token) > CUSTOMER_TOKEN_CHARACTERS_MAX:
            raise Forged(f"{self.title}: the customer's token is too long")
        claims = self._claims(token, key.get_secret_value())
        subject, until = claims.get("sub"), claims.get("exp")
        if not isinstance(subject, str) or not 0 < len(subject) <= CUSTOMER_NAME_CHARACTERS_MAX:
            raise Forged(f"{self.title}: the customer's token names nobody in `sub`")
        if isinstance(until, bool) or not isinstance(until, int | float) or not at_ms < until * 1000 < 1 << 53:
            raise Forged(f"{self.title}: the customer's token has no `exp`, or is too old")
        since = claims.get("nbf", 0)
        if isinstance(since, bool) or not isinstance(since, int | float) or since * 1000 > at_ms + CLOCK_SKEW_MS:
            raise Forged(f"{self.title}: the customer's token is not good yet (`nbf`)")
        digest = hmac.digest(self._secret, f"customer\n{self._settings.customer_issuer}\n{subject}".encode(), hashlib.sha256).hex()
        return Customer(
            address=AddressKey(channel=self.name, scope=SCOPE, handle=f"customer-{digest[:40]}", kind="account"),
            name=_claim(claims, "name"),
            email=_claim(claims, "email"),
            until_ms=min(int(until * 1000), at_ms + CUSTOMER_DAY_MS),
        )

    def _claims(self, token: str, key: str) -> Mapping[str, Any]:
        import jwt  # late: it brings cryptography along, and few sites name their customers

        try:
            return jwt.decode(
                token,
                key,
                algorithms=["RS256" if "-----BEGIN" in key else "HS256"],  # by our key, never by what the token says
                issuer=self._settings.customer_issuer or None,
                audience=self._settings.customer_audience,
                # Times are checked by the caller's clock: this file reads none.
                options={"require": ["exp", "sub", "aud"], "verify_exp": False, "verify_nbf": False, "verify_iat": False},
            )
        except (jwt.PyJWTError, ValueError) as error:
            raise Forged(f"{self.title}: the customer's token is not good: {error}") from error

    def ticket(self, *, visitor: str, sha256: str) -> str:
        """Signs that this visitor may post and fetch the file with this hash."""
        return self._sign("file", visitor, sha256)

    def stamp(self, call: Call, *, at_ms: int) -> Call:
        """Adds the time at which our page's request reached us."""
        return replace(call, headers={**call.headers, TIME_HEADER: str(at_ms)})

    def verify(self, call: Call) -> Reply | None:
        """Checks the visitor's token, and that every file in the message is one that this visitor uploaded."""
        visitor = self.visitor(call.headers.get(VISITOR_HEADER, ""), at_ms=_stamped(call)).handle
        for upload in read.children(read.json_object(call.body, what=self.title), "uploads"):
            sha256, ticket = read.text(upload, "sha256"), read.text(upload, "ticket")
            if not sha256 or not ticket or not _same(ticket, self.ticket(visitor=visitor, sha256=sha256)):
                raise Forged(f"{self.title}: the upload {sha256!r} carries no ticket of this visitor; upload the file again")
        return None

    def parse(self, call: Call) -> Sequence[Event]:
        """Reads a message or receipts that the page posted."""
        body = read.json_object(call.body, what=self.title)
        try:
            address = self.visitor(call.headers.get(VISITOR_HEADER, ""), at_ms=_stamped(call))
        except Forged as error:
            raise Malformed(error.message) from error
        at_ms = _stamped(call)
        if isinstance(body.get("receipts"), list):
            return _receipts(body, at_ms=at_ms)
        own_id = read.text(body, "id")
        if own_id is None or not _ID.match(own_id):
            raise Malformed(f'{self.title}: "id" must be 8 to 64 letters, digits or hyphens, the same whenever the message is posted again')
        parts = _parts(body)
        if not parts:
            raise Malformed(f"{self.title}: the message {own_id!r} holds neither text nor uploads")
        language = read.text(body, "language")
        return [
            Arrival(
                key=f"{address.handle}/{own_id}",
                address=address,
                parts=parts,
                sent_at_ms=at_ms,
                native_id=own_id,
                language=language if language and _LANGUAGE.match(language) else None,
            )
        ]

    def send(self, outgoing: Outgoing) -> Generator[Call, Reply, Sent]:
        """Ends at once: the page reads the stored message, nothing goes over a network."""
        return Sent(native_id=None)
        yield  # makes this a generator, as the contract asks

    def explain(self, reply: Reply) -> Failure | None:
        """Names no failure: there is no other side."""
        return None

    def _sign(self, *words: str) -> str:
        digest = hmac.digest(self._secret, "\n".join(words).encode(), hashlib.sha256)
        return base64.urlsafe_b64encode(digest).decode().rstrip("=")


def _pieces(token: str) -> tuple[str, str, str]:
    """Parts a token into handle, time (empty: none) and signature."""
    pieces = token.split(".")
    if len(pieces) == 3 and pieces[1].isascii() and pieces[1].isdigit() and len(pieces[1]) < 16:
        return pieces[0], pieces[1], pieces[2]
    return pieces[0], "", pieces[1] if len(pieces) == 2 else ""


def _stamped(call: Call) -> int:
    stamped = call.headers.get(TIME_HEADER, "0")
    return int(stamped) if stamped.isascii() and stamped.isdigit() and len(stamped) < 16 else 0


def _claim(claims: Mapping[str, Any], name: str) -> str | None:
    value = claims.get(name)
    return value[:CUSTOMER_NAME_CHARACTERS_MAX] if isinstance(value, str) and value.strip() else None


def _same(given: str, right: str) -> bool:
    return hmac.compare_digest(given.encode("utf-8", "surrogatepass"), right.encode())


def _parts(body: Mapping[str, Any]) -> tuple[Part, ...]:
    parts: list[Part] = [_media(upload) for upload in read.children(body, "uploads")]
    words = (read.text(body, "text") or "").strip()
    if len(words) > TEXT_MAX:
        raise Malformed(f"Web chat: the text has {len(words)} characters, more than {TEXT_MAX}; send it in pieces")
    picked = read.child(body, "picked")
    if (picked_id := read.text(picked, "id")) and (picked_title := read.text(picked, "title")):
        parts.append(Choice(picked=Option(id=picked_id, title=picked_title)))
    elif words:
        parts.append(Text(text=words))
    if len(parts) > PARTS_MAX:
        raise Malformed(f"Web chat: the message holds {len(parts)} parts, more than {PARTS_MAX}")
    return tuple(parts)


def _media(upload: Mapping[str, Any]) -> Part:
    sha256 = read.text(upload, "sha256")
    if not sha256 or not _SHA256.match(sha256):
        return Unknown(kind="upload", value=dict(upload))
    name = read.text(upload, "name")
    return Media(
        role=_ROLES.get(read.text(upload, "role") or "", "document"),
        media_type=read.text(upload, "type") or "application/octet-stream",
        name=name[:200] if name else None,
        size_bytes=read.whole(upload, "size"),
        sha256=sha256,
    )


def _receipts(body: Mapping[str, Any], *, at_ms: int) -> list[Event]:
    events: list[Event] = []
    for receipt in read.children(body, "receipts"):
        tag, state = read.text(receipt, "tag"), _STATES.get(read.text(receipt, "state") or "")
        if tag and _ID.match(tag) and state:
            events.append(Receipt(key=f"{tag}/{state}", scope=SCOPE, state=state, at_ms=at_ms, tag=tag))
        if len(events) > RECEIPTS_MAX:
            raise Malformed(f"Web chat: more than {RECEIPTS_MAX} receipts in one request; send them in batches")
    return events
