"""Pack page: the evidence pack as one page to read and to print, in English and Arabic; it loads nothing and runs nothing."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from html import escape
from importlib.resources import files
from typing import Any, Final

from wasl.domain.days import day_at
from wasl.policy.month import Figure
from wasl.policy.trend import Point
from wasl.service.calendar import month_words
from wasl.service.figure import Published
from wasl.service.month_chart import UNITS, Event, bars_svg, percent, trend_svg
from wasl.service.pack_about import About
from wasl.service.try_suite import SuiteRun

TRANSCRIPTS_SHOWN: Final = 20
CHANGES_SHOWN: Final = 60
STYLE: Final = """
*{box-sizing:border-box}
body{margin:0;background:#fff;color:#1c2b2b;font:400 15px/1.6 "Readex Pro","Segoe UI","Noto Sans Arabic",Tahoma,sans-serif;
overflow-wrap:anywhere}
main{max-inline-size:46rem;margin-inline:auto;padding:2rem 1.25rem}h1{font-size:1.5rem;line-height:1.3}
h2{font-size:1.1rem;margin-block:2rem .5rem;break-after:avoid}
.lead{font-size:1.2rem;padding:1rem 1.25rem;border-inline-start:.4rem solid #0d5b57;background:#f3efe7}
table{border-collapse:collapse;inline-size:100%;font-size:.875rem}
th,td{text-align:start;padding:.3rem .6rem;border-block-end:1px solid #d9d2c4;vertical-align:top}
pre{white-space:pre-wrap;background:#f3efe7;padding:1rem;font-size:.8125rem}.soft{color:#556260;font-size:.875rem}
svg{inline-size:100%;block-size:auto}code{font-size:.8125rem}tr,li,blockquote{break-inside:avoid}
blockquote{margin:.5rem 0;padding-inline-start:.75rem;border-inline-start:.2rem solid #d9d2c4}.asked{fill:#c9b99a}
.served{fill:#0d5b57}.spread{stroke:#1c2b2b;stroke-width:1.5}.unit,.number,.tick{fill:#1c2b2b;font-size:13px}
.tick{font-size:11px}.grid{stroke:#e1d9ca}.limit{fill:none;stroke:#a3491c;stroke-dasharray:4 4}
.trend{fill:none;stroke:#0d5b57;stroke-width:2}.point{fill:#0d5b57}.alarm{fill:#a3491c}
.event{stroke:#556260;stroke-dasharray:1 4;stroke-width:2}
@media print{@page{size:A4;margin:14mm}main{max-inline-size:none;padding:0}a{color:inherit}}
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """Everything that a pack shows."""

    about: About
    published: Published
    trend: Sequence[Point]
    episodes: Sequence[Mapping[str, Any]]
    failures: Sequence[Mapping[str, Any]]
    suite: SuiteRun | None
    changes: Sequence[Mapping[str, Any]]
    version: str


def page(shown: Shown, *, language: str) -> str:
    """Makes the page."""
    say = words(language)
    about, figure = shown.about, shown.published.figure
    title = say["title"].format(channel=about.channel, month=month_words(figure.month, language=language))
    sections = [
        f"<h1>{escape(title)}</h1>",
        f'<p class="lead">{escape(headline(figure, language=language))}</p>',
        f'<p class="soft">{escape(say["light"].format(light=lights(language)[figure.light]))}</p>',
        f'<p class="soft">{escape(say["no_number"])}</p>',
        *_who(about, say),
        *_figures(shown, say, language=language),
        *_suite(shown.suite, say, language=language),
        *_episodes(shown.episodes, say),
        *_failures(shown.failures, say, language=language),
        *_data_use(about, say, language=language),
        *_clauses(about, say, language=language),
        *_lint(about, say, language=language),
        *_changes(shown.changes, say),
        f"<h2>{escape(say['verify'])}</h2><p>{escape(say['verify_text'])}</p>",
        f'<p class="soft">Wasl {escape(shown.version)}</p>',
    ]
    direction = "rtl" if language == "ar" else "ltr"
    return (
        f'<!doctype html>\n<html lang="{language}" dir="{direction}"><head><meta charset="utf-8"><meta name="viewport"'
        f' content="width=device-width, initial-scale=1"><title>{escape(title)}</title><style>{STYLE}</style></head>\n<body><main>\n'
        + "\n".join(sections)
        + "\n</main></body></html>\n"
    )


@cache
def words(language: str) -> Mapping[str, str]:
    """Gives what the pages say in a language; English where it has no words."""
    return {key: value for key, value in _told(language).items() if isinstance(value, str)}


@cache
def lights(language: str) -> Mapping[str, str]:
    """Gives the names of the lights in a language."""
    named: Mapping[str, str] = _told(language)["lights"]
    return named


@cache
def names(language: str) -> Mapping[str, str]:
    """Gives what labels, ways of being served, strata and kinds of failure are called in a language."""
    named: Mapping[str, str] = _told(language)["names"]
    return named


def _told(language: str) -> dict[str, Any]:
    table = tomllib.loads(files("wasl.service").joinpath("pack_words.toml").read_text(encoding="utf-8"))
    told: dict[str, Any] = table.get(language) or table["en"]
    return told


def headline(figure: Figure, *, language: str) -> str:
    """Says the month in one sentence; never a share that is not estimated from an audit."""
    say, month = words(language), month_words(figure.month, language=language)
    if figure.business is None:
        return say["too few" if figure.light == "too few" else "not audited"].format(month=month, turns=figure.turns)
    share, low, high = (percent(one) for one in figure.business)
    return say["headline"].format(month=month, share=share, low=low, high=high)


def rows(head: Sequence[str], body: Sequence[Sequence[object]]) -> str:
    """Makes a table; every cell finds its own direction."""
    top = "".join(f"<th scope='col'>{escape(one)}</th>" for one in head)
    lines = "".join("<tr>" + "".join(f"<td><bdi>{escape(str(cell))}</bdi></td>" for cell in line) + "</tr>" for line in body)
    return f"<table><thead><tr>{top}</tr></thead><tbody>{lines}</tbody></table>"


def _who(about: About, say: Mapping[str, str]) -> list[str]:
    told = [(say[key], value if isinstance(value, str) else "; ".join(value)) for key, value in about.presence.items() if value]
    intents = [(one["subject"] or "–", one["examples"]) for one in about.intents]
    models = [(m["name"], m["provider"], m["model"], m["region"]) for m in about.models]
    known = [(one["file"], one["sha256"][:16]) for one in about.knowledge]
    return [
        f"<h2>{escape(say['who'])}</h2>",
        rows(("", ""), told) if told else _none(say),
        f"<h2>{escape(say['statement'])}</h2><p dir='auto'>{escape(about.statement or say['not given'])}</p>",
        f"<h2>{escape(say['intents'])}</h2>" + (rows((say["intents"], ""), intents) if intents else _none(say)),
        f"<h2>{escape(say['prompt'])}</h2><pre dir='auto'>{escape(about.system_prompt)}</pre>",
        f"<p class='soft'>{escape(say['sha'])} <code dir='ltr'>{about.prompt_sha256}</code></p>",
        f"<h2>{escape(say['tools'])}</h2>" + _list(about.tools, say),
        f"<h2>{escape(say['knowledge'])}</h2>" + (rows(("", say["sha"]), known) if known else _none(say)),
        f"<h2>{escape(say['models'])}</h2>" + (rows(("", "", "", ""), models) if models else _none(say)),
    ]


def _figures(shown: Shown, say: Mapping[str, str], *, language: str) -> list[str]:
    figure, named, rtl = shown.published.figure, names(language), language == "ar"
    human = sum(count for key, count in figure.counts.items() if key.endswith(" human"))
    made = [f"<h2>{escape(say['figures'])}</h2>"]
    if figure.asked is not None and figure.served is not None:
        body = [
            (say[unit], *(_interval(getattr(shares, unit)) for shares in (figure.asked, figure.served))) for unit in (*UNITS, "people_any")
        ]
        found, left = figure.sensitivity, figure.specificity
        events = [Event(int(one["at_ms"]), ", ".join(one.get("changed", ()))) for one in shown.changes]
        made += [
            bars_svg(figure, words=say, rtl=rtl),
            rows((say["bars"], say["asked"], say["served"]), body),
            f"<h2>{escape(say['trend'])}</h2>" + trend_svg(shown.trend, events, words=say, rtl=rtl),
            f"<p>{escape(say['measured'].format(found=_share(found), left=_share(left)))}</p>",
        ]
    beside = say["beside"].format(
        neutral=figure.neutral, uncertain=figure.uncertain, looked=figure.neutral_looked, other=figure.neutral_other
    )
    kappa = "–" if figure.agreement.kappa is None else f"{figure.agreement.kappa:.2f}"
    agreed = say["kappa"].format(turns=figure.agreement.turns, same=figure.agreement.same, kappa=kappa)
    sent = say["redirects"].format(sent=figure.redirects_sent, followed=figure.redirects_followed, human=human)
    audit = [(named[a.stratum], a.turns, a.drawn, a.looked, f"{a.general:g}", percent(a.rate) if a.looked else "–") for a in figure.audit]
    heads = (say["stratum"], say["turns"], say["drawn"], say["looked"], say["general"], say["rate"])
    counts = [(*(named.get(word, word) for word in key.split(" ")), count) for key, count in sorted(figure.counts.items())]
    versions = [(v.scope, v.classifier, f"{v.band_low:g} … {v.band_high:g}", named.get(v.mode, v.mode), v.turns) for v in figure.versions]
    return [
        *made,
        f"<p>{escape(beside)}</p><p>{escape(sent)}</p>",
        f"<h2>{escape(say['audit'])}</h2><p>{escape(agreed)}</p>" + rows(heads, audit),
        f"<h2>{escape(say['counts'])}</h2>" + rows((say["label"], say["what"], say["turns"]), counts),
        *_subjects(shown.published, say),
        f"<h2>{escape(say['method'])}</h2><p>{escape(say['method_text'])}</p>",
        f"<h2>{escape(say['versions'])}</h2>"
        + rows((say["v_scope"], say["v_classifier"], say["v_band"], say["v_mode"], say["turns"]), versions),
    ]


def _subjects(published: Published, say: Mapping[str, str]) -> list[str]:
    found = published.subjects
    if not found.looked:
        return []
    body = [*found.top, (say["about_none"], found.other)]
    return [
        f"<h2>{escape(say['subjects'])}</h2><p>{escape(say['subjects_lead'].format(looked=found.looked))}</p>",
        rows(("", say["turns"]), body),
    ]


def _suite(suite: SuiteRun | None, say: Mapping[str, str], *, language: str) -> list[str]:
    named = names(language)
    made = [f"<h2>{escape(say['suite'])}</h2>"]
    if suite is None:
        return [*made, f"<p>{escape(say['no_suite'])}</p>"]
    day = day_at(suite.at_ms).isoformat()
    made.append(f"<p>{escape(say['suite_text'].format(prompts=suite.prompts, day=day, kept=percent(suite.kept)))}</p>")
    if suite.keyless:
        made.append(f"<p>{escape(say['suite_keyless'])}</p>")
    made.append(rows((say["what"], ""), [(named.get(name, name), percent(share)) for name, share in suite.shares.items()]))
    step = max(1, len(suite.tried) // TRANSCRIPTS_SHOWN)
    some = [(one.question, named.get(one.outcome, one.outcome), one.answer) for one in suite.tried[::step][:TRANSCRIPTS_SHOWN]]
    return [*made, rows((say["question"], say["what"], say["answer"]), some)]


def _episodes(episodes: Sequence[Mapping[str, Any]], say: Mapping[str, str]) -> list[str]:
    made = [f"<h2>{escape(say['episodes_shown'])}</h2>"]
    for one in episodes:
        lines = "".join(
            f"<p dir='auto'><b>{escape(line['asked'])}</b></p><p dir='auto'>{escape(line['answered'])}</p>" for line in one["turns"]
        )
        made.append(f"<blockquote>{lines}<p class='soft'><code dir='ltr'>{escape(one['episode'])}</code></p></blockquote>")
    return made if episodes else [*made, _none(say)]


def _failures(failures: Sequence[Mapping[str, Any]], say: Mapping[str, str], *, language: str) -> list[str]:
    named, done = names(language), _told(language).get("done_about", {})
    body = [
        (
            named.get(one["kind"], one["kind"]),
            one["turns"],
            done.get(one["kind"], one["done"]),
            " / ".join(f"{x['asked']} → {x['answered']}" for x in one["examples"]),
        )
        for one in failures
    ]
    return [f"<h2>{escape(say['failures'])}</h2>", rows(("", say["turns"], say["done"], say["examples"]), body)]


def _data_use(about: About, say: Mapping[str, str], *, language: str) -> list[str]:
    told = []
    for key in ("training", "processors", "data_lies", "retention_days", "deletion", "deletion_by_wasl"):
        value = about.data_use.get(key) or say["not given"]
        told.append((say[key], ", ".join(value) if isinstance(value, list) else value))
    terms = [(r["id"], r["arabic" if language == "ar" else "text"], r["source"]) for r in about.data_use.get("processor_terms", ())]
    made = [f"<h2>{escape(say['data_use'])}</h2>", rows(("", ""), told)]
    return [*made, rows(("", say["clause"], say["source"]), terms)] if terms else made


def _clauses(about: About, say: Mapping[str, str], *, language: str) -> list[str]:
    body = [
        (
            one["id"], one["arabic" if language == "ar" else "text"],
            " ".join(part for part in (one["terms_version"], one["from"], *(v["text_sha256"][:12] for v in one["seen_versions"])) if part),
            one["control_ar" if language == "ar" else "control"], ", ".join(one["evidence"]),
        )
        for one in about.clauses
    ]  # fmt: skip
    heads = ("", say["clause"], say["versions"], say["control"], say["evidence"])
    return [f"<h2>{escape(say['clauses'])}</h2>", rows(heads, body) if body else _none(say)]


def _lint(about: About, say: Mapping[str, str], *, language: str) -> list[str]:
    body = [(one["where"], one["phrase"], one["say_ar" if language == "ar" else "say_en"]) for one in about.lint]
    return [f"<h2>{escape(say['lint'])}</h2>", rows(("", "", ""), body) if body else f"<p>{escape(say['nothing'])}</p>"]


def _changes(changes: Sequence[Mapping[str, Any]], say: Mapping[str, str]) -> list[str]:
    body = []
    for one in changes[:CHANGES_SHOWN]:
        at = datetime.fromtimestamp(int(one["at_ms"]) / 1000, tz=UTC).isoformat(timespec="minutes")
        body.append((at, ", ".join(f"{name} {one['digests'].get(name, '')}" for name in one.get("changed", ()))))
    return [f"<h2>{escape(say['changes'])}</h2>", rows(("", ""), body) if body else f"<p>{escape(say['nothing'])}</p>"]


def _interval(one: Any) -> str:
    return f"{percent(one.share)} ({percent(one.low)} – {percent(one.high)})"


def _share(share: float | None) -> str:
    return "–" if share is None else percent(share)


def _list(lines: Sequence[str], say: Mapping[str, str]) -> str:
    return "<ul>" + "".join(f"<li dir='auto'>{escape(line)}</li>" for line in lines) + "</ul>" if lines else _none(say)


def _none(say: Mapping[str, str]) -> str:
    return f"<p>{escape(say['not given'])}</p>"
