import json
from dataclasses import replace
from pathlib import Path

from tests.unit.service.house import SEND_URL, build, unroutable

from wasl.domain.cost import UNKNOWN, Charge
from wasl.domain.delivery import Outgoing
from wasl.domain.errors import ContentRefused, HeldByRule, StoreDown
from wasl.domain.ids import ConversationId
from wasl.domain.message import Option, Text
from wasl.domain.turn import Closing, Settling
from wasl.ports.counting import Asked, Counted
from wasl.service.judging import Admission, Admitted, Case, Denied, End, IfRoom, Steps, Waits
from wasl.testing.network import answer


class Shapes:
    """Shows the model other words, adds to what it is told, and puts lines around what it said."""

    async def before(self, case: Case) -> End | None:
        case.turns = tuple(replace(turn, parts=(Text(text="only the business part"),)) for turn in case.turns)
        case.instructions.append("Speak of bread alone.")
        case.output_tokens_max = 10
        case.preface.append("before")
        case.postscript.append("after")
        case.kept["shapes"] = {"seen": True}
        return None

    async def after(self, case: Case, text: str) -> str:
        assert case.asked is not None
        return text.upper()


class Ends:
    def __init__(self, end: End) -> None:
        self.end = end

    async def before(self, case: Case) -> End | None:
        case.kept["ends"] = self.end.note
        return self.end


class Door:
    """A gate that says one thing after another."""

    def __init__(self) -> None:
        self.says: list[Admission] = []
        self.told: list[tuple[str, str]] = []

    async def admit(self, outgoing: Outgoing, *, conversation_id: ConversationId) -> Admission:
        return self.says.pop(0) if self.says else Admitted(outgoing=outgoing)

    async def settled(self, outgoing: Outgoing, settling: Settling) -> None:
        self.told.append((outgoing.id, settling.state))


async def test_a_step_shapes_what_is_asked_and_what_is_stored(tmp_path: Path) -> None:
    house = build(tmp_path, steps=(Shapes(),))
    await house.store.open()
    house.network.on("POST", SEND_URL, answer("n"))
    assert await house.says("write me a poem, and what does bread cost?") == "before\n\nRE: ONLY THE BUSINESS PART\n\nafter"
    prompt = house.ask.prompts[0]
    assert "Speak of bread alone." in prompt.messages[0].text
    assert prompt.max_output_tokens == 10
    assert json.loads(house.rows("select verdicts from turn")[0][0]) == {"shapes": {"seen": True}}
    assert "poem" in house.rows("select parts from message where author = 'person'")[0][0]
    await house.store.close()


async def test_a_step_ends_a_turn_and_nobody_is_asked(tmp_path: Path) -> None:
    done: list[str] = []

    async def after() -> None:
        done.append("told")

    later = Shapes()
    house = build(tmp_path, steps=(Ends(End(note="not ours", text="We bake bread.", state="noted", after=after)), later))
    await house.store.open()
    house.network.on("POST", SEND_URL, answer("n"))
    assert await house.says("hello") == "We bake bread."
    assert house.ask.prompts == []
    assert done == ["told"]
    assert house.rows("select state, note, verdicts from turn") == [("noted", "not ours", '{"ends":"not ours"}')]
    await house.store.close()


async def test_a_silent_end_stores_no_reply(tmp_path: Path) -> None:
    house = build(tmp_path, steps=(Ends(End(note="a human has it", silent=True, state="noted")),))
    await house.store.open()
    assert await house.says("hello") == ""
    assert house.rows("select count(*) from message") == [(1,)]
    assert house.rows("select state, reply_id, note from turn") == [("noted", None, "a human has it")]
    assert house.rows("select ready_at, turn_seq, closed_seq from conversation") == [(None, 1, 1)]
    await house.store.close()


async def test_the_gate_rewrites_holds_and_denies_what_would_go_out(tmp_path: Path) -> None:
    door = Door()
    house = build(tmp_path, gate=door)
    await house.store.open()
    house.network.on("POST", SEND_URL, answer("n"))
    assert await house.says("one") == "re: one"
    assert [state for _, state in door.told] == ["sent"]

    due = house.clock.now_ms() + 60_000
    door.says = [Waits(due_at_ms=due, why=HeldByRule("the window is shut"))] * 2  # before its turn is closed, and after
    assert await house.says("two") == "re: one"
    assert house.rows("select state, due_ms from delivery order by created_ms, id")[-1] == ("queued", due)
    await house.clock.advance(61)
    await house.step()
    assert house.sent()[-1]["text"] == "re: two"

    door.says = [Denied(why=HeldByRule("not allowed"))] * 2
    assert await house.says("three") == "re: two"
    assert house.rows("select state from delivery order by created_ms, id")[-1] == ("failed",)
    await house.store.close()


class Offers:
    """Offers one thing under the answer, and remembers that it was stored."""

    def __init__(self) -> None:
        self.stored = 0

    async def before(self, case: Case) -> End | None:
        case.options.append(Option(id="wasl:human", title="A human"))
        return None

    async def closes(self, case: Case) -> None:
        self.stored += 1
        raise StoreDown("a memory that fails is no reason to keep the answer back")


async def test_what_a_step_offers_stands_under_a_short_plain_answer_where_there_are_buttons(tmp_path: Path) -> None:
    offers = Offers()
    house = build(tmp_path, steps=(offers,), buttons_max=3, button_title_max=20, choice_text_max=40)
    await house.store.open()
    house.network.on("POST", SEND_URL, answer("n"))
    await house.says("hello")
    await house.says("a question that is far too long to stand above a button")
    await house.says("*very*")
    offered = [json.loads(r[0])[0]["type"] for r in house.rows("select parts from message where author = 'assistant' order by seq")]
    assert offered == ["choice", "text", "text"]
    assert offers.stored == 3
    await house.store.close()


class Concludes:
    """Writes into the closing commit what it was told of the turn."""

    async def conclude(self, case: Case, closing: Closing) -> Closing:
        how = "asked" if case.asked else case.ended.served if case.ended else "neither"
        return replace(closing, note=f"{closing.state}: {how} {case.received[0].seq}")


async def test_a_step_adds_to_the_closing_commit_however_the_turn_ends(tmp_path: Path) -> None:
    asks = Shapes()
    ends = Ends(End(note="handed over", silent=True, state="noted", served="human"))
    house = build(tmp_path, steps=(Concludes(), asks))
    await house.store.open()
    house.network.on("POST", SEND_URL, answer("n"))
    await house.says("hello")
    house.answer._steps = Steps((ends, Concludes()))
    await house.says("a human please")
    house.answer._steps = Steps((Concludes(),))
    house.ask.failures = [ContentRefused("no", records=())]
    await house.says("something forbidden")
    house.ask.failures = [unroutable(seconds=None) for _ in range(3)]
    await house.says("nobody is there")
    while await house.clock.advance_to_next() or await house.step():
        pass
    for _ in range(6):
        await house.clock.advance(61)
        await house.step()
    assert [r[0] for r in house.rows("select note from turn order by seq")] == [
        "answered: asked 1",
        "noted: human 2",
        "answered: neither 3",
        "failed: neither 4",
    ]
    await house.store.close()


async def test_what_a_gate_adds_to_an_admission_leaves_the_rest_of_it() -> None:
    async def then(counted: Counted) -> Admitted:
        return admitted

    outgoing: Outgoing = object()  # type: ignore[assignment]  # nothing looks at it here
    charge = Charge(UNKNOWN, "service", "EG")
    admitted = Admitted(outgoing=outgoing, verdict={"effect": "allow"}, wait_ms=7)
    assert admitted.costing(charge) == replace(admitted, charge=charge)
    room = IfRoom(outgoing=outgoing, asked=Asked(now_ms=1), then=then, verdict={"effect": "allow"}, charge=charge)
    assert room.followed_by(admitted.costing, charge=None) == replace(room, then=admitted.costing)  # type: ignore[arg-type]
    other = Charge(UNKNOWN, "utility", "EG")
    assert room.followed_by(then, charge=other) == replace(room, charge=other)
