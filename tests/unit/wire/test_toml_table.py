"""Where a wrong key of a table stands: its own line, however the table is written."""

import pytest

from wasl.domain.errors import SettingWrong
from wasl.wire.toml_table import TomlPlace, line_of, meant

TEXT = '''channel = "shop"

[[rule]]
id = "one"
requires = { en = """
role = "not here"
""", ar = "..." }
predicate = { max_text_chars = 4, when = ["start"] }
"role" = "any"
"from" = 2026-01-01

[rule.predicate_too]
deep = 1

[[rule]]
id = "two"
[rule.predicate]
max_text_chars = 4
bogus = true
'''
LINES = TEXT.splitlines()


@pytest.mark.parametrize(
    ("head", "keys", "line"),
    [
        (3, ("id",), 4),
        (3, ("requires",), 5),
        (3, ("requires", "ar"), 5),
        (3, ("role",), 9),
        (3, ("from",), 10),
        (3, ("predicate",), 8),
        (3, ("predicate", "when"), 8),
        (3, ("predicate", "nothing"), 8),
        (3, ("predicate_too", "deep"), 13),
        (3, ("bogus",), 3),
        (3, (), 3),
        (15, ("id",), 16),
        (15, ("predicate",), 17),
        (15, ("predicate", "bogus"), 19),
        (0, ("nowhere",), 0),
    ],
)
def test_a_key_is_found_on_its_own_line(head: int, keys: tuple[str, ...], line: int) -> None:
    assert line_of(LINES, head, *keys) == line


def test_without_the_files_lines_the_tables_own_is_told() -> None:
    with pytest.raises(SettingWrong, match=r"own\.toml, line 7: rule 'one': no"):
        TomlPlace("own.toml", 7, "one", "rule ").wrong("no", "id")


def test_a_key_that_is_nearly_known_is_guessed() -> None:
    with pytest.raises(SettingWrong, match=r"line 8: .*'predicat' is not known; did you mean 'predicate'\? a rule has id, predicate"):
        TomlPlace("own.toml", 3, "one", "rule ", ["", "", "[[rule]]", "", "", "", "", "predicat = 1"]).only(
            {"predicat": 1}, {"id", "predicate"}, "a rule"
        )
    assert meant("zzz", {"id"}) == ""


def test_a_long_file_is_looked_through_once() -> None:
    lines = ["[[rule]]", *("x = 1" for _ in range(200_000)), "last = 1"]
    assert line_of(lines, 1, "last") == 200_002
