"""The register: every dependency that is known, the operator's own laid over those that come with Wasl, and which of them hold here."""

import fnmatch
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from importlib.resources import files

from wasl.continuity.dependency import Configured, Constraint, Entry, Standing
from wasl.continuity.register_file import read_register
from wasl.domain.errors import SettingWrong

UNKNOWN_FACT = {
    "en": "Nothing is known of this contract. Add an entry with its terms to your own register.",
    "ar": "لا يُعرف شيء عن هذا العقد. أضف قيدًا بشروطه إلى سجلك.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Register:
    """Entries and constraints, by id."""

    entries: Mapping[str, Entry]
    constraints: tuple[Constraint, ...]

    def standing(self, here: Configured) -> tuple[Standing, ...]:
        """Gives what an installation stands on: what it matches, and a bare entry for what nobody wrote down."""
        found = [s for entry in self.entries.values() if not entry.follows and (s := _standing(entry, here)) is not None]
        found += _unknown(found, here)
        by_id = {s.entry.id: s for s in found}
        billed = [s for s in found if s.entry.bills]
        for entry in self.entries.values():
            heads = billed if "payment" in entry.slots and not entry.follows else [by_id[f] for f in entry.follows if f in by_id]
            if heads and entry.id not in by_id and (entry.follows or "payment" in entry.slots):
                ways = frozenset(w for s in heads for w in s.ways)
                named = frozenset(a for s in heads for a in s.answerers)
                by_id[entry.id] = Standing(entry=entry, ways=ways, answerers=named)
        consoles = {s.entry.keys_at for s in found if s.entry.keys_at} & self.entries.keys()
        for name in sorted(consoles - by_id.keys()):
            by_id[name] = Standing(entry=self.entries[name])
        return tuple(by_id.values())

    def in_force(self, day: date) -> tuple[Constraint, ...]:
        """Gives the constraints that hold on a day."""
        return tuple(c for c in self.constraints if c.holds(day))

    def candidates_of(self, names: Iterable[str], standing: Sequence[Standing]) -> frozenset[str]:
        """Gives the candidates that names of entries or candidates mean."""
        by_id = {s.entry.id: s.answerers for s in standing}
        return frozenset(c for name in names for c in by_id.get(name, frozenset({name})))


def read_texts(texts: Mapping[str, str], *, base: Register | None = None) -> Register:
    """Reads files in order of their names, laid over `base`. Raises SettingWrong."""
    entries: dict[str, Entry] = dict(base.entries) if base else {}
    constraints = {c.id: c for c in base.constraints} if base else {}
    for at, text in sorted(texts.items()):
        told = read_register(text, at=at, overlay=base is not None)
        named: set[str] = set()
        for entry in told.entries:
            if entry.id in named or (base is None and entry.id in entries):
                raise SettingWrong(f"{entry.at}: {entry.id!r} is here twice; put its facts together")
            named.add(entry.id)
            entries[entry.id] = _laid_over(entries.get(entry.id), entry)
        constraints |= {c.id: c for c in told.constraints}
    for entry in entries.values():
        for name in (*entry.follows, *([entry.keys_at] if entry.keys_at else [])):
            if name not in entries:
                raise SettingWrong(f"{entry.at}: {entry.id!r} names {name!r}, which is no entry of the register")
    return Register(entries=entries, constraints=tuple(constraints.values()))


@cache
def shipped() -> Register:
    """Reads the register that comes with Wasl."""
    folder = files("wasl.continuity").joinpath("register")
    return read_texts({f"register/{f.name}": f.read_text(encoding="utf-8") for f in folder.iterdir() if f.name.endswith(".toml")})


def _laid_over(known: Entry | None, entry: Entry) -> Entry:
    if known is None:
        if not entry.kind or not entry.title:
            raise SettingWrong(f"{entry.at}: {entry.id!r} is new, so it needs a kind and a title")
        return entry
    return replace(
        known,
        kind=entry.kind or known.kind,
        title=entry.title or known.title,
        channels=entry.channels or known.channels,
        hosts=entry.hosts or known.hosts,
        regions=entry.regions or known.regions,
        slots=entry.slots or known.slots,
        follows=entry.follows or known.follows,
        bills=entry.bills or known.bills,
        restored=entry.restored or known.restored,
        slow=entry.slow or known.slow,
        keys_at=entry.keys_at or known.keys_at,
        facts=(*entry.facts, *known.facts),
        words=(*entry.words, *known.words),
        at=entry.at,
    )


def _standing(entry: Entry, here: Configured) -> Standing | None:
    """Says what stops with an entry here, None where nothing here is at it."""
    ways = {w.name for w in here.ways if w.kind in entry.channels}
    answerers = {a.name for a in here.answerers if _at(a.host, entry.hosts) or a.region in entry.regions}
    slots = {
        "host": "host" in entry.slots,
        "database": bool(here.database) and ("database" in entry.slots or _at(here.database, entry.hosts)),
        "domain": bool(here.domain) and "domain" in entry.slots,
        "mail": bool(here.mail) and ("mail" in entry.slots or _at(here.mail, entry.hosts)),
        "copies": bool(here.copies) and ("copies" in entry.slots or _at(here.copies, entry.hosts)),
    }
    if not ways and not answerers and not any(slots.values()):
        return None
    if slots["domain"]:
        ways |= {w.name for w in here.ways if w.called or w.own}
    taken = tuple(s for s in ("host", "database", "domain", "mail", "copies") if slots[s])
    if slots["host"] or slots["database"]:
        ways = {w.name for w in here.ways}
        answerers = {a.name for a in here.answerers}
    return Standing(entry=replace(entry, slots=taken), ways=frozenset(ways), answerers=frozenset(answerers))


def _at(host: str, patterns: Sequence[str]) -> bool:
    """Says whether a place is one of those hosts, at whichever port."""
    bare = host if host.count(":") != 1 else host.partition(":")[0]
    return bool(host) and any(fnmatch.fnmatchcase(one, pattern) for pattern in patterns for one in (host, bare))


def _unknown(found: Sequence[Standing], here: Configured) -> list[Standing]:
    """Makes bare entries for platforms, servers and regions that no file knows."""
    made: list[Standing] = []
    ways = {w for s in found if s.entry.channels for w in s.ways}
    made += [
        _bare(f"channel.{w.name}", "channel platform", w.name, ways=frozenset({w.name}))
        for w in here.ways
        if w.name not in ways and not w.own
    ]
    known_hosts = [p for s in found for p in s.entry.hosts]
    hosts = sorted({a.host for a in here.answerers if a.host and not _at(a.host, known_hosts)})
    made += [_bare(f"host.{h}", "model provider", h, answerers=frozenset(a.name for a in here.answerers if a.host == h)) for h in hosts]
    known_regions = {r for s in found for r in s.entry.regions}
    regions = sorted({a.region for a in here.answerers if a.region and a.region not in known_regions})
    made += [_bare(f"region.{r}", "region", r, answerers=frozenset(a.name for a in here.answerers if a.region == r)) for r in regions]
    return made


def _bare(id_: str, kind: str, title: str, *, ways: frozenset[str] = frozenset(), answerers: frozenset[str] = frozenset()) -> Standing:
    entry = Entry(id=id_.lower(), kind=kind, title={"en": title, "ar": title})
    return Standing(entry=entry, ways=ways, answerers=answerers, known=False)
