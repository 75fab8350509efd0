"""Purposing: composes what tells whether a message is for the operator's business, from the settings."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from wasl.config import Settings
from wasl.domain.errors import SettingWrong
from wasl.domain.event import Arrival
from wasl.net.apart import apart
from wasl.policy.purpose import Classifier, Scope
from wasl.policy.rulebook import Rulebook
from wasl.policy.shipped import learn_with_shipped
from wasl.ports.channel import Channel
from wasl.ports.clock import Clock
from wasl.ports.purposes import Purposes
from wasl.ports.store import Outcome, Store
from wasl.routing.choose import Bar
from wasl.service.ask import Ask
from wasl.service.judge_purpose import JudgePurpose
from wasl.service.judging import Case
from wasl.service.learn import Learn
from wasl.service.learn_purpose import LearnPurpose
from wasl.service.link import Links
from wasl.service.point_elsewhere import PointElsewhere
from wasl.service.purpose_mode import PurposeModes, Standing
from wasl.service.receive import Receive
from wasl.service.train_scope import TrainScope
from wasl.service.weigh_purpose import WeighPurpose


@dataclass(frozen=True, slots=True, kw_only=True)
class Purposing:
    """What keeps the scope, the step that weighs, and what points people elsewhere."""

    learnt: LearnPurpose
    modes: PurposeModes
    weigh: WeighPurpose
    elsewhere: PointElsewhere
    train_scope: TrainScope

    def follow_through(self, receive: Receive, links: Links) -> None:
        """Lets who follows a redirect find the question asked where they come."""

        async def arrive(channel: str, arrivals: Sequence[Arrival]) -> Sequence[Outcome]:
            return await receive.events(channel, raw=b"", events=arrivals)

        self.elsewhere.arrive = arrive
        links.followed = self.elsewhere.follow


def make_learn_purpose(settings: Settings, *, clock: Clock, documents: Learn | None) -> LearnPurpose:
    """Makes what keeps the classifier of the scope in force."""

    async def train(scope: Scope) -> Classifier:
        return await apart(learn_with_shipped, scope)

    wanted = settings.scope
    return LearnPurpose(
        file=wanted.file, kept=settings.data / "purpose", clock=clock, train=train, documents=documents, low=wanted.low, high=wanted.high
    )


def make_purposing(
    settings: Settings,
    *,
    store: Store,
    purposes: Purposes,
    clock: Clock,
    channels: Mapping[str, Channel],
    links: Links,
    ask: Ask,
    learn: Learn,
    book: Callable[[], Rulebook],
    standings: Mapping[str, Standing],
    bars: Callable[[Case], Sequence[Bar]],
) -> Purposing:
    """Makes everything. Raises SettingWrong for a name that is none."""
    wanted = settings.scope
    for key, names in (("mode_by_channel", wanted.mode_by_channel), ("redirect_to", (wanted.redirect_to,) if wanted.redirect_to else ())):
        for name in names:
            if name not in channels:
                raise SettingWrong(f"scope.{key}: there is no channel {name!r}; the channels are {', '.join(sorted(channels))}")
    learnt = make_learn_purpose(settings, clock=clock, documents=learn)
    modes = PurposeModes(book=book, standings=standings, wanted=lambda name: wanted.mode_by_channel.get(name, wanted.mode))
    elsewhere = PointElsewhere(
        store=store,
        purposes=purposes,
        links=links,
        clock=clock,
        learnt=learnt,
        forbids=lambda channel, turn: modes.forbids(channel, turn.address, now_ms=clock.now_ms()),
        to=wanted.redirect_to,
        quiet_hours=wanted.redirect_hours,
    )
    weigh = WeighPurpose(
        learnt=learnt,
        purposes=purposes,
        modes=modes,
        search=learn.search,
        judge=_judge(settings, ask=ask, clock=clock, bars=bars),
        judge_watched=wanted.judge_watched,
        elsewhere=elsewhere,
        business_tokens_max=wanted.business_tokens_max,
        replace_replies=wanted.replies == "replace",
    )
    train_scope = TrainScope(
        purposes=purposes,
        clock=clock,
        book=book,
        kinds={name: channel.kind for name, channel in channels.items()},
        deployments={name: standing.deployment for name, standing in standings.items()},
    )
    return Purposing(learnt=learnt, modes=modes, weigh=weigh, elsewhere=elsewhere, train_scope=train_scope)


def _judge(settings: Settings, *, ask: Ask, clock: Clock, bars: Callable[[Case], Sequence[Bar]]) -> JudgePurpose | None:
    name = settings.scope.judge
    if not name:
        return None
    known = [candidate.name for candidate in ask.candidates if not candidate.keyless]
    if name not in known:
        raise SettingWrong(f"scope.judge: there is no candidate {name!r}; the candidates are {', '.join(known) or 'none yet'}")
    return JudgePurpose(ask=ask, clock=clock, candidate=name, seconds=settings.scope.judge_seconds, bars=bars)
