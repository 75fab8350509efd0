"""Which messages are commands: a whole message of known words, or a button of ours."""

import pytest

from wasl.domain.message import Choice, Option, Part, Text
from wasl.service.recognise_command import Command, recognise_command


@pytest.mark.parametrize(
    ("text", "command"),
    [
        ("link", Command(name="link")),
        ("Link.", Command(name="link")),
        ("/link", Command(name="link")),
        ("اربط", Command(name="link")),
        ("افصل", Command(name="unlink")),
        ("unlink 2", Command(name="unlink", argument="2")),
        ("افصل ٢", Command(name="unlink", argument="2")),
        ("search cats and dogs", Command(name="search", argument="cats and dogs")),
        ("ابحث عن القطط", Command(name="search", argument="القطط")),
        ("ابحث القطط", Command(name="search", argument="القطط")),
        ("أكمل", Command(name="continue")),
        ("تراجع", Command(name="undo")),
        ("امسح كل شيء", Command(name="erase")),
        ("امحُ بياناتي", Command(name="erase")),
        ("delete my data", Command(name="erase")),
        ("فكّ الربط", Command(name="unlink")),
        ("إلغاء الربط", Command(name="unlink")),
        ("فك الربط ٢", Command(name="unlink", argument="2")),
        ("صدّر بياناتي", Command(name="export")),
        ("احذف بياناتي من القائمة البريدية", None),
        ("123456", Command(name="number", argument="123456")),
        ("please link my account", None),
        ("link my accounts", None),
        ("I want to search for a house", None),
        ("search engines are useful, are they not?", None),
        ("export of dates to Egypt", None),
        ("erase the board", None),
        ("continue 123", None),
        ("1234567", None),
        ("ALPHABETS", None),
        ("link\nlink", None),
        ("x" * 500, None),
        ("search " + "x" * 100, None),
        ("/start", None),
        ("", None),
        ("link K7QM-3XH", Command(name="code", argument="K7QM-3XH", word="link")),
        ("link ABC", Command(name="code", argument="ABC", word="link")),
        ("اربط k7qm3xhpw2", Command(name="code", argument="k7qm3xhpw2", word="اربط")),
        ("اربط K٧QM-٣XHP-W", Command(name="code", argument="K٧QM-٣XHP-W", word="اربط")),
        ("K٧QM–٣XHP–W", Command(name="code", argument="K٧QM–٣XHP–W")),
        ("K7QM-30HP-W", Command(name="code", argument="K7QM-30HP-W")),
        ("K7QM-3XHP", Command(name="maybe", argument="K7QM-3XHP")),
        ("k7qm3xhp", Command(name="maybe", argument="k7qm3xhp")),
        ("link top 10 sites", None),
        ("link prediction", None),
        ("link https://a.example/k7", None),
        ("link 12345678", None),
        ("/start ABC", None),
        ("some word a", None),
        ("2024-0001-5", None),
        ("thanks", None),
        ("THANKS", None),
        ("مرحبا", None),
        ("شكرا ٢٠٢٤", None),
    ],
)
def test_only_a_whole_message_is_a_command(text: str, command: Command | None):
    assert recognise_command((Text(text=text),)) == command


def test_a_button_of_ours_is_a_command_and_no_other_is():
    def picked(identity: str) -> tuple[Part, ...]:
        return (Choice(picked=Option(id=identity, title="Yes")),)

    assert recognise_command(picked("wasl:yes:abc")) == Command(name="yes", argument="abc")
    assert recognise_command(picked("yes")) is None
    assert recognise_command(picked("wasl:format")) is None


def test_what_a_setting_switches_off_is_an_ordinary_message():
    assert recognise_command((Text(text="erase"),), enabled=["link"]) is None
    assert recognise_command((Text(text="undo"),), enabled=["link"]) is None
    assert recognise_command((Text(text="link"),), enabled=["link"]) == Command(name="link")
