"""What platforms say of templates, as statements for both databases."""

from collections.abc import Mapping, Sequence
from typing import cast

from wasl.domain.listing import GONE, ListedTemplate
from wasl.ports.templates import SIGNALS_LOOKED_AT, News
from wasl.store.rows import json_of
from wasl.store.steps import Row, Steps, step

_COLUMNS = "name, language, status, category, carries, characters_max, told_ms, listed"


def put(channel: str, templates: Sequence[ListedTemplate], *, at: int) -> Steps[None]:
    """Keeps a whole list."""
    for one in templates:
        yield step(
            f"insert into listed_template (channel, {_COLUMNS}) values ($1, $2, $3, $4, $5, $6, $7, $8, 1) on conflict"
            " (channel, name, language) do update set status = case when listed_template.told_ms > excluded.told_ms then"
            " listed_template.status else excluded.status end, category = excluded.category, carries = excluded.carries,"
            " characters_max = excluded.characters_max, listed = 1,"
            " told_ms = case when listed_template.told_ms > excluded.told_ms then listed_template.told_ms else excluded.told_ms end",
            channel, one.name, one.language, one.status, one.category, int(one.carries), one.characters_max, at,
        )  # fmt: skip
    named = [f"{one.name} {one.language}" for one in templates]
    yield step(
        f"update listed_template set status = '{GONE}', told_ms = $2 where channel = $1 and told_ms <= $2 and not"
        " (name || ' ' || language) @t3",
        channel, at, named,
    )  # fmt: skip
    yield step(
        "insert into template_list (channel, at_ms) values ($1, $2) on conflict (channel) do update set at_ms = excluded.at_ms", channel, at
    )


def tell(channel: str, one: ListedTemplate) -> Steps[bool]:
    """Keeps what was told of one."""
    known = yield step(
        "select status, told_ms from listed_template where channel = $1 and name = $2 and language = $3", channel, one.name, one.language
    )
    if known and (known[0][1] > one.told_ms or known[0][0] == one.status):
        return False
    yield step(
        f"insert into listed_template (channel, {_COLUMNS}) values ($1, $2, $3, $4, $5, $6, $7, $8, $9) on conflict"
        " (channel, name, language) do update set status = excluded.status, told_ms = excluded.told_ms",
        channel, one.name, one.language, one.status, one.category, int(one.carries), one.characters_max, one.told_ms, int(one.listed),
    )  # fmt: skip
    return True


def gather(news: News, *, now: int) -> Steps[int]:
    """Keeps what stored signals tell, the oldest first."""
    rows = yield step("select id, channel, kind, at_ms, detail from signal order by id desc limit $1", SIGNALS_LOOKED_AT)
    changed = 0
    for id_, channel, kind, at, detail in reversed(rows):
        told = json_of(detail)
        found = news(channel, kind, told if isinstance(told, Mapping) else {})
        if found is None or (yield step("select 1 from template_signal where signal_id = $1", id_)):
            continue
        # Of two processes that look at once, one writes the row.
        if (yield step("insert into template_signal (signal_id) values ($1) on conflict do nothing returning signal_id", id_)):
            changed += yield from tell(channel, _at(found, min(int(at) or now, now)))
    return changed


def _at(one: ListedTemplate, at: int) -> ListedTemplate:
    return ListedTemplate(name=one.name, language=one.language, status=one.status, told_ms=at, listed=False)


def listed(channel: str | None) -> Steps[dict[str, Sequence[ListedTemplate]]]:
    """Gives what is known, by channel."""
    where, values = ("", ()) if channel is None else (" where channel = $1", (channel,))
    rows = yield step(f"select channel, {_COLUMNS} from listed_template{where} order by channel, name, language", *values)
    found: dict[str, list[ListedTemplate]] = {}
    for row in rows:
        found.setdefault(str(row[0]), []).append(_template(row))
    return cast("dict[str, Sequence[ListedTemplate]]", found)


def listed_ms(channel: str) -> Steps[int | None]:
    """Says when a list was kept last."""
    rows = yield step("select at_ms from template_list where channel = $1", channel)
    return int(rows[0][0]) if rows else None


def _template(row: Row) -> ListedTemplate:
    return ListedTemplate(
        name=row[1], language=row[2], status=row[3], category=row[4], carries=bool(row[5]), characters_max=row[6], told_ms=row[7],
        listed=bool(row[8]),
    )  # fmt: skip
