import asyncio
import os
from pathlib import Path

import pytest

from wasl.service import learn
from wasl.service.learn import EXAMPLE, Learn
from wasl.testing.clock import TestClock


def learner(folder: Path, *, example: Path | None = None) -> Learn:
    return Learn(folder=folder, clock=TestClock(), example=example)


def write(folder: Path, name: str, text: str | bytes) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


async def test_documents_are_found_by_what_they_say(tmp_path: Path) -> None:
    write(tmp_path, "a.md", "# Hours\n\n9 to 5")
    write(tmp_path, "deep/b.txt", "We deliver everywhere")
    learning = learner(tmp_path)
    assert await learning.refresh() is True
    assert [p.source for p in learning.search("do you deliver?", 3, "en")] == ["deep/b.txt"]
    assert (learning.learned.documents, learning.learned.passages, learning.learned.problems) == (2, 2, ())


async def test_nothing_is_known_before_the_first_reading(tmp_path: Path) -> None:
    learning = learner(tmp_path)
    assert learning.search("hours", 3, "en") == ()
    assert learning.learned.documents == 0


async def test_an_unchanged_folder_is_not_read_again(tmp_path: Path) -> None:
    write(tmp_path, "a.md", "# Hours\n\n9 to 5")
    learning = learner(tmp_path)
    assert await learning.refresh() is True
    assert await learning.refresh() is False


@pytest.mark.parametrize("change", ["edit", "add", "remove"])
async def test_every_change_is_followed(tmp_path: Path, change: str) -> None:
    path = write(tmp_path, "a.md", "# Hours\n\n9 to 5")
    write(tmp_path, "b.md", "# Parking\n\nnone")
    learning = learner(tmp_path)
    await learning.refresh()
    match change:
        case "edit":
            before = path.stat().st_mtime_ns
            write(tmp_path, "a.md", "# Hours\n\n9 to 6")
            os.utime(path, ns=(before + 1, before + 1))
            wanted = ["9 to 6"]
        case "add":
            write(tmp_path, "c.md", "# Opening hours in summer\n\n8 to 8")
            wanted = ["8 to 8", "9 to 5"]
        case _:
            path.unlink()
            wanted = []
    assert await learning.refresh() is True
    assert sorted(p.text for p in learning.search("opening hours", 3, "en")) == wanted


async def test_the_folder_is_looked_at_again_and_again(tmp_path: Path) -> None:
    clock = TestClock()
    learning = Learn(folder=tmp_path, clock=clock)
    running = asyncio.create_task(learning.run())
    try:
        await clock.slept_on()
        write(tmp_path, "a.md", "# Hours\n\n9 to 5")
        await clock.advance(learn.RESCAN_SECONDS)
        await clock.slept_on()
        assert learning.learned.documents == 1
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


async def test_the_example_is_used_only_where_it_was_offered_and_there_is_no_file(tmp_path: Path) -> None:
    empty = learner(tmp_path / "missing")
    await empty.refresh()
    assert empty.learned.documents == 0
    offered = learner(tmp_path, example=EXAMPLE)
    await offered.refresh()
    assert offered.learned.example
    assert offered.search("ما ساعات العمل؟", 1, "")[0].source == "visit.ar.md"
    write(tmp_path, "broken.md", b"\xff\xfe\xfd")
    assert await offered.refresh() is True
    assert not offered.learned.example
    assert offered.search("ما ساعات العمل؟", 1, "") == ()


async def test_the_example_comes_back_when_the_folder_is_emptied(tmp_path: Path) -> None:
    path = write(tmp_path, "a.md", "# Hours\n\n9 to 5")
    learning = learner(tmp_path, example=EXAMPLE)
    await learning.refresh()
    assert not learning.learned.example
    path.unlink()
    await learning.refresh()
    assert learning.learned.example


@pytest.mark.parametrize(
    ("name", "data", "says"),
    [
        ("prices.txt", "اسعار\nجديدة".encode("cp1256"), "'prices.txt' was not read: line 1 is not UTF-8; save the file again as UTF-8"),
        ("late.md", b"ok\nfine\nbad \xff", "line 3 is not UTF-8"),
        ("binary.txt", b"a\x00b", "it is not text"),
        ("menu.pdf", b"%PDF", "only .md, .markdown, .txt, .csv, .tsv can be read"),
        ("bad.csv", b'a,b\n"' + b"x" * 200_000 + b'",y', "'bad.csv' line 2 is not CSV"),
    ],
)
async def test_a_document_that_cannot_be_read_is_named_and_the_others_are_read(tmp_path: Path, name: str, data: bytes, says: str) -> None:
    write(tmp_path, name, data)
    write(tmp_path, "good.md", "# Hours\n\n9 to 5")
    learning = learner(tmp_path)
    await learning.refresh()
    assert learning.learned.documents == 1
    (problem,) = learning.learned.problems
    assert says in problem


async def test_sizes_are_limited_and_the_limit_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(learn, "DOCUMENT_BYTES_MAX", 1 << 20)
    monkeypatch.setattr(learn, "FOLDER_BYTES_MAX", (1 << 20) + 10)
    write(tmp_path, "a.md", b"x" * (1 << 20))
    write(tmp_path, "b.md", b"x" * ((1 << 20) + 1))
    write(tmp_path, "c.md", b"hello again")
    learning = learner(tmp_path)
    await learning.refresh()
    assert learning.learned.documents == 1
    assert "'b.md' was not read: it is larger than 1 MiB" in learning.learned.problems[0]
    assert "'c.md' was not read: all documents together" in learning.learned.problems[1]


async def test_counts_are_limited_and_the_limit_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(learn, "DOCUMENTS_MAX", 2)
    monkeypatch.setattr(learn, "PASSAGES_MAX", 1)
    for name in ("a.md", "b.md", "c.md"):
        write(tmp_path, name, f"# {name}\n\nhello")
    learning = learner(tmp_path)
    await learning.refresh()
    assert learning.learned.documents == 1
    assert any("more than 2 files" in problem for problem in learning.learned.problems)
    assert any("'b.md' was not read: there are more than 1 passages" in problem for problem in learning.learned.problems)


@pytest.mark.parametrize("name", [".hidden.md", "_draft.md", ".git/x.md", "_old/x.md"])
async def test_hidden_files_and_drafts_are_passed_over(tmp_path: Path, name: str) -> None:
    write(tmp_path, name, "# Hours\n\n9 to 5")
    learning = learner(tmp_path)
    await learning.refresh()
    assert (learning.learned.documents, learning.learned.problems) == (0, ())


async def test_byte_order_marks_are_understood(tmp_path: Path) -> None:
    write(tmp_path, "a.md", b"\xef\xbb\xbf# Parking\n\nfree")
    write(tmp_path, "b.txt", "delivery costs ten".encode("utf-16"))
    learning = learner(tmp_path)
    await learning.refresh()
    assert learning.learned.problems == ()
    assert learning.search("parking", 1, "")[0].heading == "Parking"
    assert learning.search("delivery", 1, "")[0].text == "delivery costs ten"


async def test_an_operator_s_synonyms_are_read_and_are_no_document(tmp_path: Path) -> None:
    write(tmp_path, "a.md", "# Clubhouse\n\nupstairs")
    write(tmp_path, "synonyms.txt", "# ours\nclubhouse: the den، مجلس, nest # all of them\n\nnonsense\n")
    learning = learner(tmp_path)
    await learning.refresh()
    assert learning.learned.documents == 1
    assert learning.search("فين المجلس", 1, "")[0].heading == "Clubhouse"


async def test_a_link_that_leads_nowhere_is_named(tmp_path: Path) -> None:
    (tmp_path / "a.md").symlink_to(tmp_path / "nowhere.md")
    learning = learner(tmp_path)
    await learning.refresh()
    assert "'a.md' cannot be read" in learning.learned.problems[0]
