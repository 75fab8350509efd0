"""Laws that hold for every value of the domain."""

import dataclasses
import importlib
import pkgutil

import pytest

import wasl.domain


def values() -> list[type]:
    found: set[type] = set()
    for module in pkgutil.iter_modules(wasl.domain.__path__, "wasl.domain."):
        for thing in vars(importlib.import_module(module.name)).values():
            if isinstance(thing, type) and thing.__module__ == module.name and dataclasses.is_dataclass(thing):
                found.add(thing)
    return sorted(found, key=lambda t: t.__qualname__)


def test_there_are_values_to_look_at() -> None:
    assert len(values()) > 25


@pytest.mark.parametrize("value", values(), ids=lambda v: v.__name__)
def test_values_are_frozen_slotted_and_named(value: type) -> None:
    parameters = value.__dataclass_params__  # type: ignore[attr-defined]
    assert parameters.frozen
    assert "__slots__" in vars(value)
    assert all(f.kw_only for f in dataclasses.fields(value))


@pytest.mark.parametrize("value", values(), ids=lambda v: v.__name__)
def test_values_say_what_they_are(value: type) -> None:
    first_line = (value.__doc__ or "").strip().splitlines()[0]
    assert not first_line.startswith(value.__name__ + "(")
    assert first_line[-1] in ".:"
