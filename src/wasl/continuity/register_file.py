"""Register files: read strictly. What is wrong is named with file, line and entry, and the file is refused as a whole."""

import re
import tomllib
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, Final, NamedTuple, cast

from wasl.continuity.dependency import FAULTS, KINDS, SLOTS, TOPICS, Constraint, Entry, Fact, Words
from wasl.domain.errors import SettingWrong
from wasl.wire.toml_table import TomlPlace, both_of, day_of, flag_of, needed_day_of, text_of, texts_of

FILE_CHARACTERS_MAX: Final = 2 << 20
ENTRIES_MAX: Final = 2_000
BODY_CHARACTERS_MAX: Final = 8_000
STATUS_MIN, STATUS_MAX = 100, 599
WHENS: Final = ("refused or down", "never")
_TOP: Final = {"dependency", "constraint"}
_ENTRY: Final = {
    "id", "kind", "title", "channels", "hosts", "regions", "slots", "follows", "bills", "restored", "slow", "keys_at", "fact", "words",
}  # fmt: skip
_FACT: Final = {"topic", "text", "source", "seen", "from", "until", "days", "amount", "currency", "unsure"}
_WORDS: Final = {"how", "status", "body", "headers", "source", "unsure"}
_CONSTRAINT: Final = {"id", "first", "then", "when", "text", "source", "seen", "from", "until", "unsure"}
_ID: Final = re.compile(r"[a-z0-9][a-z0-9_.-]{0,79}")
_CURRENCY: Final = re.compile(r"[A-Z]{3}")
_HEAD: Final = re.compile(r"[ \t]*\[\[[ \t]*([a-z.]+)[ \t]*\]\]")


class RegisterFile(NamedTuple):
    """What one file says."""

    entries: tuple[Entry, ...]
    constraints: tuple[Constraint, ...]


def read_register(text: str, *, at: str, overlay: bool = False) -> RegisterFile:
    """Reads one file. In an `overlay` an entry may leave out its kind and title, where another file has them. Raises SettingWrong."""
    if len(text) > FILE_CHARACTERS_MAX:
        raise SettingWrong(f"{at} has more than {FILE_CHARACTERS_MAX} characters; split it")
    try:
        table = tomllib.loads(text, parse_float=Decimal)
    except (tomllib.TOMLDecodeError, RecursionError, ArithmeticError) as error:
        raise SettingWrong(f"{at} is no TOML ({error}); mend that line") from error
    written = text.splitlines()
    heads = [(found[1], number) for number, line in enumerate(written, start=1) if (found := _HEAD.match(line))]
    lines = {name: iter([number for head, number in heads if head == name]) for name, _ in heads}
    for key in table:
        if key not in _TOP:
            number = next((n for n, line in enumerate(text.splitlines(), start=1) if key in line), 0)
            raise SettingWrong(f"{at}, line {number}: {key!r} is not known; a register file has {', '.join(sorted(_TOP))}")

    def place(name: str) -> TomlPlace:
        return TomlPlace(at, next(lines.get(name, iter(())), 0), lines=written)

    told = _tables(table, "dependency", TomlPlace(at, 0))
    if len(told) > ENTRIES_MAX:
        raise SettingWrong(f"{at} has {len(told)} entries, more than {ENTRIES_MAX}; split it")
    entries = tuple(_entry(one, place, overlay=overlay) for one in told)
    return RegisterFile(entries, tuple(_constraint(one, place("constraint")) for one in _tables(table, "constraint", TomlPlace(at, 0))))


def _entry(table: Mapping[str, Any], place_of: Any, *, overlay: bool) -> Entry:
    place: TomlPlace = place_of("dependency")
    place = place._replace(id=_id(table, place))
    place.only(table, _ENTRY, "a dependency")
    kind = table.get("kind", "" if overlay else None)
    if kind not in (*KINDS, *([""] if overlay else [])):
        place.wrong(f"its kind is {kind!r}; it is one of {', '.join(KINDS)}", "kind")
    slots = texts_of(table, "slots", place)
    if unknown := set(slots) - set(SLOTS):
        place.wrong(f"{sorted(unknown)[0]!r} is no slot; there are {', '.join(SLOTS)}")
    return Entry(
        id=place.id,
        kind=kind,
        title=both_of(table, "title", place) if "title" in table or not overlay else {},
        channels=texts_of(table, "channels", place),
        hosts=texts_of(table, "hosts", place),
        regions=texts_of(table, "regions", place),
        slots=slots,
        follows=texts_of(table, "follows", place),
        bills=flag_of(table, "bills", place),
        restored=flag_of(table, "restored", place),
        slow=flag_of(table, "slow", place),
        keys_at=text_of(table, "keys_at", place),
        facts=tuple(_fact(one, place_of("dependency.fact")._replace(id=place.id)) for one in _tables(table, "fact", place)),
        words=tuple(_words(one, place_of("dependency.words")._replace(id=place.id)) for one in _tables(table, "words", place)),
        at=f"{place.at}:{place.line}",
    )


def _fact(table: Mapping[str, Any], place: TomlPlace) -> Fact:
    place.only(table, _FACT, "a fact")
    topic = table.get("topic")
    if topic not in TOPICS:
        place.wrong(f"a fact's topic is {topic!r}; it is one of {', '.join(TOPICS)}", "topic")
    amount, currency = table.get("amount"), text_of(table, "currency", place)
    if amount is not None and (isinstance(amount, bool) or not isinstance(amount, int | Decimal) or not Decimal(amount).is_finite()):
        place.wrong(f"its amount is {amount!r}; write a number", "amount")
    if (amount is None) != (currency == "") or (currency and not _CURRENCY.fullmatch(currency)):
        place.wrong('an amount goes with a currency of three capital letters, such as amount = 5000, currency = "USD"')
    days = table.get("days")
    if days is not None and (isinstance(days, bool) or not isinstance(days, int) or days < 0):
        place.wrong(f"its days are {days!r}; write a whole number", "days")
    return Fact(
        topic=topic,
        text=both_of(table, "text", place),
        source=text_of(table, "source", place, needed=True),
        seen=needed_day_of(table, "seen", place, why="write the day on which it was looked up"),
        from_=day_of(table, "from", place),
        until=day_of(table, "until", place),
        days=days,
        amount=None if amount is None else Decimal(amount),
        currency=currency,
        unsure=flag_of(table, "unsure", place),
        at=f"{place.at}:{place.line}",
    )


def _words(table: Mapping[str, Any], place: TomlPlace) -> Words:
    place.only(table, _WORDS, "words")
    how, status, body, headers = table.get("how"), table.get("status"), table.get("body", ""), table.get("headers", {})
    if how not in FAULTS:
        place.wrong(f"`how` is {how!r}; it is one of {', '.join(FAULTS)}", "how")
    if isinstance(status, bool) or not isinstance(status, int) or not STATUS_MIN <= status <= STATUS_MAX:
        place.wrong(f"its status is {status!r}; write an HTTP status, such as 403", "status")
    if not isinstance(body, str) or len(body) > BODY_CHARACTERS_MAX:
        place.wrong(f"its body must be text of at most {BODY_CHARACTERS_MAX} characters")
    if not isinstance(headers, dict) or not all(isinstance(v, str) for v in headers.values()):
        place.wrong("its headers are a table of texts", "headers")
    return Words(
        how=how,
        status=status,
        body=body,
        headers=headers,
        source=text_of(table, "source", place, needed=True),
        unsure=flag_of(table, "unsure", place),
    )


def _constraint(table: Mapping[str, Any], place: TomlPlace) -> Constraint:
    place = place._replace(id=_id(table, place))
    place.only(table, _CONSTRAINT, "a constraint")
    first, then, when = texts_of(table, "first", place), texts_of(table, "then", place), table.get("when")
    if not first or not then:
        place.wrong('it names who comes first and who after: first = ["…"], then = ["*"]')
    if when not in WHENS:
        place.wrong(f"`when` is {when!r}; it is one of {', '.join(WHENS)}", "when")
    starts, ends = day_of(table, "from", place), day_of(table, "until", place)
    if starts is not None and ends is not None and ends < starts:
        place.wrong(f"it ends on {ends}, before it begins on {starts}", "until")
    return Constraint(
        id=place.id,
        first=first,
        then=then,
        when=cast(Any, when),
        text=both_of(table, "text", place),
        source=text_of(table, "source", place, needed=True),
        seen=needed_day_of(table, "seen", place, why="write the day on which it was looked up"),
        from_=starts,
        until=ends,
        unsure=flag_of(table, "unsure", place),
        at=f"{place.at}:{place.line}",
    )


# -- readers ------------------------------------------------------------------------------------------------------------------
def _id(table: Mapping[str, Any], place: TomlPlace) -> str:
    found = table.get("id")
    if not isinstance(found, str) or not _ID.fullmatch(found):
        place.wrong(f"its id is {found!r}; give it one of small letters, digits, dots, hyphens and underscores", "id")
    return found


def _tables(table: Mapping[str, Any], key: str, place: TomlPlace) -> Sequence[Mapping[str, Any]]:
    found = table.get(key, [])
    if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
        place.wrong(f"write each {key} in double brackets, [[{key}]]")
    return found
