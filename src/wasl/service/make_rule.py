"""Make a rule: from a changed clause to a dated rule that acts, by way of a draft, a trial on what was sent, and a person's confirmation.

Rules are only added. Which rule acted, from which text, and who confirmed it can be told for ever: the record names the version and the
sentences, and the verdict on a message names the rule.
"""

from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final, Literal

from wasl.domain.days import DAY_MS, day_at
from wasl.domain.errors import Refused, SettingWrong
from wasl.domain.terms import Change, Document, RuleRecord
from wasl.policy.act import Act, Deployment, Recipient, TurnPurpose
from wasl.policy.evaluate import evaluate
from wasl.policy.rulebook import Rulebook, read_book
from wasl.ports.clock import Clock
from wasl.ports.terms import Terms
from wasl.terms.canonical import canonical
from wasl.terms.classify import sentence_id
from wasl.terms.draft import Draft, drafts_of, ended, read_draft, toml_of
from wasl.terms.regions import EU

TRIAL_DAYS: Final = 30
NAME_CHARACTERS_MAX: Final = 200
NOTE_CHARACTERS_MAX: Final = 2_000
FILE: Final = "terms.toml"
"""The file that holds confirmed rules, beside the operator's own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """What a rule would have done to the messages of the last days. `people` counts those concerned by country."""

    messages: int
    blocked: int
    charged: int
    people: Mapping[str, int]
    days: int = TRIAL_DAYS


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """Something that a confirmed rule ends or prices on a day ahead: what a plan to leave begins with."""

    channel: str
    on: date
    regions: tuple[str, ...]
    regions_except: tuple[str, ...]
    rule_id: str
    by: str


class MakeRule:
    """Makes rules. `keep` writes the confirmed ones where the rulebook reads them; `plan` opens a draft of a plan to leave,
    `remind` sets a reminder's timer."""

    def __init__(
        self,
        *,
        terms: Terms,
        clock: Clock,
        documents: Mapping[str, Document],
        base: Callable[[], Rulebook],
        keep: Callable[[str], None],
        plan: Callable[[Ending], Awaitable[None]] | None = None,
        remind: Callable[[str, int], Awaitable[None]] | None = None,
        deployment: Deployment | None = None,
    ) -> None:
        self._terms = terms
        self._clock = clock
        self._documents = documents
        self._base = base
        self._keep = keep
        self._plan = plan
        self._remind = remind
        self._deployment = deployment or Deployment()

    async def propose(self, change_id: str, *, sentence: str = "") -> Sequence[Draft]:
        """Proposes rules from a change, from one of its sentences where that is named. Raises Refused for what is not there."""
        change = await self._change(change_id)
        document = self._documents.get(change.document_id)
        version = await self._terms.find_version(change.after)
        if document is None or version is None:
            raise Refused(f"the document {change.document_id!r} is not declared any more; declare it again, or write the rule by hand")
        clause = next((one for one in change.judgement.clauses if one.sentence == sentence), None)
        if sentence and clause is None:
            raise Refused(f"the change {change_id} has no sentence {sentence!r}")
        body = await self._terms.blob(version.text)
        page = canonical(body.decode()) if body is not None else None
        return drafts_of(document, change, version=version, clause=clause, page=page)

    async def draft(self, change_id: str, *, sentence: str = "", toml: str = "", by: str = "") -> Sequence[RuleRecord]:
        """Keeps proposals, or a rule that a person wrote from one. They act on nothing. Raises SettingWrong for what is no rule."""
        drafts = [read_draft(toml)] if toml else await self.propose(change_id, sentence=sentence)
        change = await self._change(change_id)
        records = []
        for one in drafts:
            self._read({"draft": toml_of(one)})
            record = self._record(one, change=change, act="drafted", by=by)
            await self._terms.add_rule(record)
            records.append(record)
        return records

    async def trial(self, toml: str) -> Trial:
        """Tries a rule on what was sent in the last days, as if it had held then. Nothing is stored."""
        draft = read_draft(toml)
        book = self._read({"trial": toml_of(replace(draft, from_=date(2000, 1, 1), to=None))}, alone=True)
        now = self._clock.now_ms()
        since = now - TRIAL_DAYS * DAY_MS
        counts: Counter[str] = Counter()
        concerned: dict[str, dict[str, list[int | None]]] = {}
        for sent in await self._terms.sent(since_ms=since):
            counts["messages"] += sent.messages
            act = Act(
                channel=sent.channel,
                at_ms=now,
                deployment=self._deployment,
                person=Recipient(region=sent.country or None, last_inbound_ms=None if sent.silent_ms is None else now - sent.silent_ms),
                purpose=TurnPurpose(label="general" if self._deployment.purpose == "general_assistant" else "ancillary"),
            )
            verdict = evaluate(book, act)
            if verdict.effect in ("refuse", "hold"):
                counts["blocked"] += sent.messages
            elif verdict.charged:
                counts["charged"] += sent.messages
            else:
                continue
            concerned.setdefault(sent.channel, {}).setdefault(sent.country, []).append(sent.silent_ms)
        people = await self._concerned(since, concerned)
        return Trial(messages=counts["messages"], blocked=counts["blocked"], charged=counts["charged"], people=dict(people.most_common()))

    async def _concerned(self, since_ms: int, concerned: Mapping[str, Mapping[str, Sequence[int | None]]]) -> "Counter[str]":
        """Counts people by country, each once: countries in which a rule bites after the same silences are asked for together."""
        people: Counter[str] = Counter()
        for channel, countries in concerned.items():
            alike: dict[frozenset[int | None], set[str]] = {}
            for country, silences in countries.items():
                alike.setdefault(frozenset(silences), set()).add(country)
            for silences_, among in alike.items():
                found = await self._terms.people_sent(since_ms=since_ms, channel=channel, silences=tuple(silences_))
                people.update({country: number for country, number in found.items() if country in among})
        return people

    async def confirm(self, rule_id: str, *, by: str, note: str = "") -> Sequence[RuleRecord]:
        """Lets a drafted rule act from its day on, in the name of a person; the earlier rule of its kind gets an end.

        Again: changes nothing. Raises Refused without a name, or for a rule that was never drafted; SettingWrong where it cannot stand
        in the rulebook.
        """
        who = " ".join(by.split())[:NAME_CHARACTERS_MAX]
        if not who:
            raise Refused("a rule is confirmed by somebody: give a name")
        steps = await self._terms.rules(rule_id=rule_id)
        if not steps:
            raise Refused(f"there is no rule {rule_id!r}; draft it first")
        if any(one.act == "confirmed" for one in steps):
            return ()
        if any(one.act == "rejected" for one in steps):
            raise Refused(f"the rule {rule_id!r} was rejected; draft it anew")
        drafted = read_draft(steps[-1].toml)
        change = await self._change(steps[-1].change_id)
        record = replace(self._record(drafted, change=change, act="confirmed", by=who), note=note.strip()[:NOTE_CHARACTERS_MAX])
        ends = [
            self._record(end, change=change, act="ended", by=who)
            for earlier in await self._acting()
            if (end := ended(read_draft(earlier.toml), by=drafted)) is not None
        ]
        every = [*await self._terms.rules(), *ends, record]
        text = self.text_of(every)
        self._read({FILE: text})
        for one in (*ends, record):
            await self._terms.add_rule(one)
        self._keep(text)
        await self._terms.keep_change(replace(change, state="rule"))
        if self._plan is not None and drafted.channel and drafted.opens_sunset and drafted.from_ > day_at(self._clock.now_ms()):
            await self._plan(
                Ending(
                    channel=drafted.channel,
                    on=drafted.from_,
                    regions=drafted.regions,
                    regions_except=drafted.regions_except,
                    rule_id=rule_id,
                    by=who,
                )
            )
        return (*ends, record)

    async def reject(self, rule_id: str, *, by: str, note: str = "") -> None:
        """Puts a draft away. Raises Refused where it acts already, or is not there."""
        steps = await self._terms.rules(rule_id=rule_id)
        if not steps or any(one.act == "confirmed" for one in steps):
            raise Refused(f"{rule_id!r} is no draft")
        await self._terms.add_rule(
            replace(steps[-1], id=self._clock.new_id(), at_ms=self._clock.now_ms(), act="rejected", by=by, note=note)
        )

    async def set_aside(self, change_id: str, *, by: str, note: str = "", days: int = 0) -> None:
        """Notes that a change is not for us, or (with days) that somebody wants to be reminded of it then."""
        change = await self._change(change_id)
        kept = replace(change, note=note.strip()[:NOTE_CHARACTERS_MAX] or change.note, by=by.strip()[:NAME_CHARACTERS_MAX] or change.by)
        if days <= 0:
            await self._terms.keep_change(replace(kept, state="not_for_us", remind_ms=None))
            return
        at_ms = self._clock.now_ms() + days * DAY_MS
        await self._terms.keep_change(replace(kept, state="remind", remind_ms=at_ms))
        if self._remind is not None:
            await self._remind(change_id, at_ms)

    async def flag_stale(self, change: Change) -> Sequence[RuleRecord]:
        """Flags rules whose sentence does not stand in the new version any more: somebody should read it again."""
        version = await self._terms.find_version(change.after)
        body = await self._terms.blob(version.text) if version else None
        if body is None:
            return ()
        there = {sentence_id(one) for one in canonical(body.decode()).sentences}
        flagged = []
        for record in await self._acting():
            if record.document_id == change.document_id and record.sentences and not there.intersection(record.sentences):
                steps = await self._terms.rules(rule_id=record.rule_id)
                if not any(one.act == "stale" and one.change_id == change.id for one in steps):
                    flagged.append(
                        replace(
                            record, id=self._clock.new_id(), at_ms=self._clock.now_ms(), act="stale", change_id=change.id, by="", note=""
                        )
                    )
        for one in flagged:
            await self._terms.add_rule(one)
        return flagged

    async def write(self) -> str:
        """Writes the confirmed rules where the rulebook reads them: what another process confirmed, too. Gives the text."""
        text = self.text_of(await self._terms.rules())
        self._keep(text)
        return text

    @staticmethod
    def text_of(records: Sequence[RuleRecord]) -> str:
        """Gives a rule file of everything that was confirmed, and of every end that was given since."""
        kept = [one for one in records if one.act in ("confirmed", "ended")]
        if not kept:
            return ""
        head = "# Rules made from watched terms and confirmed by people. Written by Wasl: confirm and end them there, not here.\n"
        groups = (
            f"\n[groups]\nEU = [{', '.join(f'{chr(34)}{one}{chr(34)}' for one in EU)}]\n" if any('"EU"' in one.toml for one in kept) else ""
        )
        told = [f"\n# {one.act} by {one.by or 'nobody'}{': ' + ' '.join(one.note.split()) if one.note else ''}\n{one.toml}" for one in kept]
        return head + groups + "".join(told)

    async def _acting(self) -> list[RuleRecord]:
        """Gives the newest step of every rule that was confirmed."""
        newest: dict[str, RuleRecord] = {}
        confirmed: set[str] = set()
        for one in await self._terms.rules():
            confirmed |= {one.rule_id} if one.act == "confirmed" else set()
            if one.act in ("confirmed", "ended"):
                newest[one.rule_id] = one
        return [one for rule_id, one in newest.items() if rule_id in confirmed]

    async def _change(self, change_id: str) -> Change:
        found = await self._terms.find_change(change_id)
        if found is None:
            raise Refused(f"there is no change {change_id!r}")
        return found

    def _record(self, draft: Draft, *, change: Change, act: Literal["drafted", "confirmed", "ended"], by: str) -> RuleRecord:
        return RuleRecord(
            id=self._clock.new_id(),
            rule_id=draft.id,
            change_id=change.id,
            document_id=change.document_id,
            at_ms=self._clock.now_ms(),
            act=act,
            by=by,
            toml=toml_of(draft),
            sentences=draft.sentences,
        )

    def _read(self, texts: Mapping[str, str], *, alone: bool = False) -> Rulebook:
        base = self._base()
        try:
            return read_book(texts, base=Rulebook(rules=(), groups=base.groups, names=base.names) if alone else base)
        except SettingWrong as error:
            raise SettingWrong(f"this rule cannot stand: {error.message}") from error


def _told(record: RuleRecord) -> str:
    note = " ".join(record.note.split())
    return f"{record.act} by {' '.join(record.by.split())} on {day_at(record.at_ms)}" + (f": {note}" if note else "")
