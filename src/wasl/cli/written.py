"""Writes wasl.toml: every setting with what it means, the chosen ones set, the others as comments with their defaults.

What explains begins with "# ", what can be switched on by taking the mark off with "#" alone.
"""

import json
import re
import textwrap
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, get_args

if TYPE_CHECKING:
    from pydantic import BaseModel
    from pydantic.fields import FieldInfo

WIDTH: Final = 118

Value = str | int | float | bool | Mapping[str, Any] | Sequence[Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """What the operator wants set: of the top and its sections by dotted key, of each channel and provider by its kind."""

    top: Mapping[str, Value] = field(default_factory=dict)
    channels: Mapping[str, Mapping[str, Value]] = field(default_factory=dict)
    providers: Mapping[str, Mapping[str, Value]] = field(default_factory=dict)
    candidates: Sequence[Mapping[str, Value]] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """The sentences around the settings, in the operator's language."""

    head: str
    secrets: str
    channels: str
    providers: str
    candidates: str
    meanings: Mapping[str, str] = field(default_factory=dict)
    """What settings mean, by the English of their descriptions; what is not in it stays as it is."""

    def meaning(self, english: str) -> str:
        """Says what a setting or a section means."""
        return self.meanings.get(english, english)


def written(
    settings: "type[BaseModel]",
    *,
    candidate: "type[BaseModel]",
    channels: Mapping[str, type[Any]],
    providers: Mapping[str, type[Any]],
    chosen: Chosen,
    words: Words,
) -> str:
    """Gives the text of a settings file. Every commented setting is valid as it stands once its mark is taken off."""
    lines: list[str] = [*_comment(words.head), "#", *_comment(words.secrets), ""]
    sections: list[tuple[str, type[BaseModel]]] = []
    for name, info in settings.model_fields.items():
        if model := _section(info):
            sections.append((name, model))
        elif name not in ("channels", "providers", "candidates"):
            lines += _setting(name, info, chosen.top, words=words)
    for name, model in sections:
        lines += ["", f"[{name}]", *_comment(words.meaning(_first(model)))]
        for key, info in model.model_fields.items():
            lines += _setting(key, info, chosen.top, within=f"{name}.", words=words)
    lines += _adapters("channels", channels, chosen.channels, intro=words.channels, words=words)
    lines += _adapters("providers", providers, chosen.providers, intro=words.providers, words=words)
    lines += ["", *_comment(words.candidates)]
    for values in chosen.candidates or [{}]:
        lines.append("[[candidates]]" if chosen.candidates else "#[[candidates]]")
        lines += [line for key, info in candidate.model_fields.items() for line in _setting(key, info, values, words=words)]
        lines.append("")
    return "\n".join(lines).rstrip() + "\n"


def _adapters(
    group: str, kinds: Mapping[str, type[Any]], chosen: Mapping[str, Mapping[str, Value]], *, intro: str, words: Words
) -> Iterator[str]:
    """Writes the chosen sections, then the others wholly as comments."""
    yield ""
    yield from _comment(intro)
    for kind in [*chosen, *(kind for kind in kinds if kind not in chosen)]:
        cls = kinds[kind]
        yield ""
        yield f"{'' if kind in chosen else '#'}[{group}.{kind}]"
        about = _first(cls.Settings).partition("]: ")[2] or _first(cls.Settings)
        yield from _comment(f"{cls.title}: {words.meaning(about[:1].lower() + about[1:])}")
        for key, info in cls.Settings.model_fields.items():
            yield from _setting(key, info, chosen.get(kind, {}), kind=kind, words=words)


def _setting(name: str, info: "FieldInfo", chosen: Mapping[str, Value], *, words: Words, within: str = "", kind: str = "") -> Iterator[str]:
    """Writes one setting with its meaning: set, or with its default behind a mark."""
    if info.description:
        yield from _comment(words.meaning(info.description))
    key = f"{within}{name}"
    if key in chosen:
        yield f"{name} = {toml(chosen[key])}"
        return
    default = info.get_default(call_default_factory=True) if not info.is_required() else None
    yield f"#{name} = {toml(default) if default is not None else _example(variable(kind, name), info)}"


def variable(kind: str, name: str) -> str:
    """Names the environment variable in which a setting of an adapter is looked for unless told otherwise."""
    return re.sub(r"[^A-Z0-9]+", "_", f"{kind}_{name}".upper()).strip("_")


def _example(named: str, info: "FieldInfo") -> str:
    """Writes something that shows the form of a setting without a default."""
    if is_secret(info.annotation):
        return toml({"env": named})
    options = [option for option in (info.annotation, *get_args(info.annotation)) if option in (int, float, bool)]
    return {int: "0", float: "0.0", bool: "true"}[options[0]] if options else '""'


def toml(value: object) -> str:
    """Writes a value as TOML on one line."""
    match value:
        case bool():
            return "true" if value else "false"
        case int():
            return f"{value:_}" if value >= 100_000 else str(value)
        case float():
            return repr(value)
        case str() | Path():
            # JSON's basic strings are TOML's, but for DEL, which TOML wants escaped.
            return json.dumps(str(value), ensure_ascii=False).replace("\x7f", "\\u007f")
        case Mapping():
            inside = ", ".join(f"{toml_key(str(key))} = {toml(item)}" for key, item in value.items())
            return f"{{ {inside} }}" if inside else "{}"
        case Iterable():
            return f"[{', '.join(toml(item) for item in value)}]"
        case _:
            raise TypeError(f"no TOML for {value!r}")


def toml_key(name: str) -> str:
    """Writes a key: bare where TOML allows it."""
    return name if name and all(c.isascii() and (c.isalnum() or c in "-_") for c in name) else toml(name)


def is_secret(annotation: Any) -> bool:
    """Says whether a setting holds a secret."""
    from pydantic import SecretStr

    return annotation is SecretStr or any(is_secret(argument) for argument in get_args(annotation))


def _section(info: "FieldInfo") -> "type[BaseModel] | None":
    from pydantic import BaseModel

    return info.annotation if isinstance(info.annotation, type) and issubclass(info.annotation, BaseModel) else None


def _first(model: type) -> str:
    return (model.__doc__ or "").strip().split("\n")[0]


def _comment(text: str) -> Iterator[str]:
    for paragraph in text.split("\n"):
        yield from (f"# {line}" for line in textwrap.wrap(paragraph, WIDTH - 2, break_on_hyphens=False) or [""])
