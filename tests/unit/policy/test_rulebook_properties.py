"""What holds of every rulebook: any act gets a verdict, a denial wins, places and days bound a rule, and what was known can be replayed."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from wasl.domain.errors import WaslError
from wasl.policy.act import Act, Counters, Deployment, ModelUse, Outgoing, Recipient, TurnPurpose
from wasl.policy.evaluate import evaluate
from wasl.policy.rule import Rule
from wasl.policy.rulebook import Rulebook, digest_of
from wasl.policy.shipped_rules import shipped_book

DAY_MS = 86_400_000
FIRST = date(2025, 1, 1)
PLACES = ["DE", "IT", "EG", "BR", "US", "SA"]
GROUPS = {"EEA": ("DE", "IT")}
SEVERITY = {"allow": 0, "rewrite": 1, "hold": 2, "refuse": 3}

days = st.integers(0, 900).map(lambda n: FIRST + timedelta(days=n))
places = st.lists(st.sampled_from([*PLACES, "EEA", "*", "US-CA"]), min_size=1, max_size=3).map(tuple)
PREDICATES: dict[str, list[dict[str, Any]]] = {
    "deny": [
        {"ai_primary": True},
        {"train_on_data": True},
        {"template_category": "marketing"},
        {"window_hours": 24, "outside": "template_only"},
    ],
    "allow": [{"ai_primary": True}],
    "warn": [{"signals": ["368"]}, {"ai_primary": True}],
    "limit": [{"max_text_chars": 100}, {"rate_per_second": 5}, {"pair_seconds_per_message": 6, "burst": 3}],
    "require": [{"ai_disclosure": True}, {"human_escalation_required": True}],
    "charge": [{"price_per_message": {"EUR": 1}, "ai_primary": True}, {"billed": ["service"], "service_free_per_number_per_month": 10}],
}


@st.composite
def rules(draw: st.DrawFn, effects: tuple[str, ...] = tuple(PREDICATES)) -> Rule:
    effect = draw(st.sampled_from(effects))
    start = draw(days)
    return Rule(
        id=f"made.{draw(st.integers(0, 10**9))}",
        channels=(draw(st.sampled_from(["a", "b", "*"])),),
        effect=effect,  # type: ignore[arg-type]
        predicate=draw(st.sampled_from(PREDICATES[effect])),
        text="Made.",
        arabic="مصنوع.",
        from_=start,
        to=draw(st.none() | st.integers(0, 400).map(lambda n: start + timedelta(days=n))),
        seen=draw(days),
        source="made",
        regions=draw(places),
        regions_except=draw(st.just(()) | places),
        unsure=draw(st.booleans()),
    )


def book(of: list[Rule]) -> Rulebook:
    """Makes a book in which each is a rule of its own: of two with one id the later would take the place of the other."""
    known: dict[str, Rule] = {}
    for rule in of:
        name = rule.id if rule.id not in known else f"{rule.id}.{len(known)}"
        known[name] = replace(rule, id=name)
    numbered = tuple(known.values())
    made = Rulebook(rules=numbered, groups=GROUPS)
    return Rulebook(rules=numbered, groups=GROUPS, digest=digest_of(made))


@st.composite
def acts(draw: st.DrawFn) -> Act:
    at_ms = ((draw(days) - date(1970, 1, 1)).days * DAY_MS) + draw(st.integers(0, DAY_MS - 1))
    last = draw(st.none() | st.integers(0, 3 * DAY_MS))
    return Act(
        channel=draw(st.sampled_from(["a", "b", "c"])),
        at_ms=at_ms,
        deployment=Deployment(purpose=draw(st.sampled_from(["business", "general_assistant"]))),
        message=Outgoing(
            form=draw(st.sampled_from(["free", "template"])),
            category=draw(st.sampled_from(["", "marketing", "utility"])),
            characters=draw(st.integers(0, 200)),
        ),
        person=Recipient(
            region=draw(st.none() | st.sampled_from([*PLACES, "US-CA"])), last_inbound_ms=None if last is None else at_ms - last
        ),
        sender=draw(st.sampled_from(["assistant", "human"])),
        purpose=TurnPurpose(label=draw(st.sampled_from(["ancillary", "general"])), confidence=draw(st.floats(0, 1))),
        counters=Counters(
            last_second=draw(st.integers(0, 8)), to_person_6s=draw(st.integers(0, 5)), service_this_month=draw(st.integers(0, 20))
        ),
        uses=frozenset(draw(st.sets(st.sampled_from(["train_on_data", "bulk_export"])))),
        signals=frozenset(draw(st.sets(st.sampled_from(["368", "x"])))),
        mode=draw(st.sampled_from(["strict", "lenient"])),
    )


@settings(max_examples=120, deadline=None)
@given(
    st.builds(
        Act,
        channel=st.sampled_from(["whatsapp", "whatsapp_cloud", "messenger", "telegram", "email", "webchat", ""]) | st.text(max_size=8),
        at_ms=st.integers(-(10**18), 10**18) | st.integers(1_700_000_000_000, 1_900_000_000_000),
        deployment=st.builds(
            Deployment,
            purpose=st.sampled_from(["business", "general_assistant"]),
            zone=st.sampled_from(["UTC", "Asia/Riyadh"]) | st.text(max_size=12),
            home_region=st.none() | st.text(max_size=6),
            billing=st.none() | st.booleans(),
        ),
        message=st.builds(
            Outgoing,
            form=st.sampled_from(["free", "template", "call", "call_request"]),
            category=st.text(max_size=10) | st.just("marketing"),
            characters=st.integers(0, 10**9),
            media_type=st.text(max_size=12),
            media_bytes=st.integers(0, 10**12),
            answers_headers=st.lists(st.text(max_size=20), max_size=3).map(tuple),
            answers_sender=st.text(max_size=20),
        ),
        person=st.builds(
            Recipient,
            phone=st.none() | st.text(max_size=50) | st.from_regex(r"\+\d{0,18}", fullmatch=True),
            business_id=st.none() | st.text(max_size=20),
            region=st.none() | st.sampled_from(["DE", "US-CA"]) | st.text(max_size=5),
            said=st.text(max_size=30),
            opened_by=st.text(max_size=10),
            last_inbound_ms=st.none() | st.integers(-(10**15), 10**15),
        ),
        model=st.none() | st.builds(ModelUse, provider=st.sampled_from(["openai", "gemini", "anthropic", "other"])),
    )
)
def test_any_act_gets_a_verdict_or_an_error_with_a_name(act: Act) -> None:
    try:
        verdict = evaluate(shipped_book(), act)
    except WaslError as error:
        named = error.message
    else:
        named = verdict.book == shipped_book().digest and (verdict.effect == "allow" or bool(verdict.reasons))
        assert (verdict.until_ms is not None) == (verdict.effect == "hold")
    assert named


@settings(max_examples=120, deadline=None)
@given(st.lists(rules(), max_size=12), rules(effects=("deny",)), acts())
def test_one_more_denial_never_allows_more(of: list[Rule], denial: Rule, act: Act) -> None:
    before, after = evaluate(book(of), act), evaluate(book([*of, denial]), act)
    assert SEVERITY[after.effect] >= SEVERITY[before.effect]


@settings(max_examples=120, deadline=None)
@given(st.lists(rules(), max_size=12), rules(effects=("allow",)), acts())
def test_a_permit_lifts_no_denial(of: list[Rule], permit: Rule, act: Act) -> None:
    assert evaluate(book([*of, permit]), act).effect == evaluate(book(of), act).effect


@settings(max_examples=150, deadline=None)
@given(st.lists(rules(), max_size=12), rules(), acts())
def test_a_rule_changes_nothing_outside_its_days_places_and_channel(of: list[Rule], added: Rule, act: Act) -> None:
    day = date(1970, 1, 1) + timedelta(days=act.at_ms // DAY_MS)
    here = act.person.region
    names = {part for name in added.regions for part in GROUPS.get(name, (name,))}
    out = {part for name in added.regions_except for part in GROUPS.get(name, (name,))}
    reached = here is None or (
        ("*" in names or here in names or here[:2] in names or (here == "US" and "US-CA" in names and added.effect != "allow"))
        and not ("*" in out or here in out or here[:2] in out)
    )
    if added.channels[0] in (act.channel, "*") and added.holds_on(day) and reached:
        return
    without, having = evaluate(book(of), act), evaluate(book([*of, added]), act)
    assert replace(having, book="") == replace(without, book="")


@settings(max_examples=120, deadline=None)
@given(st.lists(rules(), max_size=12), acts(), days)
def test_what_was_known_on_a_day_can_be_replayed(of: list[Rule], act: Act, known: date) -> None:
    whole = book(of)
    then = book([rule for rule in whole.rules if rule.seen <= known])
    assert replace(evaluate(whole, act, known=known), book="") == replace(evaluate(then, act), book="")


@given(rules(effects=("deny",)), st.booleans())
def test_a_later_record_of_a_rule_takes_the_place_of_the_earlier_one(rule: Rule, withdrawn: bool) -> None:
    later = replace(rule, seen=rule.seen + timedelta(days=30), to=rule.from_, withdrawn=withdrawn)
    both = Rulebook(rules=(rule, later))
    assert both.known_on(rule.seen + timedelta(days=29)) == (rule,)
    assert both.known_on() == (() if withdrawn else (later,))
    assert both.known_on(rule.seen - timedelta(days=1)) == ()


@settings(deadline=None)
@given(acts())
def test_an_unsure_denial_denies_strictly_and_warns_leniently(act: Act) -> None:
    rule = Rule(
        id="made.unsure", channels=("*",), effect="deny", predicate={"ai_primary": True}, text="Made.", arabic="مصنوع.", from_=FIRST,
        seen=FIRST, source="made", unsure=True,
    )  # fmt: skip
    act = replace(act, sender="assistant", deployment=Deployment(purpose="general_assistant"))
    strict, lenient = (evaluate(book([rule]), replace(act, mode=mode)) for mode in ("strict", "lenient"))  # type: ignore[arg-type]
    assert (strict.effect, lenient.effect) == ("refuse", "allow")
    assert [one.rule for one in lenient.warnings if one.unsure] == ["made.unsure"]


@settings(max_examples=120, deadline=None)
@given(st.lists(rules(), max_size=12), rules(effects=("deny",)), places, acts())
def test_a_regional_permit_never_widens_beyond_its_places(of: list[Rule], denial: Rule, permitted: tuple[str, ...], act: Act) -> None:
    here = act.person.region
    names = {part for name in permitted for part in GROUPS.get(name, (name,))}
    inside = here is not None and ("*" in names or here in names or here[:2] in names)
    closed, opened = replace(denial, regions_except=()), replace(denial, regions_except=permitted)
    if inside:
        assert SEVERITY[evaluate(book([*of, opened]), act).effect] <= SEVERITY[evaluate(book([*of, closed]), act).effect]
    else:
        assert evaluate(book([*of, opened]), act).effect == evaluate(book([*of, closed]), act).effect


@settings(max_examples=120, deadline=None)
@given(st.lists(rules(), max_size=12), rules(effects=("deny",)), acts(), st.integers(0, 400))
def test_a_permit_of_some_days_never_widens_beyond_them(of: list[Rule], denial: Rule, act: Act, length: int) -> None:
    """A permit of some days is a denial that stops and begins again, as a regulator's order makes it."""
    day = date(1970, 1, 1) + timedelta(days=act.at_ms // DAY_MS)
    starts = denial.from_
    ends = starts + timedelta(days=length)
    always = replace(denial, id="made.always", from_=FIRST - timedelta(days=9_000), to=None)
    before = replace(always, id="made.before", to=starts - timedelta(days=1), seen=FIRST)
    after = replace(always, id="made.after", from_=ends + timedelta(days=1), seen=FIRST)
    shut = evaluate(book([*of, replace(always, seen=FIRST)]), act)
    paused = evaluate(book([*of, before, after]), act)
    if starts <= day <= ends:
        assert paused.effect == evaluate(book(of), act).effect
    else:
        assert paused.effect == shut.effect


@settings(max_examples=120, deadline=None)
@given(st.lists(rules(), max_size=12), acts())
def test_a_denial_that_bites_wins_over_every_other_rule(of: list[Rule], act: Act) -> None:
    ours = list(book([rule for rule in of if not rule.unsure]).rules)
    act = replace(act, mode="strict")
    for rule in ours:
        if rule.effect == "deny" and evaluate(book([rule]), act).effect == "refuse":
            assert evaluate(book(ours), act).effect == "refuse"
