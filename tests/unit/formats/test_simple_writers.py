"""Text exports, mails and vCons: other programs read what leaves."""

import io
import json
import mailbox
import re
import uuid
import zipfile
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from wasl.domain.archive import Answering, Chat, Entry, Handle, More, Name, Participant
from wasl.formats.chatgpt_export import ChatGPTExport
from wasl.formats.html import Html
from wasl.formats.jsonl import JsonLines
from wasl.formats.markdown import Markdown
from wasl.formats.mbox import Mbox
from wasl.formats.openwebui import OpenWebUI
from wasl.formats.vcon import Vcon
from wasl.formats.whatsapp_export import WhatsappExport
from wasl.formats.whatsapp_text import WhatsappText
from wasl.ports.format import Choices, Order, Progress, Reject, Run, Writes, Wrote
from wasl.testing.contracts.format_shelf import PHOTO, rich_shelf
from wasl.testing.shelf import MemoryShelf
from wasl.wire.bundle import open_bundle
from wasl.wire.loss_words import loss_words

AT = 1_789_505_161_000
ORDER = Order(scope="chat", language="en", generator="Wasl 0.1.0")
WORDS = (
    "صباح الخير",
    "two\nlines",
    "[2026-09-15, 20:46:01] Omar: pasted",
    "crlf\r\n[2026-01-01, 00:00:00] Forged: no",
    "From me to you\n>From quoted\nFrom",
    ".",
    "\ud83d half",
    "x" * 2000,
)


def written(form: Any, shelf: MemoryShelf) -> bytes:
    out = io.BytesIO()
    list(form.write(shelf, ORDER, out))
    return out.getvalue()


def talk() -> MemoryShelf:
    shelf = MemoryShelf()
    people = [
        Participant(chat="c", key="s", names=(Name("سارة"),), handles=(Handle("email", "sara@shop.example"),)),
        Participant(chat="c", key="o", names=(Name("Omar: the \r\n second"),), handles=(Handle("phone", "+201001234567"),)),
    ]
    entries = [Entry("so"[n % 2], "user", words, AT + n * 60_000, None, "s", f"n{n}") for n, words in enumerate(WORDS)]
    entries.append(Entry("s", "user", "yes", AT + 9 * 60_000, None, "s", "n99", more=More(reply_to=Answering(native_id="n0"))))
    shelf.put(Chat(key="c", kind="direct", origin="X", title="عن العمل\r\nBcc: x@y.example"), people, entries)
    return shelf


def test_text_exports_are_read_back_by_the_reader_of_such_exports() -> None:
    content = written(WhatsappText(), talk())
    bundle = open_bundle("WhatsApp Chat - Sara.zip", io.BytesIO(content), size_bytes=len(content))
    form = WhatsappExport()
    assert form.sniff(bundle) is not None
    found = list(form.read(bundle, Choices()))
    entries = [entry for one in found if isinstance(one, Run) for entry in one.entries]
    assert [one for one in found if isinstance(one, Reject)] == []
    expected = [words.replace("\r\n", "\n").replace("\ud83d", "\ufffd") for words in WORDS]
    *said, told = entries
    assert [entry.text for entry in said] == [*expected, "yes"]
    assert [entry.wall_ms for entry in said] == [AT + n * 60_000 for n in (*range(len(WORDS)), 9)]
    assert len({entry.author for entry in said}) == 2
    assert (told.role, told.author) == ("service", None)
    assert told.text.startswith("What this form does not hold: ")
    assert "what was replied to (1)" in told.text


def test_a_text_export_says_in_its_last_line_what_it_does_not_hold_in_the_language_asked_for() -> None:
    out = io.BytesIO()
    *_, wrote = WhatsappText().write(talk(), Order(scope="chat", language="ar"), out)
    assert isinstance(wrote, Wrote)
    *_, last, end = zipfile.ZipFile(out).read("_chat.txt").decode().split("\r\n")
    assert end == ""
    assert "\u200eما لا تحمله هذه الصيغة: " in last
    assert all(f"{loss_words(one.what, 'ar')} ({one.number})" in last for one in wrote.dropped)
    alone = io.BytesIO()
    list(WhatsappText().write(MemoryShelf(), ORDER, alone))
    assert "_chat.txt" not in zipfile.ZipFile(alone).namelist()


def test_each_text_of_several_says_what_is_not_in_it_and_together_they_say_all_that_its_chats_lose() -> None:
    out = io.BytesIO()
    *_, wrote = WhatsappText().write(rich_shelf(), ORDER, out)
    assert isinstance(wrote, Wrote)
    packed = zipfile.ZipFile(out)
    told: Counter[str] = Counter()
    for name in packed.namelist():
        if name.endswith("_chat.txt"):
            for words, number in re.findall(r"([^()]+) \((\d+)\)(?:, |\r)", packed.read(name).decode().rpartition("hold: ")[2]):
                told[words] += int(number)
    of_the_file = {"people", "imports", "sources"}
    assert told == {loss_words(one.what, "en"): one.number for one in wrote.dropped if one.what not in of_the_file}


def test_json_lines_say_in_their_last_line_what_is_not_in_them_and_are_read_as_if_it_were_not_there() -> None:
    content = written(JsonLines(), rich_shelf())
    last = content.splitlines(keepends=True)[-1]
    assert json.loads(last) == {"type": "drops", "drops": {"sources": 1}}

    def read(lines: bytes) -> list[Any]:
        bundle = open_bundle("x.jsonl", io.BytesIO(lines), size_bytes=len(lines))
        return [one for one in JsonLines().read(bundle, Choices()) if not isinstance(one, Progress)]

    assert read(content) == read(content.removesuffix(last))
    assert not [one for one in read(content) if isinstance(one, Reject)]
    assert b'"drops"' not in written(JsonLines(), talk())


def test_chats_for_open_webui_say_in_their_meta_what_is_not_in_them() -> None:
    out = io.BytesIO()
    *_, wrote = OpenWebUI().write(rich_shelf(), ORDER, out)
    assert isinstance(wrote, Wrote)
    told: Counter[str] = Counter()
    for chat in json.loads(out.getvalue()):
        told.update(chat["meta"]["wasl_not_held"])
    assert told == {one.what: one.number for one in wrote.dropped}


def test_several_conversations_have_a_folder_each_and_their_files_beside_them() -> None:
    packed = zipfile.ZipFile(io.BytesIO(written(WhatsappText(), rich_shelf())))
    texts = [name for name in packed.namelist() if name.endswith("/_chat.txt")]
    assert len(texts) == 3
    (photo,) = [name for name in packed.namelist() if name.endswith(".png")]
    assert packed.read(photo) == PHOTO
    text = packed.read(texts[0]).decode()
    assert f"\u200e<attached: {photo.rpartition('/')[2]}>\r\n" in text
    assert text.count("\r\n") == 14 + 1  # and one that says what is not in it


def test_mails_are_read_back_by_the_standard_library(tmp_path: Path) -> None:
    path = tmp_path / "x.mbox"
    path.write_bytes(written(Mbox(), talk()))
    mails = list(mailbox.mbox(path))
    assert mails[0]["X-Not-Held"].replace("\n", "") == ", ".join(Mbox.loses)
    assert all(mail["X-Not-Held"] is None for mail in mails[1:])
    assert len(mails) == len(WORDS) + 1
    for mail, words in zip(mails, WORDS, strict=False):
        payload = mail.get_payload(decode=True)
        assert isinstance(payload, bytes)
        got = payload.decode().replace("\n>From ", "\nFrom ").replace("\n>>From ", "\n>From ").removeprefix(">")
        assert got.strip("\n") == words.replace("\r\n", "\n").replace("\ud83d", "\ufffd")
        assert mail["Bcc"] is None
    assert mails[-1]["In-Reply-To"] == mails[0]["Message-ID"]
    assert "sara@shop.example" in mails[0]["From"]
    assert mails[1]["From"].endswith("@wasl.invalid>")
    assert mails[0]["Date"] == "Tue, 15 Sep 2026 20:46:01 +0000"


def test_held_files_go_along_with_their_mail(tmp_path: Path) -> None:
    path = tmp_path / "x.mbox"
    path.write_bytes(written(Mbox(), rich_shelf()))
    attached = [part for mail in mailbox.mbox(path) for part in mail.walk() if part.get_filename()]
    assert [(part.get_filename(), part.get_content_type(), part.get_payload(decode=True)) for part in attached] == [
        ("a.png", "image/png", PHOTO)
    ]


def test_a_vcon_is_whole_json_with_parties_and_dialog() -> None:
    packed = zipfile.ZipFile(io.BytesIO(written(Vcon(), talk())))
    name, beside = packed.namelist()
    assert beside == "manifest.json"
    document = json.loads(packed.read(name))
    assert list(document) == ["vcon", "uuid", "created_at", "subject", "parties", "dialog", "analysis", "attachments"]
    assert uuid.UUID(document["uuid"]).version == 7
    assert document["parties"] == [
        {"name": "سارة", "mailto": "sara@shop.example"},
        {"name": "Omar: the \r\n second", "tel": "+201001234567"},
    ]
    assert [one["originator"] for one in document["dialog"]] == [0, 1] * 4 + [0]
    assert document["dialog"][0] == {
        "type": "text", "start": "2026-09-15T20:46:01.000Z", "parties": [0], "originator": 0, "mediatype": "text/plain", "encoding": "none",
        "body": "صباح الخير",
    }  # fmt: skip
    assert document["attachments"][0]["body"]["signed"] is False
    assert "reactions" in document["attachments"][0]["body"]["not_held"]


@pytest.mark.parametrize("form", [Vcon(), Mbox(), WhatsappText()], ids=lambda form: form.kind)
def test_the_same_conversation_gives_the_same_bytes(form: Any) -> None:
    assert written(form, rich_shelf()) == written(form, rich_shelf())


@pytest.mark.parametrize("form", [ChatGPTExport(), Html(), Markdown(), Vcon(), WhatsappText()], ids=lambda form: form.kind)
def test_a_zip_tells_in_its_manifest_what_it_does_not_hold(form: Writes) -> None:
    out = io.BytesIO()
    wrote = list(form.write(rich_shelf(), ORDER, out))[-1]
    told = json.loads(zipfile.ZipFile(out).read("manifest.json"))
    assert isinstance(wrote, Wrote)
    assert wrote.dropped
    assert [(one["what"], one["number"]) for one in told["does_not_hold"]] == list(wrote.dropped)
    assert (told["format"], told["scope"], told["generator"], told["wrote"]) == (form.kind, "chat", "Wasl 0.1.0", wrote.counts)
    assert {"what": "imports", "number": dict(wrote.dropped)["imports"], "in_words": "imports"} in told["does_not_hold"]


def test_the_page_of_a_place_and_the_company_on_a_card_leave_in_every_form_to_read() -> None:
    for form in (Html(), Markdown(), Mbox(), Vcon()):
        content = written(form, rich_shelf())
        if form.suffix == ".zip":
            packed = zipfile.ZipFile(io.BytesIO(content))
            content = b"".join(packed.read(name) for name in packed.namelist())
        words = content.decode("utf-8", "replace").replace("=\n", "")
        assert "maps.example/1" in words, form.kind
        assert re.search(r"Said (&|&amp;|\\&) Sons", words), form.kind
