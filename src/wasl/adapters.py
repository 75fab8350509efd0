"""Adapters: finds the classes in `channels/` and `providers/` by looking, so that adding one edits no list."""

import difflib
import importlib
import inspect
import pkgutil
from collections.abc import Mapping
from types import ModuleType
from typing import Any

from wasl.domain.errors import SettingWrong


def kinds(package: ModuleType) -> Mapping[str, str]:
    """Gives the kinds that a package offers, each with its module: a kind is its file's name."""
    return {m.name: f"{package.__name__}.{m.name}" for m in pkgutil.iter_modules(package.__path__) if not m.name.startswith("_")}


def adapter(package: ModuleType, kind: str, *, at: str) -> type[Any]:
    """Loads the adapter of a kind. Raises SettingWrong naming the setting `at` and the kinds there are."""
    known = kinds(package)
    if kind not in known:
        near = difflib.get_close_matches(kind, list(known), n=1)
        meant = f" did you mean {near[0]!r}? The" if near else " the"
        raise SettingWrong(f"{at}: there is no kind {kind!r};{meant} kinds are {', '.join(sorted(known))}")
    return adapter_in(importlib.import_module(known[kind]))


def adapter_in(module: ModuleType) -> type[Any]:
    """Gives the one class of a module that declares a `kind`."""
    found = [c for _, c in inspect.getmembers(module, inspect.isclass) if c.__module__ == module.__name__ and "kind" in vars(c)]
    if len(found) != 1:
        raise RuntimeError(f"{module.__name__} must hold exactly one class with a `kind`, not {len(found)}")
    return found[0]


def having(package: ModuleType, ability: str) -> list[str]:
    """Names the kinds whose class has an attribute, such as an ability's method."""
    return [kind for kind, cls in adapters(package).items() if hasattr(cls, ability)]


def adapters(package: ModuleType) -> dict[str, type[Any]]:
    """Loads every adapter of a package, by kind."""
    return {kind: adapter_in(importlib.import_module(name)) for kind, name in sorted(kinds(package).items())}
