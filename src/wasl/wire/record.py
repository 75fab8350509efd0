"""Records: values of ours as JSON objects and back, told once in a table from which the JSON Schema is made too.

A field that has its default is left out. A field that this version does not know is kept under its JSON pointer, and set again when
the record is written: what a newer Wasl wrote survives an older one.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final, NamedTuple, Protocol

from wasl.domain.days import DAY_MS
from wasl.domain.errors import Malformed

Json = Any
BEYOND: Final = "wasl:beyond"
"""In a record's `extra`: fields of a newer version, JSON pointer to value."""
_WALL_START: Final = datetime(1970, 1, 1)
_START: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MS: Final = timedelta(milliseconds=1)


class Shape(Protocol):
    """How one kind of value stands in JSON."""

    def write(self, value: Any) -> Json:
        """Gives the value as JSON."""
        ...

    def read(self, value: Json, at: str, beyond: dict[str, Json]) -> Any:
        """Gives the value that JSON holds; puts what it does not know into `beyond`. Raises Malformed naming `at`."""
        ...

    def schema(self) -> dict[str, Json]:
        """Gives the JSON Schema of it."""
        ...


class Plain(NamedTuple):
    """A JSON value that stands as it is, of one of the Python types."""

    types: tuple[type, ...]
    told: Mapping[str, Json]

    def write(self, value: Any) -> Json:
        """Gives it as it is."""
        return value

    def read(self, value: Json, at: str, beyond: dict[str, Json]) -> Any:
        """Gives it when it has the type. Raises Malformed."""
        if not isinstance(value, self.types) or (isinstance(value, bool) and bool not in self.types):
            raise Malformed(f"{at or '/'} is {type(value).__name__}, not {' or '.join(t.__name__ for t in self.types)}")
        return value

    def schema(self) -> dict[str, Json]:
        """Gives what is told."""
        return dict(self.told)


TEXT: Final = Plain((str,), {"type": "string"})
WHOLE: Final = Plain((int,), {"type": "integer"})
NUMBER: Final = Plain((int, float), {"type": "number"})
FLAG: Final = Plain((bool,), {"type": "boolean"})
OBJECT: Final = Plain((dict,), {"type": "object"})
ANY: Final = Plain((object, bool), {})


def one_of(*words: str) -> Plain:
    """Text that is one of the words; another word is read too, as it stands: it may be a newer version's."""
    return Plain((str,), {"type": "string", "examples": list(words)})


class Time(NamedTuple):
    """Milliseconds as an ISO 8601 time: an instant in UTC ("…Z"), or a wall clock without a zone; beyond year 9999 a whole number."""

    zoned: bool

    def write(self, value: int) -> Json:
        """Gives the time, which the JSON encoder writes."""
        return instant(value) if self.zoned else wall(value)

    def read(self, value: Json, at: str, beyond: dict[str, Json]) -> int:
        """Gives milliseconds. Raises Malformed."""
        if isinstance(value, int) and not isinstance(value, bool):
            return value
        try:
            return milliseconds(datetime.fromisoformat(value))
        except (TypeError, ValueError) as error:
            raise Malformed(f"{at} is {value!r:.60}, not a time") from error

    def schema(self) -> dict[str, Json]:
        """Gives the schema of both forms."""
        pattern = r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{3,6})?" + ("Z$" if self.zoned else "$")
        return {"anyOf": [{"type": "string", "pattern": pattern}, {"type": "integer", "description": "milliseconds since 1970"}]}


def wall(ms: int) -> datetime | int:
    """Gives what a clock without a zone shows."""
    try:
        return _WALL_START + timedelta(milliseconds=ms)
    except OverflowError:
        return ms


def instant(ms: int) -> datetime | int:
    """Gives the instant, in UTC."""
    try:
        return _START + timedelta(milliseconds=ms)
    except OverflowError:
        return ms


def milliseconds(time: datetime) -> int:
    """Gives milliseconds since 1970 of a time with or without a zone."""
    since = time - (_WALL_START if time.tzinfo is None else _START)
    return since.days * DAY_MS + since.seconds * 1000 + since.microseconds // 1000


INSTANT: Final = Time(zoned=True)
WALL: Final = Time(zoned=False)


class Many(NamedTuple):
    """A list of one shape, a tuple in Python."""

    of: Shape

    def write(self, value: Sequence[Any]) -> Json:
        """Gives the list."""
        return [self.of.write(item) for item in value]

    def read(self, value: Json, at: str, beyond: dict[str, Json]) -> tuple[Any, ...]:
        """Gives the tuple. Raises Malformed."""
        if not isinstance(value, list):
            raise Malformed(f"{at} is {type(value).__name__}, not a list")
        return tuple(self.of.read(item, f"{at}/{place}", beyond) for place, item in enumerate(value))

    def schema(self) -> dict[str, Json]:
        """Gives the schema of the list."""
        return {"type": "array", "items": self.of.schema()}


class TextSet(NamedTuple):
    """A set of words, sorted."""

    def write(self, value: frozenset[str]) -> Json:
        """Gives the sorted list."""
        return sorted(value)

    def read(self, value: Json, at: str, beyond: dict[str, Json]) -> frozenset[str]:
        """Gives the set. Raises Malformed."""
        return frozenset(Many(TEXT).read(value, at, beyond))

    def schema(self) -> dict[str, Json]:
        """Gives the schema of the list."""
        return {"type": "array", "items": {"type": "string"}, "uniqueItems": True}


@dataclass(frozen=True, slots=True)
class Field:
    """One field: its place in the object ("time.wall" stands in the object `time`), its attribute, its shape.

    It is left out when it equals `default`; `needed` fields have none.
    """

    place: str
    shape: Shape
    attribute: str = ""
    default: Any = None
    needed: bool = False
    told: str = ""

    @property
    def name(self) -> str:
        """The attribute's name."""
        return self.attribute or self.place


class Record(NamedTuple):
    """An object of fields, one value of ours. `type` is what its field of that name says, empty for none."""

    make: Callable[..., Any]
    fields: tuple[Field, ...]
    type: str = ""
    told: str = ""

    def write(self, value: Any) -> dict[str, Json]:
        """Gives the object."""
        return fields_of(value, self.fields, {"type": self.type} if self.type else {})

    def read(self, value: Json, at: str, beyond: dict[str, Json]) -> Any:
        """Gives the value. Raises Malformed."""
        return self.make(**read_fields(value, self.fields, at, beyond))

    def schema(self) -> dict[str, Json]:
        """Gives the schema of the object."""
        return schema_of(self.fields, type_=self.type, told=self.told)


class Union(NamedTuple):
    """One of several records, told apart by `type`; `write` finds by the value's class, `other` makes the value of an unknown type."""

    records: Mapping[str, Record]
    kinds: Mapping[type, str]
    other: Record
    newer: str
    """Before the kind of an `other` value that holds a record of a newer version, whole."""

    def write(self, value: Any) -> dict[str, Json]:
        """Gives the object."""
        if type(value) is self.other.make and value.kind.startswith(self.newer):
            kind, whole = value.kind[len(self.newer) :], value.value
            if kind and whole.get("type") == kind and kind not in self.records:
                return dict(whole)
        return self.records[self.kinds[type(value)]].write(value)

    def read(self, value: Json, at: str, beyond: dict[str, Json]) -> Any:
        """Gives the value. Raises Malformed."""
        kind = value.get("type") if isinstance(value, dict) else None
        if not isinstance(kind, str):
            raise Malformed(f"{at} is no object with a type")
        if kind not in self.records:
            return self.other.make(kind=f"{self.newer}{kind}", value=value)
        return self.records[kind].read(value, at, beyond)

    def schema(self) -> dict[str, Json]:
        """Gives the schema: one of the known records, or an object of another type."""
        another = {"type": "object", "required": ["type"], "properties": {"type": {"not": {"enum": sorted(self.records)}}}}
        return {"anyOf": [*({"$ref": f"#/$defs/{kind}"} for kind in self.records), another]}


def fields_of(value: Any, fields: Sequence[Field], into: dict[str, Json]) -> dict[str, Json]:
    """Puts the fields of a value that are not their default into an object."""
    for attribute, group, name, shape, default, needed in _writing_of(fields):
        held = getattr(value, attribute)
        if not needed and (held is None or held is default or held == default):
            continue
        written = held if shape is None else shape.write(held)
        if group:
            inside = into.get(group)
            if inside is None:
                inside = into[group] = {}
            inside[name] = written
        else:
            into[name] = written
    return into


_Writing = tuple[tuple[str, str, str, Shape | None, Any, bool], ...]
_writings: dict[int, tuple[Sequence[Field], _Writing]] = {}


def _writing_of(fields: Sequence[Field]) -> _Writing:
    """Gives the fields as they are written: attribute, group, name, shape (None for what stands as it is), default, needed."""
    known = _writings.get(id(fields))
    if known is not None and known[0] is fields:
        return known[1]
    made = []
    for field in fields:
        group, dot, name = field.place.rpartition(".")
        shape = None if isinstance(field.shape, Plain) else field.shape
        made.append((field.name, group if dot else "", name, shape, field.default, field.needed))
    _writings[id(fields)] = (fields, tuple(made))
    return _writings[id(fields)][1]


class _Plan(NamedTuple):
    """Fields by their place, for reading: attribute, shape, and the types of a plain value, which need no call."""

    direct: dict[str, tuple[str, Shape, tuple[type, ...] | None]]
    groups: dict[str, dict[str, tuple[str, Shape, tuple[type, ...] | None]]]
    needed: tuple[Field, ...]


_plans: dict[int, tuple[Sequence[Field], _Plan]] = {}
"""By the identity of a table: tables are made once and never end."""


def _plan_of(fields: Sequence[Field]) -> _Plan:
    known = _plans.get(id(fields))
    if known is not None and known[0] is fields:
        return known[1]
    plan = _Plan({}, {}, tuple(field for field in fields if field.needed))
    for field in fields:
        group, dot, name = field.place.partition(".")
        types = field.shape.types if isinstance(field.shape, Plain) and field.shape is not ANY else None
        into = plan.groups.setdefault(group, {}) if dot else plan.direct
        into[name if dot else group] = (field.name, field.shape, types)
    _plans[id(fields)] = (fields, plan)
    return plan


def read_fields(value: Json, fields: Sequence[Field], at: str, beyond: dict[str, Json]) -> dict[str, Any]:
    """Gives the attributes that an object holds; what is left over goes into `beyond`. Raises Malformed."""
    if not isinstance(value, dict):
        raise Malformed(f"{at or '/'} is {type(value).__name__}, not an object")
    plan = _plan_of(fields)
    found: dict[str, Any] = {}
    for name, raw in value.items():
        if name in plan.groups:
            if not isinstance(raw, dict):
                raise Malformed(f"{at}/{name} is {type(raw).__name__}, not an object")
            group = plan.groups[name]
            for inner, inside in raw.items():
                _read_field(group.get(inner), inner, inside, f"{at}/{name}", found, beyond)
        elif name != "type":
            _read_field(plan.direct.get(name), name, raw, at, found, beyond)
    for field in plan.needed:
        if field.name not in found:
            raise Malformed(f"{at}/{pointed(field.place)} is missing")
    return found


def _read_field(
    known: tuple[str, Shape, tuple[type, ...] | None] | None, name: str, raw: Json, at: str, found: dict[str, Any], beyond: dict[str, Json]
) -> None:
    if known is None:
        beyond[f"{at}/{escaped(name)}"] = raw
        return
    attribute, shape, types = known
    if types is not None and type(raw) in types:
        found[attribute] = raw
    elif raw is not None or shape is ANY:
        found[attribute] = shape.read(raw, f"{at}/{escaped(name)}", beyond)


def put_beyond(record: dict[str, Json], beyond: Mapping[str, Json]) -> None:
    """Sets the fields of a newer version again, where their place still is."""
    for pointer, value in beyond.items():
        *path, last = [step.replace("~1", "/").replace("~0", "~") for step in pointer.split("/")[1:]] or [""]
        inside: Any = record
        for step in path:
            if isinstance(inside, dict):
                inside = inside.setdefault(step, {})
            elif isinstance(inside, list) and step.isdecimal() and int(step) < len(inside):
                inside = inside[int(step)]
            else:
                break
        if isinstance(inside, dict):
            inside.setdefault(last, value)


def schema_of(fields: Sequence[Field], *, type_: str = "", told: str = "") -> dict[str, Json]:
    """Gives the JSON Schema of an object of fields; more fields may stand in it, a newer version's."""
    properties: dict[str, Json] = {"type": {"const": type_}} if type_ else {}
    needed = ["type"] if type_ else []
    for field in fields:
        group, dot, name = field.place.partition(".")
        inside = properties
        if dot:
            whole = properties.setdefault(group, {"type": "object", "properties": {}})
            inside = whole["properties"]
        else:
            name = group
        inside[name] = {**field.shape.schema(), **({"description": field.told} if field.told else {})}
        if field.needed:
            needed.append(group)
    found: dict[str, Json] = {"type": "object", "properties": properties, "required": list(dict.fromkeys(needed))}
    return {"description": told, **found} if told else found


def escaped(step: str) -> str:
    """Writes one step of a JSON pointer (RFC 6901)."""
    return step.replace("~", "~0").replace("/", "~1")


def pointed(place: str) -> str:
    """Writes a field's place as the steps of a JSON pointer."""
    return place.replace(".", "/")
