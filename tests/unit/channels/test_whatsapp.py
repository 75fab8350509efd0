import hashlib
import hmac
import json
from typing import Any

import pytest

from wasl.channels.whatsapp import WhatsApp
from wasl.domain.delivery import Outgoing, Sent
from wasl.domain.errors import Failure, Forged, Gone, Held, Refused, SettingWrong, Throttled, Unauthorised, Unavailable, Unclear
from wasl.domain.event import Arrival, Moved, Receipt, Signal
from wasl.domain.ids import AddressId, DeliveryId, PersonId
from wasl.domain.message import Choice, Contact, Media, Option, Part, Place, Reaction, Template, Text, Unknown
from wasl.domain.person import Address, AddressKey
from wasl.wire.call import Call, Reply

BSUID = "EG.13491208655302741918"


def channel() -> WhatsApp:
    settings = WhatsApp.Settings(
        phone_number_id="106540352242922",
        business_account_id="102290129340398",
        access_token="token-of-a-test",
        app_secret="secret-of-a-test",
        verify_token="verify-of-a-test",
    )
    return WhatsApp(settings, name="whatsapp")


def hook(value: dict[str, Any], *, field: str = "messages", secret: str = "secret-of-a-test") -> Call:
    metadata = {"display_phone_number": "201000000000", "phone_number_id": "106540352242922"}
    full = {"messaging_product": "whatsapp", "metadata": metadata, **value}
    entry = {"id": "102290129340398", "changes": [{"field": field, "value": full}]}
    body = json.dumps({"object": "whatsapp_business_account", "entry": [entry]}).encode()
    signature = "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    return Call(method="POST", url="https://example.test/hooks/whatsapp", headers={"x-hub-signature-256": signature}, body=body)


def message(**fields: Any) -> dict[str, Any]:
    return {"from": "201234567890", "id": "wamid.A", "timestamp": "1763800000", **fields}


def address(handle: str = "201234567890", kind: Any = "phone") -> Address:
    key = AddressKey(channel="whatsapp", scope="106540352242922", handle=handle, kind=kind)
    return Address(id=AddressId("a"), person_id=PersonId("p"), key=key)


def outgoing(*parts: Part, to: Address | None = None, reply_to: str | None = None) -> Outgoing:
    return Outgoing(id=DeliveryId("d-1"), address=to or address(), parts=parts, reply_to=reply_to)


def sent_bodies(what: Outgoing) -> tuple[list[Call], Sent]:
    flow, calls = channel().send(what), []
    try:
        call = next(flow)
        while True:
            calls.append(call)
            answer = {"id": "900"} if call.form else {"messaging_product": "whatsapp", "messages": [{"id": f"wamid.S{len(calls)}"}]}
            call = flow.send(Reply(status=200, body=json.dumps(answer).encode()))
    except StopIteration as done:
        return calls, done.value


def body_of(call: Call) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(call.body)
    return found


def test_the_handshake_is_answered_with_its_challenge_and_nothing_else() -> None:
    query = "hub.mode=subscribe&hub.verify_token=verify-of-a-test&hub.challenge=1158201444"
    reply = channel().verify(Call(method="GET", url="", query=query))
    assert reply is not None
    assert (reply.status, reply.body) == (200, b"1158201444")


@pytest.mark.parametrize("query", ["", "hub.mode=subscribe&hub.challenge=1", "hub.mode=subscribe&hub.verify_token=wrong&hub.challenge=1"])
def test_a_handshake_without_the_verify_token_is_forged(query: str) -> None:
    with pytest.raises(Forged):
        channel().verify(Call(method="GET", url="", query=query))


def test_a_body_signed_with_another_secret_is_forged() -> None:
    with pytest.raises(Forged):
        channel().verify(hook({"messages": []}, secret="another"))
    assert channel().verify(hook({"messages": []})) is None


def test_a_person_is_keyed_by_the_business_scoped_id_with_the_phone_beside_it() -> None:
    contacts = [{"profile": {"name": "Amal"}, "wa_id": "201234567890", "user_id": BSUID}]
    (event,) = channel().parse(hook({"contacts": contacts, "messages": [message(type="text", text={"body": "مرحبا"})]}))
    assert isinstance(event, Arrival)
    assert (event.address.handle, event.address.kind) == (BSUID, "business-scoped id")
    assert (event.address.alias, event.address.alias_kind) == ("201234567890", "phone")
    assert (event.author_name, event.parts, event.sent_at_ms) == ("Amal", (Text(text="مرحبا"),), 1_763_800_000_000)


def test_a_message_whose_writer_cannot_be_told_is_kept_as_a_signal_and_answers_nobody() -> None:
    written = {"id": "wamid.A", "timestamp": "1763800000", "type": "text", "text": {"body": "hi"}}
    contacts = [{"wa_id": "201111111111"}, {"wa_id": "202222222222"}]
    (event,) = channel().parse(hook({"contacts": contacts, "messages": [written]}))
    assert isinstance(event, Signal)
    assert event.detail["message"] == written


def test_two_people_in_one_webhook_are_not_mistaken_for_each_other() -> None:
    contacts = [{"profile": {"name": "A"}, "wa_id": "201"}, {"profile": {"name": "B"}, "wa_id": "202"}]
    messages = [
        {"from": "202", "id": "wamid.B", "timestamp": "2", "type": "text", "text": {"body": "b"}},
        {"from": "201", "id": "wamid.A", "timestamp": "1", "type": "text", "text": {"body": "a"}},
    ]
    events = channel().parse(hook({"contacts": contacts, "messages": messages}))
    assert [(e.address.handle, e.author_name) for e in events if isinstance(e, Arrival)] == [("201", "A"), ("202", "B")]


def test_a_thousand_messages_in_one_webhook_are_all_read() -> None:
    messages = [message(type="text", text={"body": "x"}) | {"id": f"wamid.{n}"} for n in range(1000)]
    events = channel().parse(hook({"messages": messages}))
    assert len({e.key for e in events}) == 1000


def test_a_failed_status_carries_the_named_failure() -> None:
    status = {"id": "wamid.S", "status": "failed", "timestamp": "1", "errors": [{"code": 131026, "title": "Message undeliverable"}]}
    (event,) = channel().parse(hook({"statuses": [status]}))
    assert isinstance(event, Receipt)
    assert event.state == "failed"
    assert isinstance(event.failure, Gone)


def test_being_priced_as_a_general_assistant_raises_the_highest_alarm() -> None:
    status = {"id": "wamid.S", "status": "delivered", "timestamp": "1", "pricing": {"category": "general_purpose_ai"}}
    receipt, alarm = channel().parse(hook({"statuses": [status]}))
    assert isinstance(receipt, Receipt)
    assert isinstance(alarm, Signal)
    assert alarm.grave


def test_a_changed_number_moves_the_person_before_the_message_is_kept() -> None:
    system = message(type="system", system={"type": "user_changed_number", "wa_id": "209999999999", "body": "changed"})
    moved, kept = channel().parse(hook({"messages": [system]}))
    assert isinstance(moved, Moved)
    assert (moved.old_handle, moved.new.handle) == ("201234567890", "209999999999")
    assert isinstance(kept, Arrival)
    assert (kept.address, kept.wants_answer, kept.parts[0].type) == (moved.new, False, "unknown")


@pytest.mark.parametrize(
    ("part", "kind", "value"),
    [
        (Text(text="hello"), "text", {"body": "hello", "preview_url": False}),
        (Text(text="**b** [l](https://x.test)", format="markdown"), "text", {"body": "*b* l (https://x.test)", "preview_url": True}),
        (Media(role="photo", native_id="7", caption="c"), "image", {"id": "7", "caption": "c"}),
        (Media(role="voice", url="https://x.test/v.ogg", caption="lost"), "audio", {"link": "https://x.test/v.ogg"}),
        (Media(role="document", native_id="7", name="menu.pdf"), "document", {"id": "7", "filename": "menu.pdf"}),
        (Reaction(target="wamid.A", emoji=None), "reaction", {"message_id": "wamid.A", "emoji": ""}),
        (Template(name="hi", language="ar"), "template", {"name": "hi", "language": {"code": "ar"}}),
        (Place(latitude=30.0, longitude=31.0, name="Shop"), "location", {"latitude": 30.0, "longitude": 31.0, "name": "Shop"}),
        (
            Contact(name="Amal", phones=("+20",)),
            "contacts",
            [{"name": {"formatted_name": "Amal", "first_name": "Amal"}, "phones": [{"phone": "+20"}]}],
        ),
        (
            Contact(name="Amal", company="Sons"),
            "contacts",
            [{"name": {"formatted_name": "Amal", "first_name": "Amal"}, "org": {"company": "Sons"}}],
        ),
        (Place(latitude=30.0, longitude=31.0, url="https://x.test"), "location", {"latitude": 30.0, "longitude": 31.0}),
    ],
)
def test_each_kind_of_part_is_written_in_its_own_shape(part: Part, kind: str, value: Any) -> None:
    (call,), _ = sent_bodies(outgoing(part))
    body = body_of(call)
    assert (body["type"], body[kind], body["to"], body["biz_opaque_callback_data"]) == (kind, value, "201234567890", "d-1")
    assert call.url == "https://graph.facebook.com/v26.0/106540352242922/messages"


def test_a_business_scoped_id_is_never_written_as_a_phone() -> None:
    (call,), _ = sent_bodies(outgoing(Text(text="hi"), to=address(BSUID, "business-scoped id")))
    body = body_of(call)
    assert body["recipient"] == BSUID
    assert "to" not in body


def test_the_answered_message_is_quoted_once() -> None:
    calls, sent = sent_bodies(outgoing(Text(text="a"), Text(text="b"), reply_to="wamid.A"))
    assert [body_of(c).get("context") for c in calls] == [{"message_id": "wamid.A"}, None]
    assert sent == Sent(native_id="wamid.S2", note={"ids": ["wamid.S1", "wamid.S2"]})


def test_buttons_are_used_where_they_fit_and_a_list_where_they_do_not() -> None:
    few = Choice(text="?", options=(Option(id="y", title="Yes"), Option(id="n", title="No")))
    many = Choice(text="?", options=tuple(Option(id=str(i), title=f"Option {i}") for i in range(5)), opener="Choose")
    (buttons,), _ = sent_bodies(outgoing(few))
    (rows,), _ = sent_bodies(outgoing(many))
    assert body_of(buttons)["interactive"]["type"] == "button"
    assert body_of(rows)["interactive"]["type"] == "list"
    assert len(body_of(rows)["interactive"]["action"]["sections"][0]["rows"]) == 5


def test_media_that_we_hold_is_uploaded_first_and_sent_by_the_id_it_got() -> None:
    (upload, call), _ = sent_bodies(outgoing(Media(role="photo", sha256="ab" * 32, media_type="image/png", caption="c")))
    assert upload.url.endswith("/106540352242922/media")
    fields = [(f.name, f.value or f.sha256) for f in upload.form]
    assert fields == [("messaging_product", "whatsapp"), ("type", "image/png"), ("file", "ab" * 32)]
    assert body_of(call)["image"] == {"id": "900", "caption": "c"}


@pytest.mark.parametrize("part", [Media(role="photo"), Unknown(kind="x", value={}), Choice(picked=Option(id="a", title="a"))])
def test_what_cannot_be_carried_is_refused_before_any_call(part: Part) -> None:
    with pytest.raises(Refused):
        next(channel().send(outgoing(part)))


@pytest.mark.parametrize(
    ("code", "status", "failure", "seconds"),
    [
        (130429, 400, Throttled, 1.0),
        (131056, 400, Throttled, 6.0),
        (80007, 400, Throttled, 3600.0),
        (131016, 503, Unavailable, None),
        (368, 403, Held, None),
        (131047, 400, Held, None),
        (131049, 400, Held, None),
        (131050, 400, Refused, None),
        (131026, 400, Gone, None),
        (190, 401, Unauthorised, None),
        (250, 403, Unauthorised, None),
        (100, 400, Refused, None),
        (999_999, 400, Refused, None),
        (999_999, 500, Unavailable, None),
        (999_999, 429, Throttled, None),
    ],
)
def test_an_error_code_is_named_by_what_to_do_about_it(code: int, status: int, failure: type[Failure], seconds: float | None) -> None:
    reply = Reply(status=status, body=json.dumps({"error": {"code": code, "message": "m"}}).encode())
    found = channel().explain(reply)
    assert type(found) is failure
    assert getattr(found, "seconds", None) == seconds


def test_a_gateway_that_gave_up_leaves_it_unclear() -> None:
    assert isinstance(channel().explain(Reply(status=504, body=b"<html>")), Unclear)


def test_the_typing_mark_also_marks_the_message_as_read() -> None:
    body = body_of(channel().typing(address(), answering="wamid.A"))
    assert (body["status"], body["message_id"], body["typing_indicator"]) == ("read", "wamid.A", {"type": "text"})


def test_stale_media_is_fetched_through_its_id() -> None:
    flow = channel().fetch(Media(role="photo", native_id="7", url="https://lookaside.test/stale"))
    assert next(flow).url == "https://lookaside.test/stale"
    assert flow.send(Reply(status=404)).url == "https://graph.facebook.com/v26.0/7"
    call = flow.send(Reply(status=200, body=b'{"url":"https://lookaside.test/fresh"}'))
    assert (call.url, call.headers["authorization"]) == ("https://lookaside.test/fresh", "Bearer token-of-a-test")
    with pytest.raises(StopIteration) as done:
        flow.send(Reply(status=200, body=b"bytes"))
    assert done.value.value == b"bytes"


def test_templates_need_the_accounts_id() -> None:
    settings = WhatsApp.Settings(phone_number_id="1", access_token="t", app_secret="s", verify_token="v")
    with pytest.raises(SettingWrong):
        WhatsApp(settings, name="whatsapp").templates()
    assert "/102290129340398/message_templates" in channel().templates().url


def test_a_check_says_what_was_found_and_what_to_do() -> None:
    flow = channel().check()
    next(flow)
    with pytest.raises(StopIteration) as done:
        flow.send(Reply(status=401, body=b'{"error":{"code":190,"message":"expired"}}'))
    (finding,) = done.value.value
    assert not finding.good
    assert finding.do
