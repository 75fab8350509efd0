"""Sunset: plans the end of a channel, starts, postpones, pauses, takes back, and closes it on the day; proves the sum at the end."""

from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

import structlog

from wasl.continuity.plan import Means, Plan, Problem, make_plan, milestones_at
from wasl.continuity.waking import midnight_ms, zone_named
from wasl.domain.errors import Refused, SettingWrong, StoreDown
from wasl.domain.ids import AddressId
from wasl.domain.sunset import Audience, Milestone, MilestoneName, Progress, Sunset, Wording
from wasl.policy.situation import day_of
from wasl.ports.clock import Clock
from wasl.ports.sunsets import Sunsets
from wasl.service.exempt import FindExempt
from wasl.service.sunset_words import FAREWELL, WORDS

log = structlog.get_logger(__name__)

WINDOW_MS = 24 * 3_600_000
ENROLLED_AT_ONCE = 5_000
MARKED_AT_ONCE = 2_000
LATE_DAYS = 30
"""After the day, late words still get the farewell for so long; then the addresses close."""
CLOSE_AFTER_MS = LATE_DAYS * 24 * 3_600_000
NOON_MS = 12 * 3_600_000
LOOK_SECONDS = 60.0
MARK_SECONDS = 900.0
NO_ADDRESS = Problem(
    kind="address",
    blocking=True,
    text="server.public_url is not set, so that the personal links would lead nowhere; set how the world reaches this server.",
    arabic="server.public_url غير محدد، فلن تؤدي الروابط الشخصية إلى أي مكان؛ حدّد كيف يصل العالم إلى هذا الخادم.",
)

NO_PROOF: Mapping[str, tuple[str, str]] = {
    "phone": ("by a text message to the number", "برسالة نصية إلى الرقم"),
    "e-mail": ("by e-mail", "بالبريد الإلكتروني"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What the operator asks for. `per_day` None takes what the account allows by setting; `start_ms` None starts now."""

    channel: str
    on: date
    zone: str
    by: str
    regions: tuple[str, ...] = ()
    regions_except: tuple[str, ...] = ()
    per_day: int | None = None
    per_second: float = 1.0
    awake: tuple[int, int] = (9, 20)
    start_ms: int | None = None
    templates: Mapping[str, str] | None = None
    category: str = "utility"
    note: str = ""
    exempt_by_rules: bool = False
    """Leaves out the countries whose people the rules in force go on allowing on the day."""


class PlanSunset:
    """Makes and moves plans. `means` says for a channel and a country how people may be told, and what that costs for a category of
    templates; `exempt` whom the rules go on allowing; `look` finds out the countries of addresses that are new; `proves` tells, without
    some channels, to which kinds of handle a code can be brought by which somebody proves an old address afterwards."""

    def __init__(
        self,
        *,
        sunsets: Sunsets,
        clock: Clock,
        channels: Sequence[str],
        means: Callable[[str, str, str], Means],
        public_url: str | None,
        exempt: FindExempt | None = None,
        look: Callable[[], Awaitable[object]] | None = None,
        proves: Callable[[Collection[str]], Collection[str]] | None = None,
    ) -> None:
        self._sunsets = sunsets
        self._clock = clock
        self._channels = tuple(channels)
        self._means = means
        self._public_url = public_url
        self._exempt = exempt
        self._look_at_new = look
        self._proves = proves

    @property
    def sunsets(self) -> Sunsets:
        """Where plans are kept."""
        return self._sunsets

    async def draft(self, wish: Wish) -> Plan:
        """Works out a plan and keeps it as a draft. Raises SettingWrong for a channel or a zone that is none; what else stands in the
        way is among the plan's problems."""
        plan = await self.work_out(wish)
        await self._sunsets.put(plan.sunset)
        return plan

    async def work_out(self, wish: Wish) -> Plan:
        """Works out a plan without keeping it."""
        if wish.channel not in self._channels:
            raise SettingWrong(f"{wish.channel!r} is no configured channel; there are: {', '.join(self._channels)}")
        zone_named(wish.zone)
        now = self._clock.now_ms()
        on_ms = midnight_ms(wish.on.year, wish.on.month, wish.on.day, zone=wish.zone)
        start = max(now, wish.start_ms or now)
        sunset = Sunset(
            id=self._clock.new_id(),
            channel=wish.channel,
            on_ms=on_ms,
            zone=wish.zone,
            state="draft",
            milestones=tuple(
                Milestone(name=name, at_ms=at, wording=self._wording(name, wish))
                for name, at in milestones_at(on_ms, zone=wish.zone, start_ms=start)
            ),
            made_ms=now,
            made_by=wish.by,
            regions=wish.regions,
            regions_except=wish.regions_except,
            per_day=wish.per_day,
            per_second=wish.per_second,
            awake=wish.awake,
            farewell=FAREWELL,
            note=wish.note,
        )
        if wish.exempt_by_rules:
            sunset = replace(sunset, regions_except=tuple(sorted({*wish.regions_except, *await self._exempted(sunset)})))
        return await self.again(sunset)

    async def _exempted(self, sunset: Sunset) -> Sequence[str]:
        """Names the countries of the people on the channel who may be answered on the day as ever."""
        if self._exempt is None:
            raise SettingWrong("the rules are not asked here, so that nobody can be exempted by them; name countries instead")
        await self._look()
        here = {group.region for group in await self._sunsets.audience(sunset.channel, since_ms=0) if group.region}
        # At noon of the day: rules count days where the account is, which may be another zone than the plan's.
        return [region for region in here if self._exempt(sunset.channel, region, sunset.on_ms + NOON_MS)]

    async def again(self, sunset: Sunset) -> Plan:
        """Works out the figures of a plan as they are now."""
        now = self._clock.now_ms()
        await self._look()
        audience: Sequence[Audience] = await self._sunsets.audience(sunset.channel, since_ms=now - WINDOW_MS)
        category = sunset.milestones[0].wording.category if sunset.milestones else "utility"
        plan = make_plan(sunset, audience, now_ms=now, means=lambda region: self._means(sunset.channel, region, category))
        more = (*self._soon_forbidden(sunset), *(() if self._public_url else (NO_ADDRESS,)), *self._unproven(sunset))
        return replace(plan, problems=(*plan.problems, *more)) if more else plan

    def _soon_forbidden(self, sunset: Sunset) -> Iterable[Problem]:
        """Tells of countries that the plan leaves out although a known rule forbids them soon after the day."""
        if self._exempt is None:
            return
        for region in sunset.regions_except:
            at_ms = self._exempt.until_ms(sunset.channel, region, sunset.on_ms + NOON_MS)
            if at_ms is not None:
                day = day_of(at_ms, sunset.zone)
                yield Problem(
                    kind="exempt",
                    blocking=False,
                    text=f"People of {region} are left out, but by the rules known today they may not be answered from {day} on; plan for"
                    " them too.",
                    arabic=f"تستثني الخطة أهل {region}، لكن القواعد المعروفة اليوم تمنع الرد عليهم ابتداءً من {day}؛ ضع لهم خطة أيضًا.",
                )

    def _unproven(self, sunset: Sunset) -> Iterable[Problem]:
        """Tells by what nobody will be able to prove an old address."""
        ways = self._proves({sunset.channel}) if self._proves is not None else NO_PROOF
        lacking = [words for kind, words in NO_PROOF.items() if kind not in ways]
        if lacking:
            yield Problem(
                kind="proof",
                blocking=False,
                text=f"After the day nobody can prove an old address {' or '.join(en for en, _ in lacking)}: nothing of this installation"
                " brings a code there. The personal links and your own confirmation remain.",
                arabic=f"بعد اليوم لا يستطيع أحد إثبات عنوان قديم {' أو '.join(ar for _, ar in lacking)}: لا شيء هنا يوصل رمزًا إليه. تبقى"
                " الروابط الشخصية وتأكيدك أنت.",
            )

    async def start(self, sunset_id: str, *, accept: Sequence[str] = ()) -> Plan:
        """Starts a plan: from now on people are told. Raises Refused, naming what stands in the way and is not in `accept`."""
        sunset = await self._found(sunset_id)
        if sunset.state not in ("draft", "paused"):
            raise Refused(f"the plan is {sunset.state}; only a draft or a paused one can be started")
        plan = await self.again(sunset)
        blocking = [problem for problem in plan.problems if problem.blocking and (problem.kind == "past" or problem.kind not in accept)]
        if blocking:
            raise Refused("nothing was sent: " + " ".join(problem.text for problem in blocking))
        await self._enrol(sunset)
        await self._sunsets.put(replace(sunset, state="running"))
        log.info("a sunset was started", sunset=sunset.id, channel=sunset.channel, people=plan.everyone)
        return plan

    async def pause(self, sunset_id: str) -> Sunset:
        """Stops telling until it is started again; what was handed over to be sent goes out."""
        return await self._move(sunset_id, to="paused", from_=("running",))

    async def undo(self, sunset_id: str) -> Sunset:
        """Takes a plan back before or on its day; whoever was told keeps what they linked."""
        return await self._move(sunset_id, to="undone", from_=("draft", "running", "paused"))

    async def postpone(self, sunset_id: str, *, on: date) -> Plan:
        """Moves the day. Milestones that come anew are told anew; those already told are not. Raises Refused for a closed one."""
        sunset = await self._found(sunset_id)
        if sunset.state in ("closed", "undone"):
            raise Refused(f"the plan is {sunset.state}; make a new one")
        now = self._clock.now_ms()
        on_ms = midnight_ms(on.year, on.month, on.day, zone=sunset.zone)
        if on_ms <= now:
            raise Refused(f"{on.isoformat()} is in the past; give a day that is still to come")
        wordings = {milestone.name: milestone.wording for milestone in sunset.milestones}
        start = sunset.milestones[0].at_ms if sunset.milestones else now
        first = next(iter(wordings.values()))
        moved = replace(
            sunset,
            on_ms=on_ms,
            milestones=tuple(
                Milestone(name=name, at_ms=at, wording=wordings.get(name, Wording(texts=WORDS[name], templates=first.templates)))
                for name, at in milestones_at(on_ms, zone=sunset.zone, start_ms=start)
            ),
        )
        await self._sunsets.put(moved)
        return await self.again(moved)

    async def reword(self, sunset_id: str, name: MilestoneName, wording: Wording) -> Sunset:
        """Changes what a milestone says, for those who were not told yet. Raises Refused where the link is missing."""
        for language, text in wording.texts.items():
            if "{link}" not in text:
                raise Refused(f"the words in {language!r} lack {{link}}: people could not take their history along")
        sunset = await self._found(sunset_id)
        changed = tuple(replace(one, wording=wording) if one.name == name else one for one in sunset.milestones)
        moved = replace(sunset, milestones=changed)
        await self._sunsets.put(moved)
        return moved

    async def look(self) -> None:
        """Closes what has come to its day, and ends addresses when late words need no answer any more."""
        now = self._clock.now_ms()
        for sunset in await self._sunsets.plans(states=("running", "paused", "closed")):
            if sunset.state != "closed" and now >= sunset.on_ms:
                await self._sunsets.put(replace(sunset, state="closed"))
                log.warning("a channel's day has come", sunset=sunset.id, channel=sunset.channel)
            elif sunset.state == "closed" and now >= sunset.on_ms + CLOSE_AFTER_MS:
                while await self._sunsets.close_addresses(sunset.id, at_ms=now, limit=ENROLLED_AT_ONCE):
                    pass

    async def mark(self) -> None:
        """Notes who moved and who cannot be told, and takes in who came since."""
        for sunset in await self._sunsets.plans(states=("running", "paused", "closed")):
            if sunset.state == "running":
                await self._enrol(sunset)
            after: AddressId | None = None
            while (
                after := await self._sunsets.mark(sunset.id, after=after, limit=MARKED_AT_ONCE, now_ms=self._clock.now_ms())
            ) is not None:
                pass

    async def run(self) -> None:
        """Looks after plans until cancelled."""
        marked_at = float("-inf")
        while True:
            try:
                await self.look()
                if self._clock.monotonic() - marked_at >= MARK_SECONDS:
                    await self.mark()
                    marked_at = self._clock.monotonic()
            except StoreDown as error:
                log.warning("plans wait for the store", why=error.message)
            await self._clock.sleep(LOOK_SECONDS)

    async def progress(self, sunset_id: str) -> Progress:
        """Counts how a plan stands now. Raises Refused for one that is not there."""
        await self._found(sunset_id)
        return await self._sunsets.progress(sunset_id)

    async def _look(self) -> None:
        """Lets the countries of new addresses be known: whoever came a minute ago may be one of those whom a plan leaves out."""
        if self._look_at_new is not None:
            await self._look_at_new()

    async def _enrol(self, sunset: Sunset) -> None:
        await self._look()
        after: AddressId | None = None
        while (after := await self._sunsets.enrol(sunset, after=after, limit=ENROLLED_AT_ONCE)) is not None:
            pass

    async def _found(self, sunset_id: str) -> Sunset:
        sunset = await self._sunsets.find(sunset_id)
        if sunset is None:
            raise Refused(f"there is no plan {sunset_id!r}; `wasl sunset list` names them")
        return sunset

    async def _move(self, sunset_id: str, *, to: str, from_: tuple[str, ...]) -> Sunset:
        sunset = await self._found(sunset_id)
        if sunset.state not in from_:
            raise Refused(f"the plan is {sunset.state} and cannot become {to}")
        moved = replace(sunset, state=to)  # type: ignore[arg-type]  # callers name a state
        await self._sunsets.put(moved)
        return moved

    def _wording(self, name: MilestoneName, wish: Wish) -> Wording:
        return Wording(texts=WORDS[name], templates=dict(wish.templates or {}), category=wish.category)
