"""What the pages need of the use cases: small contracts, so that pages and services can be made and tested apart."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from typing import Any, Protocol

from wasl.domain.identity import By
from wasl.domain.ids import AddressId, ConversationId, PersonId
from wasl.domain.terms import Document
from wasl.ports.format import Choices, Writes
from wasl.ports.terms import Terms
from wasl.service.bring import Preview, Report, Told
from wasl.service.erase import Toll
from wasl.service.make_rule import MakeRule
from wasl.service.take_out import Wanted
from wasl.service.watch import Watch
from wasl.terms.declaration import Declaration
from wasl.wire.bundle import Bundle


class Brings(Protocol):
    """What the pages need of `service.bring`."""

    async def preview(
        self, bundle: Bundle, *, owner: ConversationId | None = None, choices: Choices | None = None, told: Told | None = None
    ) -> Preview:
        """Reads everything and stores nothing. Raises Malformed for a file that no format reads."""
        ...

    async def run(
        self,
        bundle: Bundle,
        *,
        owner: ConversationId,
        choices: Choices | None = None,
        address: AddressId | None = None,
        told: Told | None = None,
    ) -> Report:
        """Imports everything for the owner. Raises Malformed."""
        ...

    async def take_back(self, import_id: str) -> bool:
        """Undoes an import. False when there is none."""
        ...


class TakesOut(Protocol):
    """What the pages need of `service.take_out`."""

    async def make_link(self, wanted: Wanted) -> str:
        """Makes the text of a link that can be used once. Raises Throttled, Malformed."""
        ...

    async def take_link(self, text: str) -> Wanted | None:
        """Uses a link up and gives what it was made for."""
        ...

    def writer(self, kind: str) -> Writes:
        """Gives the format of a kind. Raises Malformed."""
        ...

    def stream(self, wanted: Wanted) -> AsyncIterator[bytes]:
        """Walks the export while it is written."""
        ...


class Erases(Protocol):
    """What the pages need of `service.erase`."""

    async def weigh(self, person_id: PersonId) -> Toll:
        """Counts what erasing would take. Raises Malformed."""
        ...

    async def ask(self, person_id: PersonId) -> tuple[str, Toll]:
        """Gives a confirmation code and what it will cost. Raises OnHold, Malformed."""
        ...

    async def confirm(self, person_id: PersonId, *, code: str, by: By = "person") -> Mapping[str, Any]:
        """Erases when the code is right, and gives the receipt. Raises Malformed, Throttled, OnHold."""
        ...

    async def run(self, person_id: PersonId, *, by: By) -> Mapping[str, Any]:
        """Erases a person and gives the receipt. Raises OnHold, Malformed."""
        ...


class Watching(Protocol):
    """What the pages need of `wasl.watching.Watching`."""

    @property
    def terms(self) -> Terms:
        """What is kept."""
        ...

    @property
    def watch(self) -> Watch:
        """Who looks."""
        ...

    @property
    def make(self) -> MakeRule:
        """Who makes rules."""
        ...

    @property
    def people(self) -> Callable[[Document], Awaitable[Mapping[str, int]]]:
        """Counts people by country on the channels that a document bears on."""
        ...

    @property
    def every(self) -> Sequence[Declaration]:
        """Every declaration."""
        ...
