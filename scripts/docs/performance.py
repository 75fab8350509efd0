"""The table of all figures in docs/performance.md: each with its limit, from what `make figures` kept."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from scripts.docs.tables import table

KEPT = Path(__file__).resolve().parents[2] / "docs" / "figures"
CROWDED = 0.75
"""Of load for each core: above it something else was at work, and milliseconds are worth little."""


class Figure(NamedTuple):
    """One figure: its stable name, its limit, and what it is."""

    name: str
    sign: str
    limit: float | None
    what: str


class Part(NamedTuple):
    """Figures that one command measures. `source` is the name of their file in docs/figures/."""

    title: str
    command: str
    source: str
    figures: tuple[Figure, ...]


PARTS = (
    Part("A turn", 'make bench ARGS="--only turn_cpu,latency,start,memory,stream,install"', "bench", (
        Figure("turn_cpu_ms_sqlite", "≤", 1.5, "ms of CPU for one durable turn, process tree, SQLite"),
        Figure("turn_cpu_ms_postgres", "", None, "the same on PostgreSQL, without its server"),
        Figure("turn_cpu_ms_postgres_server", "", None, "what PostgreSQL itself uses for it"),
        Figure("turn_cpu_ms_floor", "", None, "the least program that does the visible half, without receipts"),
        Figure("turn_cpu_ms_floor_with_receipts", "", None, "the same with the three webhooks that Wasl takes"),
        Figure("turn_ratio_to_floor", "≤", 1.6, "SQLite to the floor without receipts"),
        Figure("turn_ratio_to_floor_with_receipts", "", None, "SQLite to the floor with the same load"),
        Figure("turns_per_s_sqlite", "", None, "durable turns a second at saturation, one process"),
        Figure("turns_per_s_postgres", "", None, "the same on PostgreSQL"),
        Figure("added_p50_ms", "≤", 8, "ms added to the model's own time at 50 turns a second"),
        Figure("added_p99_ms", "≤", 40, "the same, 99 of 100"),
        Figure("added_p50_ms_postgres", "", None, "on PostgreSQL"),
        Figure("added_p99_ms_postgres", "", None, "the same, 99 of 100"),
        Figure("stream_first_chunk_p50_ms", "≤", 5, "ms from the provider's first chunk to the page"),
        Figure("stream_first_chunk_p50_ms_two_processes", "", None, "with the worker in another process"),
        Figure("start_ready_s", "≤", 1.5, "seconds from start to ready"),
        Figure("rss_mb_fresh", "", None, "MB of memory after the start"),
        Figure("rss_mb_1000_conversations", "≤", 100, "MB of memory after 1,000 conversations"),
        Figure("rss_growth_mb_100k_turns", "≤", 10, "MB more after 100,000 turns"),
        Figure("install_mb", "≤", 200, "MB that the default install takes"),
        Figure("install_packages", "≤", 60, "packages of it"),
    )),
    Part("Nothing lost", "make crash", "crash", (
        Figure("kills", "≥", 50, "kills in each of four settings"),
        Figure("messages", "≥", 2_000, "messages in each"),
        Figure("lost", "=", 0, "acknowledged and never answered"),
        Figure("out_of_order", "=", 0, "first answers not in the order of the messages"),
        Figure("twice_where_knowable", "=", 0, "two answers where receipts carry our tag"),
        Figure("unknown_unresolved", "=", 0, "deliveries neither sent nor failed in the end"),
    )),
    Part("People and formats", 'make bench ARGS="--only search,parse,importing,archive"', "bench", (
        Figure("search_p50_ms_sqlite", "≤", 2, "ms of a search among 1,000,000 messages"),
        Figure("search_p99_ms_sqlite", "≤", 20, "the same, 99 of 100"),
        Figure("search_p50_ms_postgres", "≤", 2, "on PostgreSQL"),
        Figure("search_p99_ms_postgres", "≤", 20, "the same, 99 of 100"),
        Figure("index_us_per_message", "≤", 25, "µs of CPU to index a message"),
        Figure("parse_cpu_s_per_100mb", "≤", 6.5, "seconds of CPU for a WhatsApp export of 100 MB"),
        Figure("parse_peak_mib", "≤", 96, "MiB of memory at the most"),
        Figure("regex_floor_cpu_s_per_100mb", "", None, "a plain pass of regular expressions"),
        Figure("import_records_per_cpu_s", "≥", 40_000, "records stored and indexed in a second of CPU"),
        Figure("archive_mb_per_s", "≥", 50, "MB a second, out and in"),
    )),
    Part("Exports of WhatsApp", "make eval-formats", "eval-formats", (
        Figure("clean_exact_pct", "≥", 100, "% of records exact, worst profile"),
        Figure("real_user_exact_pct", "≥", 99.99, "% of people's messages exact in exports as phones write them"),
        Figure("real_system_pct", "≥", 99.5, "% of the app's own lines known as such"),
        Figure("hostile_ios_exact_pct", "≥", 100, "% exact where people's words look like the export's own"),
    )),
    Part("Rules and purpose", 'make bench ARGS="--only guard,purpose,meter,simulated_month"', "bench", (
        Figure("guard_cpu_us", "≤", 100, "µs of CPU to judge an act by the rules that ship"),
        Figure("guard_cpu_us_500_rules", "≤", 60, "the same by 500 rules"),
        Figure("purpose_cpu_ms", "≤", 2, "ms of CPU to tell what a message is for"),
        Figure("purpose_train_s", "≤", 3, "seconds to learn a scope"),
        Figure("meter_turn_cpu_us", "≤", 25, "µs that pricing adds to a turn"),
        Figure("rejected", "=", 0, "of 200,000 messages of a month refused by the platform"),
        Figure("dropped", "=", 0, "of those dropped though allowed"),
    )),
    Part("Judging by the rules", "make eval-policy", "eval-policy", (
        Figure("cases", "", None, "cases"),
        Figure("cases_right", "=cases", None, "of them judged as they should be"),
    )),
    Part("Telling the purpose", "make eval-purpose", "eval-purpose", (
        Figure("general_auroc", "≥", 0.985, "business against general, area under the curve"),
        Figure("general_fpr95", "≤", 0.06, "general let through where 95 % of the business is kept"),
        Figure("small_scope_auroc", "≥", 0.97, "with twelve examples of a business"),
        Figure("small_scope_fpr95", "≤", 0.12, "the same"),
        Figure("balanced_accuracy", "≥", 0.95, "at one half"),
        Figure("mixed_auroc", "≥", 0.94, "messages that hold both"),
        Figure("evasive_auroc", "≥", 0.975, "general dressed as business"),
        Figure("neutral_kept_pct", "≥", 97, "% of greetings and thanks let through"),
    )),
    Part("Terms that change", "make eval-terms", "eval-terms", (
        Figure("recall", "≥", 0.95, "changes that matter and are told"),
        Figure("precision", "≥", 0.80, "of what is told, what matters"),
        Figure("f1", "", None, "of both"),
        Figure("recall_critical_topics", "≥", 1, "AI use, end of access, price, announcement"),
        Figure("alerts_on_same_words", "=", 0, "alerts where no word changed"),
        Figure("cpu_s_per_pair", "≤", 0.15, "seconds of CPU for a pair of versions"),
    )),
    Part("Leaving", 'make bench ARGS="--only exposure,campaign"', "bench", (
        Figure("exposure_s_sqlite_200k", "≤", 2, "seconds to count who is reachable, 200,000 people"),
        Figure("exposure_s_postgres_1m", "≤", 2, "1,000,000 people, 20 million messages, PostgreSQL"),
        Figure("plan_s_1m", "≤", 10, "seconds to work out a plan for 1,000,000 people"),
        Figure("campaign_cpu_ms_per_person", "≤", 1, "ms of CPU for each person told"),
    )),
    Part("Killed while people are told", "make crash-campaign", "crash-campaign", (
        Figure("campaign_kills", "≥", 20, "kills over 10,000 people, on each database"),
        Figure("told_twice", "=", 0, "people told twice in one milestone"),
        Figure("missed", "=", 0, "people never told"),
        Figure("campaign_seconds", "≤", 120, "seconds for both databases at once, on two cores"),
        Figure("campaign_cpu_s", "", None, "seconds of CPU of everything in it"),
    )),
    Part("Faces", 'make bench ARGS="--only faces"', "bench", (
        Figure("first_page_kb", "≤", 120, "KB that a first visit of the web chat loads, letters and scripts included"),
        Figure("open_streams", "", None, "pages held open at once, which only listen"),
        Figure("stream_p99_ms", "", None, "ms from the provider's first chunk to a page that asks beside them, 99 of 100"),
        Figure("streams_rss_mb", "", None, "MB of memory that the open pages take together"),
    )),
    Part("Adapters", 'make bench ARGS="--only adapters"', "bench", (
        Figure("adapter_cpu_us_worst", "≤", 500, "µs of CPU of a channel's own code for a message in and its answer out, the dearest"),
    )),
    Part("Pages", "make browser", "browser", (
        Figure("pages", "", None, "pages looked at, each in both languages"),
        Figure("axe_violations", "=", 0, "breaches of accessibility"),
        Figure("journeys_failed", "=", 0, "journeys that failed"),
    )),
    Part("Contracts", "make contract", "contract-figures", (
        Figure("channels_total", "", None, "channels"),
        Figure("channels_passing", "=channels_total", None, "of them passing the whole suite"),
    )),
)  # fmt: skip


def block() -> str:
    """Writes the table of each part."""
    return "\n\n".join(_part(part) for part in PARTS)


def _part(part: Part) -> str:
    path = KEPT / f"{part.source}.json"
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    if not any(one.name in found for one in part.figures):
        found = found.get("earlier", {})
    rows = list(_rows(part, found))
    said = _when(found) if any(one.name in found for one in part.figures) else "not kept yet"
    return f"**{part.title}** · `{part.command}` · {said}\n\n" + table(("figure", "what", "limit", "measured", ""), rows)


def _rows(part: Part, found: dict[str, Any]) -> Iterator[tuple[str, str, str, str, str]]:
    for one in part.figures:
        value, of = found.get(one.name), ""
        if value is None and one.name in found.get("earlier", {}):
            value, of = found["earlier"][one.name], f" (of {str(found['earlier'].get('commit', ''))[:7]})"
        limit = found.get(one.sign[1:]) if one.sign.startswith("=") and len(one.sign) > 1 else one.limit
        shown = "" if limit is None else f"{one.sign[0]} {limit:,g}"
        yield f"`{one.name}`", one.what, shown, "" if value is None else f"{value:,g}{of}", _verdict(value, one.sign[:1], limit)


def _verdict(value: float | None, sign: str, limit: float | None) -> str:
    if value is None or limit is None:
        return ""
    kept = value <= limit if sign == "≤" else value >= limit if sign == "≥" else value == limit
    return "kept" if kept else "**not kept**"


def _when(found: dict[str, Any]) -> str:
    machine = found.get("machine", {})
    load = float((machine.get("load") or [0.0])[0])
    cores = int(machine.get("cores") or 1)
    state = f"crowded: load {load:g}" if load > CROWDED * cores else f"load {load:g}"
    return f"{machine.get('processor', '?')}, {cores} cores, Python {machine.get('python', '?')}, {state}"
