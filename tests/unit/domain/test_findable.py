from wasl.domain.archive import PLAIN, Entry, File, More, Poll, PollOption, WebLink
from wasl.domain.findable import PIECES_MAX, brought_words, entry_words, live_words
from wasl.domain.message import Choice, Contact, Media, Option, Place, Text


def test_plain_words_are_found_as_they_are() -> None:
    assert live_words((Text(text="hello"),)) == "hello"
    entry = Entry("a", "user", "hello", 0, 0, "s")
    assert entry_words(entry) is entry.text


def test_what_travels_with_a_live_message_is_told_once_each() -> None:
    parts = (
        Media(role="photo", name="garden.jpg", caption="roses"),
        Media(role="document", name="bill.pdf"),
        Contact(name="Mona", phones=("+201",), emails=("m@example.org",)),
        Choice(text="Which?", options=(Option(id="1", title="One", description="the first"), Option(id="2", title="One"))),
    )
    assert live_words(parts).split("\n") == [
        "roses", "[document: bill.pdf]", "[contact: Mona]", "Which?", "garden.jpg", "+201", "m@example.org", "One", "the first",
    ]  # fmt: skip


def test_what_travels_with_a_brought_entry_is_told_once_each() -> None:
    parts = (
        File(role="document", state="omitted", name="lease.pdf", caption="sign"),
        Poll(question="where?", options=(PollOption("here"), PollOption("there"))),
        WebLink(url="https://example.org", title="A page"),
        Place(latitude=1, longitude=2, name="Home"),
        Contact(name="Mona", company="Sons"),
    )
    more = More(extra={"attachments": ({"extracted_content": "inside"}, {"extracted_content": 7}, None)})
    found = brought_words("sign", parts, more)
    assert found.split("\n") == ["sign", "lease.pdf", "where?", "here", "there", "A page", "Home", "Mona", "Sons", "inside"]
    assert brought_words("plain", (), PLAIN) == "plain"
    assert brought_words("", (), More(extra={"attachments": "none"})) == ""


def test_no_more_than_some_hundred_pieces_are_looked_at() -> None:
    options = tuple(PollOption(f"option {n}") for n in range(10_000))
    assert len(brought_words("", (Poll(question="q", options=options),), PLAIN).split("\n")) == PIECES_MAX
