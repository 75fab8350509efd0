"""Sentences about settings that are wrong: which key, what it takes, and what was probably meant. A value is never repeated."""

import difflib
from collections.abc import Mapping, Sequence
from typing import Any, Final, get_args

from pydantic import BaseModel

from wasl.config_base import is_secret

_TAKES: Final[Mapping[str, str]] = {
    "int_parsing": "a whole number", "int_type": "a whole number", "int_from_float": "a whole number",
    "float_parsing": "a number", "float_type": "a number", "bool_parsing": "true or false", "bool_type": "true or false",
    "string_type": "text in quotes", "model_type": "a table", "dict_type": "a table", "list_type": "a list", "tuple_type": "a list",
    "path_type": "text in quotes", "date_type": "a day, such as 2026-10-01", "date_parsing": "a day, such as 2026-10-01",
    "date_from_datetime_parsing": "a day, such as 2026-10-01",
}  # fmt: skip
_BORDERS: Final[Mapping[str, tuple[str, str]]] = {
    "greater_than_equal": ("must be at least {}", "ge"), "greater_than": ("must be more than {}", "gt"),
    "less_than_equal": ("must be at most {}", "le"), "less_than": ("must be less than {}", "lt"),
}  # fmt: skip


def sentence(model: type[BaseModel], wrong: Mapping[str, Any], *, at: str) -> str:
    """Says one thing that is wrong with the settings under the key `at`."""
    kind, place, facts = wrong["type"], wrong["loc"], wrong.get("ctx", {})
    where = _dotted(at, place)
    owner = model_at(model, place[:-1])
    name = str(place[-1]) if place else ""
    field = owner.model_fields.get(name) if owner else None
    if kind == "extra_forbidden":
        return f"{where} is not a setting{hint(name, _known(owner) if owner else [])}"
    if kind == "missing":
        secret = field is not None and is_secret(field.annotation)
        return f"{where} is missing; add " + (
            f'{name} = {{ env = "…" }}, naming where the secret is' if secret else "it, or run `wasl init`"
        )
    if kind in _TAKES:
        return f"{where} takes {_TAKES[kind]}"
    if kind == "literal_error":
        expected = str(facts.get("expected", wrong["msg"]))
        near = difflib.get_close_matches(str(wrong.get("input")), [one for one in expected.split("'") if one.strip(" ,or")], n=1)
        return f"{where} takes one of {expected}" + (f"; did you mean {near[0]!r}?" if near else "")
    if kind in _BORDERS:
        words, fact = _BORDERS[kind]
        return f"{where} {words.format(facts.get(fact))}"
    if kind == "string_pattern_mismatch" and field is not None and field.description:
        return f"{where} has not the form that it must have: {field.description}"
    return f"{where}: {wrong['msg'].removeprefix('Value error, ')}"


def _known(model: type[BaseModel]) -> list[str]:
    """Gives the keys of a model, then those of its sections with their section."""
    own = list(model.model_fields)
    return own + [f"{key}.{k}" for key in own for inner in models_in(model.model_fields[key].annotation)[:1] for k in inner.model_fields]


def hint(name: str, known: Sequence[str]) -> str:
    """Says what was meant by a key that is not known, or which keys there are."""
    within = [key for key in known if key.endswith(f".{name}")]
    if near := within or difflib.get_close_matches(name, known, n=1):
        return f"; did you mean {near[0]!r}?"
    return (
        f"; the known ones are {', '.join(key for key in known if '.' not in key)}"
        if known
        else "; remove it, or see the reference for the known keys"
    )


def _dotted(at: str, place: Sequence[int | str]) -> str:
    where = at
    for key in place:
        where += f"[{key}]" if isinstance(key, int) else f".{key}" if where else key
    return where


def model_at(model: type[BaseModel], place: Sequence[int | str]) -> type[BaseModel] | None:
    """Finds the model that holds a place, walking through lists and optional ones."""
    for key in place:
        if isinstance(key, int):
            continue
        field = model.model_fields.get(key)
        inner = models_in(field.annotation) if field else []
        if not inner:
            return None
        model = inner[0]
    return model


def models_in(annotation: Any) -> list[type[BaseModel]]:
    """Finds the sections in what a setting may be."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [found for argument in get_args(annotation) for found in models_in(argument)]
