"""What makes values: nobody may write to one, and they cost what a plain object costs where Wasl serves."""

import copy
import dataclasses
import subprocess
import sys
from pathlib import Path

import pytest

import wasl
from wasl.domain import value as values
from wasl.domain.message import Text
from wasl.domain.value import value

SOURCE = Path(wasl.__file__).parent.parent


@pytest.fixture(params=[True, False], ids=["guarded", "served"])
def point(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> type:
    monkeypatch.setattr(values, "guarded", request.param)

    @value(frozen=True, slots=True, kw_only=True)
    class Point:
        """A point."""

        x: int
        y: int = 0
        type: str = dataclasses.field(default="point", init=False)

    return Point


def test_the_tests_run_with_the_guard_on() -> None:
    said = Text(text="hello")
    with pytest.raises(dataclasses.FrozenInstanceError):
        said.text = "changed"  # type: ignore[misc]  # that is what is tried
    assert said == Text(text="hello")


def test_a_serving_process_makes_values_without_the_guard() -> None:
    told = subprocess.run(
        [sys.executable, "-c", "from wasl.domain.message import Text; print(Text.__dataclass_params__.frozen, Text.__slots__)"],
        env={"PYTHONPATH": str(SOURCE)}, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert told.stdout.strip() == f"False {Text.__slots__}"  # type: ignore[attr-defined]


def test_the_type_checker_refuses_a_write_to_a_value(tmp_path: Path) -> None:
    """It stands for the guard where Wasl serves: `make check` runs it over everything that is served."""
    (tmp_path / "writes.py").write_text(
        "from wasl.domain.value import value\n\n\n@value(frozen=True, slots=True, kw_only=True)\nclass Point:\n    x: int\n\n\n"
        "point = Point(x=1)\npoint.x = 2\nPoint(1)\n"
    )
    command = [sys.executable, "-m", "mypy", "--strict", "--config-file=", "--cache-dir=/dev/null", "writes.py"]
    told = subprocess.run(command, env={"MYPYPATH": str(SOURCE)}, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert told.stdout.splitlines()[:2] == [
        'writes.py:10: error: Property "x" defined in "Point" is read-only  [misc]',
        'writes.py:11: error: Too many positional arguments for "Point"  [call-arg]',
    ]


def test_values_are_equal_and_hash_by_what_they_hold(point: type) -> None:
    assert point(x=1) == point(x=1, y=0) != point(x=2)
    assert len({point(x=1), point(x=1), point(x=2)}) == 2


def test_values_have_slots_and_nothing_else(point: type) -> None:
    assert point.__slots__ == ("x", "y", "type")
    assert not hasattr(point(x=1), "__dict__")
    assert sys.getsizeof(point(x=1)) == sys.getsizeof(Text(text="", format="plain"))


def test_values_are_matched_copied_and_replaced(point: type) -> None:
    one = point(x=1)
    match one:
        case point(x=1, type=kind):
            assert kind == "point"
        case _:
            pytest.fail("it was not matched")
    assert copy.deepcopy(one) == one
    assert dataclasses.replace(one, y=3) == point(x=1, y=3)
    assert repr(one).endswith("Point(x=1, y=0, type='point')")


def test_what_is_not_frozen_is_no_value() -> None:
    with pytest.raises(TypeError, match="frozen and slotted"):
        value(frozen=True, slots=False)
