import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from wasl.store.migrate import migrate_sqlite
from wasl.store.migration import migrations
from wasl.store.sqlite_scrub import TIDY_PAGES, merge
from wasl.store.sqlite_search import FRESH_ROWS_MAX, found_keys, index_entries, index_fresh, index_message, prepare, reindex_message

ADA = "00000000-0000-7000-8000-00000000000a"
BOB = "00000000-0000-7000-8000-00000000000b"


@pytest.fixture
def db(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    db = sqlite3.connect(tmp_path / "wasl.sqlite3", isolation_level=None)
    migrate_sqlite(db, path=None, now_ms=0)
    prepare(db)
    yield db
    db.execute("insert into words (words) values ('integrity-check')")
    db.close()


def say(db: sqlite3.Connection, n: int, text: str, *, of: str = ADA) -> int:
    return index_message(db, message_id=f"m{n}", conversation_id=of, seq=n, at_ms=1_000 * n, text=text)


def found(db: sqlite3.Connection, text: str, *, within: list[str] | None = None, limit: int = 50, before: int | None = None) -> list[int]:
    return found_keys(db, text, conversations=within, limit=limit, before=before)[1]


def waiting(db: sqlite3.Connection) -> int:
    return int(db.execute("select count(*) from fresh").fetchone()[0])


def test_messages_that_wait_are_found_between_those_that_do_not(db: sqlite3.Connection) -> None:
    first, second = say(db, 1, "red house"), say(db, 3, "red door")
    index_fresh(db)
    between, last = say(db, 2, "a red roof"), say(db, 4, "red", of=BOB)
    assert found(db, "red") == [last, second, between, first]
    assert found(db, "red", limit=2) == [last, second]
    assert found(db, "red", before=second) == [between, first]
    assert found(db, "red", within=[ADA]) == [second, between, first]
    assert found(db, '"red roof"') == [between]
    assert found(db, "roo") == [between]


def test_about_so_many_wait_at_the_most_and_all_are_found(db: sqlite3.Connection) -> None:
    db.execute("begin")
    most = 0
    for n in range(2 * FRESH_ROWS_MAX):
        say(db, n, f"word{n} said", of=f"00000000-0000-7000-8000-{n:012x}")
        most = max(most, waiting(db))
    db.execute("commit")
    assert FRESH_ROWS_MAX <= most < FRESH_ROWS_MAX + 100
    assert len(found(db, "said", limit=10_000)) == 2 * FRESH_ROWS_MAX
    assert all(len(found(db, f"word{n} said")) == 1 for n in range(0, 2 * FRESH_ROWS_MAX, 97))


@pytest.mark.parametrize("handed_over", [False, True])
def test_what_waits_is_changed_and_forgotten_like_the_rest(db: sqlite3.Connection, handed_over: bool) -> None:
    changed, gone = say(db, 1, "red house"), say(db, 2, "red door")
    if handed_over:
        index_fresh(db)
    reindex_message(db, key=changed, conversation_id=ADA, text="blue house")
    for table in ("searchable", "fresh"):  # as the triggers on messages do
        db.execute(f"delete from {table} where key = ?", (gone,))
    assert found(db, "red") == []
    assert found(db, "blue house") == [changed]
    index_fresh(db)
    assert waiting(db) == 0
    assert found(db, "red") == []
    assert found(db, "blue house") == [changed]


def test_entries_are_found_in_whatever_order_their_times_are(db: sqlite3.Connection) -> None:
    live = say(db, 2, "salt")
    keys = index_entries(db, [(key << 20, "salt and bread", n) for n, key in enumerate((5_000, 1_000, 3_000, 3_000))], owner=BOB)
    assert found(db, "salt") == sorted([*keys, live], reverse=True)
    assert found(db, '"salt and bread"', within=[BOB]) == sorted(keys, reverse=True)


def test_what_an_older_version_indexed_is_found_newest_first_after_the_move(tmp_path: Path) -> None:
    db = sqlite3.connect(tmp_path / "older.sqlite3", isolation_level=None)
    migrate_sqlite(db, path=None, now_ms=0, shipped=migrations("sqlite")[:4])
    scope = "_" + ADA.replace("-", "")
    for n in range(1, 301):
        db.execute("insert into searchable values (?, ?, null, ?, ?)", (n << 20, f"m{n}", f"red house{n}", f"{scope} red hous"))
        into = "fresh (key) values (?1)" if n > 290 else "words (rowid, said, forms) select key, said, forms from searchable where key = ?1"
        db.execute(f"insert into {into}", (n << 20,))
    migrate_sqlite(db, path=None, now_ms=0)
    prepare(db)
    assert found(db, "red", within=[ADA], limit=20) == [n << 20 for n in range(300, 280, -1)]
    assert found(db, "house7", within=[ADA]) == [n << 20 for n in (*range(79, 69, -1), 7)]
    assert found(db, "red", within=[ADA], before=3 << 20) == [2 << 20, 1 << 20]
    db.execute("delete from searchable where key = ?", (295 << 20,))
    assert found(db, "house295") == []
    db.execute("insert into words (words, rank) values ('integrity-check', 1)")
    db.close()


def test_a_key_that_is_taken_by_one_who_waits_or_by_one_who_does_not_is_taken(db: sqlite3.Connection) -> None:
    first = say(db, 7, "salt")
    index_fresh(db)
    second = say(db, 7, "bread")
    (entry,) = index_entries(db, [(first, "wine", 1)], owner=ADA)
    third = say(db, 7, "oil")
    index_fresh(db)
    assert len({first, second, entry, third}) == 4
    assert [found(db, word) for word in ("salt", "bread", "wine", "oil")] == [[first], [second], [entry], [third]]


def test_tidying_leaves_few_segments_and_every_word(db: sqlite3.Connection) -> None:
    db.execute("insert into words (words, rank) values ('automerge', 0)")
    for n in range(15):
        say(db, n, f"word{n} said")
        index_fresh(db)

    def segments() -> int:
        return int(db.execute("select count(distinct segid) from words_idx").fetchone()[0])

    assert segments() == 15
    while merge(db, pages=TIDY_PAGES):
        pass
    assert segments() < 4
    assert len(found(db, "said")) == 15
    assert all(len(found(db, f"word{n} said")) == 1 for n in range(15))
