"""Choosing keeps the operator's order, leaves out who cannot, and never grows dearer than allowed."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from wasl.domain.prompt import Delta, Prompt
from wasl.ports.provider import Model
from wasl.routing.choose import Need, choose
from wasl.routing.route import PRICE_CLASSES, Precedence, RouteCandidate, price_rank


class Quotes:
    def reply(self, prompt: Prompt) -> list[Delta]:
        return []


def candidate(
    name: str, *, price_class: str = "standard", region: str | None = None, keyless: bool = False, **model: Any
) -> RouteCandidate:
    provider: Any = Quotes() if keyless else object()
    return RouteCandidate(
        name=name, provider=provider, provider_name="p", model=Model(name=name, **model), price_class=price_class, region=region
    )


_routes = st.lists(
    st.builds(
        lambda price, region, keyless, context, vision: (price, region, keyless, context, vision),
        st.sampled_from(PRICE_CLASSES),
        st.sampled_from((None, "eu", "us")),
        st.booleans(),
        st.integers(100, 10_000),
        st.booleans(),
    ),
    max_size=6,
).map(
    lambda rows: [
        candidate(f"c{i}", price_class=p, region=r, keyless=k, context_tokens=c, vision=v) for i, (p, r, k, c, v) in enumerate(rows)
    ]
)
_needs = st.builds(
    Need,
    input_tokens=st.integers(0, 12_000),
    output_tokens=st.integers(0, 5_000),
    vision=st.booleans(),
    region=st.sampled_from((None, "eu", "us")),
)


@given(route=_routes, need=_needs, ceiling=st.sampled_from(PRICE_CLASSES), first=st.sampled_from((None, "c0", "c3", "nobody")))
def test_everybody_is_chosen_or_passed_over_with_a_reason_and_nobody_twice(
    route: list[RouteCandidate], need: Need, ceiling: str, first: str | None
) -> None:
    choice = choose(route, need=need, price_class_max=ceiling, first=first)
    names = [c.name for c in choice.candidates] + [name for name, _ in choice.passed_over]
    assert sorted(names) == sorted(c.name for c in route)
    assert all(reason for _, reason in choice.passed_over)


@given(route=_routes, need=_needs, ceiling=st.sampled_from(PRICE_CLASSES))
def test_the_order_is_the_operators_and_every_choice_is_able(route: list[RouteCandidate], need: Need, ceiling: str) -> None:
    chosen = choose(route, need=need, price_class_max=ceiling).candidates
    assert [c for c in route if c in chosen] == list(chosen)
    for c in chosen:
        assert c.keyless or (not need.vision or c.model.vision)
        assert c.keyless or need.region in (None, c.region)
        assert c.keyless or need.input_tokens <= c.model.context_tokens


@given(route=_routes, need=_needs, ceiling=st.sampled_from(PRICE_CLASSES))
def test_after_the_first_nobody_is_dearer_than_it_and_the_ceiling(route: list[RouteCandidate], need: Need, ceiling: str) -> None:
    choice = choose(route, need=need, price_class_max=ceiling)
    for c in choice.candidates[1:]:
        assert price_rank(c.price_class) <= max(price_rank(ceiling), price_rank(choice.candidates[0].price_class))
    if choice.candidates:
        assert choice.dear_above == price_rank(choice.candidates[0].price_class)


def test_the_named_first_leads_and_the_others_keep_their_order() -> None:
    route = [candidate("a"), candidate("b"), candidate("c")]
    assert [c.name for c in choose(route, need=Need(), price_class_max="high", first="c").candidates] == ["c", "a", "b"]
    assert [c.name for c in choose(route, need=Need(), price_class_max="high", first="x").candidates] == ["a", "b", "c"]


def test_the_border_of_a_context_is_inside() -> None:
    exact = candidate("a", context_tokens=100, output_tokens_max=10)
    assert choose([exact], need=Need(input_tokens=90, output_tokens=500), price_class_max="high").candidates
    assert not choose([exact], need=Need(input_tokens=91, output_tokens=500), price_class_max="high").candidates


def test_a_price_class_that_is_not_known_counts_as_the_dearest() -> None:
    route = [candidate("a", price_class="low"), candidate("b", price_class="golden")]
    assert [c.name for c in choose(route, need=Need(), price_class_max="high").candidates] == ["a"]


# -- contracts ------------------------------------------------------------------------------------------------------------------
def _contract(first: str, then: str, *, never: bool = False) -> Precedence:
    return Precedence(first=frozenset(first.split()), then=frozenset(then.split()), reason="the contract says so", never=never)


def _names(route: list[RouteCandidate], *contracts: Precedence, first: str | None = None, need: Need | None = None) -> list[str]:
    return [c.name for c in choose(route, need=need or Need(), price_class_max="high", first=first, contracts=contracts).candidates]


def test_who_has_the_first_refusal_is_asked_before_the_others_whatever_the_operators_order() -> None:
    route = [candidate("b"), candidate("c"), candidate("a")]
    assert _names(route, _contract("a", "b")) == ["c", "a", "b"]
    assert _names(route, _contract("a", "b c")) == ["a", "b", "c"]
    assert _names(route, _contract("a", "b c"), first="b") == ["a", "b", "c"]


def test_the_reason_is_told_for_everyone_who_was_put_back() -> None:
    choice = choose([candidate("b"), candidate("a")], need=Need(), price_class_max="high", contracts=[_contract("a", "b")])
    assert choice.put_back == (("b", "the contract says so"),)


def test_who_comes_first_by_contract_and_cannot_answer_holds_nobody_back() -> None:
    route = [candidate("b", vision=True), candidate("a", vision=False)]
    assert _names(route, _contract("a", "b"), need=Need(vision=True)) == ["b"]
    assert _names(route, _contract("a", "b", never=True), need=Need(vision=True)) == ["b"]


def test_an_exclusive_contract_keeps_the_others_from_being_asked() -> None:
    choice = choose([candidate("b"), candidate("a")], need=Need(), price_class_max="high", contracts=[_contract("a", "b", never=True)])
    assert [c.name for c in choice.candidates] == ["a"]
    assert choice.passed_over == (("b", "the contract says so"),)


def test_a_contract_holds_between_its_days_only() -> None:
    contract = Precedence(first=frozenset("a"), then=frozenset("b"), reason="r", from_ms=10, until_ms=20)
    assert [contract.holds(at) for at in (9, 10, 19, 20)] == [False, True, True, False]


@given(_routes, st.data())
def test_a_contract_never_loses_or_invents_a_candidate(route: list[RouteCandidate], data: st.DataObject) -> None:
    names = [c.name for c in route]
    some = st.frozensets(st.sampled_from(names)) if names else st.just(frozenset())
    contract = Precedence(first=data.draw(some), then=data.draw(some), reason="r")
    plain = choose(route, need=Need(), price_class_max="high")
    bound = choose(route, need=Need(), price_class_max="high", contracts=[contract])
    assert sorted(c.name for c in bound.candidates) == sorted(c.name for c in plain.candidates)
    place = {c.name: n for n, c in enumerate(bound.candidates)}
    for one in (contract.first - contract.then) & place.keys():
        for other in (contract.then - contract.first) & place.keys():
            assert place[one] < place[other]
