import inspect
import re

import pytest

from wasl.domain import errors
from wasl.domain.errors import RetryLater, SettingWrong, Throttled, WaslError


def classes() -> dict[str, type[WaslError]]:
    return {n: c for n, c in vars(errors).items() if inspect.isclass(c) and issubclass(c, WaslError)}


def test_the_tree_at_the_top_of_the_file_is_the_tree_of_the_classes() -> None:
    drawn: dict[str, str] = {}
    above = ["WaslError"]
    for line in (errors.__doc__ or "").splitlines():
        found = re.match(r"^([│ ]*)[├└]── (\w+)", line)
        if found:
            depth = len(found[1]) // 4 + 1
            drawn[found[2]] = above[depth - 1]
            above[depth:] = [found[2]]
    assert drawn == {name: cls.__bases__[0].__name__ for name, cls in classes().items() if name != "WaslError"}


@pytest.mark.parametrize("cls", classes().values(), ids=lambda c: c.__name__)
def test_the_docstring_is_the_message_when_none_is_given(cls: type[WaslError]) -> None:
    assert str(cls())
    assert str(cls()).endswith(".")
    assert str(cls("It broke; mend it.")) == "It broke; mend it."


def test_facts_travel_with_the_error() -> None:
    error = SettingWrong("store is wrong", key="store")
    assert error.facts == {"key": "store"}


def test_a_wait_is_known_or_none() -> None:
    assert Throttled(seconds=2.5).seconds == 2.5
    assert RetryLater().seconds is None
