"""Pieces that all generated pages share: Markdown tables, words for types and values, and finding the adapters."""

import enum
import importlib
import inspect
import pkgutil
import types
import typing
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from pydantic import BaseModel, SecretStr
from pydantic.fields import FieldInfo

SIMPLE = {str: "text", int: "whole number", float: "number", bool: "true or false", SecretStr: "secret", Path: "path"}


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Writes a Markdown table; a bar inside a cell is escaped."""
    lines = [list(head), ["---"] * len(head), *(list(row) for row in rows)]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in line) + " |" for line in lines)


def adapters(package: types.ModuleType) -> Iterator[type[Any]]:
    """Walks the adapter classes of a package, each the one class of its file that declares a `kind`."""
    for module in sorted(pkgutil.iter_modules(package.__path__), key=lambda m: m.name):
        loaded = importlib.import_module(f"{package.__name__}.{module.name}")
        for _, found in inspect.getmembers(loaded, inspect.isclass):
            if found.__module__ == loaded.__name__ and "kind" in vars(found):
                yield found


def settings_table(model: type[BaseModel], *, leave_out: Iterable[str] = ()) -> str:
    """Writes the keys of one settings section."""
    rows = []
    for name, field in model.model_fields.items():
        if name in leave_out:
            continue
        rows.append((f"`{name}`", kind_words(field.annotation), default_words(field), (field.description or "") + _bounds(field)))
    return table(("key", "takes", "default", "meaning"), rows)


def kind_words(annotation: Any) -> str:
    """Says in words what a settings key takes."""
    if annotation in SIMPLE:
        return SIMPLE[annotation]
    origin, arguments = typing.get_origin(annotation), typing.get_args(annotation)
    if origin is typing.Annotated:
        return kind_words(arguments[0])
    if origin is typing.Literal:
        return " · ".join(f"`{a}`" for a in arguments)
    if origin in (types.UnionType, typing.Union):
        return " or ".join(kind_words(a) for a in arguments if a is not type(None))
    if origin in (tuple, list):
        return f"list of {kind_words(arguments[0])}"
    if origin is dict:
        return f"table of {kind_words(arguments[1])}"
    if isinstance(annotation, type) and issubclass(annotation, enum.Enum):
        return " · ".join(f"`{a.value}`" for a in annotation)
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return "section"
    return "any"


def default_words(field: FieldInfo) -> str:
    """Says what holds when the key is left out."""
    if field.is_required():
        return "**must be given**"
    value = field.get_default(call_default_factory=True, validated_data={})
    if value is None or value in ("", (), {}, []):
        return "—"
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    if isinstance(value, int | float):
        return f"`{value:,}`".replace(",", "_") if isinstance(value, int) and value >= 10_000 else f"`{value}`"
    return f"`{value}`"


def _bounds(field: FieldInfo) -> str:
    low = next((m for m in field.metadata if hasattr(m, "ge") or hasattr(m, "gt")), None)
    high = next((m for m in field.metadata if hasattr(m, "le") or hasattr(m, "lt")), None)
    words = []
    if low is not None:
        words.append(f"at least {low.ge:g}" if hasattr(low, "ge") else f"more than {low.gt:g}")
    if high is not None:
        words.append(f"at most {high.le:g}" if hasattr(high, "le") else f"less than {high.lt:g}")
    return f" ({', '.join(words)})" if words else ""
