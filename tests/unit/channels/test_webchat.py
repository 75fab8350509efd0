import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from wasl.channels.webchat import TEXT_MAX, WebChat
from wasl.domain.delivery import Outgoing, Sent
from wasl.domain.errors import Forged, Malformed
from wasl.domain.event import Arrival, Receipt
from wasl.domain.ids import AddressId, DeliveryId, PersonId
from wasl.domain.message import Choice, Media, Option, Text, Unknown
from wasl.domain.person import Address
from wasl.ports.channel import VISITOR_HEADER, Local, Visited
from wasl.wire.call import Call

VISITOR = "0193a1b2-0000-7000-8000-000000000001"
SHA256 = "ab" * 32
AT_MS = 1_764_000_000_000


def channel(secret: str = "sixteen letters at least") -> WebChat:
    return WebChat(WebChat.Settings.model_validate({"secret": secret}), name="webchat")


def posted(body: Mapping[str, Any] | bytes, *, token: str | None = None) -> Call:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    call = Call(method="POST", url="http://x/chat/messages", headers={VISITOR_HEADER: token or channel().admit(VISITOR)}, body=raw)
    return channel().stamp(call, at_ms=AT_MS)


def test_it_is_local_and_knows_visitors() -> None:
    assert isinstance(channel(), Local)
    assert isinstance(channel(), Visited)


def test_a_message_of_a_visitor_becomes_an_arrival() -> None:
    call = posted({"id": "page-0001", "text": "  مرحبًا \n", "language": "ar", "unheard": {"of": 1}})
    assert channel().verify(call) is None
    (event,) = channel().parse(call)
    assert isinstance(event, Arrival)
    assert event.address.handle == VISITOR
    assert event.address.kind == "account"
    assert event.parts == (Text(text="مرحبًا"),)
    assert (event.language, event.sent_at_ms, event.native_id, event.wants_answer) == ("ar", AT_MS, "page-0001", True)


def test_the_same_message_posted_again_has_the_same_key_and_another_visitors_has_not() -> None:
    body = {"id": "page-0001", "text": "x"}
    (first,), (again,) = channel().parse(posted(body)), channel().parse(posted(body))
    (other,) = channel().parse(posted(body, token=channel().admit("another-visitor")))
    assert first.key == again.key != other.key


@pytest.mark.parametrize("token", ["", "x", VISITOR, f"{VISITOR}.", f"{VISITOR}.é", "a b c d e f.x", "\ud800.x"])
def test_a_token_that_we_did_not_sign_is_forged(token: str) -> None:
    call = replace(posted({"id": "page-0001", "text": "x"}), headers={VISITOR_HEADER: token})
    with pytest.raises(Forged):
        channel().verify(call)
    with pytest.raises(Malformed):
        channel().parse(call)


def test_a_token_signed_with_another_secret_is_forged() -> None:
    with pytest.raises(Forged):
        channel().verify(posted({"id": "page-0001", "text": "x"}, token=channel("another secret of length").admit(VISITOR)))


def test_an_upload_needs_the_ticket_of_the_same_visitor() -> None:
    upload = {"sha256": SHA256, "name": "a.png", "type": "image/png", "role": "photo", "size": 12}
    own = channel().ticket(visitor=VISITOR, sha256=SHA256)
    foreign = channel().ticket(visitor="another-visitor", sha256=SHA256)
    good = posted({"id": "page-0001", "uploads": [{**upload, "ticket": own}]})
    channel().verify(good)
    (event,) = channel().parse(good)
    assert isinstance(event, Arrival)
    assert event.parts == (Media(role="photo", media_type="image/png", name="a.png", size_bytes=12, sha256=SHA256),)
    for ticket in (foreign, "", None):
        with pytest.raises(Forged):
            channel().verify(posted({"id": "page-0001", "uploads": [{**upload, "ticket": ticket}]}))


def test_an_upload_without_a_hash_is_kept_as_unknown() -> None:
    (event,) = channel().parse(posted({"id": "page-0001", "uploads": [{"sha256": "no hash"}]}))
    assert isinstance(event, Arrival)
    assert event.parts == (Unknown(kind="upload", value={"sha256": "no hash"}),)


def test_a_picked_option_is_a_choice() -> None:
    (event,) = channel().parse(posted({"id": "page-0001", "text": "Tea", "picked": {"id": "1", "title": "Tea"}}))
    assert isinstance(event, Arrival)
    assert event.parts == (Choice(picked=Option(id="1", title="Tea")),)


def test_receipts_name_our_deliveries_and_what_is_odd_is_passed_over() -> None:
    odd = [{"tag": "delivery-2", "state": "sent"}, {"tag": "", "state": "read"}, 7]
    events = channel().parse(posted({"receipts": [{"tag": "delivery-1", "state": "read"}, *odd]}))
    assert [(e.tag, e.state, e.at_ms) for e in events if isinstance(e, Receipt)] == [("delivery-1", "read", AT_MS)]
    assert len(events) == 1


@pytest.mark.parametrize(
    "body",
    [b"", b"[]", b"{", {}, {"id": "short", "text": "x"}, {"id": "page-0001"}, {"id": "page-0001", "text": " "}, {"id": 5, "text": "x"}],
)
def test_what_is_no_message_is_malformed(body: Any) -> None:
    with pytest.raises(Malformed):
        channel().parse(posted(body))


def test_the_longest_text_is_taken_and_one_letter_more_is_not() -> None:
    assert len(channel().parse(posted({"id": "page-0001", "text": "x" * TEXT_MAX}))) == 1
    with pytest.raises(Malformed, match="more than"):
        channel().parse(posted({"id": "page-0001", "text": "x" * (TEXT_MAX + 1)}))


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
        lambda v: (
            st.lists(v) | st.dictionaries(st.sampled_from(["id", "text", "uploads", "receipts", "picked", "tag", "state", "sha256"]), v)
        ),
    )
)
def test_parse_raises_nothing_but_malformed(value: Any) -> None:
    raw = json.dumps(value).encode("utf-8", "surrogatepass")
    for body in (raw, raw[: len(raw) // 2]):
        try:
            channel().parse(posted(body))
        except Malformed:
            continue


def test_a_send_asks_for_nothing_and_ends_at_once() -> None:
    key = channel().visitor(channel().admit(VISITOR))
    address = Address(id=AddressId("a"), person_id=PersonId("p"), key=key)
    sending = channel().send(Outgoing(id=DeliveryId("d"), address=address, parts=(Text(text="x"),)))
    with pytest.raises(StopIteration) as ended:
        next(sending)
    assert ended.value.value == Sent(native_id=None)


@pytest.mark.parametrize(
    "settings", [{"secret": "short"}, {"secret": "x" * 16, "sites": ["shop.example"]}, {"secret": "x" * 16, "colour": 1}]
)
def test_wrong_settings_are_refused(settings: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        WebChat.Settings.model_validate(settings)


def test_the_secret_is_in_no_repr() -> None:
    assert "sixteen" not in repr(WebChat.Settings.model_validate({"secret": "sixteen letters at least"}))
