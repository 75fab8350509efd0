"""A format under the contract: its cases, and reading them whole or damaged."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, ClassVar

import pytest

from wasl.domain.archive import Entry
from wasl.domain.errors import RefusedInput
from wasl.ports.format import Found, Gap, Progress, Reject, Restores, Run
from wasl.testing.contracts.format_fixtures import Case, load_cases
from wasl.wire.bundle import Bundle


class FormatUnderTest:
    """A format with its cases. The class attributes say which; `others` are all formats by kind, to be told apart from."""

    format_class: ClassVar[type[Any]]
    folder: ClassVar[Path]
    others: ClassVar[Mapping[str, type[Any]]] = {}
    _loaded: ClassVar[dict[Path, tuple[Case, ...]]] = {}

    def pytest_generate_tests(self, metafunc: pytest.Metafunc) -> None:
        """Gives each case its own test: `case` those that can be read, `refused` those that must be refused."""
        for name, readable in (("case", True), ("refused", False)):
            if name in metafunc.fixturenames:
                found = [case for case in self._found() if case.readable is readable]
                metafunc.parametrize(name, found, ids=[case.name for case in found])

    def _found(self) -> tuple[Case, ...]:
        """Gives the cases; none where the folder cannot be read: that fails in the tests, not before them."""
        try:
            return self.cases()
        except AssertionError:
            return ()

    def cases(self) -> tuple[Case, ...]:
        """Reads the folder once."""
        if self.folder not in self._loaded:
            self._loaded[self.folder] = load_cases(self.folder)
        return self._loaded[self.folder]

    def make(self) -> Any:
        """Makes the format."""
        return self.format_class()

    @property
    def restores(self) -> bool:
        """Says whether entries come back from an archive: the place they tell is then the one in the source they first came from."""
        return isinstance(self.make(), Restores)

    def read(self, case: Case, bundle: Bundle | None = None) -> list[Found]:
        """Reads a case to its end, without the reports of progress."""
        return self._here(found for found in self.make().read(bundle or case.bundle(), case.choices) if not isinstance(found, Progress))

    def count(self, case: Case, bundle: Bundle) -> int:
        """Reads a bundle as the case is read, keeping nothing; gives how many entries it has."""
        return sum(len(found.entries) for found in self.make().read(bundle, case.choices) if isinstance(found, Run))

    def _here(self, found: Iterable[Found]) -> list[Found]:
        """Gives what was found; without the places that are of another source."""
        if not self.restores:
            return list(found)
        return [_elsewhere(item) for item in found]

    def survive(self, bundle: Bundle, case: Case) -> list[Found]:
        """Reads what may be anything: only a refusal in the first step may be raised. Gives nothing where it is refused."""
        stream = self.make().read(bundle, case.choices)
        try:
            first = next(stream, None)
        except RefusedInput:
            return []
        return self._here(found for found in (first, *stream) if found is not None and not isinstance(found, Progress))

    def survive_files(self, files: Mapping[str, bytes], case: Case) -> list[Found]:
        """Reads other bytes in the shape of the case; a container that is not opened at all is not read."""
        try:
            bundle = case.bundle(files)
        except RefusedInput:
            return []
        return self.survive(bundle, case)


def entries_of(found: list[Found]) -> list[Entry]:
    """Gives the entries of a stream."""
    return [entry for item in found if isinstance(item, Run) for entry in item.entries]


def ranges_of(found: list[Found], source: int) -> list[tuple[int, int]]:
    """Gives the byte ranges of a text that are accounted for, each once, in order; of JSON, whose records have pointers, none."""
    ranges = {
        (e.start, e.start + e.length) for e in entries_of(found) if e.source == source and e.start is not None and e.length is not None
    }
    for item in found:
        if isinstance(item, Gap | Reject) and item.source == source and item.start is not None and item.length is not None:
            ranges.add((item.start, item.start + item.length))
    return sorted(ranges)


def tiles(ranges: list[tuple[int, int]], size_bytes: int) -> str:
    """Says what is wrong where ranges do not cover everything exactly once; empty when they do."""
    at = 0
    for start, end in ranges:
        if start != at:
            return f"bytes {min(at, start)} to {max(at, start)} are {'not accounted for' if start > at else 'accounted for twice'}"
        at = end
    return "" if at == size_bytes else f"bytes {at} to {size_bytes} are not accounted for"


def _elsewhere(item: Found) -> Found:
    """Gives what was found without places: its lines are told by number, its entries' places are of another source."""
    if isinstance(item, Run):
        return item._replace(entries=[e._replace(source=0, start=None, length=None, pointer=None) for e in item.entries])
    return item._replace(start=None, length=None) if isinstance(item, Reject) else item
