import asyncio
from collections.abc import AsyncIterator

import asyncpg
import pytest
from tests import postgres

from wasl.domain.errors import SettingWrong
from wasl.store.migrate_postgres import migrate_postgres
from wasl.store.migration import migration, migrations

pytestmark = pytest.mark.postgres

FIRST = migration(number=1, name="first", sql="create table cup (id integer primary key, name text);")
SECOND = migration(number=2, name="second", sql="alter table cup add column size integer;")
NOW = 1_790_000_000_000


@pytest.fixture
def url(postgres_server: str):
    with postgres.database(postgres_server) as url:
        yield url


@pytest.fixture
async def db(url: str) -> AsyncIterator[asyncpg.Connection]:
    db = await asyncpg.connect(url)
    yield db
    await db.close()


async def test_the_shipped_migrations_make_a_whole_database_once(db: asyncpg.Connection):
    shipped = [m.number for m in migrations("postgres")]
    assert await migrate_postgres(db, now_ms=NOW) == shipped
    assert await migrate_postgres(db, now_ms=NOW) == []
    assert await db.fetchval("select count(*) from conversation") == 0


async def test_processes_that_start_together_migrate_once(url: str):
    connections = [await asyncpg.connect(url) for _ in range(4)]
    applied = await asyncio.gather(*(migrate_postgres(c, now_ms=NOW, shipped=[FIRST, SECOND]) for c in connections))
    assert sorted(map(list, applied)) == [[], [], [], [1, 2]]
    for connection in connections:
        await connection.close()


async def test_the_table_of_migrations_tells_the_row_counts(db: asyncpg.Connection):
    await migrate_postgres(db, now_ms=NOW, shipped=[FIRST])
    await db.execute("insert into cup values (1, 'blue')")
    assert await migrate_postgres(db, now_ms=NOW, shipped=[FIRST, SECOND]) == [2]
    row = await db.fetchrow("select name, sha256, applied_at, rows_before, rows_after from migration where number = 2")
    assert tuple(row) == ("second", SECOND.sha256, NOW, '{"cup": 1}', '{"cup": 1}')


@pytest.mark.parametrize(
    ("sql", "said"),
    [
        ("delete from cup;", "cup had 1 rows and now has 0"),
        ("drop table cup;", "cup had 1 rows and now is gone"),
        ("create table saucer (id integer); insert into nothing values (1);", "migration 2"),
    ],
)
async def test_a_migration_that_loses_rows_or_fails_is_undone(db: asyncpg.Connection, sql: str, said: str):
    await migrate_postgres(db, now_ms=NOW, shipped=[FIRST])
    await db.execute("insert into cup values (1, 'blue')")
    with pytest.raises(SettingWrong, match=said):
        await migrate_postgres(db, now_ms=NOW, shipped=[FIRST, migration(number=2, name="bad", sql=sql)])
    assert await db.fetchval("select name from cup") == "blue"
    assert await db.fetchval("select count(*) from migration") == 1
    assert await db.fetchval("select to_regclass('saucer')") is None


async def test_a_database_of_a_newer_version_is_refused_with_the_way_out(db: asyncpg.Connection):
    await migrate_postgres(db, now_ms=NOW, shipped=[FIRST, SECOND])
    with pytest.raises(SettingWrong, match="newer Wasl"):
        await migrate_postgres(db, now_ms=NOW, shipped=[FIRST])


async def test_a_changed_migration_file_is_refused(db: asyncpg.Connection):
    await migrate_postgres(db, now_ms=NOW, shipped=[FIRST])
    with pytest.raises(SettingWrong, match="never changes"):
        await migrate_postgres(db, now_ms=NOW, shipped=[migration(number=1, name="first", sql="create table cup (id integer);")])


async def test_a_database_of_another_program_is_refused(db: asyncpg.Connection):
    await db.execute("create table photo (id integer)")
    with pytest.raises(SettingWrong, match="photo"):
        await migrate_postgres(db, now_ms=NOW, shipped=[FIRST])


def test_both_kinds_have_the_same_tables_and_columns(tmp_path):
    """The two schemas differ in types alone, so that every tool that reads one reads the other."""
    import re

    def shape(kind: str) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for m in migrations(kind):
            for table, body in re.findall(r"create table (\w+) \((.*?)\n\)", m.sql, re.DOTALL):
                columns = [line.split()[0] for line in body.splitlines() if line.strip() and not line.strip().startswith("--")]
                found[table] = [c for c in columns if c != "primary"]
        return found

    sqlite, postgres = shape("sqlite"), shape("postgres")
    # The index is made in each database's own way; an entry's key is one number where that is the quickest key there is.
    assert sqlite.pop("fresh") == ["key", "conversation_id", "message_id", "said", "forms"]
    assert set(sqlite.pop("searchable")) - {"entry_id", "forms"} <= set(postgres.pop("searchable"))
    assert sqlite.pop("entry")[1:] == postgres.pop("entry")[2:]
    assert sqlite == postgres
