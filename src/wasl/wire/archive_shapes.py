"""Shapes of the values that stand in columns: ids, whole numbers and moments, refused where no column could hold them."""

import re
from typing import Final, NamedTuple

from wasl.domain.errors import Malformed
from wasl.wire.record import INSTANT, Json

_ID: Final = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\Z")
_WHOLE_MAX: Final = 1 << 62
_SMALL_MAX: Final = (1 << 31) - 1


class Identity(NamedTuple):
    """An id as databases write it."""

    def write(self, value: str) -> Json:
        """Gives it as it is."""
        return value

    def read(self, value: Json, at: str, beyond: dict[str, Json]) -> str:
        """Gives an id. Raises Malformed."""
        if not isinstance(value, str) or _ID.match(value) is None:
            raise Malformed(f"{at} is {value!r:.60}, not an id")
        return value

    def schema(self) -> dict[str, Json]:
        """Gives the schema."""
        return {"type": "string", "format": "uuid"}


class Count(NamedTuple):
    """A whole number that a column holds."""

    most: int

    def write(self, value: int) -> Json:
        """Gives it as it is."""
        return value

    def read(self, value: Json, at: str, beyond: dict[str, Json]) -> int:
        """Gives the number. Raises Malformed."""
        if not isinstance(value, int) or isinstance(value, bool) or abs(value) > self.most:
            raise Malformed(f"{at} is {value!r:.60}, not a whole number up to {self.most}")
        return value

    def schema(self) -> dict[str, Json]:
        """Gives the schema."""
        return {"type": "integer"}


class Moment(NamedTuple):
    """An instant that a column holds, in milliseconds."""

    def write(self, value: int) -> Json:
        """Gives the time."""
        return INSTANT.write(value)

    def read(self, value: Json, at: str, beyond: dict[str, Json]) -> int:
        """Gives milliseconds. Raises Malformed."""
        return Count(_WHOLE_MAX).read(INSTANT.read(value, at, beyond), at, beyond)

    def schema(self) -> dict[str, Json]:
        """Gives the schema."""
        return INSTANT.schema()


ID: Final = Identity()
WHOLE: Final = Count(_WHOLE_MAX)
SMALL: Final = Count(_SMALL_MAX)
AT: Final = Moment()
