"""Model cards: what `models.toml` says of a model. Reading the file is the caller's; this only understands it."""

import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from wasl.ports.provider import Model

_VARIANT = re.compile(r"-(?:\d{4}-\d{2}-\d{2}|\d{8}|latest)$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """One card. Sizes in tokens; `shutdown` is the announced last day; `unsure`: sizes and abilities are general knowledge."""

    kinds: tuple[str, ...]
    names: tuple[str, ...]
    context_tokens: int
    output_tokens_max: int
    vision: bool = False
    prefill: bool = True
    price_class: str = "standard"
    shutdown: date | None = None
    shutdown_source: str = ""
    unsure: bool = False

    def model(self, name: str) -> Model:
        """Gives what routing needs of it, under the name that is asked for."""
        return Model(
            name=name,
            context_tokens=self.context_tokens,
            output_tokens_max=self.output_tokens_max,
            vision=self.vision,
            prefill=self.prefill,
        )


def read_cards(text: str) -> tuple[Card, ...]:
    """Reads the text of models.toml."""
    return tuple(Card(kinds=tuple(entry.pop("kinds")), names=tuple(entry.pop("names")), **entry) for entry in tomllib.loads(text)["model"])


def find_card(cards: Sequence[Card], *, kind: str, name: str) -> Card | None:
    """Finds the card of a model at a provider of `kind`: by its name, by its name without a vendor or a date, or None."""
    plain = name.rpartition("/")[2]
    for wanted in (name, plain, _VARIANT.sub("", plain)):
        for card in cards:
            if kind in card.kinds and wanted in card.names:
                return card
    return None
