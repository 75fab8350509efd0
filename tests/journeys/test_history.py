"""A business that used the phone app shares its earlier chats: they come in as chats of the people they are with, once, unanswered."""

import hashlib
import hmac
import json
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from wasl.app import Installation, compose
from wasl.config import Settings
from wasl.domain.archive import File
from wasl.domain.errors import StoreDown
from wasl.domain.ids import ConversationId
from wasl.domain.person import AddressKey
from wasl.ports.library import HeldChat
from wasl.wire.call import Call

SECRET = "the app's secret"
NUMBER = "106540352242922"
OURS = "15550783881"
SARA, OMAR = "201001234567", "201007654321"
WHATSAPP = {
    "phone_number_id": NUMBER, "access_token": "token", "app_secret": SECRET, "verify_token": "verify", "base_url": "http://127.0.0.1:9",
}  # fmt: skip


@asynccontextmanager
async def installed(data: Path) -> AsyncIterator[Installation]:
    installation = compose(Settings(data=data, channels={"whatsapp": WHATSAPP}))
    async with installation.opened():
        yield installation


def signed(value: dict[str, Any], *, field: str = "history") -> Call:
    about = {"messaging_product": "whatsapp", "metadata": {"display_phone_number": OURS, "phone_number_id": NUMBER}}
    changes = [{"value": {**about, **value}, "field": field}]
    body = json.dumps({"object": "whatsapp_business_account", "entry": [{"id": "1022", "changes": changes}]}, ensure_ascii=False).encode()
    seal = hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
    return Call(method="POST", url="/hooks/whatsapp", headers={"x-hub-signature-256": f"sha256={seal}"}, body=body)


def chunk(order: int, **threads: Sequence[dict[str, Any]]) -> dict[str, Any]:
    listed = [{"id": person.removeprefix("p"), "messages": list(messages)} for person, messages in threads.items()]
    return {"history": [{"metadata": {"phase": 0, "chunk_order": order, "progress": 50}, "threads": listed}]}


def text(native_id: str, second: int, body: str, *, by: str, to: str | None = None) -> dict[str, Any]:
    said = {"from": by, "id": native_id, "timestamp": str(1_763_700_000 + second), "type": "text", "text": {"body": body}}
    return {**said, **({"to": to} if to else {}), "history_context": {"status": "READ"}}


def placeholder(native_id: str, second: int, *, by: str) -> dict[str, Any]:
    return {"from": by, "id": native_id, "timestamp": str(1_763_700_000 + second), "type": "media_placeholder"}


def picture(native_id: str, second: int, *, by: str, caption: str) -> dict[str, Any]:
    image = {"caption": caption, "mime_type": "image/jpeg", "sha256": "aGFzaA==", "id": "2423"}
    return {"from": by, "id": native_id, "timestamp": str(1_763_700_000 + second), "type": "image", "image": image}


def earlier() -> list[dict[str, Any]]:
    """Gives two chunks, the later first; Sara's thread is spread over both."""
    return [
        chunk(2, **{f"p{SARA}": [text("w3", 120, "نعم، متوفر", by=OURS, to=SARA), placeholder("w4", 180, by=SARA)]}),
        chunk(
            1,
            **{
                f"p{SARA}": [text("w1", 0, "السلام عليكم", by=SARA), text("w2", 60, "هل المنتج متوفر؟", by=SARA)],
                f"p{OMAR}": [text("w9", 30, "good morning", by=OMAR)],
            },
        ),
    ]


async def chats_of(installation: Installation, handle: str) -> tuple[ConversationId, list[HeldChat]]:
    found = await installation.store.find_address(AddressKey(channel="whatsapp", scope=NUMBER, handle=handle, kind="phone"))
    assert found is not None
    return found[1], list(await installation.moving.library.chats(owners=[found[1]], limit=10))


async def texts(installation: Installation, handle: str) -> list[str]:
    _, chats = await chats_of(installation, handle)
    assert len(chats) == 1
    return [line.entry.text for line in await installation.moving.library.entries(chats[0].id, after=0, limit=100)]


async def test_earlier_chats_come_in_once_as_chats_of_the_people_they_are_with(tmp_path: Path) -> None:
    async with installed(tmp_path) as one:
        hello = {"messages": [{**text("live", 99_000, "hello", by=SARA)}], "contacts": [{"wa_id": SARA, "profile": {"name": "Sara"}}]}
        await one.receive.webhook("whatsapp", signed(hello, field="messages"))
        sara, _ = await chats_of(one, SARA)
        for value in earlier():
            await one.receive.webhook("whatsapp", signed(value))
        await one.moving.bring_history.chore()
        assert await texts(one, SARA) == ["السلام عليكم", "هل المنتج متوفر؟", "نعم، متوفر", ""]
        assert await texts(one, OMAR) == ["good morning"]
        _, (chat,) = await chats_of(one, SARA)
        assert {p.key: p.is_self for p in chat.participants} == {SARA: None, OURS: True}
        found = await one.moving.library.search("المنتج", conversations=[sara], limit=10)
        assert [hit.text for hit in found] == ["هل المنتج متوفر؟"]
        # Nobody is answered, and nobody who never wrote here can be written to as if they had.
        live = await one.moving.people.timeline([sara], limit=10)
        assert [m.author for m in live] in (["person"], ["person", "assistant"])  # the word from now, and perhaps its answer already
        omar, _ = await chats_of(one, OMAR)
        assert await one.moving.people.timeline([omar], limit=10) == []
        assert [a.last_inbound_ms for a in await one.store.addresses(omar)] == [None]
        # What the platform said of the account does not hold people's words.
        assert not any("متوفر" in json.dumps(s["detail"], ensure_ascii=False) for s in await one.store.signals(limit=10))
        # Again, and when the platform sends it again: nothing comes twice.
        for value in earlier():
            await one.receive.webhook("whatsapp", signed(value))
        done = await one.moving.bring_history.run()
        assert (done.placed, done.failed) == (2, 0)
        assert sum(r.counts["stored"] for r in done.reports) == 0
        assert (await one.moving.bring_history.run()).placed == 0
        assert len(await texts(one, SARA)) == 4


async def test_what_comes_later_is_added_and_a_file_is_told_where_only_its_place_was(tmp_path: Path) -> None:
    async with installed(tmp_path) as one:
        for value in earlier():
            await one.receive.webhook("whatsapp", signed(value))
            await one.moving.bring_history.run()
        await one.receive.webhook("whatsapp", signed({"messages": [picture("w4", 180, by=SARA, caption="هذا")]}))
        done = await one.moving.bring_history.run()
        assert [(r.counts["entries"], r.counts["changed"], r.counts["stored"]) for r in done.reports] == [(1, 1, 0)]
        assert await texts(one, SARA) == ["السلام عليكم", "هل المنتج متوفر؟", "نعم، متوفر", "هذا"]
        _, (chat,) = await chats_of(one, SARA)
        last = (await one.moving.library.entries(chat.id, after=0, limit=10))[-1].entry
        assert isinstance(last.parts[0], File)
        assert (last.parts[0].source_ref, last.more.edited, last.more.revisions) == ("2423", False, ())
        # The place of the file again, in another chunk, takes nothing away.
        await one.receive.webhook("whatsapp", signed(chunk(3, **{f"p{SARA}": [placeholder("w4", 180, by=SARA)]})))
        await one.moving.bring_history.run()
        assert (await texts(one, SARA))[-1] == "هذا"
        assert (await one.moving.verify.run()).good


async def test_who_is_stopped_between_bringing_and_marking_brings_nothing_twice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with installed(tmp_path) as one:
        for value in earlier():
            await one.receive.webhook("whatsapp", signed(value))

        async def killed(*_: object, **__: object) -> None:
            raise StoreDown("the process ends here")

        with monkeypatch.context() as patched:
            patched.setattr(one.moving.library, "placed", killed)
            with pytest.raises(StoreDown):
                await one.moving.bring_history.run()
    async with installed(tmp_path) as one:
        assert len(await texts(one, SARA)) == 4
        done = await one.moving.bring_history.run()
        assert done.placed == 2
        assert {r.counts["stored"] for r in done.reports} == {0}
        assert len(await texts(one, SARA)) == 4
        assert len(await one.moving.people.find("", limit=10)) == 2


async def test_forgetting_somebody_takes_their_earlier_chats_along_and_leaves_the_others(tmp_path: Path) -> None:
    async with installed(tmp_path) as one:
        for value in earlier():
            await one.receive.webhook("whatsapp", signed(value))
        await one.moving.bring_history.run()
        sara, _ = await chats_of(one, SARA)
        person = await one.moving.people.person_of(sara)
        assert person is not None
        await one.moving.erase.run(person, by="operator")
        assert await one.moving.library.chats(owners=[sara], limit=10) == []
        assert await one.moving.library.search("المنتج", conversations=None, limit=10) == []
        assert await texts(one, OMAR) == ["good morning"]


def test_by_hand_it_tells_what_came(tmp_path: Path) -> None:
    keys = "".join(f"{name} = {json.dumps(value)}\n" for name, value in WHATSAPP.items())
    (tmp_path / "wasl.toml").write_text(f'language = "en"\n[channels.whatsapp]\n{keys}')
    source = Path(__file__).resolve().parents[2] / "src"
    command = [sys.executable, "-m", "wasl", "import"]
    environment = {**os.environ, "PYTHONPATH": str(source)}
    done = subprocess.run([*command, "--history"], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "0 requests brought in" in done.stdout
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "--history" in done.stderr
