import hashlib
import hmac
from collections.abc import AsyncIterator
from typing import Any

import pytest

from wasl.testing.simulators.whatsapp import WhatsAppSimulator
from wasl.testing.simulators.whatsapp_account import WhatsAppAccount

PHONE = "966501234567"


@pytest.fixture
async def sim(hook: Any) -> AsyncIterator[WhatsAppSimulator]:
    async with WhatsAppSimulator(hook_url=hook.url).running() as simulator:
        simulator.hooks.time_scale = 0.001
        yield simulator


def text(body: object = "hello", **more: object) -> dict[str, Any]:
    return {"messaging_product": "whatsapp", "recipient_type": "individual", "to": PHONE, "type": "text", "text": {"body": body}} | more


def interactive(value: object) -> dict[str, Any]:
    return {"messaging_product": "whatsapp", "to": PHONE, "type": "interactive", "interactive": value}


def template(name: str, *values: str, language: str = "en", **more: object) -> dict[str, Any]:
    components = [{"type": "body", "parameters": [{"type": "text", "text": v} for v in values]}] if values else []
    value = {"name": name, "language": {"code": language}, "components": components}
    return {"messaging_product": "whatsapp", "to": PHONE, "type": "template", "template": value} | more


def buttons(*titles: str) -> dict[str, Any]:
    replies = [{"type": "reply", "reply": {"id": f"b{n}", "title": t}} for n, t in enumerate(titles)]
    return interactive({"type": "button", "body": {"text": "Pick"}, "action": {"buttons": replies}})


def rows(*sizes: int) -> dict[str, Any]:
    sections = [{"title": f"S{s}", "rows": [{"id": f"{s}.{r}", "title": f"Row {r}"} for r in range(size)]} for s, size in enumerate(sizes)]
    return interactive({"type": "list", "body": {"text": "Pick"}, "action": {"button": "Open", "sections": sections}})


async def post(
    client: Any, sim: WhatsAppSimulator, body: object, *, token: str | None = None, number: str | None = None, **options: Any
) -> Any:
    headers = {"authorization": f"Bearer {token or sim.account.access_token}"}
    url = f"{sim.url}/v26.0/{number or sim.account.phone_number_id}/messages"
    return await client.ask("POST", url, json=body, headers=headers, **options)


async def test_a_good_message_arrives_on_the_phone_and_its_statuses_come_back_with_the_tag(
    client: Any, sim: WhatsAppSimulator, hook: Any
) -> None:
    person = sim.person(phone=PHONE, name="Sara", country="SA")
    sim.say(person, "hi")
    await hook.until(1)
    answer = await post(client, sim, text("مرحبا", biz_opaque_callback_data="tag-1", context={"message_id": person.said[0]}))
    assert answer.status == 200
    message_id = answer.json["messages"][0]["id"]
    assert answer.json["contacts"] == [{"input": PHONE, "wa_id": PHONE}]
    assert [(r.text, r.tag, r.reply_to) for r in person.received] == [("مرحبا", "tag-1", person.said[0])]
    await hook.until(3)
    statuses = [b["entry"][0]["changes"][0]["value"]["statuses"][0] for b in hook.bodies[1:]]
    assert sorted(s["status"] for s in statuses) == ["delivered", "sent"]
    assert all(
        s["id"] == message_id and s["biz_opaque_callback_data"] == "tag-1" and s["pricing"]["pricing_model"] == "PMP" for s in statuses
    )


async def test_webhooks_are_signed_over_their_bytes_and_carry_both_handles(sim: WhatsAppSimulator, hook: Any) -> None:
    person = sim.person(phone=PHONE, name="Sara", country="SA")
    message_id = sim.say(person, "hi")
    await hook.until(1)
    request = hook.requests[0]
    expected = hmac.new(sim.account.app_secret.encode(), request.body, hashlib.sha256).hexdigest()
    assert request.header(b"x-hub-signature-256") == f"sha256={expected}"
    value = hook.bodies[0]["entry"][0]["changes"][0]["value"]
    assert value["contacts"] == [{"profile": {"name": "Sara"}, "user_id": person.user_id, "wa_id": PHONE}]
    assert value["messages"][0] | {"timestamp": ""} == {
        "id": message_id,
        "from": PHONE,
        "timestamp": "",
        "type": "text",
        "text": {"body": "hi"},
    }


async def test_a_person_who_hides_the_number_is_known_by_the_scoped_id_alone_and_can_be_answered(
    client: Any, sim: WhatsAppSimulator, hook: Any
) -> None:
    person = sim.person(user_id="SA.ABC123", name="Hidden", shows_phone=False)
    sim.say(person, "hi")
    await hook.until(1)
    value = hook.bodies[0]["entry"][0]["changes"][0]["value"]
    assert "wa_id" not in value["contacts"][0]
    assert "from" not in value["messages"][0]
    body = text("hello")
    del body["to"]
    assert (await post(client, sim, body | {"recipient": "SA.ABC123"})).status == 200
    assert len(person.received) == 1


REFUSALS: list[tuple[str, dict[str, Any], int]] = [
    ("no product", {"to": PHONE, "type": "text", "text": {"body": "x"}}, 100),
    ("no recipient", {"messaging_product": "whatsapp", "type": "text", "text": {"body": "x"}}, 100),
    ("scoped id in to", text(to="SA.ABC123"), 131009),
    ("phone in recipient", text(recipient="966501234567"), 131009),
    ("unknown type", text(type="hologram"), 131009),
    ("type without its object", text(type="image"), 131008),
    ("no body", {**text(), "text": {}}, 131008),
    ("empty body", text(""), 131008),
    ("body is a number", text(5), 131009),
    ("4097 characters", text("x" * 4097), 100),
    ("media id unknown", text(type="image", image={"id": "1"}), 131009),
    ("media without id or link", text(type="image", image={}), 131008),
    ("caption on a sound", text(type="audio", audio={"link": "http://x", "caption": "y"}), 131009),
    ("four buttons", buttons("a", "b", "c", "d"), 131009),
    ("button title of 21", buttons("x" * 21), 131009),
    ("same titles twice", buttons("a", "a"), 131009),
    ("no buttons", interactive({"type": "button", "body": {"text": "x"}, "action": {"buttons": []}}), 131008),
    ("eleven rows", rows(6, 5), 131009),
    ("latitude 91", text(type="location", location={"latitude": 91, "longitude": 0}), 131009),
    ("reaction without target", text(type="reaction", reaction={"emoji": "x"}), 131008),
    ("template unknown", template("nothing"), 132001),
    ("template in another language", template("order_ready", "a", "b", language="fr"), 132001),
    ("template not approved yet", template("pending_offer"), 132001),
    ("template with too few values", template("order_ready", "a"), 132000),
    ("template paused", template("paused_offer"), 132015),
    ("template disabled", template("disabled_offer"), 132016),
    ("to itself", text(to=WhatsAppAccount().display_phone), 131021),
]


@pytest.mark.parametrize(("body", "code"), [r[1:] for r in REFUSALS], ids=[r[0] for r in REFUSALS])
async def test_what_the_platform_refuses_is_refused_with_its_code(
    client: Any, sim: WhatsAppSimulator, body: dict[str, Any], code: int
) -> None:
    sim.say(sim.person(phone=PHONE), "hi")
    answer = await post(client, sim, body)
    assert answer.status >= 400
    assert answer.json["error"]["code"] == code
    assert not sim.person(phone=PHONE).received


@pytest.mark.parametrize(
    "body", [text("x" * 4096), buttons("a", "b", "x" * 20), rows(5, 5), template("order_ready", "a", "b", language="ar")]
)
async def test_what_just_fits_is_taken(client: Any, sim: WhatsAppSimulator, body: dict[str, Any]) -> None:
    sim.say(sim.person(phone=PHONE), "hi")
    assert (await post(client, sim, body)).status == 200


async def test_a_wrong_token_is_190_and_a_wrong_number_is_100_with_subcode_33(client: Any, sim: WhatsAppSimulator) -> None:
    answer = await post(client, sim, text(), token="other")
    assert (answer.status, answer.json["error"]["code"]) == (401, 190)
    answer = await post(client, sim, text(), number="42")
    assert (answer.json["error"]["code"], answer.json["error"]["error_subcode"]) == (100, 33)


async def test_a_stranger_can_be_sent_a_template_only_and_so_can_one_who_wrote_a_day_ago(client: Any, sim: WhatsAppSimulator) -> None:
    assert (await post(client, sim, text())).json["error"]["code"] == 131047
    answer = await post(client, sim, template("order_ready", "Sara", "17"))
    assert answer.json["messages"][0]["message_status"] == "accepted"
    person = sim.person(phone=PHONE)
    assert person.received[0].text == "Hello Sara, your order 17 is ready."
    sim.say(person, "hi")
    assert (await post(client, sim, text())).status == 200
    await client.ask("POST", sim.control_url + "/skip", json={"seconds": 24 * 3600})
    assert (await post(client, sim, text())).json["error"]["code"] == 131047


async def test_the_pair_limit_lets_a_burst_through_and_then_one_in_six_seconds(client: Any, sim: WhatsAppSimulator) -> None:
    sim.say(sim.person(phone=PHONE), "hi")
    codes = [(await post(client, sim, text())).status for _ in range(45)]
    assert codes == [200] * 45
    assert (await post(client, sim, text())).json["error"]["code"] == 131056
    await client.ask("POST", sim.control_url + "/skip", json={"seconds": 6})
    assert (await post(client, sim, text())).status == 200
    assert (await post(client, sim, text())).json["error"]["code"] == 131056


async def test_more_than_the_throughput_is_130429(client: Any, hook: Any) -> None:
    account = WhatsAppAccount(per_second=2, pair_seconds=0)
    async with WhatsAppSimulator(account, hook_url=hook.url).running() as sim:
        sim.say(sim.person(phone=PHONE), "hi")
        codes = [(await post(client, sim, text())).json.get("error", {}).get("code") for _ in range(4)]
    assert codes[:2] == [None, None]
    assert 130429 in codes[2:]


async def test_marketing_to_the_us_fails_by_a_status_and_after_a_stop_at_once(client: Any, sim: WhatsAppSimulator, hook: Any) -> None:
    answer = await post(client, sim, template("offer", "dates", to="12025550123"))
    assert answer.status == 200
    await hook.until(1)
    failed = hook.bodies[0]["entry"][0]["changes"][0]["value"]["statuses"][0]
    assert (failed["status"], failed["errors"][0]["code"]) == ("failed", 131049)
    assert not sim.person(phone="12025550123").received
    assert (await post(client, sim, template("offer", "dates", to="14165550123"))).status == 200
    sim.person(phone=PHONE).no_marketing = True
    assert (await post(client, sim, template("offer", "dates"))).json["error"]["code"] == 131050


async def test_an_authentication_template_cannot_go_to_a_scoped_id(client: Any, sim: WhatsAppSimulator) -> None:
    sim.person(user_id="SA.ABC123")
    body = template("login_code", "1234")
    del body["to"]
    assert (await post(client, sim, body | {"recipient": "SA.ABC123"})).json["error"]["code"] == 131062


async def test_read_and_typing_reach_the_phone_and_an_unknown_message_is_refused(client: Any, sim: WhatsAppSimulator) -> None:
    person = sim.person(phone=PHONE)
    message_id = sim.say(person, "hi")
    body = {"messaging_product": "whatsapp", "status": "read", "message_id": message_id, "typing_indicator": {"type": "text"}}
    assert (await post(client, sim, body)).json == {"success": True}
    assert person.read_ids == [message_id]
    assert person.typing_until_ms > sim.clock.now_ms()
    assert (await post(client, sim, body | {"message_id": "wamid.none"})).json["error"]["code"] == 131009


async def test_media_goes_both_ways_with_token_and_expiry(client: Any, sim: WhatsAppSimulator, hook: Any) -> None:
    import aiohttp

    from wasl.testing.simulators.samples import photo

    person = sim.person(phone=PHONE)
    sim.send_photo(person, caption="look", shade=3)
    await hook.until(1)
    image = hook.bodies[0]["entry"][0]["changes"][0]["value"]["messages"][0]["image"]
    auth = {"authorization": f"Bearer {sim.account.access_token}"}
    about = await client.ask("GET", f"{sim.url}/v26.0/{image['id']}", headers=auth)
    assert about.json["sha256"] == hashlib.sha256(photo(shade=3)).hexdigest()
    assert (await client.ask("GET", about.json["url"])).status == 401
    assert (await client.ask("GET", about.json["url"], headers=auth)).body == photo(shade=3)
    await client.ask("POST", sim.control_url + "/skip", json={"seconds": 301})
    assert (await client.ask("GET", about.json["url"], headers=auth)).status == 404

    def form(media_type: str) -> aiohttp.FormData:
        data = aiohttp.FormData()
        data.add_field("messaging_product", "whatsapp")
        data.add_field("file", b"\r\n--not-the-boundary\r\n", filename="a.png", content_type=media_type)
        return data

    url = f"{sim.url}/v26.0/{sim.account.phone_number_id}/media"
    uploaded = (await client.ask("POST", url, data=form("image/png"), headers=auth)).json["id"]
    assert sim.stored[uploaded].data == b"\r\n--not-the-boundary\r\n"
    assert (await client.ask("POST", url, data=form("image/tiff"), headers=auth)).json["error"]["code"] == 131053
    assert (await post(client, sim, text(type="image", image={"id": uploaded}))).status == 200


async def test_a_webhook_is_repeated_until_it_is_taken_and_keeps_a_persons_order(sim: WhatsAppSimulator, hook: Any) -> None:
    hook.statuses = [500, 503]
    person = sim.person(phone=PHONE)
    first, second = sim.say(person, "one"), sim.say(person, "two")
    assert await sim.hooks.drained(timeout_seconds=10)
    ids = [b["entry"][0]["changes"][0]["value"]["messages"][0]["id"] for b in hook.bodies]
    assert ids == [first, first, first, second]
    assert sim.hooks.tally.repeats == 2


async def test_many_messages_can_come_in_one_webhook(sim: WhatsAppSimulator, hook: Any) -> None:
    one, two = sim.person(phone=PHONE), sim.person(phone="966500000001")
    with sim.batch():
        sim.say(one, "1")
        sim.say(two, "2")
        sim.react(one, "wamid.x", "👍")
    await hook.until(1)
    assert len(hook.bodies[0]["entry"][0]["changes"]) == 3


@pytest.mark.parametrize(
    ("fault", "status", "arrived"),
    [("429", 429, 0), ("500", 500, 0), ("503", 503, 0), ("reset", 0, 0), ("accepted_no_answer", 0, 1), ("malformed_answer", 200, 1)],
)
async def test_a_fault_strikes_once_and_what_was_taken_has_arrived(
    client: Any, sim: WhatsAppSimulator, fault: str, status: int, arrived: int
) -> None:
    person = sim.person(phone=PHONE)
    sim.say(person, "hi")
    await client.ask("POST", sim.control_url + "/faults", json={"kind": fault, "times": 1})
    assert (await post(client, sim, text())).status == status
    assert len(person.received) == arrived
    assert (await post(client, sim, text())).status == 200
    assert len(person.received) == arrived + 1


async def test_a_silent_platform_has_taken_the_message(client: Any, sim: WhatsAppSimulator) -> None:
    person = sim.person(phone=PHONE)
    sim.say(person, "hi")
    sim.faults.on("silent", times=1)
    with pytest.raises(TimeoutError):
        await post(client, sim, text(), timeout_seconds=0.2)
    assert len(person.received) == 1


async def test_duplicates_are_the_same_bytes_and_forged_ones_have_a_wrong_signature(sim: WhatsAppSimulator, hook: Any) -> None:
    sim.faults.on("duplicate_webhooks")
    person = sim.person(phone=PHONE)
    sim.say(person, "hi")
    await hook.until(2)
    assert hook.requests[0].body == hook.requests[1].body
    sim.faults.off()
    sim.faults.on("forged_webhooks", times=1)
    sim.say(person, "again")
    await hook.until(3)
    expected = hmac.new(sim.account.app_secret.encode(), hook.requests[2].body, hashlib.sha256).hexdigest()
    assert hook.requests[2].header(b"x-hub-signature-256") != f"sha256={expected}"


async def test_a_receipt_can_come_before_the_answer(client: Any, sim: WhatsAppSimulator, hook: Any) -> None:
    sim.say(sim.person(phone=PHONE), "hi")
    sim.faults.on("receipt_before_answer", times=1)
    await hook.until(1)
    await post(client, sim, text())
    assert len(hook.requests) == 3


async def test_the_port_can_be_closed_and_opened_again(client: Any, sim: WhatsAppSimulator) -> None:
    sim.say(sim.person(phone=PHONE), "hi")
    before = sim.url
    await client.ask("POST", sim.control_url + "/down")
    assert (await post(client, sim, text())).body == b"ClientConnectorError"
    await client.ask("POST", sim.control_url + "/up")
    assert sim.url == before
    assert (await post(client, sim, text())).status == 200


async def test_the_handshake_sets_the_hook_only_when_the_challenge_comes_back(client: Any, sim: WhatsAppSimulator, hook: Any) -> None:
    sim.hooks.url = ""
    answer = await client.ask("POST", sim.control_url + "/subscribe", json={"url": sim.url})
    assert answer.json == {"subscribed": False}
    answer = await client.ask("POST", sim.control_url + "/subscribe", json={"url": hook.url})
    assert answer.json == {"subscribed": True}
    assert sim.hooks.url == hook.url


async def test_the_control_address_makes_people_speak_and_shows_their_phones(client: Any, sim: WhatsAppSimulator, hook: Any) -> None:
    for kind in ("text", "photo", "voice", "document", "location", "press", "pick", "reaction", "edit", "revoke", "unsupported", "echo"):
        value = {"phone": PHONE, "type": kind, "text": "x", "button_id": "b", "title": "B", "message_id": "wamid.x"}
        assert (await client.ask("POST", sim.control_url + "/say", json=value)).status == 200, kind
    await hook.until(12)
    await post(client, sim, text("answer"))
    phone = (await client.ask("GET", f"{sim.control_url}/phones/{PHONE}")).json
    assert [r["text"] for r in phone["received"]] == ["answer"]
    assert (await client.ask("POST", sim.control_url + "/say", json={"phone": PHONE, "type": "dance"})).status == 400
    assert (await client.ask("POST", sim.control_url + "/say", json={})).status == 400
    assert (await client.ask("POST", sim.control_url + "/faults", json={"kind": "earthquake"})).status == 400
    assert (await client.ask("GET", sim.control_url + "/nowhere")).status == 404
    assert (await client.ask("GET", sim.control_url + "/state")).json["received"] == 1


async def test_a_new_number_brings_a_new_scoped_id_and_takes_the_number_from_its_old_bearer(sim: WhatsAppSimulator, hook: Any) -> None:
    person, other = sim.person(phone=PHONE), sim.person(phone="966500000001")
    before = person.user_id
    sim.change_number(person, phone="966500000001")
    assert person.user_id != before
    assert other.phone is None
    assert sim.people.find("966500000001") is person
    await hook.until(1)
    message = hook.bodies[0]["entry"][0]["changes"][0]["value"]["messages"][0]
    assert (message["type"], message["from"], message["system"]["wa_id"]) == ("system", PHONE, "966500000001")
