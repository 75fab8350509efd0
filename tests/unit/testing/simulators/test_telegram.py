import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from wasl.testing.simulators.telegram import TelegramSimulator
from wasl.testing.simulators.telegram_html import CannotParse, parsed
from wasl.testing.simulators.telegram_people import TelegramAccount

SARA = 700_000_000_001
GROUP = -1_001_234_567_890


@pytest.fixture
async def sim() -> AsyncIterator[TelegramSimulator]:
    async with TelegramSimulator().running() as simulator:
        simulator.hooks.time_scale = 0.001
        yield simulator


async def bot(client: Any, sim: TelegramSimulator, method: str, *, token: str | None = None, **params: Any) -> Any:
    return await client.ask("POST", f"{sim.url}/bot{token or sim.account.token}/{method}", json=params)


async def test_a_message_goes_there_and_an_answer_comes_back(client: Any, sim: TelegramSimulator) -> None:
    chat = sim.chats.meet(SARA, name="Sara", language="ar")
    message_id = sim.say(chat, "/start link-code")
    updates = (await bot(client, sim, "getUpdates")).json["result"]
    message = updates[0]["message"]
    assert (message["message_id"], message["chat"]["id"], message["from"]["language_code"]) == (message_id, SARA, "ar")
    assert message["entities"] == [{"type": "bot_command", "offset": 0, "length": 6}]
    answer = (await bot(client, sim, "sendMessage", chat_id=SARA, text="<b>مرحبا</b> 👋", parse_mode="HTML")).json["result"]
    assert answer["text"] == "مرحبا 👋"
    assert answer["entities"] == [{"type": "bold", "offset": 0, "length": 5}]
    assert [r.text for r in chat.received] == ["مرحبا 👋"]


async def test_a_wrong_token_is_401_and_an_unknown_method_404(client: Any, sim: TelegramSimulator) -> None:
    assert (await bot(client, sim, "getMe", token="1:other")).json == {"ok": False, "error_code": 401, "description": "Unauthorized"}
    assert (await bot(client, sim, "flyToTheMoon")).status == 404
    assert (await bot(client, sim, "GETME")).json["result"]["username"] == sim.account.username


BAD: list[tuple[str, dict[str, Any], int, str]] = [
    ("sendMessage", {"chat_id": SARA, "text": ""}, 400, "message text is empty"),
    ("sendMessage", {"chat_id": SARA, "text": "x" * 4097}, 400, "message is too long"),
    ("sendMessage", {"chat_id": 5, "text": "x"}, 400, "chat not found"),
    ("sendMessage", {"chat_id": "@name", "text": "x"}, 400, "chat not found"),
    ("sendMessage", {"text": "x"}, 400, "chat_id is empty"),
    ("sendMessage", {"chat_id": SARA, "text": "<b>x", "parse_mode": "HTML"}, 400, "Can't find end tag corresponding to start tag"),
    ("sendMessage", {"chat_id": SARA, "text": "<x>y</x>", "parse_mode": "HTML"}, 400, 'Unsupported start tag "x" at byte offset 0'),
    ("sendMessage", {"chat_id": SARA, "text": "1 < 2", "parse_mode": "HTML"}, 400, "can't parse entities"),
    ("sendMessage", {"chat_id": SARA, "text": "x", "reply_parameters": {"message_id": 999}}, 400, "message to be replied not found"),
    (
        "sendMessage",
        {"chat_id": SARA, "text": "x", "reply_markup": {"inline_keyboard": [[{"text": "a", "callback_data": "x" * 65}]]}},
        400,
        "BUTTON_DATA_INVALID",
    ),
    ("sendPhoto", {"chat_id": SARA, "photo": "nothing"}, 400, "wrong file identifier"),
    ("sendPhoto", {"chat_id": SARA, "photo": "http://x/y.png", "caption": "x" * 1025}, 400, "caption is too long"),
    ("sendChatAction", {"chat_id": SARA, "action": "dancing"}, 400, "wrong parameter action"),
    ("sendMessageDraft", {"chat_id": SARA, "draft_id": 0, "text": "x"}, 400, "draft_id"),
    ("editMessageText", {"chat_id": SARA, "message_id": 999, "text": "x"}, 400, "message to edit not found"),
    ("editMessageText", {"chat_id": SARA, "message_id": 1, "text": "x"}, 400, "message can't be edited"),
    ("answerCallbackQuery", {"callback_query_id": "1"}, 400, "query is too old"),
    ("getFile", {"file_id": "x"}, 400, "invalid file_id"),
    ("setWebhook", {"url": "http://example.com/x"}, 400, "HTTPS URL"),
    ("setWebhook", {"url": "https://example.com/x", "secret_token": "a b"}, 400, "secret token"),
]


@pytest.mark.parametrize(("method", "params", "code", "words"), BAD)
async def test_what_the_platform_refuses_is_refused_in_its_words(
    client: Any, sim: TelegramSimulator, method: str, params: dict[str, Any], code: int, words: str
) -> None:
    chat = sim.chats.meet(SARA)
    sim.say(chat, "hi")
    answer = await bot(client, sim, method, **params)
    assert (answer.status, answer.json["ok"]) == (code, False)
    assert words in answer.json["description"]
    assert not chat.received


async def test_the_length_counts_after_the_markup_is_read(client: Any, sim: TelegramSimulator) -> None:
    sim.chats.meet(SARA)
    answer = await bot(client, sim, "sendMessage", chat_id=SARA, text="<b>" + "&lt;" * 4096 + "</b>", parse_mode="HTML")
    assert answer.status == 200


async def test_blocks_and_people_who_never_wrote_are_403(client: Any, sim: TelegramSimulator) -> None:
    chat = sim.chats.meet(SARA)
    sim.block(chat)
    answer = await bot(client, sim, "sendMessage", chat_id=SARA, text="x")
    assert (answer.status, answer.json["description"]) == (403, "Forbidden: bot was blocked by the user")
    sim.chats.meet(5, started=False)
    assert "initiate" in (await bot(client, sim, "sendMessage", chat_id=5, text="x")).json["description"]
    sim.say(chat, "back")
    assert (await bot(client, sim, "sendMessage", chat_id=SARA, text="x")).status == 200
    kinds = [set(u) - {"update_id"} for u in (await bot(client, sim, "getUpdates")).json["result"]]
    assert kinds == [{"my_chat_member"}, {"message"}]


async def test_one_chat_gets_one_a_second_after_a_burst_and_the_bot_thirty(client: Any) -> None:
    async with TelegramSimulator(TelegramAccount(chat_burst=2)).running() as sim:
        sim.chats.meet(SARA)
        statuses = [(await bot(client, sim, "sendMessage", chat_id=SARA, text=str(n))).status for n in range(3)]
        assert statuses == [200, 200, 429]
        answer = await bot(client, sim, "sendMessage", chat_id=SARA, text="x")
        assert answer.json["parameters"] == {"retry_after": 1}
        assert answer.headers["retry-after"] == "1"
        await client.ask("POST", sim.control_url + "/skip", json={"seconds": 1})
        assert (await bot(client, sim, "sendMessage", chat_id=SARA, text="x")).status == 200
    async with TelegramSimulator(TelegramAccount(per_second=3)).running() as sim:
        for n in range(1, 6):
            sim.chats.meet(n)
        statuses = [(await bot(client, sim, "sendMessage", chat_id=n, text="x")).status for n in range(1, 6)]
        assert statuses[:3] == [200, 200, 200]
        assert 429 in statuses


async def test_webhooks_carry_the_secret_and_are_repeated_until_taken(client: Any, sim: TelegramSimulator, hook: Any) -> None:
    hook.statuses = [500]
    chat = sim.chats.meet(SARA)
    sim.say(chat, "before the webhook")
    assert (await bot(client, sim, "setWebhook", url=hook.url, secret_token="s3cret")).json["result"] is True
    await hook.until(2)
    assert {r.header(b"x-telegram-bot-api-secret-token") for r in hook.requests} == {"s3cret"}
    assert hook.bodies[0]["message"]["text"] == hook.bodies[1]["message"]["text"] == "before the webhook"
    assert await sim.hooks.drained(timeout_seconds=5)
    state = (await bot(client, sim, "getWebhookInfo")).json["result"]
    assert (state["url"], state["pending_update_count"]) == (hook.url, 0)
    assert "500" in state["last_error_message"]
    assert (await bot(client, sim, "getUpdates")).status == 409
    await bot(client, sim, "deleteWebhook")
    sim.say(chat, "after")
    assert [u["message"]["text"] for u in (await bot(client, sim, "getUpdates")).json["result"]] == ["after"]


async def test_what_a_dead_webhook_never_took_comes_by_polling(client: Any, sim: TelegramSimulator) -> None:
    await bot(client, sim, "setWebhook", url="http://127.0.0.1:9/hooks/x")
    sim.say(sim.chats.meet(SARA), "hello?")
    await bot(client, sim, "deleteWebhook")
    assert [u["message"]["text"] for u in (await bot(client, sim, "getUpdates")).json["result"]] == ["hello?"]


async def test_polling_waits_confirms_by_offset_and_ends_an_older_poll(client: Any, sim: TelegramSimulator) -> None:
    chat = sim.chats.meet(SARA)
    first = asyncio.create_task(bot(client, sim, "getUpdates", timeout=30))
    await asyncio.wait_for(sim.polled.wait(), 5)
    second = asyncio.create_task(bot(client, sim, "getUpdates", timeout=30))
    assert (await first).status == 409
    sim.say(chat, "one")
    updates = (await second).json["result"]
    assert [u["message"]["text"] for u in updates] == ["one"]
    assert len((await bot(client, sim, "getUpdates")).json["result"]) == 1
    assert (await bot(client, sim, "getUpdates", offset=updates[0]["update_id"] + 1)).json["result"] == []


async def test_reactions_come_only_when_asked_for(client: Any, sim: TelegramSimulator) -> None:
    chat = sim.chats.meet(SARA)
    message_id = sim.say(chat, "x")
    sim.react(chat, message_id, "👍")
    assert len((await bot(client, sim, "getUpdates", allowed_updates=["message", "message_reaction"])).json["result"]) == 1
    sim.react(chat, message_id, None, before="👍")
    reaction = (await bot(client, sim, "getUpdates")).json["result"][1]["message_reaction"]
    assert (reaction["old_reaction"], reaction["new_reaction"]) == ([{"type": "emoji", "emoji": "👍"}], [])


async def test_buttons_are_pressed_and_answered_once(client: Any, sim: TelegramSimulator) -> None:
    chat = sim.chats.meet(SARA)
    markup = {"inline_keyboard": [[{"text": "Yes", "callback_data": "yes"}]]}
    sent = (await bot(client, sim, "sendMessage", chat_id=SARA, text="ok?", reply_markup=markup)).json["result"]
    query_id = sim.press(chat, sent["message_id"], "yes")
    query = (await bot(client, sim, "getUpdates")).json["result"][0]["callback_query"]
    assert (query["id"], query["data"]) == (query_id, "yes")
    assert (await bot(client, sim, "answerCallbackQuery", callback_query_id=query_id)).status == 200
    assert (await bot(client, sim, "answerCallbackQuery", callback_query_id=query_id)).status == 400


async def test_edits_drafts_and_marks_reach_the_phone(client: Any, sim: TelegramSimulator) -> None:
    chat = sim.chats.meet(SARA)
    await bot(client, sim, "sendMessageDraft", chat_id=SARA, draft_id=7, text="Hel")
    await bot(client, sim, "sendChatAction", chat_id=SARA, action="typing")
    sent = (await bot(client, sim, "sendMessage", chat_id=SARA, text="Hello")).json["result"]["message_id"]
    assert (await bot(client, sim, "editMessageText", chat_id=SARA, message_id=sent, text="Hello!")).status == 200
    again = await bot(client, sim, "editMessageText", chat_id=SARA, message_id=sent, text="Hello!")
    assert "message is not modified" in again.json["description"]
    assert (chat.drafts, chat.actions, chat.edits) == ([(7, "Hel")], ["typing"], [(sent, "Hello!")])


async def test_in_a_group_the_bot_sees_what_is_meant_for_it(client: Any, sim: TelegramSimulator) -> None:
    group = sim.chats.group(GROUP, title="Family")
    sara = sim.chats.meet(SARA).person
    sim.say(group, "just talking", by=sara)
    sim.say(group, f"@{sim.account.username} what time is it?", by=sara)
    sim.say(group, "/help", by=sara)
    sent = (await bot(client, sim, "sendMessage", chat_id=GROUP, text="noon")).json["result"]["message_id"]
    sim.say(group, "thanks", by=sara, reply_to=sent)
    texts = [u["message"]["text"] for u in (await bot(client, sim, "getUpdates")).json["result"]]
    assert texts == [f"@{sim.account.username} what time is it?", "/help", "thanks"]


async def test_files_go_both_ways(client: Any, sim: TelegramSimulator) -> None:
    import aiohttp

    from wasl.testing.simulators.samples import photo

    chat = sim.chats.meet(SARA)
    sim.send_photo(chat, caption="look", shade=9)
    sizes = (await bot(client, sim, "getUpdates")).json["result"][0]["message"]["photo"]
    path = (await bot(client, sim, "getFile", file_id=sizes[-1]["file_id"])).json["result"]["file_path"]
    assert (await client.ask("GET", f"{sim.url}/file/bot{sim.account.token}/{path}")).body == photo(shade=9)
    assert (await client.ask("GET", f"{sim.url}/file/bot1:x/{path}")).status == 401
    form = aiohttp.FormData()
    form.add_field("chat_id", str(SARA))
    form.add_field("document", b"bytes", filename="a.txt", content_type="text/plain")
    sent = await client.ask("POST", f"{sim.url}/bot{sim.account.token}/sendDocument", data=form)
    assert sent.json["result"]["document"]["file_name"] == "a.txt"


@pytest.mark.parametrize(
    ("fault", "status", "arrived"), [("429", 429, 0), ("500", 500, 0), ("502", 502, 0), ("reset", 0, 0), ("accepted_no_answer", 0, 1)]
)
async def test_a_fault_strikes_once_and_what_was_taken_has_arrived(
    client: Any, sim: TelegramSimulator, fault: str, status: int, arrived: int
) -> None:
    chat = sim.chats.meet(SARA)
    sim.faults.on(fault, times=1)
    assert (await bot(client, sim, "sendMessage", chat_id=SARA, text="x")).status == status
    assert len(chat.received) == arrived
    assert (await bot(client, sim, "sendMessage", chat_id=SARA, text="x")).status == 200


async def test_the_control_address_makes_people_speak(client: Any, sim: TelegramSimulator) -> None:
    chat = sim.chats.meet(SARA)
    first = sim.say(chat, "x")
    for kind in ("text", "photo", "voice", "document", "location", "press", "reaction", "edit", "block", "unblock"):
        value = {"chat_id": SARA, "type": kind, "text": "x", "message_id": first, "data": "d", "emoji": "👍"}
        assert (await client.ask("POST", sim.control_url + "/say", json=value)).status == 200, kind
    assert (await client.ask("POST", sim.control_url + "/say", json={"chat_id": GROUP, "by": SARA, "text": "/help"})).status == 200
    await bot(client, sim, "sendMessage", chat_id=SARA, text="answer")
    phone = (await client.ask("GET", f"{sim.control_url}/phones/{SARA}")).json
    assert [r["text"] for r in phone["received"]] == ["answer"]
    for wrong in ({"chat_id": "x"}, {"chat_id": SARA, "type": "dance"}, {"chat_id": SARA, "type": "edit", "message_id": 10**6}):
        assert (await client.ask("POST", sim.control_url + "/say", json=wrong)).status == 400


@pytest.mark.parametrize(
    ("source", "text", "kinds"),
    [
        ("a &amp; b &lt; c &#1605; &nope;", "a & b < c م &nope;", []),
        ("<b>x<i>y</i></b>", "xy", ["bold", "italic"]),
        ('<a href="https://x.y/?a=1&amp;b">z</a>', "z", ["text_link"]),
        ('<pre><code class="language-py">x</code></pre>', "x", ["pre"]),
        ('<span class="tg-spoiler">x</span>', "x", ["spoiler"]),
        ("<b></b>x", "x", []),
    ],
)
def test_html_becomes_text_and_entities(source: str, text: str, kinds: list[str]) -> None:
    plain, entities = parsed(source)
    assert (plain, [e["type"] for e in entities]) == (text, kinds)


@pytest.mark.parametrize("source", ["<b>x</i>", "</b>", "x <", "<>", "<b", '<span class="x">y</span>'])
def test_broken_html_is_refused(source: str) -> None:
    with pytest.raises(CannotParse):
        parsed(source)
