"""What a person sees of a text: its marks of direction are not seen."""

from wasl.wire.isolate import FSI, LRM, PDI, RLI


def seen(text: str) -> str:
    return "".join(letter for letter in text if letter not in (FSI, LRM, PDI, RLI))
