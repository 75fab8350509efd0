"""Succeeding: the route as it stands when some candidates are replaced by others."""

from collections.abc import Iterable, Sequence

from wasl.domain.succession import Succession
from wasl.routing.route import RouteCandidate


def succeeded(route: Sequence[RouteCandidate], successions: Iterable[Succession], *, now_ms: int) -> tuple[RouteCandidate, ...]:
    """Gives the route in which every successor stands in its candidate's place, and the candidate at the end, for when nobody else is left.

    One whose successor is not in the route stays where it is: somebody must answer.
    """
    ordered = list(route)
    for one in successions:
        if not one.holds(now_ms):
            continue
        old = next((c for c in ordered if c.name == one.candidate), None)
        new = next((c for c in ordered if c.name == one.successor), None)
        if old is None or new is None or old is new:
            continue
        place = min(ordered.index(old), ordered.index(new))
        ordered.remove(new)
        ordered.remove(old)
        ordered.insert(place, new)
        last = next((n for n, c in enumerate(ordered) if c.keyless), len(ordered))
        ordered.insert(max(last, place + 1), old)  # whoever answers without a model stays the last of all
    return tuple(ordered)


def successor_of(name: str | None, successions: Iterable[Succession], *, now_ms: int) -> str | None:
    """Gives who is meant where a candidate is asked for by name."""
    return next((one.successor for one in successions if one.candidate == name and one.holds(now_ms)), name)
