"""Work records: what is kept of Wasl's own work beside what was said, as it leaves with an installation and comes to another."""

from collections.abc import Mapping
from typing import Any, NamedTuple


class WorkRecord(NamedTuple):
    """One row of the books: a turn with its verdicts, a call to a model, what a turn was for, a line of cost … `kind` says which.

    `values` are by the names of the stored columns: text, whole numbers, floats, booleans, plain JSON, None.
    """

    kind: str
    values: Mapping[str, Any]
