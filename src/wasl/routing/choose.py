"""Choosing: which candidates may answer this prompt, in which order, and why the others may not."""

from collections.abc import Callable, Sequence

from wasl.domain.value import value
from wasl.routing.route import Precedence, RouteCandidate, price_rank

Bar = Callable[[RouteCandidate], str | None]
"""Says why a candidate may not be asked for this prompt, None when it may."""


@value(frozen=True, slots=True, kw_only=True)
class Need:
    """What an answer needs. Sizes in tokens, estimated; `region` None where any will do."""

    input_tokens: int = 0
    output_tokens: int = 0
    vision: bool = False
    region: str | None = None


@value(frozen=True, slots=True, kw_only=True)
class Choice:
    """Who may be asked, in order, and why each of the others may not. `dear_above` is the price rank of the first choice:
    whoever stands above it is a dearer stand-in, of which people are told. `put_back` names who is asked later than the operator's
    order says, each with the contract's reason."""

    candidates: tuple[RouteCandidate, ...]
    passed_over: tuple[tuple[str, str], ...] = ()
    put_back: tuple[tuple[str, str], ...] = ()
    dear_above: int = 0


def choose(
    route: Sequence[RouteCandidate],
    *,
    need: Need,
    price_class_max: str,
    first: str | None = None,
    bars: Sequence[Bar] = (),
    contracts: Sequence[Precedence] = (),
) -> Choice:
    """Orders the route for one prompt.

    `first` moves the candidate of that name to the front. The first that is able sets the price: others may be dearer
    only up to `price_class_max`. Every one of `bars` is asked about every candidate, keyless ones too. `contracts` that hold now put
    candidates behind others that are able, whatever `first` says, or keep them from being asked as long as one of those is able.
    """
    able: list[RouteCandidate] = []
    passed_over: list[tuple[str, str]] = []
    ceiling = dear_above = -1
    reasons = {c.name: _lacks(c, need=need) or _barred(c, bars) for c in route}
    ordered, put_back = _by_contract(_moved(route, first=first), reasons, contracts)
    for candidate in ordered:
        lacks = reasons[candidate.name]
        rank = price_rank(candidate.price_class)
        if lacks is None and able and rank > ceiling:
            lacks = f"its price class {candidate.price_class!r} is dearer than routing.price_class_max = {price_class_max!r} allows"
        if lacks is not None:
            passed_over.append((candidate.name, lacks))
            continue
        if not able:
            dear_above = rank
            ceiling = max(rank, price_rank(price_class_max))
        able.append(candidate)
    return Choice(candidates=tuple(able), passed_over=tuple(passed_over), dear_above=max(dear_above, 0), put_back=tuple(put_back))


def _by_contract(
    route: Sequence[RouteCandidate], reasons: dict[str, str | None], contracts: Sequence[Precedence]
) -> tuple[Sequence[RouteCandidate], list[tuple[str, str]]]:
    """Puts candidates behind those that a contract names first, and fills `reasons` of those that it bars.

    Who is able and comes first refuses or is down only once it was asked or rests: the order alone says "only then".
    """
    put_back: list[tuple[str, str]] = []
    for contract in contracts:
        leading = [c for c in route if c.name in contract.first and reasons[c.name] is None]
        behind = [c for c in route if c.name in contract.then and c.name not in contract.first and reasons[c.name] is None]
        if not leading or not behind:
            continue
        if contract.never:
            reasons.update((c.name, contract.reason) for c in behind)
            continue
        last = max(route.index(c) for c in leading)
        moved = [c for c in behind if route.index(c) < last]
        if moved:
            names = {c.name for c in moved}
            after = [*(c for c in route[: last + 1] if c.name not in names), *moved, *route[last + 1 :]]
            put_back += [(c.name, contract.reason) for c in moved]
            route = after
    return route, put_back


def _moved(route: Sequence[RouteCandidate], *, first: str | None) -> Sequence[RouteCandidate]:
    if first is None or (route and route[0].name == first):
        return route
    return [*(c for c in route if c.name == first), *(c for c in route if c.name != first)]


def _barred(candidate: RouteCandidate, bars: Sequence[Bar]) -> str | None:
    for bar in bars:
        if (why := bar(candidate)) is not None:
            return why
    return None


def _lacks(candidate: RouteCandidate, *, need: Need) -> str | None:
    if candidate.keyless:
        return None
    model = candidate.model
    if need.vision and not model.vision:
        return f"its model {model.name!r} cannot see pictures"
    if need.region is not None and candidate.region != need.region:
        return f"it computes in {candidate.region or 'an unknown region'}, and {need.region} is asked for"
    needed = need.input_tokens + min(need.output_tokens, model.output_tokens_max)
    if needed > model.context_tokens:
        return f"the prompt needs about {needed} tokens and its model takes {model.context_tokens}"
    return None
