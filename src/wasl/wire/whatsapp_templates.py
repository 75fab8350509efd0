"""The account's templates as the platform lists them, and what it says of one of them later.

The list is a Graph edge, `data[]` with `paging.cursors.after` (facebook/openapi, v23.0); statuses, the names of components and the limit
of a body are those of the templates page (2026-06). Of the webhook `message_template_status_update` the names in its value are those that
public integrations read (`event`, `message_template_name`, `message_template_language`): a value without them is no news, and the list
tells in its time.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from wasl.domain.listing import ListedTemplate
from wasl.wire import read

STATUS_FIELD: Final = "message_template_status_update"
BODY_CHARACTERS_MAX: Final = 1024
REFUSALS: Final[Mapping[int, str]] = {132001: "missing", 132015: "paused", 132016: "disabled"}
"""Codes by which a send says what became of its template (error-codes page, 2026-05-15)."""
GOOD: Final = frozenset({"APPROVED", "PENDING"})
"""Events that are no trouble; any other is."""
_VALUE: Final = re.compile(r"\{\{([^{}]{0,64})\}\}")


def listed(page: Mapping[str, Any]) -> Sequence[ListedTemplate]:
    """Reads one page of the list. What has no name or language is passed over."""
    return [found for item in read.children(page, "data") if (found := _template(item)) is not None]


def after(page: Mapping[str, Any]) -> str | None:
    """Gives the cursor of the next page; None on the last one."""
    paging = read.child(page, "paging")
    return read.text(read.child(paging, "cursors"), "after") if read.text(paging, "next") else None


def news(kind: str, value: Mapping[str, Any]) -> ListedTemplate | None:
    """Reads a signal as news of one template."""
    field, _, event = kind.partition(":")
    name, language = read.text(value, "message_template_name"), read.text(value, "message_template_language")
    if field != STATUS_FIELD or not event or not name or not language:
        return None
    return ListedTemplate(name=name, language=language, status=event.lower(), listed=False)


def _template(item: Mapping[str, Any]) -> ListedTemplate | None:
    name, language = read.text(item, "name"), read.text(item, "language")
    if not name or not language:
        return None
    components = list(read.children(item, "components"))
    body = next((read.text(one, "text") or "" for one in components if (read.text(one, "type") or "").upper() == "BODY"), "")
    values = _VALUE.findall(body)
    beside = any(_takes(one) for one in components if (read.text(one, "type") or "").upper() != "BODY")
    return ListedTemplate(
        name=name,
        language=language,
        status=(read.text(item, "status") or "unknown").lower(),
        category=(read.text(item, "category") or "").lower(),
        carries=values == ["1"] and not beside,
        characters_max=max(0, BODY_CHARACTERS_MAX - len(_VALUE.sub("", body))),
    )


def _takes(component: Mapping[str, Any]) -> bool:
    """Says whether a header, footer or buttons need something of their own: a file, or a value in any of their texts."""
    if (read.text(component, "type") or "").upper() == "HEADER" and (read.text(component, "format") or "TEXT").upper() != "TEXT":
        return True
    return any(_VALUE.search(text) for text in _texts(component, depth=4))


def _texts(value: object, *, depth: int) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif depth and isinstance(value, Mapping | list):
        for inner in value.values() if isinstance(value, Mapping) else value:
            yield from _texts(inner, depth=depth - 1)
