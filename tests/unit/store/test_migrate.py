import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from wasl.domain.errors import SettingWrong
from wasl.store.migrate import migrate_sqlite, statements
from wasl.store.migration import Migration, migration, migrations

FIRST = migration(number=1, name="first", sql="create table cup (id integer primary key, name text) strict;\n")
SECOND = migration(number=2, name="second", sql="alter table cup add column size integer; -- a comment; with a mark\n")
NOW = 1_790_000_000_000


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "wasl.sqlite3"


def move(path: Path, *files: Migration) -> list[int]:
    with closing(sqlite3.connect(path)) as connection:
        return list(migrate_sqlite(connection, path=path, now_ms=NOW, shipped=files))


def query(path: Path, sql: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(path)) as connection, connection:
        return connection.execute(sql).fetchall()


def backups(path: Path) -> list[Path]:
    return sorted(path.parent.glob("*.backup"))


def test_the_shipped_migrations_make_a_whole_database_once(path: Path):
    with closing(sqlite3.connect(path)) as connection:
        shipped = [m.number for m in migrations("sqlite")]
        assert migrate_sqlite(connection, path=path, now_ms=NOW) == shipped
        assert migrate_sqlite(connection, path=path, now_ms=NOW) == []
    assert ("conversation",) in query(path, "select name from sqlite_master")
    assert backups(path) == []  # nothing was there to lose


def test_a_database_in_memory_is_migrated_too():
    with closing(sqlite3.connect(":memory:")) as connection:
        assert migrate_sqlite(connection, path=None, now_ms=NOW, shipped=[FIRST, SECOND]) == [1, 2]


def test_a_database_with_data_is_backed_up_before_it_moves_on(path: Path):
    move(path, FIRST)
    query(path, "insert into cup (name) values ('blue')")
    assert move(path, FIRST, SECOND) == [2]
    (backup,) = backups(path)
    assert backup.name == "wasl.sqlite3.20260921T141320Z.before-0002.backup"
    assert query(backup, "select * from cup") == [(1, "blue")]
    assert backup.stat().st_mode & 0o077 == 0  # people's words are in it
    assert query(path, "select * from cup") == [(1, "blue", None)]


def test_the_table_of_migrations_tells_what_was_applied_when_and_how_many_rows_there_were(path: Path):
    move(path, FIRST)
    query(path, "insert into cup (name) values ('blue')")
    move(path, FIRST, SECOND)
    number, name, digest, at, before, after = query(path, "select * from migration where number = 2")[0]
    assert (number, name, digest, at) == (2, "second", SECOND.sha256, NOW)
    assert json.loads(str(before)) == json.loads(str(after)) == {"cup": 1}


def test_a_migration_that_loses_rows_it_does_not_name_is_undone(path: Path):
    move(path, FIRST)
    query(path, "insert into cup (name) values ('blue')")
    bad = migration(number=2, name="bad", sql="delete from cup;")
    with pytest.raises(SettingWrong, match="cup had 1 rows and now has 0"):
        move(path, FIRST, bad)
    assert query(path, "select name from cup") == [("blue",)]
    assert move(path, FIRST, migration(number=2, name="bad", sql="-- may lose rows: cup, saucer\ndelete from cup;")) == [2]


def test_a_table_that_vanishes_unnamed_is_kept(path: Path):
    move(path, FIRST)
    with pytest.raises(SettingWrong, match="cup had 0 rows and now is gone"):
        move(path, FIRST, migration(number=2, name="bad", sql="drop table cup;"))
    assert query(path, "select * from cup") == []


def test_a_migration_that_fails_half_way_leaves_everything_as_it_was(path: Path):
    move(path, FIRST)
    with pytest.raises(SettingWrong, match="migration 2"):
        move(path, FIRST, migration(number=2, name="bad", sql="create table saucer (id integer);\ninsert into nothing values (1);"))
    assert query(path, "select name from sqlite_master where name = 'saucer'") == []
    assert query(path, "select count(*) from migration") == [(1,)]


def test_a_migration_that_breaks_a_reference_is_undone(path: Path):
    move(path, FIRST)
    bad = migration(number=2, name="bad", sql="create table saucer (cup_id integer references cup (id));\ninsert into saucer values (7);")
    with pytest.raises(SettingWrong, match="saucer"):
        move(path, FIRST, bad)
    assert query(path, "select count(*) from migration") == [(1,)]


def test_a_database_of_a_newer_version_is_refused_with_the_way_out(path: Path):
    move(path, FIRST, SECOND)
    with pytest.raises(SettingWrong, match=r"migration 2 .*newer Wasl.*backup"):
        move(path, FIRST)


def test_a_changed_migration_file_is_refused(path: Path):
    move(path, FIRST)
    with pytest.raises(SettingWrong, match="never changes"):
        move(path, migration(number=1, name="first", sql=FIRST.sql + "\n"))


def test_a_database_of_another_program_is_refused_and_left_alone(path: Path):
    query(path, "create table photo (id integer)")
    with pytest.raises(SettingWrong, match="photo"):
        move(path, FIRST)
    assert query(path, "select name from sqlite_master") == [("photo",)]


def test_a_file_that_is_no_database_is_refused(path: Path):
    path.write_bytes(b"not a database at all, only words" * 200)
    with pytest.raises(SettingWrong, match="no database"):
        move(path, FIRST)


def test_a_backup_that_cannot_be_written_stops_the_migration(path: Path):
    move(path, FIRST)
    path.with_name("wasl.sqlite3.20260921T141320Z.before-0002.backup.partial").mkdir()
    with pytest.raises(SettingWrong, match="could not be backed up"):
        move(path, FIRST, SECOND)
    assert query(path, "select count(*) from migration") == [(1,)]


def test_a_script_is_cut_at_its_statements_only():
    script = "-- one; two\ncreate table a (x text default ';');\n\n-- the end; truly\n"
    assert [s.strip() for s in statements(script)] == ["-- one; two\ncreate table a (x text default ';');"]


def test_deliveries_become_rows_of_their_own_number_and_keep_everything(path: Path):
    shipped = migrations("sqlite")
    move(path, *shipped[:25])
    names = [name for _, name, *_ in query(path, "pragma table_info(delivery)")]
    numbers = {"position": 0, "seq": 7, "attempt": 2} | {name: 1000 + place for place, name in enumerate(names) if name.endswith("_ms")}
    rows = [tuple(numbers.get(str(name), f"{name} of {one}") for name in names) for one in ("b", "a")]
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.executemany(f"insert into delivery values ({', '.join('?' * len(names))})", rows)
    assert move(path, *shipped)[0] == 26
    assert [name for _, name, *_ in query(path, "pragma table_info(delivery)")] == names
    assert query(path, "select * from delivery order by rowid") == sorted(rows)


def test_a_delivery_with_a_long_answer_shares_its_page(path: Path):
    """Each step of a delivery writes its pages anew: one of its own for each would be most of what a busy commit writes."""
    move(path, *migrations("sqlite"))
    columns = "id, message_id, conversation_id, address_id, channel, position, seq, parts, state, created_ms, since_ms, due_ms"
    insert = f"insert into delivery ({columns}) values (?, 'm', 'c', 'a', 'channel', 0, 1, ?, 'sending', 1, 1, 1)"
    before = query(path, "pragma page_count")[0][0]
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.executemany(insert, [(f"id {one:03}", "x" * 1_200) for one in range(300)])
    assert query(path, "pragma page_count")[0][0] - before < 150
