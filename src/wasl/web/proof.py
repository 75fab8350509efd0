"""The console's pages of the month: what the assistant was for, and the audit in which somebody reads one message at a time."""

import re
from collections.abc import Sequence
from typing import Any, Final
from urllib.parse import urlencode

from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from wasl.domain.ids import TurnId
from wasl.policy.month import Figure
from wasl.service.calendar import month_at, month_before
from wasl.service.figure import LABELS, Figures, Published
from wasl.service.month_chart import UNITS, Event, bars_svg, percent, trend_svg
from wasl.service.pack_page import headline, lights, names, words
from wasl.web.auth import Operator
from wasl.web.faces import Faces
from wasl.web.files import read_fields
from wasl.wire.redact import redact

FORM_BYTES_MAX: Final = 16 << 10
NAME_CHARACTERS_MAX: Final = 100
MONTHS_LISTED: Final = 12
ANSWER_CHARACTERS_MAX: Final = 1_500
KEYS: Final = {"business": "b", "general": "g", "mixed": "m", "neutral": "n", "uncertain": "u"}


_MONTH: Final = re.compile(r"20\d\d-(?:0[1-9]|1[0-2])", re.ASCII)


class Proof:
    """The pages of the month's figure and of its audit."""

    def __init__(self, faces: Faces) -> None:
        assert faces.figures is not None
        self._faces = faces
        self._figures: Figures = faces.figures

    def rows(self) -> Sequence[tuple[str, str, Any]]:
        """Gives the routes: address, method, function."""
        return (
            ("/figure", "GET", self.figure),
            ("/figure", "POST", self.publish),
            ("/audit", "GET", self.audit),
            ("/audit", "POST", self.rate),
        )

    # -- the figure
    async def figure(self, request: Request, operator: Operator) -> Response:
        """Shows a month as it was published last, and never a share that is not estimated."""
        channel, month = self._asked(dict(request.query_params))
        language = self._language(request)
        say = words(language)
        published = await self._figures.published(channel, month)
        shown: dict[str, Any] = {"published": published, "bars": "", "trend": "", "table": (), "headline": "", "light": ""}
        if published is not None:
            shown |= await self._shown(published, month=month, language=language)
        months = [this := month_at(self._faces.clock.now_ms(), zone=self._faces.settings.evidence.zone)]
        while len(months) < MONTHS_LISTED:
            months.append(this := month_before(this))
        return self._page(request, operator, "figure.html", channel=channel, month=month, months=months, say=say, **shown)

    async def _shown(self, published: Published, *, month: str, language: str) -> dict[str, Any]:
        figure, say = published.figure, words(language)
        shown: dict[str, Any] = {
            "figure": figure,
            "headline": headline(figure, language=language),
            "light": lights(language)[figure.light],
            "lamp": {"green": "good", "red": "bad"}.get(figure.light, ""),
            "human": sum(count for key, count in figure.counts.items() if key.endswith(" human")),
            "counts": [(*key.split(" "), count) for key, count in sorted(figure.counts.items())],
            "percent": percent,
            "names": names(language),
            "measured": "",
        }
        if figure.asked is None or figure.served is None:
            return shown
        rtl = language == "ar"
        events = [Event(at_ms, ", ".join(changed)) for at_ms, changed in await self._figures.changes()]
        trend = await self._figures.trend(figure.channel, until=month)
        units = (*UNITS, "people_any")
        return shown | {
            "bars": Markup(bars_svg(figure, words=say, rtl=rtl)),  # every word in it is escaped where it is made
            "trend": Markup(trend_svg(trend, events, words=say, rtl=rtl)),
            "table": [(say[unit], _interval(figure.asked, unit), _interval(figure.served, unit)) for unit in units],
            "measured": _measured(figure, say),
        }

    async def publish(self, request: Request, operator: Operator) -> Response:
        """Makes the month's figure now."""
        channel, month = self._asked(await read_fields(request, bytes_max=FORM_BYTES_MAX))
        await self._figures.publish(channel, month)
        return RedirectResponse(f"/console/figure?{urlencode({'channel': channel, 'month': month})}", status_code=303)

    # -- the audit
    async def audit(self, request: Request, operator: Operator) -> Response:
        """Shows the next message to be read, without personal data."""
        asked = dict(request.query_params)
        channel, month = self._asked(asked)
        rater = _rater(asked, operator)
        left, whole = await self._figures.queue(channel, month, rater=rater)
        skipped = asked.get("after", "")
        places = [place for place, one in enumerate(left) if one.turn_id == skipped]
        order = [*left[places[0] + 1 :], *left[: places[0] + 1]] if places else list(left)
        turn = question = answer = ""
        for one in order[:20]:  # words of some may be gone already
            found = await self._faces.store.purposes.words([one.turn_id])
            if found and found[0].question:
                turn = one.turn_id
                own = await self._faces.store.purposes.names(one.turn_id)
                question, answer = redact(found[0].question, names=own), redact(found[0].reply, names=own)
                break
        say = words(self._language(request))
        return self._page(
            request, operator, "audit.html", channel=channel, month=month, say=say, rater=rater, left=len(left), whole=whole, turn=turn,
            question=question, answer=answer[:ANSWER_CHARACTERS_MAX], labels=[(label, KEYS[label]) for label in LABELS],
        )  # fmt: skip

    async def rate(self, request: Request, operator: Operator) -> Response:
        """Keeps what the operator says, and goes on to the next message."""
        form = await read_fields(request, bytes_max=FORM_BYTES_MAX)
        channel, month = self._asked(form)
        turn, label, rater = form.get("turn", ""), form.get("label", ""), _rater(form, operator)
        after = ""
        if label == "skip":
            after = turn
        else:
            await self._figures.rate(TurnId(turn), rater=rater, label=label)
        asked = {"channel": channel, "month": month, "rater": rater, "after": after}
        return RedirectResponse(f"/console/audit?{urlencode(asked)}", status_code=303)

    # -- beside
    def _asked(self, given: dict[str, str]) -> tuple[str, str]:
        channels = self._faces.channels
        channel = given.get("channel", "")[:NAME_CHARACTERS_MAX]
        if channel not in channels:
            channel = next(iter(sorted(channels)), "")
        month = given.get("month", "")
        now = month_at(self._faces.clock.now_ms(), zone=self._faces.settings.evidence.zone)
        return channel, month if _is_month(month) else now

    def _language(self, request: Request) -> str:
        return "ar" if self._faces.language(request).code == "ar" else "en"

    def _page(self, request: Request, operator: Operator, template: str, **values: Any) -> Response:
        titles = {name: self._faces.language(request).say(channel.title) for name, channel in self._faces.channels.items()}
        return self._faces.page(request, template, operator=operator, here="month", titles=titles, **values)


def _is_month(month: str) -> bool:
    return _MONTH.fullmatch(month) is not None


def _rater(given: dict[str, str], operator: Operator) -> str:
    """Gives who reads: sessions of the console have one name, and two people are to read some turns each for themselves."""
    return " ".join(given.get("rater", "").split())[:NAME_CHARACTERS_MAX] or operator.name


def _interval(shares: Any, unit: str) -> str:
    one = getattr(shares, unit)
    return f"{percent(one.share)} ({percent(one.low)} – {percent(one.high)})"


def _measured(figure: Figure, say: Any) -> str:
    found, left = ("–" if share is None else percent(share) for share in (figure.sensitivity, figure.specificity))
    return str(say["measured"]).format(found=found, left=left)
