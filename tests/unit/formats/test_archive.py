"""The Wasl archive: it checks itself without Wasl, is the same bytes for the same content, and comes back as it was."""

import hashlib
import io
import shutil
import subprocess
import zipfile
from dataclasses import replace
from pathlib import Path

import jsonschema
import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from wasl.domain.archive import Chat, Entry, File, Participant
from wasl.domain.errors import Malformed, RefusedInput
from wasl.formats.archive import Archive
from wasl.ports.format import Choices, Found, ImportRecord, Order, PersonRecord, Problem, Reject, Run, Shape, SourceFile, Wrote
from wasl.testing import archive_values as values
from wasl.testing.contracts.format_shelf import PHOTO, PHOTO_SHA256, SOURCE, SOURCE_SHA256, rich_shelf
from wasl.testing.contracts.format_writing import ForwardOnly
from wasl.testing.shelf import MemoryShelf
from wasl.wire import archive_out
from wasl.wire.bundle import Bundle, open_bundle

ORDER = Order(scope="installation", language="ar", title="الكل", generator="Wasl 0.1.0")


def written(shelf: MemoryShelf, order: Order = ORDER) -> tuple[bytes, Wrote]:
    out = ForwardOnly()
    *_, last = Archive().write(shelf, order, out)  # type: ignore[arg-type]
    assert isinstance(last, Wrote)
    return b"".join(out.pieces), last


def opened(content: bytes) -> Bundle:
    return open_bundle("x.zip", io.BytesIO(content), size_bytes=len(content))


def found_in(content: bytes) -> list[Found]:
    return list(Archive().read(opened(content), Choices()))


def shelved(content: bytes) -> MemoryShelf:
    """Puts on a shelf everything that an archive brings back, as a Wasl that reads it does."""
    form, bundle = Archive(), opened(content)
    found = list(form.read(bundle, Choices()))
    assert [one for one in found if isinstance(one, Reject | Problem)] == []
    imports = list(form.imports(bundle))
    files = {file.sha256: file for record in imports for file in record.files}
    held = {p.sha256 for run in found if isinstance(run, Run) for e in run.entries for p in e.parts if isinstance(p, File) and p.sha256}

    def kept(walk: object) -> bytes | None:
        try:
            return b"".join(walk())  # type: ignore[operator]
        except KeyError:
            return None

    sources = {sha: got for sha, file in files.items() if (got := kept(lambda f=file: form.source(bundle, f))) is not None}
    attachments = {sha: got for sha in held if (got := kept(lambda s=sha: form.attachment(bundle, s))) is not None}
    shelf = MemoryShelf(people=list(form.people(bundle)), imports=imports, sources=sources, attachments=attachments)
    people: dict[str, list[Participant]] = {}
    entries: dict[str, list[Entry]] = {}
    for one in found:
        if isinstance(one, Participant):
            people.setdefault(one.chat, []).append(one)
        elif isinstance(one, Run):
            entries.setdefault(one.chat, []).extend(one.entries)
    for chat in (one for one in found if isinstance(one, Chat)):
        shelf.put(chat, people.get(chat.key, []), entries.get(chat.key, []))
    return shelf


def test_it_checks_itself_without_wasl(tmp_path: Path) -> None:
    unzip, sha256sum = shutil.which("unzip"), shutil.which("sha256sum")
    assert sha256sum, "sha256sum is needed for this test"
    (tmp_path / "x.zip").write_bytes(written(rich_shelf())[0])
    if unzip:
        subprocess.run([unzip, "-q", "x.zip", "-d", "bag"], cwd=tmp_path, check=True, timeout=60)
    else:
        zipfile.ZipFile(tmp_path / "x.zip").extractall(tmp_path / "bag")
    for manifest in ("manifest-sha256.txt", "tagmanifest-sha256.txt"):
        subprocess.run([sha256sum, "--strict", "-c", "--quiet", manifest], cwd=tmp_path / "bag", check=True, timeout=60)
    listed = {line.split("  ", 1)[1] for line in (tmp_path / "bag/manifest-sha256.txt").read_text().splitlines()}
    assert listed == {str(path.relative_to(tmp_path / "bag")) for path in (tmp_path / "bag/data").rglob("*") if path.is_file()}
    (tmp_path / "bag/data/README").write_text("changed")
    changed = subprocess.run([sha256sum, "-c", "--quiet", "manifest-sha256.txt"], cwd=tmp_path / "bag", capture_output=True, check=False)
    assert changed.returncode != 0


def test_it_is_a_bag_as_the_standard_says() -> None:
    packed = zipfile.ZipFile(io.BytesIO(written(rich_shelf())[0]))
    names = packed.namelist()
    assert packed.read("bagit.txt") == b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
    assert names[0] == "bagit.txt"
    payload = [info for info in packed.infolist() if info.filename.startswith("data/")]
    about = packed.read("bag-info.txt").decode()
    assert f"Payload-Oxum: {sum(info.file_size for info in payload)}.{len(payload)}\n" in about
    assert packed.testzip() is None
    assert {info.date_time for info in packed.infolist()} == {(1980, 1, 1, 0, 0, 0)}
    assert {info.create_system for info in packed.infolist()} == {3}


def test_its_manifest_says_what_it_holds_and_what_is_missing() -> None:
    shelf = rich_shelf()
    shelf.put(Chat(key="l", kind="direct", origin="X"), [], [Entry(None, "user", "", 1, None, "s", parts=(lost("ab" * 32),))])
    content, wrote = written(shelf, replace(ORDER, made_ms=1_789_505_161_000))
    manifest = msgspec.json.decode(zipfile.ZipFile(io.BytesIO(content)).read("data/manifest.json"))
    counts = {"people": 1, "imports": 1, "conversations": 4, "participants": 5, "messages": 20, "attachments": 1, "sources": 1}
    assert manifest["counts"] == counts == wrote.counts
    assert manifest["missing"] == [{"what": "attachment", "sha256": "ab" * 32, "why": "it is not held any more, or was left out"}]
    assert (manifest["made"], manifest["generator"], manifest["language"]) == ("2026-09-15T20:46:01Z", "Wasl 0.1.0", "ar")
    assert "أرشيف" in zipfile.ZipFile(io.BytesIO(content)).read("data/README").decode()


def lost(sha256: str) -> File:
    return File(role="photo", state="present", sha256=sha256)


def test_what_is_written_is_what_the_published_schemas_say() -> None:
    packed = zipfile.ZipFile(io.BytesIO(written(rich_shelf())[0]))
    schemas = {name: msgspec.json.decode(packed.read(f"data/schema/{name}.json")) for name in
               ("person", "import", "conversation", "participant", "message", "manifest")}  # fmt: skip
    validators = {name: jsonschema.Draft202012Validator(schema) for name, schema in schemas.items()}
    for schema in schemas.values():
        jsonschema.Draft202012Validator.check_schema(schema)
    validators["manifest"].validate(msgspec.json.decode(packed.read("data/manifest.json")))
    seen = set()
    for name in packed.namelist():
        for line in packed.read(name).splitlines() if name.endswith(".jsonl") else ():
            record = msgspec.json.decode(line)
            validators[record["type"]].validate(record)
            seen.add(record["type"])
    assert seen == {"person", "import", "conversation", "participant", "message"}
    for wrong in ({"type": "message"}, {"type": "message", "id": 1}, {"type": "conversation", "kind": "direct", "origin": "x"}):
        with pytest.raises(jsonschema.ValidationError):
            validators[wrong["type"]].validate(wrong)


@given(
    st.lists(st.tuples(values.chats, values.some(values.participants), st.lists(values.entries, max_size=4)), max_size=3),
    values.some(values.people),
    values.some(values.imports),
)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
def test_out_and_in_and_out_again_gives_the_same_bytes(
    chats: list[tuple[Chat, tuple[Participant, ...], list[Entry]]], people: tuple[PersonRecord, ...], imports: tuple[ImportRecord, ...]
) -> None:
    shelf = MemoryShelf(people=people, imports=imports)
    for chat, participants, entries in chats:
        authors = {e.author for e in entries if e.author is not None} - {p.key for p in participants}
        shelf.put(replace(chat, id=None), [*participants, *(Participant(chat="", key=a) for a in sorted(authors))], entries)
    content, _ = written(shelf)
    assert written(shelved(content))[0] == content


def test_attachments_sources_and_ids_come_back() -> None:
    content, _ = written(rich_shelf())
    again = shelved(content)
    assert b"".join(again.attachment(PHOTO_SHA256)) == PHOTO
    assert b"".join(again.source(SourceFile(import_id="", position=0, name="", sha256=SOURCE_SHA256, size_bytes=0))) == SOURCE
    assert written(again)[0] == content
    runs = [one for one in found_in(content) if isinstance(one, Run)]
    shelf = rich_shelf()
    assert [list(run.ids) for run in runs] == [
        list(shelf.entry_ids(run.chat, run)) for chat in shelf.chats() for run in shelf.entries(chat.key)
    ]


def test_messages_are_cut_into_files_of_a_size(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive_out, "MESSAGES_BYTES_MAX", 5_000)
    shelf = MemoryShelf()
    entries = [Entry(None, "user", f"{n} " + "x" * (n * 7 % 900), n, None, "s") for n in range(200)]
    shelf.put(Chat(key="c", kind="direct", origin="X"), [], entries)
    content, _ = written(shelf)
    packed = zipfile.ZipFile(io.BytesIO(content))
    files = [info for info in packed.infolist() if info.filename.startswith("data/messages/")]
    assert [info.filename for info in files][:2] == ["data/messages/0001.jsonl", "data/messages/0002.jsonl"]
    assert all(info.file_size <= 5_000 for info in files)
    assert [e.text for one in found_in(content) if isinstance(one, Run) for e in one.entries] == [e.text for e in entries]


def changed(content: bytes, name: str, by: bytes | None, to: str | None = None) -> bytes:
    """Packs an archive again with one file changed, left out or named otherwise."""
    old, out = zipfile.ZipFile(io.BytesIO(content)), io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packing:
        for info in old.infolist():
            if info.filename != name:
                packing.writestr(info.filename, old.read(info.filename))
            elif by is not None:
                packing.writestr(to or name, by)
    return out.getvalue()


@pytest.mark.parametrize("kind", ["changed", "left out", "added"])
def test_what_differs_is_named(kind: str) -> None:
    content, _ = written(rich_shelf())
    path = f"data/attachments/sha256/{PHOTO_SHA256[:2]}/{PHOTO_SHA256[2:4]}/{PHOTO_SHA256}"
    for name in (path, "data/messages/0001.jsonl", "data/README", "bag-info.txt"):
        other = {"changed": (b"\n", None), "left out": (None, None), "added": (b"x", "data/extra.txt")}[kind]
        told = {(one.kind, one.where) for one in found_in(changed(content, name, *other)) if isinstance(one, Problem)}
        if kind == "changed":
            assert ("differs", name) in told
        else:
            assert ("missing", name) in told
        if kind == "added":
            assert ("not listed", "data/extra.txt") in told
    with pytest.raises(Malformed):
        b"".join(Archive().attachment(opened(changed(content, path, b"other")), PHOTO_SHA256))
    with pytest.raises(KeyError):
        Archive().attachment(opened(content), "00" * 32).__next__()


def test_of_an_archive_that_was_cut_what_is_whole_is_read_and_the_rest_named() -> None:
    content, _ = written(rich_shelf())
    whole = [entry for one in found_in(content) if isinstance(one, Run) for entry in one.entries]
    packed = zipfile.ZipFile(io.BytesIO(content))
    after = packed.getinfo("data/messages/0001.jsonl")
    read = set()
    for end in [*range(100, len(content), 331), len(content) - 1]:
        try:
            found = found_in(content[:end])
        except RefusedInput:
            assert end < packed.getinfo("data/conversations.jsonl").header_offset + 200
            continue
        entries = [entry for one in found if isinstance(one, Run) for entry in one.entries]
        assert entries == whole[: len(entries)]
        read.add(len(entries))
        if end > after.header_offset + 200 + after.compress_size:
            assert len(entries) == len(whole)
        if end <= packed.getinfo("tagmanifest-sha256.txt").header_offset:
            assert any(isinstance(one, Problem) for one in found)
        assert isinstance(found[0], Shape)
    assert read >= {0, len(whole)}


def test_a_folder_around_the_bag_is_seen_through() -> None:
    content, _ = written(rich_shelf())
    old, out = zipfile.ZipFile(io.BytesIO(content)), io.BytesIO()
    with zipfile.ZipFile(out, "w") as packing:
        for name in old.namelist():
            packing.writestr(f"my export/{name}", old.read(name))
    assert Archive().sniff(opened(out.getvalue())) == Archive().sniff(opened(content))
    assert shelved(out.getvalue()).chats()
    assert hashlib.sha256(written(shelved(out.getvalue()))[0]).digest() == hashlib.sha256(content).digest()


def test_a_digest_that_is_no_digest_never_becomes_a_path() -> None:
    shelf = MemoryShelf()
    shelf.put(Chat(key="c", kind="direct", origin="X"), [], [Entry(None, "user", "", 1, None, "s", parts=(lost("../../etc/passwd"),))])
    content, _ = written(shelf)
    assert not [name for name in zipfile.ZipFile(io.BytesIO(content)).namelist() if "passwd" in name]
    assert found_in(content)


def test_files_can_be_left_out_and_the_manifest_says_so() -> None:
    content, _ = written(rich_shelf(), replace(ORDER, options={"files": "no"}))
    packed = zipfile.ZipFile(io.BytesIO(content))
    assert not [name for name in packed.namelist() if "sha256/" in name]
    assert [one["what"] for one in msgspec.json.decode(packed.read("data/manifest.json"))["missing"]] == ["attachment", "source"]
