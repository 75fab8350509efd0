"""The contract of mail: letters that the web's own sign-in sends."""

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A letter of plain words to one address."""

    to: str
    subject: str
    text: str


class Mail(Protocol):
    """Brings letters to a mail server."""

    async def send(self, letter: Letter) -> None:
        """Hands a letter over. Raises Unavailable when that cannot be done now, Refused when this letter never will be taken,
        Unauthorised when the server does not take our credential."""
        ...
