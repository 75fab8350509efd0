"""The contract of a moderator: the operator's own program or service that looks at words before a model, and before they are sent."""

from dataclasses import dataclass
from typing import Literal, Protocol

Side = Literal["question", "answer"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ruling:
    """What a moderator says: "pass" lets the words through, "refuse" answers with our words instead, "human" gives to a human, too.

    `label` is its own word for why; it is kept with the turn.
    """

    action: Literal["pass", "refuse", "human"]
    label: str = ""


class Moderator(Protocol):
    """Looks at words."""

    async def look(self, text: str, *, side: Side, channel: str, language: str) -> Ruling:
        """Judges one text. Raises a WaslError where it cannot: then the setting says which way that falls."""
        ...
