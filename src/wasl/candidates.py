"""Candidates: makes the route from the settings and the model cards."""

from collections.abc import Mapping
from dataclasses import replace
from importlib.resources import files

import wasl.providers
from wasl.config import Settings
from wasl.domain.errors import SettingWrong
from wasl.ports.provider import Keyless, Model, Provider
from wasl.routing.cards import find_card, read_cards
from wasl.routing.route import RouteCandidate


def make_candidates(settings: Settings, providers: Mapping[str, Provider | Keyless]) -> tuple[RouteCandidate, ...]:
    """Makes the route: the configured candidates in order, or the keyless answerer alone."""
    made: list[RouteCandidate] = []
    cards = read_cards(files(wasl.providers).joinpath("models.toml").read_text(encoding="utf-8"))
    for place, wanted in enumerate(settings.candidates):
        provider = providers.get(wanted.provider)
        if provider is None:
            raise SettingWrong(
                f"candidates[{place}].provider: there is no provider {wanted.provider!r}; the providers are {', '.join(sorted(providers))}"
            )
        card = find_card(cards, kind=getattr(provider, "kind", ""), name=wanted.model)
        given = {k: v for k in ("context_tokens", "output_tokens_max", "vision") if (v := getattr(wanted, k)) is not None}
        made.append(
            RouteCandidate(
                name=wanted.name or wanted.model or wanted.provider,
                provider=provider,
                provider_name=wanted.provider,
                model=replace(card.model(wanted.model) if card else Model(name=wanted.model), **given),
                price_class=wanted.price_class,
                region=wanted.region,
            )
        )
    if not made:
        name, keyless = next((n, p) for n, p in providers.items() if isinstance(p, Keyless))
        made.append(RouteCandidate(name=name, provider=keyless, provider_name=name, model=Model(name=name), price_class="free"))
    names = [c.name for c in made]
    for name in names:
        if names.count(name) > 1:
            raise SettingWrong(f"candidates: two are named {name!r}; give one of them a `name` of its own")
    return tuple(made)
