"""The pages as one application: chat and widget for visitors, console for operators, static files."""

from collections.abc import Callable, Mapping, Sequence

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp

from wasl.config import Settings
from wasl.policy.rulebook import Rulebook
from wasl.policy.shipped_rules import shipped_book
from wasl.ports.blobs import Blobs
from wasl.ports.bus import Bus
from wasl.ports.channel import Channel, Visited
from wasl.ports.clock import Clock
from wasl.ports.mail import Mail
from wasl.ports.store import Store
from wasl.routing.route import RouteCandidate
from wasl.service.begin_drill import BeginDrill
from wasl.service.begin_trial import BeginTrial
from wasl.service.expose import Expose
from wasl.service.figure import Figures
from wasl.service.hand_over import HandOver
from wasl.service.learn_purpose import LearnPurpose
from wasl.service.link import Links
from wasl.service.moving import Moving
from wasl.service.prove_address import ProveAddress
from wasl.service.reckon import Reckon
from wasl.service.sunset import PlanSunset
from wasl.web.accounts import Accounts
from wasl.web.assets import Assets
from wasl.web.bringing import Bringing
from wasl.web.chat import Chat, redirect_home
from wasl.web.errors import add_error_answers
from wasl.web.events import Streams
from wasl.web.faces import Faces, Takes
from wasl.web.joining import Joining
from wasl.web.languages import Languages
from wasl.web.leaving import Leaving
from wasl.web.mine import Mine
from wasl.web.needs import Watching
from wasl.web.visiting import Visits
from wasl.web.when_asked import WhenAsked


def build_pages(
    *,
    store: Store,
    bus: Bus,
    receive: Takes,
    blobs: Blobs,
    clock: Clock,
    channels: Mapping[str, Channel],
    candidates: Sequence[RouteCandidate],
    settings: Settings,
    streams: Streams,
    secret: str,
    version: str,
    moving: Moving | None = None,
    links: Links | None = None,
    mail: Mail | None = None,
    reckon: Reckon | None = None,
    watching: Watching | None = None,
    learn_purpose: LearnPurpose | None = None,
    hand_over: HandOver | None = None,
    rulebook: Callable[[], Rulebook] = shipped_book,
    figures: Figures | None = None,
    expose: Expose | None = None,
    begin_drill: BeginDrill | None = None,
    planner: PlanSunset | None = None,
    begin_trial: BeginTrial | None = None,
    prove: ProveAddress | None = None,
) -> ASGIApp:
    """Makes the application for everything that is no hook, no API and no health check.

    `moving` brings conversations in and takes them out, `links` joins channels, `prove` proves old addresses, `mail` carries sign-in
    links, `hand_over` gives talks to operators and back, `rulebook` the rules in force, `figures` the month, `learn_purpose` the scope,
    `expose` what a loss takes, `planner` plans to leave; None is not offered. The store must be open; `streams` end with the server.
    """
    faces = Faces(
        store=store,
        bus=bus,
        receive=receive,
        blobs=blobs,
        clock=clock,
        channels=channels,
        candidates=candidates,
        settings=settings,
        streams=streams,
        visited=next((c for c in channels.values() if isinstance(c, Visited)), None),
        secret=secret,
        version=version,
        assets=Assets(),
        languages=Languages(default=settings.language),
        people=moving.people if moving else None,
        library=moving.library if moving else None,
        brings=moving.bring if moving else None,
        takes_out=moving.take_out if moving else None,
        erases=moving.erase if moving else None,
        formats=moving.formats if moving else {},
        links=links,
        mail=mail,
        reckon=reckon,
        expose=expose,
        begin_drill=begin_drill,
        planner=planner,
        begin_trial=begin_trial,
        prove=prove,
        watching=watching,
        learn_purpose=learn_purpose,
        hand_over=hand_over,
        rulebook=rulebook,
        figures=figures,
    )
    return pages_of(faces)


def pages_of(faces: Faces) -> Starlette:
    """Makes the application from parts that are gathered."""
    app = Starlette()
    name = next((n for n, c in faces.channels.items() if isinstance(c, Visited)), "")
    if faces.visited is not None:
        visits = Visits(faces, faces.visited)
        Chat(faces, faces.visited, name=name, visits=visits).add_routes(app)
        app.add_route("/chat", redirect_home, methods=["GET"])
        if faces.people is not None:
            Mine(faces, faces.visited, name=name, visits=visits).add_routes(app)
            Accounts(faces, faces.visited, name=name, visits=visits).add_routes(app)
            bringing = Bringing(faces, visits=visits, brings=faces.brings) if faces.brings is not None else None
            left = bringing.forget if bringing else None
            Leaving(faces, visits=visits, takes_out=faces.takes_out, erases=faces.erases, left=left).add_routes(app)
            if faces.links is not None:
                Joining(faces, visits=visits, links=faces.links, prove=faces.prove).add_routes(app)
            if bringing is not None:
                bringing.add_routes(app)
    else:
        app.add_route("/", _to_console, methods=["GET"])
    app.mount("/static", faces.assets)
    app.mount("/console", WhenAsked(lambda: _console(faces)))
    add_error_answers(app, faces)
    return app


def _console(faces: Faces) -> ASGIApp:
    from wasl.web.console import console_app  # late: `WhenAsked`

    return console_app(faces)


async def _to_console(request: Request) -> Response:
    return RedirectResponse("/console", status_code=307)
