"""The page of the rules: a map of what every channel allows where, and a calendar of what changes when, with sources."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response

from wasl.domain.days import day_at
from wasl.policy.act import Purpose
from wasl.policy.rule import Rule
from wasl.policy.rule_map import Cell, Entry, Form, Row, calendar, named_rules, rule_map
from wasl.policy.rulebook import Rulebook
from wasl.web.auth import Operator
from wasl.web.desk import Page
from wasl.web.faces import Faces
from wasl.web.languages import Language
from wasl.web.words import EFFECTS, RULE_CHANGES, STANDINGS

PURPOSES: Final[Sequence[Purpose]] = ("business", "general_assistant")
FORMS: Final[Sequence[Form]] = ("answer", "first", "template")
PAST: Final = timedelta(days=120)
PLACES_SHOWN: Final = 12
MAPS_KEPT: Final = 16
CALENDAR_ENTRIES_MAX: Final = 300
ICONS: Final = {"allowed": "yes", "charged": "coin", "needs": "task", "waits": "wait", "denied": "no"}


class RulesPage:
    """Shows the rules in force."""

    def __init__(self, faces: Faces) -> None:
        self._faces = faces
        self._drawn: dict[tuple[object, ...], tuple[Row, ...]] = {}

    def rows(self) -> Sequence[tuple[str, str, Page]]:
        """Gives the routes: address, method, function."""
        return (("/rules", "GET", self.rules),)

    async def rules(self, request: Request, operator: Operator) -> Response:
        """Shows the map of a day and the calendar around it."""
        book, language = self._faces.rulebook(), self._faces.language(request)
        asked = request.query_params
        today = day_at(self._faces.clock.now_ms())
        day = _day(asked.get("on", "")) or today
        purpose = next((p for p in PURPOSES if p == asked.get("purpose")), PURPOSES[0])
        form = next((f for f in FORMS if f == asked.get("form")), FORMS[0])
        kinds = self._kinds(book, language)
        wanted = asked.get("channel", "")
        channels = (wanted,) if wanted in kinds else tuple(kinds)
        rows = self._map(book, day=day, channels=channels, purpose=purpose, form=form)
        known = named_rules(book)
        entries = calendar(book, since=min(day, today) - PAST, channel=wanted if wanted in kinds else "")[:CALENDAR_ENTRIES_MAX]
        return self._faces.page(
            request,
            "rules.html",
            operator=operator,
            here="rules",
            kinds=kinds,
            channels=channels,
            wanted=wanted if wanted in kinds else "",
            purposes=PURPOSES,
            purpose=purpose,
            forms=FORMS,
            form=form,
            day=day,
            today=today,
            rows=[_row(row, known, language) for row in rows],
            entries=[_entry(entry, language, today=today, kinds=kinds) for entry in entries],
            book=book.digest,
            standings=STANDINGS,
            icon_of=ICONS,
        )

    def _map(self, book: Rulebook, *, day: date, channels: tuple[str, ...], purpose: Purpose, form: Form) -> tuple[Row, ...]:
        """Draws a map once: it asks the rules some thousand times."""
        key = (book.digest, day, channels, purpose, form)
        if key not in self._drawn:
            if len(self._drawn) >= MAPS_KEPT:
                self._drawn.clear()
            self._drawn[key] = rule_map(book, day=day, channels=channels, purpose=purpose, form=form)
        return self._drawn[key]

    def _kinds(self, book: Rulebook, language: Language) -> dict[str, str]:
        """Names the channels of the map: those that are set up here first, then those with most rules, by the title that people know."""
        titles = {book.named(channel.kind): channel.title for channel in self._faces.channels.values()}
        ruled = Counter(kind for rule in book.rules for kind in rule.channels)
        known = sorted(book.channels, key=lambda kind: (-ruled[kind], kind))
        names = self._faces.titles(language)
        rest = {kind: names.get(kind) or kind.replace("_", " ").title() for kind in known if kind not in titles}
        return {kind: title for kind, title in titles.items() if kind in book.channels} | rest


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _row(row: Row, known: Mapping[str, Rule], language: Language) -> dict[str, Any]:
    names = sorted(_place(region, language) for region in row.regions or ())
    return {
        "unknown": row.regions is None,
        "names": names[:PLACES_SHOWN],
        "more": names[PLACES_SHOWN:],
        "cells": [_cell(cell, known, language) for cell in row.cells],
    }


def _cell(cell: Cell, known: Mapping[str, Rule], language: Language) -> dict[str, Any]:
    shown = cell.denials or cell.rules
    price = f"{cell.price.amount.normalize():f} {cell.price.currency}" if cell.price else ""
    return {
        "channel": cell.channel,
        "standing": cell.standing,
        "price": price,
        "unsure": cell.unsure,
        "rules": [_told(known[one], language) for one in shown if one in known],
    }


def _entry(entry: Entry, language: Language, *, today: date, kinds: Mapping[str, str]) -> dict[str, Any]:
    return {
        "day": entry.day,
        "shown": language.date(entry.day),
        "change": language.say(RULE_CHANGES[entry.change]),
        "kind": entry.change,
        "coming": entry.day > today,
        **_told(entry.rule, language),
        "channels": ", ".join(language.say("every channel") if one == "*" else kinds.get(one, one) for one in entry.rule.channels),
    }


def _told(rule: Rule, language: Language) -> dict[str, Any]:
    return {
        "id": rule.id,
        "text": language.words_of(rule.arabic if language.code == "ar" and rule.arabic else rule.text),
        "effect": language.say(EFFECTS[rule.effect]),
        "regions": ", ".join(_place(region, language) for region in rule.regions),
        "source": rule.source,
        "source_date": rule.source_date,
        "url": f"https://{rule.source}" if "/" in rule.source and " " not in rule.source and "." in rule.source.partition("/")[0] else "",
        "unsure": rule.unsure,
    }


def _place(region: str, language: Language) -> str:
    if region == "*":
        return language.say("everywhere")
    if region == "EEA":
        return language.say("European Economic Area")
    country, _, part = region.partition("-")
    name = str(language.locale.territories.get(country, country))
    return f"{name} ({part})" if part else name
