"""Check: tries everything an installation depends on, and says for each thing that is not right what to do.

Harmless: it reads, makes one commit that changes nothing, and one small real request for each credential.
"""

import asyncio
import difflib
import os
import shutil
import stat
from collections.abc import Collection, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Final, Literal

import msgspec

from wasl.config import Candidate, Settings
from wasl.domain.days import day_at
from wasl.domain.errors import FixSettings, RetryLater, StoreDown, Unclear, WaslError
from wasl.policy.wording import Flagged
from wasl.ports.channel import Channel, Checks, Finding, Local
from wasl.ports.clock import Clock
from wasl.ports.network import Network, Streamed
from wasl.ports.provider import Keyless, ListsModels, Provider
from wasl.ports.store import Store
from wasl.routing.route import RouteCandidate
from wasl.service.back_up import DATABASE
from wasl.service.connect import polls, through
from wasl.service.learn import Learn
from wasl.wire.call import Call, Reply
from wasl.wire.plural import so_many

CALL_SECONDS: Final = 15.0
DISK_BYTES_MIN: Final = 512 << 20
CLOCK_SKEW_SECONDS_MAX: Final = 60.0
COMMIT_SECONDS_SLOW: Final = 0.25
SHUTDOWN_DAYS_NEAR: Final = 30
SHUTDOWN_DAYS_TOLD: Final = 120
"""Days before a model's announced end: told from 120 on, wrong from 30 on."""
HEALTH_PATH: Final = "/healthz"
KNOWLEDGE: Final = Settings.model_fields["knowledge"].default.name
"""Where documents are looked for when nobody says: it need not be there."""
MEND_KNOWLEDGE: Final = "make it, or mend `knowledge` in wasl.toml"


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """One finding and what it is about ("store", "channels.shop", …)."""

    area: str
    finding: Finding


def good(area: str, what: str) -> Checked:
    """Makes a line that all is well."""
    return Checked(area=area, finding=Finding(good=True, what=what))


def bad(area: str, what: str, do: str) -> Checked:
    """Makes a line that something is wrong, with what to do."""
    return Checked(area=area, finding=Finding(good=False, what=what, do=do))


def data_folder(settings: Settings) -> list[Checked]:
    """Looks at the folder of the data, in which everything else lives."""
    folder = settings.data
    if folder.exists() and not folder.is_dir():
        return [bad("data", f"{str(folder)!r} is a file; the data needs a folder", "move the file away, or set `data` to a folder")]
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        free = shutil.disk_usage(folder).free
    except OSError as error:
        return [bad("data", f"the folder {str(folder)!r} cannot be made ({error.strerror})", "mend its rights, or set `data` to another")]
    if not os.access(folder, os.W_OK):
        return [bad("data", f"the folder {str(folder)!r} cannot be written", "give this user the right, or set `data` to another")]
    if free < DISK_BYTES_MIN:
        do = "make room, or set `data` to a folder on a larger disk: a full disk stops messages from being accepted"
        return [bad("data", f"only {free >> 20} MiB are free where {str(folder)!r} is", do)]
    return [good("data", f"{str(folder)!r} can be written; {free >> 30} GiB free")]


def _privacy(settings: Settings) -> list[Checked]:
    """Tells of a database that others on the machine may read, as versions before this one made it."""
    database = settings.data / DATABASE
    if not database.exists() or not settings.data.stat().st_mode & stat.S_IXOTH or not database.stat().st_mode & stat.S_IROTH:
        return []
    what = f"everybody on this machine may read {str(database)!r}, which holds what people said"
    return [bad("data", what, "let nobody but its owner into that folder (chmod 700)")]


class Check:
    """Tries one installation. `hook_path`: the path under which a channel's hook is found, before its name."""

    def __init__(
        self,
        *,
        settings: Settings,
        store: Store,
        network: Network,
        clock: Clock,
        channels: Mapping[str, Channel],
        providers: Mapping[str, Provider | Keyless],
        candidates: Sequence[RouteCandidate],
        learn: Learn,
        hook_path: str,
        wording: Sequence[Flagged] = (),
        unpriced: Collection[str] = (),
    ) -> None:
        self._settings = settings
        self._store = store
        self._clock = clock
        self._channels = channels
        self._providers = providers
        self._candidates = candidates
        self._learn = learn
        self._hook_path = hook_path
        self._wording = wording
        self._unpriced = unpriced
        self._network = _Dated(network, clock)

    async def everything(self) -> Sequence[Checked]:
        """Runs every check. Named failures become findings; nothing but a fault of ours raises."""
        local = [*data_folder(self._settings), *_privacy(self._settings), *await self._database(), *await self._knowledge()]
        lacking = {at.rpartition(".")[0] for at in self._settings.absent}
        calls = [self._provider(name, provider) for name, provider in self._providers.items() if f"providers.{name}" not in lacking]
        calls += [self._channel(name, channel) for name, channel in self._channels.items() if f"channels.{name}" not in lacking]
        remote = [line for lines in await asyncio.gather(*calls) for line in lines]
        return [
            *self._secrets(),
            *local,
            *remote,
            *self._shutdowns(),
            *self._prices(),
            *self._places(),
            *self._offers(),
            *await self._hooks(),
            self._time(),
        ]

    def _secrets(self) -> list[Checked]:
        """Tells of every secret that is named in the settings and missing: nothing that wants it can be tried."""
        return [bad(at.rpartition(".")[0], why, "") for at, why in self._settings.absent.items()]

    def _places(self) -> list[Checked]:
        """Tells on which channels the country of people is not known, where a provider is bound to countries and would not be asked."""
        bound = sorted({candidate.vendor for candidate in self._candidates if candidate.vendor})
        nowhere = [name for name in sorted(self._channels) if not self._settings.deployment.on(name).home_region]
        if not bound or not nowhere:
            return []
        what = (
            f"no country is set for people whose own is not known (on {', '.join(nowhere)}); {', '.join(bound)} serve only some countries, "
            "so they are not asked for such people"
        )
        return [bad("deployment", what, 'set home_region = "…" (two letters) in [deployment], or per channel in [deployment.by_channel]')]

    def _shutdowns(self) -> list[Checked]:
        """Tells which models' announced last days are near, or have passed."""
        today = day_at(self._clock.now_ms())
        lines: list[Checked] = []
        for candidate in self._candidates:
            if candidate.shutdown is None:
                continue
            area, days = f"candidates.{candidate.name}", (candidate.shutdown - today).days
            last = f"its provider ends {candidate.model.name!r} on {candidate.shutdown.isoformat()}"
            if days < SHUTDOWN_DAYS_NEAR:
                do = "put another model in its place in [[candidates]], and try it before that day"
                lines.append(bad(area, f"{last}, {_in_days(days)}", do))
            elif days < SHUTDOWN_DAYS_TOLD:
                lines.append(good(area, f"{last}, {_in_days(days)}: choose what takes its place"))
        return lines

    def _prices(self) -> list[Checked]:
        """Tells of budgets that cannot count a candidate, as nobody knows its price."""
        if not any(budget.covers != "messages" for budget in self._settings.budgets):
            return []
        do = "write its price into a file of the folder `prices`; until then a budget counts it as nothing, or refuses it (unknown)"
        return [bad(f"candidates.{name}", "a budget is set, and its price is not known", do) for name in self._unpriced]

    def _offers(self) -> list[Checked]:
        """Tells which words offer a general assistant: a platform may take the number for one, whatever is asked on it."""
        arabic = self._settings.language == "ar"
        return [bad(f"wording, {one.where}", f"{one.phrase!r} {one.why}", one.say_ar if arabic else one.say_en) for one in self._wording]

    # -- this machine
    async def _database(self) -> list[Checked]:
        started = self._clock.monotonic()
        try:
            await self._store.ping()
        except StoreDown as error:
            return [bad("store", error.message, "start the database, or mend `store` in wasl.toml")]
        seconds = self._clock.monotonic() - started
        if seconds > COMMIT_SECONDS_SLOW:
            return [bad("store", f"one commit took {seconds:.2f} s", "put the data on a local disk; every message waits for a commit")]
        return [good("store", f"commits in {seconds * 1000:.0f} ms")]

    async def _knowledge(self) -> list[Checked]:
        await self._learn.refresh()
        learned, folder = self._learn.learned, self._settings.knowledge
        lines = [bad("knowledge", problem, "mend or remove the document; the others are used") for problem in learned.problems]
        if folder.exists() and not folder.is_dir():
            lines.append(bad("knowledge", f"{str(folder)!r} is a file; `knowledge` names a folder", MEND_KNOWLEDGE))
        elif not folder.exists() and folder.name != KNOWLEDGE:
            lines.append(bad("knowledge", f"there is no folder {str(folder)!r}", MEND_KNOWLEDGE))
        if learned.example:
            lines.append(
                good("knowledge", f"the example business that ships is used; put your documents into {str(self._settings.knowledge)!r}")
            )
        elif not learned.documents:
            what = f"there is no document in {str(self._settings.knowledge)!r}"
            if any(c for c in self._settings.candidates if not isinstance(self._providers.get(c.provider), Keyless)):
                lines.append(good("knowledge", f"{what}; models answer from their instructions alone"))
            else:
                lines.append(bad("knowledge", f"{what}, and no model is set", "write what people ask for into .md files there"))
        else:
            lines.append(good("knowledge", f"{so_many(learned.documents, 'document')}, {so_many(learned.passages, 'passage')}"))
        return lines

    # -- the other sides
    async def _provider(self, name: str, provider: Provider | Keyless) -> list[Checked]:
        area = f"providers.{name}"
        wanted = [candidate for candidate in self._settings.candidates if candidate.provider == name]
        if isinstance(provider, Keyless):
            return [good(area, "answers by itself")] if wanted or not self._settings.candidates else []
        if not isinstance(provider, ListsModels):
            return [good(area, "has no way to test its key without a question")]
        try:
            async with asyncio.timeout(CALL_SECONDS):
                reply = await self._network.perform(provider.models())
        except FixSettings as error:
            return [bad(area, error.message, "")]
        except (WaslError, TimeoutError) as error:
            return [bad(area, _why(error), "look at its base_url and at this machine's way out; the provider may also be down")]
        failure = provider.explain(reply)
        if failure is not None:
            do = "wait, and look at the provider's status page" if isinstance(failure, RetryLater) else "mend the key or the address"
            return [bad(area, failure.message, do)]
        known = _models(reply)
        lines = [line for candidate in wanted if (line := _missing(area, candidate, known))]
        return lines or [good(area, f"the key works; {so_many(len(known), 'model')}" if known else "the key works")]

    async def _channel(self, name: str, channel: Channel) -> list[Checked]:
        area = f"channels.{name}"
        if isinstance(channel, Local):
            return [good(area, "our own pages")]
        if not isinstance(channel, Checks):
            return [good(area, "has no way to test its credentials")]
        try:
            async with asyncio.timeout(CALL_SECONDS):
                findings = await through(channel.check(), self._network)
        except FixSettings as error:
            return [bad(area, error.message, "")]
        except (WaslError, TimeoutError) as error:
            return [bad(area, _why(error), "look at this machine's way out, and at the platform's status page")]
        return [Checked(area=area, finding=finding) for finding in findings]

    # -- the way in
    async def _hooks(self) -> list[Checked]:
        hooked = [name for name, channel in self._channels.items() if not isinstance(channel, Local) and not polls(channel)]
        public = (self._settings.server.public_url or "").rstrip("/")
        own = await self._at(self._own_url()) if self._settings.server.port else "nobody"  # 0 is any port that is free
        if own == "other":
            what = f"another program answers at {self._own_url()}: the port is taken"
            return [bad("server", what, "stop that program, or set server.port to another")]
        if not public:
            do = "set server.public_url to the address under which the world reaches this server"
            return [bad("server", f"{', '.join(hooked)} must reach this server, and no public address is set", do)] if hooked else []
        if own != "ours":
            do = "start `wasl serve`, then run `wasl check` again"
            return [bad("server", f"nothing answers at {self._own_url()}, so the public address could not be tried", do)]
        if await self._at(public) != "ours":
            do = "look at the name, the certificate and the proxy in front; it must hand requests on to this server"
            return [bad("server", f"{public}{HEALTH_PATH} does not reach this server", do)]
        lines = [good("server", f"{public} reaches this server")]
        return lines + [await self._hook(name, public + self._hook_path + name) for name in hooked]

    async def _hook(self, name: str, url: str) -> Checked:
        """Posts a request without any proof to a hook: a right one refuses it."""
        area = f"channels.{name}"
        try:
            async with asyncio.timeout(CALL_SECONDS):
                reply = await self._network.perform(
                    Call(method="POST", url=url, headers={"content-type": "application/json"}, body=b"{}", safe_to_repeat=True)
                )
        except (WaslError, TimeoutError) as error:
            return bad(area, f"{url}: {_why(error)}", "look at the proxy in front: it must let POST requests through")
        if reply.status in (401, 403):
            return good(area, f"its hook {url} answers, and refuses what is not signed")
        if reply.status == 404:
            return bad(area, f"the server at {url} does not know this channel", "start it again, so that it reads wasl.toml anew")
        return bad(
            area,
            f"{url} answered {reply.status} to a request without proof",
            "look at the proxy in front: it must hand requests on unchanged",
        )

    async def _at(self, url: str) -> Literal["ours", "other", "nobody"]:
        """Says who answers at an address."""
        try:
            async with asyncio.timeout(CALL_SECONDS):
                reply = await self._network.perform(Call(method="GET", url=url.rstrip("/") + HEALTH_PATH, safe_to_repeat=True))
            alive = reply.status == 200 and msgspec.json.decode(reply.body, type=dict).get("alive") is True
        except (Unclear, msgspec.DecodeError):  # it listens, and speaks another language
            return "other"
        except (WaslError, TimeoutError):
            return "nobody"
        return "ours" if alive else "other"

    def _own_url(self) -> str:
        server = self._settings.server
        host = "127.0.0.1" if server.host in ("0.0.0.0", "", "::") else server.host
        return f"http://[{host}]:{server.port}" if ":" in host else f"http://{host}:{server.port}"

    def _time(self) -> Checked:
        skew = self._network.skew_seconds
        if skew is None:
            return good("clock", "no other clock was heard to compare with")
        if abs(skew) > CLOCK_SKEW_SECONDS_MAX:
            side = "behind" if skew > 0 else "ahead"
            return bad("clock", f"this machine's clock is {abs(skew):.0f} s {side}", "switch on time synchronisation (NTP)")
        return good("clock", f"within {CLOCK_SKEW_SECONDS_MAX:.0f} s of the others'")


def _in_days(days: int) -> str:
    return f"in {so_many(days, 'day')}" if days > 0 else "today" if days == 0 else f"{so_many(-days, 'day')} ago"


class _Dated:
    """A network that compares the clocks of those who answer with ours."""

    def __init__(self, network: Network, clock: Clock) -> None:
        self._inner = network
        self._clock = clock
        self.skew_seconds: float | None = None

    async def perform(self, call: Call) -> Reply:
        """Makes the request."""
        reply = await self._inner.perform(call)
        try:
            told = parsedate_to_datetime(reply.headers.get("date", "")).timestamp()
        except ValueError:
            return reply
        skew = told - self._clock.now_ms() / 1000
        if self.skew_seconds is None or abs(skew) < abs(self.skew_seconds):
            self.skew_seconds = skew
        return reply

    def stream(self, call: Call) -> AbstractAsyncContextManager[Streamed]:
        """Makes the request."""
        return self._inner.stream(call)

    async def close(self) -> None:
        """Leaves the connections to their owner."""


def _why(error: Exception) -> str:
    return error.message if isinstance(error, WaslError) else f"no answer within {CALL_SECONDS:.0f} s"


def _models(reply: Reply) -> list[str]:
    """Reads the names of a list of models, in any of the shapes that providers use."""
    try:
        body = msgspec.json.decode(reply.body)
    except msgspec.DecodeError:
        return []
    listed = body.get("data") or body.get("models") if isinstance(body, dict) else body
    entries = [entry for entry in listed if isinstance(entry, dict)] if isinstance(listed, list) else []
    names = (entry.get("id") or entry.get("name") for entry in entries)
    return [name.removeprefix("models/") for name in names if isinstance(name, str)]


def _missing(area: str, candidate: Candidate, known: Sequence[str]) -> Checked | None:
    if not known or not candidate.model or candidate.model.removeprefix("models/") in known:
        return None
    near = difflib.get_close_matches(candidate.model, known, n=3)
    do = f"did you mean {', '.join(near)}?" if near else "choose one that it serves"
    return bad(area, f"does not list the model {candidate.model!r}", do)
