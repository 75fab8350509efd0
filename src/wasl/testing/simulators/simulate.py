"""The page of `wasl simulate`: three phones, faults to switch on, a plug to pull, and what goes over the wire."""

import argparse
import asyncio
import signal
import sys
import tempfile
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import msgspec
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from wasl.testing.simulators import telegram_control, whatsapp_control
from wasl.testing.simulators.feed import Feed
from wasl.testing.simulators.serving import HOST, BadRequest, Listener, Receive, Request, Scope, Send, read_request
from wasl.testing.simulators.simulate_words import DIRECTIONS, NAMES, WORDS, chosen
from wasl.testing.simulators.simulation import Simulation

STATIC = Path(__file__).parent / "static"
LOOK = Path(__file__).resolve().parents[2] / "web" / "static"
TYPES = {".css": b"text/css; charset=utf-8", ".js": b"text/javascript; charset=utf-8", ".svg": b"image/svg+xml", ".woff2": b"font/woff2"}
BEAT_SECONDS = 15.0
BODY_BYTES_MAX = 1 << 16
PHONE = "966501234567"
CHAT = 701_234_567
MODEL_FAULTS = ("down", "500", "429", "slow_first_token", "cut", "stall")
PLATFORM_FAULTS = ("500", "429", "accepted_no_answer", "duplicate_webhooks")
FAULTS = {
    "first": MODEL_FAULTS,
    "second": MODEL_FAULTS,
    "whatsapp": (*PLATFORM_FAULTS, "shuffle_receipts"),
    "telegram": PLATFORM_FAULTS,
}
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self' data:; media-src 'self'; connect-src 'self'; "
    "frame-src http://127.0.0.1:*; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


class SimulatePage:
    """The page's own small server."""

    def __init__(self, simulation: Simulation) -> None:
        self.simulation = simulation
        self._template = Environment(loader=FileSystemLoader(STATIC), autoescape=True, undefined=StrictUndefined).get_template(
            "simulate.html"
        )
        self._plugging = asyncio.Lock()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers one request."""
        if scope["type"] != "http":
            return
        request = await read_request(scope, receive, send, body_bytes_max=BODY_BYTES_MAX)
        if request is None:
            return
        if request.header(b"host").partition(":")[0] not in (HOST, "localhost"):
            await request.answer_json(403, {"error": "this page is for this machine only"})
            return
        try:
            await self._answer(request)
        except (BadRequest, ValueError) as error:
            await request.answer_json(400, {"error": str(error)})
        except RuntimeError as error:
            await request.answer_json(503, {"error": str(error)})

    async def _answer(self, request: Request) -> None:
        match request.method, request.path.strip("/").split("/"):
            case "GET", [""]:
                await self._show(request)
            case "GET", ["static", name]:
                await _file(request, STATIC / name, inside=STATIC)
            case "GET", ["look", *names]:
                await _file(request, LOOK.joinpath(*names), inside=LOOK)
            case "GET", ["media", *place]:
                await self._media(request, place)
            case "GET", ["events"]:
                await self._events(request)
            case "GET", ["console"]:
                await self._console(request)
            case "GET", ["state"]:
                await request.answer_json(200, self._state())
            case "POST", [act]:
                if request.header(b"content-type").partition(";")[0] != "application/json":
                    raise BadRequest("post JSON")
                await request.answer_json(200, await self._act(act, request.json_object()))
            case _:
                await request.answer_json(404, {"error": "there is nothing here"})

    async def _show(self, request: Request) -> None:
        language = chosen(request.params().get("lang", ""), request.header(b"accept-language"))
        assert self.simulation.child is not None
        words = WORDS[language]
        page = self._template.render(
            language=language,
            direction=DIRECTIONS[language],
            others={code: name for code, name in NAMES.items() if code != language},
            words=words,
            name=self.simulation.name,
            faults=FAULTS,
            wasl=self.simulation.child.url,
            setup={"words": dict(words), "phone": PHONE, "chat": CHAT, "wasl": self.simulation.child.url, "language": language},
        )
        headers = [(b"content-security-policy", POLICY.encode()), (b"cache-control", b"no-store"), (b"x-content-type-options", b"nosniff")]
        await request.answer(200, page.encode(), media_type=b"text/html; charset=utf-8", headers=headers)

    async def _console(self, request: Request) -> None:
        assert self.simulation.child is not None
        link = await self.simulation.child.login_link()
        await request.answer(303, headers=[(b"location", link.encode()), (b"cache-control", b"no-store")])

    # -- acts -------------------------------------------------------------------------------------------------------
    async def _act(self, act: str, value: dict[str, Any]) -> object:
        simulation = self.simulation
        match act:
            case "say" if value.get("phone") == simulation.whatsapp.name:
                person = {"phone": PHONE, "name": "Sara · سارة", "country": "SA"}
                return {"id": whatsapp_control.said(simulation.whatsapp, {**value, **person})}
            case "say" if value.get("phone") == simulation.telegram.name:
                person_there = {"chat_id": CHAT, "name": "Sara · سارة", "username": "sara_sim"}
                return {"id": telegram_control.said(simulation.telegram, {**value, **person_there})}
            case "read":
                self._read(value.get("id"))
                return {}
            case "faults":
                return await self._switch(value)
            case "plug":
                return await self._plug(value)
        raise BadRequest(f"{act!r} cannot be done here")

    def _read(self, message_id: object) -> None:
        person = self.simulation.whatsapp.people.find(PHONE)
        if person is not None and isinstance(message_id, str) and message_id in self.simulation.whatsapp.sent:
            self.simulation.whatsapp.read(person, message_id)

    async def _switch(self, value: dict[str, Any]) -> object:
        where, kind, on = value.get("where"), value.get("kind"), value.get("on") is True
        if not isinstance(where, str) or where not in FAULTS or kind not in FAULTS[where]:
            raise BadRequest("there is no such fault")
        simulator = getattr(self.simulation, where)
        if kind == "down":
            await (simulator.down() if on else simulator.up())
        elif on:
            simulator.faults.on(kind, seconds=8.0 if kind == "slow_first_token" else 2.0 if kind == "429" else None, after_chunks=6)
        else:
            simulator.faults.off(kind)
        self.simulation.feed.tell("fault", where=where, fault=kind, on=on)
        return self._state()

    async def _plug(self, value: dict[str, Any]) -> object:
        child = self.simulation.child
        assert child is not None
        async with self._plugging:
            if value.get("on") is True:
                await child.start()
            else:
                await child.kill()
        return self._state()

    def _state(self) -> dict[str, Any]:
        on: list[list[str]] = []
        for where in FAULTS:
            simulator = getattr(self.simulation, where)
            on += [[where, fault["kind"]] for fault in simulator.faults.as_json()]
            if not simulator.plugged:
                on.append([where, "down"])
        child = self.simulation.child
        return {"wasl": child.state if child else "down", "faults": on}

    # -- streams and files --------------------------------------------------------------------------------------------
    async def _events(self, request: Request) -> None:
        simulation = self.simulation
        feeds = {name: getattr(simulation, name).feed for name in FAULTS} | {"wasl": simulation.feed}
        await request.begin(200, media_type=b"text/event-stream", headers=[(b"cache-control", b"no-store")])
        gone = asyncio.ensure_future(request.hang())
        async with _together(feeds) as queue:
            while not gone.done():
                try:
                    happening = await asyncio.wait_for(queue.get(), BEAT_SECONDS)
                except TimeoutError:
                    await request.write(b": beat\n\n")
                    continue
                await request.write(b"data: " + msgspec.json.encode(happening) + b"\n\n")

    async def _media(self, request: Request, place: Sequence[str]) -> None:
        match place:
            case ["whatsapp", media_id] if (stored := self.simulation.whatsapp.stored.get(media_id)) is not None:
                await request.answer(200, stored.data, media_type=stored.media_type.encode())
            case ["telegram", file_id] if (held := self.simulation.telegram.files.get(file_id)) is not None:
                await request.answer(200, held.data, media_type=held.media_type.encode())
            case _:
                await request.answer_json(404, {"error": "there is no such file"})


@asynccontextmanager
async def _together(feeds: dict[str, Feed]) -> AsyncIterator[asyncio.Queue[dict[str, Any]]]:
    """Follows several feeds at once; each happening says where it was."""
    queue: asyncio.Queue[dict[str, Any]] = asyncio.Queue(maxsize=10_000)
    kept = [{"at": name, **happening} for name, feed in feeds.items() for happening in feed.kept]
    for happening in sorted(kept, key=lambda h: int(h["told_ms"])):
        queue.put_nowait(happening)

    async def follow(name: str, feed: Feed, seen: int) -> None:
        async with feed.follow() as happenings:
            async for happening in happenings:
                if happening["seq"] > seen:
                    await queue.put({"at": name, **happening})

    tasks = [asyncio.create_task(follow(n, f, f.kept[-1]["seq"] if f.kept else 0)) for n, f in feeds.items()]
    try:
        yield queue
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _file(request: Request, path: Path, *, inside: Path) -> None:
    found = _read_file(path, inside=inside)
    if found is None:
        await request.answer_json(404, {"error": "there is no such file"})
        return
    headers = [(b"cache-control", b"no-cache"), (b"x-content-type-options", b"nosniff")]
    await request.answer(200, found, media_type=TYPES[path.suffix], headers=headers)


def _read_file(path: Path, *, inside: Path) -> bytes | None:
    real = path.resolve()
    good = path.suffix in TYPES and real.is_relative_to(inside.resolve()) and real.is_file()
    return real.read_bytes() if good else None


@asynccontextmanager
async def run_simulation(*, data: Path, port: int = 0, language: str = "en", store: str = "") -> AsyncIterator[tuple[Simulation, str]]:
    """Starts simulators, Wasl and the page; gives the simulation and the page's address; stops all of it at the end.

    `store` is where Wasl keeps everything, as in its settings: SQLite in the folder `data` when it is empty.
    """
    simulation = Simulation(data=data, language=language, store=store)
    page = Listener(SimulatePage(simulation), port=port)
    try:
        await simulation.start()
        yield simulation, await page.plug()
    finally:
        await page.unplug()
        await simulation.stop()


def main_simulate(arguments: Sequence[str] | None = None) -> None:
    """Runs the simulation until SIGINT or SIGTERM: `--port` of the page, `--data` folder (default: a temporary one), `--language`."""
    parser = argparse.ArgumentParser(prog="wasl simulate", description="Wasl between simulated platforms and models; no account needed.")
    parser.add_argument("--port", type=int, default=0, help="port of the page; 0 takes any free one")
    parser.add_argument("--data", type=Path, default=None, help="folder that is kept; without it a temporary one is removed at the end")
    parser.add_argument("--language", choices=sorted(WORDS), default="en", help="language of pages whose reader's is not known")
    options = parser.parse_args(sys.argv[2:] if arguments is None else list(arguments))
    try:
        if options.data is not None:
            asyncio.run(_run_until_signal(data=options.data, port=options.port, language=options.language))
            return
        with tempfile.TemporaryDirectory(prefix="wasl-simulate-") as folder:
            asyncio.run(_run_until_signal(data=Path(folder), port=options.port, language=options.language))
    except (RuntimeError, OSError) as error:
        raise SystemExit(f"The simulation could not start: {error}") from error


async def _run_until_signal(*, data: Path, port: int, language: str) -> None:
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stopped.set)
    async with run_simulation(data=data, port=port, language=language) as (_, url):
        print(url, flush=True)
        await stopped.wait()


if __name__ == "__main__":
    main_simulate(sys.argv[1:])
