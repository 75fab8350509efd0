import json
from typing import Any

import pytest

from wasl.channels.telegram import Telegram
from wasl.domain.delivery import Outgoing, Sent
from wasl.domain.errors import Failure, Forged, Gone, Held, Malformed, Refused, Throttled, Unauthorised, Unavailable, Unclear
from wasl.domain.event import Arrival, ConsentGiven, Event, Moved, Signal
from wasl.domain.ids import AddressId, DeliveryId, PersonId
from wasl.domain.message import Choice, Contact, Media, Option, Part, Place, Reaction, Template, Text
from wasl.domain.person import Address, AddressKey
from wasl.ports.channel import Finding
from wasl.wire.call import Call, Reply

TOKEN = "4242:token-of-a-test"
GROUP = {"id": -100500, "type": "supergroup", "title": "Shop"}


def channel(**settings: Any) -> Telegram:
    return Telegram(Telegram.Settings(token=TOKEN, **settings), name="telegram")


def private(**fields: Any) -> dict[str, Any]:
    sender = {"id": 77, "is_bot": False, "first_name": "Amal", "language_code": "ar"}
    return {"message_id": 5, "date": 1_763_800_000, "chat": {"id": 77, "type": "private"}, "from": sender, **fields}


def grouped(**fields: Any) -> dict[str, Any]:
    return {**private(), "chat": GROUP, **fields}


def events(value: dict[str, Any], *, kind: str = "message", of: Telegram | None = None) -> list[Event]:
    body = json.dumps({"update_id": 9, kind: value}).encode()
    return list((of or channel(username="wasl_test_bot")).parse(Call(method="POST", url="", body=body)))


def arrival(value: dict[str, Any], *, kind: str = "message", of: Telegram | None = None) -> Arrival:
    (event,) = events(value, kind=kind, of=of)
    assert isinstance(event, Arrival)
    return event


def address(handle: str = "77", kind: Any = "account") -> Address:
    key = AddressKey(channel="telegram", scope="4242", handle=handle, kind=kind)
    return Address(id=AddressId("a"), person_id=PersonId("p"), key=key)


def outgoing(*parts: Part, to: Address | None = None, reply_to: str | None = None) -> Outgoing:
    return Outgoing(id=DeliveryId("d-1"), address=to or address(), parts=parts, reply_to=reply_to)


def only_call(part: Part, **more: Any) -> Call:
    return next(channel().send(outgoing(part, **more)))


def body_of(call: Call) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(call.body)
    return found


def findings(flow: Any, *replies: Reply) -> list[Finding]:
    next(flow)
    try:
        for reply in replies:
            flow.send(reply)
    except StopIteration as done:
        return list(done.value)
    raise AssertionError("the flow wants another reply")


def test_a_request_without_the_registered_secret_is_forged() -> None:
    there = channel(webhook_secret="a-secret")
    with pytest.raises(Forged):
        there.verify(Call(method="POST", url="", headers={"x-telegram-bot-api-secret-token": "another"}))
    assert there.verify(Call(method="POST", url="", headers={"x-telegram-bot-api-secret-token": "a-secret"})) is None


def test_the_secret_that_is_registered_is_the_one_that_is_checked() -> None:
    there = channel()
    call = next(there.subscribe("https://shop.example/hooks/telegram"))
    registered = body_of(call)["secret_token"]
    assert there.verify(Call(method="POST", url="", headers={"x-telegram-bot-api-secret-token": registered})) is None


def test_the_token_stays_out_of_what_is_shown_of_a_call() -> None:
    call = only_call(Text(text="hi"))
    assert TOKEN in call.url
    assert "token-of-a-test" not in repr(call) + call.shown


def test_a_private_message_is_kept_with_its_writer_and_language() -> None:
    event = arrival(private(text="مرحبا"))
    assert (event.address.handle, event.address.kind, event.address.scope) == ("77", "account", "4242")
    assert (event.parts, event.author_name, event.language, event.wants_answer) == ((Text(text="مرحبا"),), "Amal", "ar", True)


@pytest.mark.parametrize(
    ("fields", "wants"),
    [
        ({"text": "hello all"}, False),
        ({"text": "😀 @Wasl_Test_Bot hi", "entities": [{"type": "mention", "offset": 3, "length": 14}]}, True),
        ({"text": "@other_bot hi", "entities": [{"type": "mention", "offset": 0, "length": 10}]}, False),
        ({"text": "/help", "entities": [{"type": "bot_command", "offset": 0, "length": 5}]}, True),
        ({"text": "/help@other_bot", "entities": [{"type": "bot_command", "offset": 0, "length": 15}]}, False),
        ({"text": "x", "entities": [{"type": "text_mention", "offset": 0, "length": 1, "user": {"id": 4242}}]}, True),
        ({"text": "yes", "reply_to_message": {"message_id": 3, "from": {"id": 4242, "is_bot": True}}}, True),
        ({"text": "yes", "reply_to_message": {"message_id": 3, "from": {"id": 78}}}, False),
        (
            {
                "photo": [{"file_id": "f"}],
                "caption": "@wasl_test_bot",
                "caption_entities": [{"type": "mention", "offset": 0, "length": 14}],
            },
            True,
        ),
    ],
)
def test_a_group_is_answered_only_when_it_names_the_assistant(fields: dict[str, Any], wants: bool) -> None:
    event = arrival(grouped(**fields))
    assert (event.address.handle, event.address.kind, event.wants_answer) == ("-100500", "group", wants)


def test_an_unknown_name_is_learned_by_the_check() -> None:
    there = channel()
    mention = grouped(text="@wasl_test_bot", entities=[{"type": "mention", "offset": 0, "length": 14}])
    other = grouped(text="@other_bot", entities=[{"type": "mention", "offset": 0, "length": 10}])
    assert arrival(other, of=there).wants_answer
    me = Reply(status=200, body=b'{"ok":true,"result":{"id":4242,"is_bot":true,"username":"wasl_test_bot"}}')
    found = findings(there.check(), me, Reply(status=200, body=b'{"ok":true,"result":{"url":""}}'))
    assert [f.good for f in found] == [True]
    assert arrival(mention, of=there).wants_answer
    assert not arrival(other, of=there).wants_answer


def test_another_bot_is_never_answered() -> None:
    assert not arrival(private(text="hi", **{"from": {"id": 8, "is_bot": True, "first_name": "B"}})).wants_answer


def test_the_start_payload_is_kept_beside_the_words() -> None:
    assert arrival(private(text="/start link-abc")).extra["start"] == "link-abc"
    assert "start" not in arrival(private(text="/started link")).extra


def test_the_largest_size_of_a_photo_is_taken() -> None:
    sizes = [{"file_id": "s", "width": 90, "height": 90}, {"file_id": "l", "width": 1280, "height": 960, "file_size": 9}]
    assert arrival(private(photo=sizes, caption="c")).parts == (
        Media(role="photo", media_type="image/jpeg", caption="c", size_bytes=9, native_id="l"),
    )


def test_a_blocked_bot_hears_that_the_person_forbade_everything() -> None:
    value = {"chat": {"id": 77, "type": "private"}, "date": 1, "new_chat_member": {"status": "kicked"}}
    (event,) = events(value, kind="my_chat_member")
    assert isinstance(event, ConsentGiven)
    assert (event.purpose, event.given) == ("all", False)


def test_a_pressed_button_is_a_choice_and_acknowledging_it_ends_its_waiting() -> None:
    held = grouped(reply_markup={"inline_keyboard": [[{"text": "Yes", "callback_data": "y"}]]})
    event = arrival({"id": "777", "from": {"id": 77, "first_name": "Amal"}, "message": held, "data": "y"}, kind="callback_query")
    assert event.parts == (Choice(picked=Option(id="y", title="Yes")),)
    assert event.wants_answer
    assert event.native_id is not None
    call = channel().acknowledge(event.native_id)
    assert call is not None
    assert call.url.endswith("/answerCallbackQuery")
    assert body_of(call) == {"callback_query_id": "777"}
    assert channel().acknowledge("5") is None
    assert channel().typing(address("-100500", "group"), answering=event.native_id).url.endswith("/sendChatAction")
    answered = body_of(only_call(Text(text="ok"), reply_to=event.native_id))
    assert answered["reply_parameters"]["message_id"] == 5


def test_a_group_that_became_a_supergroup_moves_and_a_send_follows_it() -> None:
    moved = [e for e in events(grouped(migrate_to_chat_id=-100900)) if isinstance(e, Moved)]
    assert [(m.old_handle, m.new.handle) for m in moved] == [("-100500", "-100900")]
    there = channel()
    flow = there.send(outgoing(Text(text="hi"), to=address("-5", "group")))
    assert body_of(next(flow))["chat_id"] == -5
    told = b'{"ok":false,"error_code":400,"description":"group chat was upgraded","parameters":{"migrate_to_chat_id":-100900}}'
    reply = Reply(status=400, body=told)
    assert there.explain(reply) is None
    assert body_of(flow.send(reply))["chat_id"] == -100900
    with pytest.raises(StopIteration) as done:
        flow.send(Reply(status=200, body=b'{"ok":true,"result":{"message_id":6}}'))
    assert done.value.value == Sent(native_id="6", note={"migrated_to": "-100900"})


def test_an_update_without_a_chat_is_kept_as_a_signal() -> None:
    (event,) = events({"id": "1", "question": "?"}, kind="poll")
    assert isinstance(event, Signal)


@pytest.mark.parametrize(
    ("part", "method", "fields"),
    [
        (Text(text="a < b"), "sendMessage", {"text": "a &lt; b", "parse_mode": "HTML"}),
        (Text(text="**a** < b", format="markdown"), "sendMessage", {"text": "<b>a</b> &lt; b"}),
        (Media(role="photo", native_id="f", caption="c"), "sendPhoto", {"photo": "f", "caption": "c"}),
        (Media(role="voice", url="https://x.test/v"), "sendVoice", {"voice": "https://x.test/v"}),
        (Media(role="document", native_id="f"), "sendDocument", {"document": "f"}),
        (Media(role="video", native_id="f"), "sendVideo", {"video": "f"}),
        (Media(role="audio", native_id="f"), "sendAudio", {"audio": "f"}),
        (Media(role="animation", native_id="f"), "sendAnimation", {"animation": "f"}),
        (Media(role="sticker", native_id="f"), "sendSticker", {"sticker": "f"}),
        (Place(latitude=1.0, longitude=2.0), "sendLocation", {"latitude": 1.0, "longitude": 2.0}),
        (Place(latitude=1.0, longitude=2.0, name="S", address="A"), "sendVenue", {"title": "S", "address": "A"}),
        (Contact(name="Amal", phones=("+20",)), "sendContact", {"phone_number": "+20", "first_name": "Amal"}),
        (Reaction(target="5", emoji="👍"), "setMessageReaction", {"message_id": 5, "reaction": [{"type": "emoji", "emoji": "👍"}]}),
        (
            Choice(text="?", options=(Option(id="y", title="Yes"),)),
            "sendMessage",
            {"text": "?", "reply_markup": {"inline_keyboard": [[{"text": "Yes", "callback_data": "y"}]]}},
        ),
    ],
)
def test_each_kind_of_part_goes_by_its_own_method(part: Part, method: str, fields: dict[str, Any]) -> None:
    call = only_call(part)
    assert call.url == f"https://api.telegram.org/bot{TOKEN}/{method}"
    body = body_of(call)
    assert {name: body[name] for name in ("chat_id", *fields)} == {"chat_id": 77, **fields}


def test_a_file_that_we_hold_goes_as_a_form() -> None:
    call = only_call(Media(role="document", sha256="ab" * 32, name="m.pdf", caption="c"), reply_to="5")
    fields = {f.name: f.value or f.sha256 for f in call.form}
    assert fields["document"] == "ab" * 32
    assert (fields["chat_id"], fields["caption"], json.loads(fields["reply_parameters"])["message_id"]) == ("77", "c", 5)


@pytest.mark.parametrize("part", [Template(name="n", language="ar"), Media(role="photo"), Contact(name="x")])
def test_what_cannot_be_carried_is_refused_before_any_call(part: Part) -> None:
    with pytest.raises(Refused):
        only_call(part)


@pytest.mark.parametrize(
    ("status", "failure"),
    [(429, Throttled), (401, Unauthorised), (403, Gone), (409, Held), (400, Refused), (404, Refused), (500, Unavailable), (502, Unclear)],
)
def test_an_error_is_named_by_what_to_do_about_it(status: int, failure: type[Failure]) -> None:
    body = {"ok": False, "error_code": status, "description": "said", "parameters": {"retry_after": 7}}
    found = channel().explain(Reply(status=status, body=json.dumps(body).encode()))
    assert type(found) is failure
    if isinstance(found, Throttled):
        assert found.seconds == 7.0


def test_a_clash_of_webhook_and_polling_says_what_to_do() -> None:
    found = channel().explain(Reply(status=409, body=b'{"ok":false,"error_code":409,"description":"Conflict"}'))
    assert found is not None
    assert "deleteWebhook" in found.message


def test_polling_goes_on_after_the_last_update_and_confirms_what_came_before() -> None:
    there = channel()
    assert "offset" not in body_of(there.poll(None))
    body = json.dumps({"ok": True, "result": [{"update_id": 9, "message": private(text="a")}, {"update_id": 8}]}).encode()
    polled = there.polled(Reply(status=200, body=body), None)
    assert (polled.cursor, polled.raw, len(polled.events)) == ("10", body, 2)
    assert body_of(there.poll(polled.cursor))["offset"] == 10
    assert there.polled(Reply(status=200, body=b'{"ok":true,"result":[]}'), "10").cursor == "10"


def test_an_answer_to_a_poll_without_updates_in_it_is_malformed() -> None:
    with pytest.raises(Malformed):
        channel().polled(Reply(status=200, body=b'{"ok":true}'), None)


def test_a_draft_too_long_to_show_shows_its_end() -> None:
    there = channel()
    text = "\n".join(f"line {n} **b**" for n in range(2000))
    body = body_of(there.draft(address(), draft_id=3, text=text))
    assert body["text"].endswith("line 1999 <b>b</b>")
    assert len(body["text"]) < 4096
    assert not there.drafts_to(address("-1", "group"))


def test_an_edit_replaces_the_text_and_one_that_changes_nothing_is_no_failure() -> None:
    there = channel()
    flow = there.edit(address(), native_id="5", outgoing=outgoing(Text(text="new")))
    assert body_of(next(flow))["message_id"] == 5
    reply = Reply(status=400, body=b'{"ok":false,"error_code":400,"description":"Bad Request: message is not modified"}')
    assert there.explain(reply) is None
    with pytest.raises(StopIteration):
        flow.send(reply)


def test_a_check_finds_a_webhook_beside_polling() -> None:
    me = Reply(status=200, body=b'{"ok":true,"result":{"id":4242,"username":"b"}}')
    found = findings(channel().check(), me, Reply(status=200, body=b'{"ok":true,"result":{"url":"https://x.test"}}'))
    assert [f.good for f in found] == [True, False]
    assert "deleteWebhook" in found[1].do
