"""The page of why: what the rules said about a message, its answer and its deliveries, with the rules as they were then."""

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response

from wasl.ports.judged import JudgedAct
from wasl.web.auth import Operator
from wasl.web.desk import Page
from wasl.web.faces import Faces
from wasl.web.languages import Language
from wasl.web.words import ACT_KINDS, ACT_STATES, JUDGES, VERDICTS, WAITS

RULES_SHOWN: Final = 40
STANDINGS: Final = {"allow": "allowed", "rewrite": "needs", "hold": "waits", "refuse": "denied"}
"""How an effect is coloured: as the map of the rules colours it."""


class WhyPage:
    """Tells why a message was answered, held or refused."""

    def __init__(self, faces: Faces) -> None:
        self._faces = faces

    def rows(self) -> Sequence[tuple[str, str, Page]]:
        """Gives the routes: address, method, function."""
        return (("/why/{id}", "GET", self.why),)

    async def why(self, request: Request, operator: Operator) -> Response:
        """Shows every verdict about the message, turn or delivery of an id."""
        judged, language = self._faces.store.judged, self._faces.language(request)
        acts = await judged.acts(request.path_params["id"])
        books: dict[str, tuple[Mapping[str, Any], int]] = {}
        for digest in {str(v["book"]) for act in acts for v in act.verdicts.values() if isinstance(v, Mapping) and v.get("book")}:
            if (kept := await judged.book(digest)) is not None:
                books[digest] = ({one["id"]: one for one in json.loads(kept[0])}, kept[1])
        shown = [self._act(act, books, language) for act in acts]
        known = bool(shown)
        return self._faces.page(request, "why.html", status=200 if known else 404, operator=operator, here="why", acts=shown, known=known)

    def _act(self, act: JudgedAct, books: Mapping[str, tuple[Mapping[str, Any], int]], language: Language) -> dict[str, Any]:
        channel = self._faces.channels.get(act.channel)
        said = [(name, v) for name, v in act.verdicts.items() if isinstance(v, Mapping) and v.get("effect") in VERDICTS]
        return {
            "kind": language.say(ACT_KINDS[act.kind]),
            "id": act.id,
            "channel": language.say(channel.title) if channel is not None else self._faces.titles(language).get(act.channel, act.channel),
            "state": language.say(ACT_STATES.get(act.state, act.state)),
            "at": language.moment(act.at_ms),
            "note": act.note,
            "verdicts": [_verdict(name, v, books, language) for name, v in said],
        }


def _verdict(name: str, told: Mapping[str, Any], books: Mapping[str, tuple[Mapping[str, Any], int]], language: Language) -> dict[str, Any]:
    digest = str(told.get("book") or "")
    rules, since_ms = books.get(digest, ({}, None))
    reasons = {str(one.get("rule")): one for one in told.get("reasons") or () if isinstance(one, Mapping)}
    named = list(dict.fromkeys([*reasons, *map(str, told.get("rules") or ())]))[:RULES_SHOWN]
    waits = WAITS.get(str(told.get("waits_for")))
    effect = "hold" if waits else str(told["effect"])  # what waits is not lost, whatever the rules say about now
    until = told.get("until_ms")
    return {
        "step": language.say(JUDGES.get(name, name)),
        "standing": "charged" if effect == "allow" and told.get("charged") else STANDINGS[effect],
        "effect": language.say(VERDICTS[effect]),
        "mode": told.get("mode") or "",
        "waits": language.say(waits) if waits else "",
        "until": language.moment(until) if isinstance(until, int) else "",
        "price": _price(told),
        "charged": bool(told.get("charged")),
        "template": str(told.get("template") or ""),
        "moved_to": str(told.get("moved_to") or ""),
        "cut_into": int(told.get("cut_into") or 0),
        "cut_by": ", ".join(map(str, told.get("cut_by") or ())),
        "barred": {str(who): ", ".join(map(str, by)) for who, by in (told.get("barred") or {}).items()},
        "rules": [_rule(one, reasons.get(one), rules.get(one), language, stops=one in reasons) for one in named],
        "book": digest,
        "since": language.moment(since_ms) if since_ms is not None else "",
    }


def _rule(id_: str, reason: Mapping[str, Any] | None, rule: Mapping[str, Any] | None, language: Language, *, stops: bool) -> dict[str, Any]:
    """Gives a rule with its words: as they were said, else as the book of that time has them."""
    words = reason or (rule or {}).get("requires") or {}
    channel = next((one for one in (rule or {}).get("channels", ()) if one != "*"), "")
    return {
        "id": id_,
        "text": language.words_of(words.get(language.code) or words.get("en") or ""),
        "stops": stops,
        "unsure": bool((reason or rule or {}).get("unsure")),
        "link": f"/console/rules?channel={quote(channel)}" if channel else "/console/rules",
        "source": (rule or {}).get("source", ""),
    }


def _price(told: Mapping[str, Any]) -> str:
    price = told.get("price")
    if not isinstance(price, Mapping):
        return ""
    most = f"–{price['amount_max']}" if price.get("amount_max") else ""
    return f"{price.get('amount', '')}{most} {price.get('currency', '')}"
