"""The fields of one exported record, taken one by one, so that what nobody took is known and can be kept."""

from collections.abc import Mapping
from typing import Any

from wasl.wire import read


class Fields:
    """One JSON object. A field counts as taken when it had the type that was asked for; everything else is in `rest`."""

    __slots__ = ("_taken", "value")

    def __init__(self, value: Mapping[str, Any]) -> None:
        self.value = value
        self._taken: set[str] = set()

    def text(self, name: str) -> str | None:
        """Takes a text; None where it is missing, empty or of another type."""
        found = self.value.get(name)
        if isinstance(found, str) or found is None:
            self._taken.add(name)
            return found or None
        return None

    def id(self, name: str) -> str | None:
        """Takes an id, as text: whole numbers are written out, since a float would lose digits."""
        found = self.value.get(name)
        if isinstance(found, int) and not isinstance(found, bool):
            self._taken.add(name)
            return str(found) if abs(found) < 1 << 200 else None
        return self.text(name)

    def whole(self, name: str) -> int | None:
        """Takes a whole number, also from digits in text."""
        found = read.whole(self.value, name)
        if found is not None:
            self._taken.add(name)
        return found

    def number(self, name: str) -> float | None:
        """Takes a finite number."""
        try:
            found = read.number(self.value, name)
        except OverflowError:
            return None
        if found is not None:
            self._taken.add(name)
        return found

    def flag(self, name: str) -> bool:
        """Takes a yes or no; a missing one is no."""
        found = self.value.get(name)
        if isinstance(found, bool) or found is None:
            self._taken.add(name)
            return found is True
        return False

    def child(self, name: str) -> dict[str, Any]:
        """Takes an object; an empty one where there is none."""
        found = self.value.get(name)
        if isinstance(found, dict):
            self._taken.add(name)
            return found
        return {}

    def children(self, name: str) -> list[dict[str, Any]]:
        """Takes a list of objects; where it holds anything else, those that are objects, and the whole stays in `rest`, too."""
        found = self.value.get(name)
        if not isinstance(found, list):
            return []
        kept = [item for item in found if isinstance(item, dict)]
        if len(kept) == len(found):
            self._taken.add(name)
        return kept

    def texts(self, name: str) -> list[str]:
        """Takes a list of texts, in the manner of `children`."""
        found = self.value.get(name)
        if not isinstance(found, list):
            return []
        kept = [item for item in found if isinstance(item, str)]
        if len(kept) == len(found):
            self._taken.add(name)
        return kept

    def take(self, *names: str) -> None:
        """Marks fields as taken that say nothing new."""
        self._taken.update(names)

    def keep(self, *names: str) -> None:
        """Marks fields as not taken, because what they hold could not be used after all."""
        self._taken.difference_update(names)

    def rest(self) -> dict[str, Any]:
        """Gives the fields that were not taken, as they stand."""
        return {name: value for name, value in self.value.items() if name not in self._taken}
