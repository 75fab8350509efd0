"""The reference page of model providers."""

import inspect
import tomllib
from pathlib import Path

from scripts.docs.tables import adapters, settings_table, table

import wasl.providers

CARDS = Path(wasl.providers.__file__).parent / "models.toml"


def page() -> str:
    """Writes the page."""
    providers = list(adapters(wasl.providers))
    parts = [
        """# Providers

One adapter for each wire format; any server that speaks it can be used by its address. Which are asked, and in which order, is said
by `[[candidates]]` in `wasl.toml`.""",
        table(
            ("kind", "speaks", "key"), [(f"`{c.kind}`", c.title, "none needed" if hasattr(c, "reply") else "by setting") for c in providers]
        ),
    ]
    for cls in providers:
        parts += [f"## {cls.title} (`{cls.kind}`)", inspect.cleandoc(inspect.getmodule(cls).__doc__ or ""), settings_table(cls.Settings)]  # type: ignore[union-attr]
    if CARDS.exists():
        parts += ["## Model cards", *_cards()]
    return "\n\n".join(p for p in parts if p)


def _cards() -> list[str]:
    cards = tomllib.loads(CARDS.read_text(encoding="utf-8"))
    models = next((v for v in cards.values() if isinstance(v, list)), None)
    if models is None:
        models = [
            {"name": name, **card} for name, card in (cards.get("models") or cards.get("model") or {}).items() if isinstance(card, dict)
        ]
    names = list(dict.fromkeys(key for card in models for key in card))
    rows = [tuple(_cell(card.get(name)) for name in names) for card in models]
    return ["What is known of models by name; `[[candidates]]` may say otherwise.", table([n.replace("_", " ") for n in names], rows)]


def _cell(value: object) -> str:
    if value is None:
        return "—"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(f"`{item}`" for item in value)
    return f"{value:,}" if isinstance(value, int) else str(value)
