"""`wasl chat`: talk with the assistant in the terminal, on the same way that every message takes."""

import asyncio
import getpass
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING, Annotated, Final

import typer

from wasl.cli.context import Compose, Config, Installation, quiet_logs, read_settings
from wasl.cli.operating_words import say
from wasl.cli.tongue import spoken

if TYPE_CHECKING:
    from wasl.domain.person import AddressKey
    from wasl.domain.turn import StoredMessage
    from wasl.ports.store import Accepted

HISTORY_SHOWN: Final = 10
LOOK_SECONDS: Final = 1.0
"""How often the store is looked at for an answer that nobody announced."""
PATIENCE_SECONDS: Final = 20.0
"""How long the person waits before being told that no answer came yet."""
LINE_BYTES_MAX: Final = 64 << 10
STOP_GRACE_SECONDS: Final = 10.0
SCOPE: Final = "terminal"
LEAVING: Final = frozenset({"/quit", "/exit", "/q", "خروج"})


def add(app: typer.Typer, compose: Compose) -> None:
    """Adds the command."""

    @app.command()
    def chat(
        config: Config = None,
        name: Annotated[str, typer.Option("--as", help="Who is talking; each name has its own history.", show_default="your login")] = "",
    ) -> None:
        """Talks with the assistant here; Ctrl-D or /quit ends it."""
        settings = read_settings(config)
        quiet_logs(settings)
        compose.run(_chat(compose.installation(settings), name=name or _login()))


async def _chat(installation: Installation, *, name: str) -> None:
    async with installation.opened(), _working(installation):
        talk = _Talk(installation, name=name)
        if sys.stdin.isatty():
            typer.secho(say("leave", spoken(), name=installation.settings.assistant.name), dim=True)
        await talk.history()
        async with _lines("› " if sys.stdin.isatty() else "") as lines:
            async for line in lines:
                if line.strip() in LEAVING:
                    return
                if line.strip():
                    await talk.say(line.strip())


@asynccontextmanager
async def _working(installation: Installation) -> AsyncIterator[None]:
    """Answers in this process while the talk goes on."""
    await installation.learn.refresh()
    tasks = [asyncio.create_task(installation.worker.run()), asyncio.create_task(installation.learn.run())]
    try:
        yield
    finally:
        await installation.worker.stop(grace_seconds=STOP_GRACE_SECONDS)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


class _Talk:
    """One person's talk."""

    def __init__(self, installation: Installation, *, name: str) -> None:
        self._installation = installation
        self._name = name
        self._assistant = installation.settings.assistant.name
        self._key = _address(installation, name=name)

    async def history(self) -> None:
        """Shows the end of what was said before."""
        store = self._installation.store
        found = await store.find_address(self._key)
        if found is None:
            return
        for message in await store.messages_before(found[1], seq=None, limit=HISTORY_SHOWN):
            who = self._name if message.author == "person" else message.author_name or self._assistant
            _speaker(who, mine=message.author == "person")
            typer.echo(_words(message))

    async def say(self, words: str) -> None:
        """Sends one message and shows its answer as it grows. Raises StoreDown; then nothing was stored."""
        from wasl.ports.bus import conversation_topic

        accepted = await self._send(words)
        async with self._installation.bus.subscribe(conversation_topic(accepted.conversation_id)) as told:
            shown = Shown(self._assistant, live=sys.stdout.isatty())
            clock = self._installation.clock
            patience_ends = clock.monotonic() + PATIENCE_SECONDS
            while (answer := await self._answer(accepted)) is None:
                if clock.monotonic() > patience_ends:
                    patience_ends = float("inf")
                    typer.secho(say("no answer yet", spoken()), dim=True, err=True)
                with suppress(TimeoutError):
                    async with asyncio.timeout(LOOK_SECONDS):
                        async for _, data in told:
                            if shown.take(data):
                                break
            shown.end(_words(answer))

    async def _send(self, words: str) -> "Accepted":
        from wasl.domain.event import Arrival
        from wasl.domain.message import Text
        from wasl.ports.store import Accepted

        clock = self._installation.clock
        native_id = clock.new_id()
        arrival = Arrival(
            key=f"{self._key.handle}/{native_id}",
            address=self._key,
            parts=(Text(text=words),),
            sent_at_ms=clock.now_ms(),
            native_id=native_id,
            author_name=self._name,
        )
        (outcome,) = await self._installation.receive.events(self._key.channel, raw=words.encode(), events=[arrival])
        assert isinstance(outcome, Accepted)  # a fresh id is never a duplicate
        return outcome

    async def _answer(self, accepted: "Accepted") -> "StoredMessage | None":
        after = await self._installation.store.messages_after(accepted.conversation_id, seq=accepted.seq, limit=20)
        return next((m for m in after if m.author != "person" and m.reply_to in (None, accepted.message_id)), None)


class Shown:
    """What of the growing answer stands on the screen; not `live`, only the whole one is shown."""

    def __init__(self, name: str, *, live: bool) -> None:
        self._name = name
        self._text = ""
        self._begun = False
        self._live = live

    def take(self, data: bytes) -> bool:
        """Takes one live word; True when the store should be looked at."""
        from wasl.service.live import decode

        live = decode(data)
        if live.kind == "delta" and live.at == len(self._text) and self._live:
            self._begin()
            typer.echo(live.text, nl=False)
            self._text += live.text
        elif live.kind == "restart" and self._text:
            typer.echo(" …")
            self._text, self._begun = "", False
        return live.kind == "stored"

    def end(self, text: str) -> None:
        """Completes what is shown to the stored answer."""
        if self._text and not text.startswith(self._text):
            typer.echo("")
            self._text, self._begun = "", False
        self._begin()
        typer.echo(text[len(self._text) :])

    def _begin(self) -> None:
        if not self._begun:
            self._begun = True
            _speaker(self._name, mine=False)


def _address(installation: Installation, *, name: str) -> "AddressKey":
    """Gives this person's address on a channel of our own, under which nothing is sent over a network."""
    from wasl.domain.person import AddressKey
    from wasl.ports.channel import Local

    channel = next(name for name, channel in installation.channels.items() if isinstance(channel, Local))
    return AddressKey(channel=channel, scope=SCOPE, handle=f"{SCOPE}-{name}", kind="account")


def _words(message: "StoredMessage") -> str:
    from wasl.domain.message import plain_text

    return plain_text(message.parts)


def _speaker(name: str, *, mine: bool) -> None:
    typer.secho(f"{name}:", fg="cyan" if mine else "green", bold=True)


def _login() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return "me"


@asynccontextmanager
async def _lines(prompt: str) -> AsyncIterator[AsyncIterator[str]]:
    """Gives the lines that are typed. A terminal is watched by the loop, so that an interrupt never waits for a key."""
    if not sys.stdin.isatty():
        yield _piped()
        return
    loop = asyncio.get_running_loop()
    ready = asyncio.Event()
    loop.add_reader(sys.stdin.fileno(), ready.set)
    try:
        yield _typed(prompt, ready)
    finally:
        loop.remove_reader(sys.stdin.fileno())


async def _typed(prompt: str, ready: asyncio.Event) -> AsyncIterator[str]:
    import os

    while True:
        typer.echo(prompt, nl=False)
        await ready.wait()
        # The terminal hands over whole lines; one read takes one line, or nothing at Ctrl-D.
        data = os.read(sys.stdin.fileno(), LINE_BYTES_MAX)
        ready.clear()
        if not data:
            typer.echo("")
            return
        yield data.decode("utf-8", "replace")


async def _piped() -> AsyncIterator[str]:
    read: Callable[[], str] = lambda: sys.stdin.readline(LINE_BYTES_MAX)  # noqa: E731
    while line := await asyncio.to_thread(read):
        yield line
