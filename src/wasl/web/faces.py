"""What every page is made from: the parts it was given, its language, its templates and its headers."""

import gzip
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from wasl.config import Settings
from wasl.domain.errors import Refused
from wasl.domain.event import Event
from wasl.domain.identity import By
from wasl.domain.ids import ConversationId, PersonId
from wasl.policy.rulebook import Rulebook
from wasl.policy.shipped_rules import shipped_book
from wasl.ports.blobs import Blobs
from wasl.ports.bus import Bus
from wasl.ports.channel import Channel, Visited
from wasl.ports.clock import Clock
from wasl.ports.format import Format, Order, Writes
from wasl.ports.library import Library
from wasl.ports.mail import Mail
from wasl.ports.people import People
from wasl.ports.store import Outcome, Store
from wasl.routing.route import RouteCandidate
from wasl.service.begin_drill import BeginDrill
from wasl.service.begin_trial import BeginTrial
from wasl.service.expose import Expose
from wasl.service.figure import Figures
from wasl.service.hand_over import HandOver
from wasl.service.learn_purpose import LearnPurpose
from wasl.service.link import Links
from wasl.service.prove_address import ProveAddress
from wasl.service.reckon import Reckon
from wasl.service.shelf import Leaving
from wasl.service.sunset import PlanSunset
from wasl.service.take_out import Wanted
from wasl.web.assets import Assets
from wasl.web.auth import LANGUAGE_COOKIE, YEAR_SECONDS, is_secure
from wasl.web.events import Streams
from wasl.web.languages import Language, Languages
from wasl.web.needs import Brings, Erases, TakesOut, Watching
from wasl.web.words import DOCUMENTS
from wasl.wire.loss_words import loss_words

if TYPE_CHECKING:
    from jinja2 import Environment

TEMPLATES = Path(__file__).parent / "templates"
PLATFORMS = Path(__file__).parent / "platforms.toml"
ZIP_BYTES_MIN = 1_000
FONTS = {
    "ar": ("vendor/readex-pro/readex-pro-arabic-wght-normal.woff2", "vendor/readex-pro/readex-pro-latin-wght-normal.woff2"),
    "en": ("vendor/readex-pro/readex-pro-latin-wght-normal.woff2",),
}
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; connect-src 'self'; img-src 'self' blob:;"
    " media-src blob:; form-action 'self'; base-uri 'none'; frame-ancestors {frames}"
)


class Takes(Protocol):
    """What the pages need of `service.receive`."""

    async def events(self, name: str, *, raw: bytes, events: Sequence[Event]) -> Sequence[Outcome]:
        """Stores events in one commit. Raises StoreDown."""
        ...


@cache
def environment() -> "Environment":
    """Makes the templates' environment: everything is escaped, a misspelt name is an error."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined  # late: who is only on other channels sees no page

    return Environment(loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Faces:
    """The parts that pages share. `visited` is the channel of our own pages, when one is configured."""

    store: Store
    bus: Bus
    receive: Takes
    blobs: Blobs
    clock: Clock
    channels: Mapping[str, Channel]
    candidates: Sequence[RouteCandidate]
    settings: Settings
    visited: Visited | None
    streams: Streams
    secret: str
    version: str
    assets: Assets
    languages: Languages
    people: People | None = None
    library: Library | None = None
    links: Links | None = None
    brings: Brings | None = None
    takes_out: TakesOut | None = None
    erases: Erases | None = None
    mail: Mail | None = None
    expose: Expose | None = None
    begin_drill: BeginDrill | None = None
    planner: PlanSunset | None = None
    begin_trial: BeginTrial | None = None
    prove: ProveAddress | None = None
    hand_over: HandOver | None = None
    reckon: Reckon | None = None
    watching: Watching | None = None
    learn_purpose: LearnPurpose | None = None
    rulebook: Callable[[], Rulebook] = shipped_book
    figures: Figures | None = None
    formats: Mapping[str, Format] = field(default_factory=dict)

    def offers(self, language: str = "en") -> dict[str, Any]:
        """Says what is offered to visitors beside the chat; what formats leave out, in the words of the language."""
        out, comma = self.takes_out, "، " if language == "ar" else ", "
        return {
            "link": self.links is not None,
            "bring": self.brings is not None and self.library is not None,
            "import_bytes_max": self.settings.server.import_bytes_max,
            "go_on": self.library is not None,
            "take_out": out is not None,
            "formats": [
                {
                    "kind": f.kind,
                    "title": f.title,
                    "loses": list(f.loses),
                    "leaves_out": comma.join(loss_words(one, language) for one in f.loses),
                }
                for f in self._written()
            ]
            if out
            else [],
            "erase": self.erases is not None,
        }

    def _written(self) -> list[Writes]:
        """Lists the formats in which everything can leave; our own, which loses nothing, first."""
        return sorted((f for f in self.formats.values() if isinstance(f, Writes)), key=lambda f: (len(f.loses), f.kind))

    def wanted(self, person: PersonId, *, format: str, language: Language, by: By, home: ConversationId | None = None) -> Wanted:
        """Says what an export of a person holds. Raises Refused for a format that is not offered."""
        if format not in {f.kind for f in self._written()}:
            raise Refused(f"there is no format {format!r} that is written", code="unknown_format")
        order = Order(scope="person", language=language.code, title=self.title(language))
        return Wanted(leaving=Leaving(scope="person", people=(person,)), format=format, order=order, by=by, person=person, home=home)

    def titles(self, language: Language) -> dict[str, str]:
        """Gives the titles of channels by name: of those that are set up, and of platforms that are not, by their kind."""
        return {**_platforms(), **{name: language.say(channel.title) for name, channel in self.channels.items()}}

    def address(self, request: Request) -> str:
        """Gives how the world reaches this server, without a slash at the end."""
        return (self.settings.server.public_url or str(request.base_url)).rstrip("/")

    def language(self, request: Request) -> Language:
        """Chooses the language of a page."""
        return self.languages.choose(
            asked=request.query_params.get("lang"),
            kept=request.cookies.get(LANGUAGE_COOKIE),
            accepted=request.headers.get("accept-language", ""),
        )

    def title(self, language: Language) -> str:
        """Gives the name above the pages."""
        titles = self.visited.welcome.title if self.visited else {}
        return titles.get(language.code) or language.say(self.settings.assistant.name)

    def answerers(self, language: Language) -> dict[str, str]:
        """Gives other names for answerers that people would not know by their own: who quotes documents is no model."""
        return {candidate.name: language.say(DOCUMENTS) for candidate in self.candidates if candidate.keyless}

    def page(self, request: Request, template: str, *, status: int = 200, frames: str = "'none'", **values: object) -> Response:
        """Makes a page. `frames`: which sites may frame it, in the words of Content-Security-Policy."""
        language = self.language(request)
        shown: dict[str, Any] = {
            "language": language.code,
            "direction": language.direction,
            "languages": self.languages.all(),
            "lang": language,
            "_": language.say,
            "n_": language.count,
            "asset": self.assets.url,
            "fonts": FONTS.get(language.code, FONTS["en"]),
            "name": self.title(language),
            "path": request.url.path,
            "other_address": self._in_language(request),
            "csrf": request.scope.get("csrftoken", str),
            "version": self.version,
            "costs": self.reckon is not None,
            "plans": self.planner is not None,
            "successions": self.begin_trial is not None,
            "terms_watched": self.watching is not None,
            "scopes": self.learn_purpose is not None,
            "attention": getattr(request.state, "attention", None),
            **values,
        }
        body = environment().get_template(template).render(shown).encode()
        headers = {
            "content-type": "text/html; charset=utf-8",
            "content-language": language.code,
            "content-security-policy": POLICY.format(frames=frames),
            "referrer-policy": "no-referrer",
            "x-content-type-options": "nosniff",
            "cross-origin-opener-policy": "same-origin",
            "permissions-policy": "camera=(), geolocation=(), microphone=()",
            "cache-control": "no-store",
            "vary": "accept-language, accept-encoding, cookie",
        }
        if len(body) >= ZIP_BYTES_MIN and "gzip" in request.headers.get("accept-encoding", ""):
            body = gzip.compress(body, compresslevel=6, mtime=0)
            headers["content-encoding"] = "gzip"
        response = Response(body, status_code=status, headers=headers)
        if request.query_params.get("lang"):
            response.set_cookie(
                LANGUAGE_COOKIE,
                language.code,
                max_age=YEAR_SECONDS,
                samesite="lax",
                secure=is_secure(request, public_url=self.settings.server.public_url),
            )
        return response

    def notice(self, request: Request, *, status: int, head: str, text: str) -> Response:
        """Makes a page that says one thing."""
        return self.page(request, "notice.html", status=status, head=head, text=text)

    def _in_language(self, request: Request) -> Callable[[str], str]:
        return lambda code: f"?{request.url.include_query_params(lang=code).query}"


@cache
def _platforms() -> dict[str, str]:
    """Reads how platforms write their own names."""
    return tomllib.loads(PLATFORMS.read_text(encoding="utf-8"))


def answer_json(value: object, *, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """Makes a JSON answer that nobody keeps."""
    kept = {"content-type": "application/json", "cache-control": "no-store", "x-content-type-options": "nosniff", **(headers or {})}
    return Response(msgspec.json.encode(value), status_code=status, headers=kept)
