"""What the command line needs from the composition root, which it may not name: an installation, and a loop to run it on."""

from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Protocol, TypeVar

import typer

if TYPE_CHECKING:
    from wasl.config import Settings
    from wasl.config_secrets import Needs
    from wasl.domain.terms import Document
    from wasl.ports.bus import Bus
    from wasl.ports.channel import Channel
    from wasl.ports.clock import Clock
    from wasl.ports.format import Format
    from wasl.ports.network import Network
    from wasl.ports.provider import Keyless, Provider
    from wasl.ports.store import Store
    from wasl.ports.sunsets import Sunsets
    from wasl.ports.terms import Terms
    from wasl.routing.route import RouteCandidate
    from wasl.service.alert_terms import AlertTerms
    from wasl.service.check_pack import Verified
    from wasl.service.drill import Rehearse
    from wasl.service.expose import Expose
    from wasl.service.figure import Figures
    from wasl.service.keep_templates import KeepTemplates
    from wasl.service.learn import Learn
    from wasl.service.learn_purpose import LearnPurpose
    from wasl.service.make_rule import MakeRule
    from wasl.service.moving import Moving
    from wasl.service.pack_about import Describe
    from wasl.service.recall_terms import RecallTerms
    from wasl.service.receive import Receive
    from wasl.service.reckon import Reckon
    from wasl.service.rules_in_force import RulesInForce
    from wasl.service.succeed import Succeed
    from wasl.service.sunset import PlanSunset
    from wasl.service.train_scope import TrainScope
    from wasl.service.try_successor import TrySuccessor
    from wasl.service.watch import Watch
    from wasl.service.worker import Worker
    from wasl.service.write_pack import WritePack
    from wasl.terms.declaration import Declaration

Result = TypeVar("Result")

DEFAULT_CONFIG = Path("wasl.toml")

Config = Annotated[
    Path | None,
    typer.Option(
        "--config", "-c", envvar="WASL_CONFIG", metavar="FILE", show_default="wasl.toml, where there is one", help="The settings file."
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]


class Duties(Protocol):
    """What is owed (`wasl.duties.Duties`)."""

    @property
    def templates(self) -> "KeepTemplates | None":
        """What platforms say of templates."""
        ...


class Watching(Protocol):
    """What watches terms (`wasl.watching.Watching`)."""

    @property
    def people(self) -> "Callable[[Document], Awaitable[Mapping[str, int]]]":
        """Counts people by country on the channels that a document bears on."""
        ...

    @property
    def terms(self) -> "Terms":
        """What is kept of documents."""
        ...

    @property
    def watch(self) -> "Watch":
        """Who looks at them."""
        ...

    @property
    def alert(self) -> "AlertTerms":
        """Who tells."""
        ...

    @property
    def make(self) -> "MakeRule":
        """Who makes rules."""
        ...

    @property
    def recall(self) -> "RecallTerms":
        """Who takes in versions recorded elsewhere."""
        ...

    @property
    def every(self) -> "Sequence[Declaration]":
        """Every declaration, watched or not."""
        ...


class Installation(Protocol):
    """Everything one process is made of (`wasl.app.Installation`)."""

    @property
    def settings(self) -> "Settings":
        """What wasl.toml and the environment say."""
        ...

    @property
    def store(self) -> "Store":
        """The durable core."""
        ...

    @property
    def bus(self) -> "Bus":
        """Quick word between tasks."""
        ...

    @property
    def network(self) -> "Network":
        """The way out."""
        ...

    @property
    def clock(self) -> "Clock":
        """The time."""
        ...

    @property
    def channels(self) -> "Mapping[str, Channel]":
        """The ways to people, by name."""
        ...

    @property
    def providers(self) -> "Mapping[str, Provider | Keyless]":
        """The model providers, by name."""
        ...

    @property
    def candidates(self) -> "Sequence[RouteCandidate]":
        """The route, in the order in which it is asked."""
        ...

    @property
    def learn(self) -> "Learn":
        """The operator's documents."""
        ...

    @property
    def receive(self) -> "Receive":
        """The one way in."""
        ...

    @property
    def moving(self) -> "Moving":
        """What brings conversations in, takes them out, keeps and forgets them."""
        ...

    @property
    def duties(self) -> Duties:
        """What is owed to people and operator."""
        ...

    @property
    def reckon(self) -> "Reckon":
        """What a month has cost."""
        ...

    @property
    def expose(self) -> "Expose":
        """What measures exposure, and what it stands on."""
        ...

    @property
    def rehearse(self) -> "Rehearse":
        """What runs drills."""
        ...

    @property
    def proving(self) -> "Proving":
        """What proves what the assistant was for."""
        ...

    @property
    def departing(self) -> "Departing":
        """What plans the end of a channel."""
        ...

    @property
    def train_scope(self) -> "TrainScope":
        """What adds ratings to the operator's scope."""
        ...

    @property
    def worker(self) -> "Worker":
        """Who answers."""
        ...

    @property
    def watching(self) -> "Watching | None":
        """What watches terms; None where the store keeps none."""
        ...

    @property
    def rules(self) -> "RulesInForce":
        """The rulebook in force."""
        ...

    def opened(self, *, ruled: bool = True) -> AbstractAsyncContextManager[object]:
        """Opens the store, and closes everything at the end. Raises SettingWrong where the rules are wrong, no earlier rulebook is
        known, and something will be judged (`ruled`)."""
        ...

    async def serve(self, *, ready: Callable[[str], None]) -> None:
        """Opens, runs until a signal says stop, and closes; `ready` is told the local address."""
        ...


class Proving(Protocol):
    """What makes figures and packs (`wasl.proving.Proving`)."""

    @property
    def figures(self) -> "Figures":
        """The month's figure, and the audit."""
        ...

    @property
    def describe(self) -> "Describe":
        """What is run, word for word."""
        ...

    @property
    def write_pack(self) -> "WritePack":
        """Who writes packs."""
        ...

    @property
    def learnt(self) -> "LearnPurpose":
        """The scope in force, as it was learnt."""
        ...

    def verify(self, folder: Path, before: Path | None = None) -> "Verified":
        """Checks a pack. Raises Malformed."""


class Departing(Protocol):
    """What plans the end of a channel (`wasl.departing.Departing`)."""

    @property
    def sunsets(self) -> "Sunsets":
        """The plans."""
        ...

    @property
    def plan(self) -> "PlanSunset":
        """Who makes and moves them."""
        ...

    @property
    def succeed(self) -> "Succeed":
        """Who lets one candidate replace another."""
        ...

    @property
    def trial(self) -> "TrySuccessor":
        """Who tries it before."""
        ...


class Compose(Protocol):
    """The composition root as the command line sees it; nothing heavy is imported before one of these is called."""

    hook_path: str
    """Path before a channel's name, under which its hook is found."""

    def installation(self, settings: "Settings") -> Installation:
        """Composes; opens nothing. Raises SettingWrong."""
        ...

    def run(self, work: Coroutine[Any, Any, Result]) -> Result:
        """Runs `work` to its end on the loop that serves."""
        ...

    def channel_kinds(self) -> Mapping[str, type[Any]]:
        """Gives every channel class by its kind."""
        ...

    def provider_kinds(self) -> Mapping[str, type[Any]]:
        """Gives every provider class by its kind."""
        ...

    def formats(self) -> "Mapping[str, Format]":
        """Gives every format by its kind; needs no settings."""
        ...

    def put_back(self, settings: "Settings", source: Path, identity: Path | None) -> Mapping[str, Any]:
        """Puts a backup into the data folder of the settings, and gives its manifest. Raises SettingWrong, Malformed."""
        ...


def read_settings(config: Path | None, *, needs: "Needs" = "secrets") -> "Settings":
    """Reads the settings. Raises SettingWrong, also for a file that was named and is not there.

    `needs`: a command that never talks to a platform or a provider says "store" or "settings", and works without their secrets.
    """
    from wasl.config import load
    from wasl.domain.errors import SettingWrong

    if config is not None and not config.exists():
        raise SettingWrong(f"there is no settings file {str(config)!r}; name another with --config, or write one with `wasl init`")
    return load(config or DEFAULT_CONFIG, needs=needs)


def quiet_logs(settings: "Settings") -> None:
    """Lets only errors through to the terminal while a command talks to a person."""
    from wasl.service.logs import configure

    configure(level="error", form=settings.log.form)
