"""How `wasl terms` shows documents, changes, rules and trials."""

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import typer

from wasl.cli.show import countries, moment, table
from wasl.cli.terms_words import named, say
from wasl.cli.tongue import Language, spoken
from wasl.service.phrases import told as translated
from wasl.wire.isolate import apart

if TYPE_CHECKING:
    from wasl.domain.terms import Change, Document, RuleRecord, Watched
    from wasl.service.make_rule import Trial
    from wasl.service.watch import Seen
    from wasl.terms.declaration import Declaration

CLAUSES_SHOWN = 40
COUNTRIES_SHOWN = 12


def show_documents(every: "Sequence[Declaration]", known: "Mapping[str, Watched]", watched: frozenset[str], *, as_json: bool) -> None:
    """Lists documents."""
    language: Language = "en" if as_json else spoken()
    rows = []
    for one in every:
        stands = known.get(one.document.id)
        state = _state(one, stands, watched=one.document.id in watched, language=language)
        seen = moment(stands.seen_ms) if stands and stands.seen_ms else ""
        rows.append((one.document.id, named(one.document.kind, language), state, seen, say("unsure", language) if one.unsure else ""))
    if as_json:
        typer.echo(
            json.dumps([dict(zip(("document", "kind", "state", "seen", "unsure"), row, strict=True)) for row in rows], ensure_ascii=False)
        )
    elif not rows:
        typer.echo(say("no documents", language))
    else:
        table([*(say(word, language) for word in ("document", "kind", "state", "seen")), ""], rows)


def show_seen(seen: "Sequence[Seen]") -> None:
    """Says what looks came to."""
    language = spoken()
    if not seen:
        typer.echo(say("not due", language))
    for one in seen:
        colour = {"quarantined": "yellow", "failed": "red", "changed": "green"}.get(one.outcome)
        why, outcome = translated(one.reason, language), named(one.outcome, language)
        line = say("look why" if why else "look", language, document=one.document_id, outcome=outcome, why=why)
        typer.secho(line + (say("look change", language, id=one.change.id) if one.change else ""), fg=colour)


def show_changes(changes: "Sequence[Change]", documents: "Mapping[str, Document]", *, as_json: bool) -> None:
    """Lists changes."""
    if as_json:
        from wasl.service.export_terms import as_json as written

        typer.echo(written(changes, documents))
        return
    language = spoken()
    if not changes:
        typer.echo(say("no changes", language))
        return
    head = ("change", "document", "verdict", "topic", "announced", "state", "seen")
    rows = [
        (
            one.id, one.document_id, named(one.judgement.label, language), named(one.judgement.topic or "", language), _days(one),
            named(one.state, language), moment(one.at_ms),
        )
        for one in changes
    ]  # fmt: skip
    table([say(word, language) for word in head], rows)


def _days(change: "Change") -> str:
    return ", ".join(sorted({one.day.isoformat() if one.day else one.written for one in change.judgement.dates}))


def _state(declaration: "Declaration", stands: "Watched | None", *, watched: bool, language: Language) -> str:
    if not watched:
        return say("not watched", language)
    if declaration.manual:
        seen = stands is not None and stands.seen_ms is not None
        return say("by hand" if seen else "wanted", language)
    if stands is None or stands.checked_ms is None:
        return say("unseen", language)
    why = translated(stands.problem, language)
    return say("quarantined", language, why=why) if stands.quarantined else why or say("well", language)


def show_change(change: "Change", documents: "Mapping[str, Document]") -> None:
    """Shows a change with its words marked."""
    from wasl.domain.days import day_at
    from wasl.service.alert_terms import first_line, marked

    language, judged = spoken(), change.judgement
    document = documents.get(change.document_id)
    if document is not None:
        typer.secho(first_line(document, change, today=day_at(change.at_ms), language=language), bold=True)
    typer.echo(translated(judged.reason, language))
    typer.echo(say("judged said" if judged.said else "judged", language, by=translated(judged.by, language), said=judged.said))
    for told in judged.dates:
        typer.echo(say("day told", language, day=told.day or told.written, sentence=told.sentence))
    for link in judged.links:
        typer.echo(say("preview", language, link=link))
    for clause in judged.clauses[:CLAUSES_SHOWN]:
        topics = ("، " if language == "ar" else ", ").join(named(topic, language) for topic in clause.topics)
        heading = apart(clause.heading) if language == "ar" else clause.heading
        typer.secho(f"\n{clause.sentence}  {heading}  {topics}".rstrip(), dim=not clause.weight)
        for sign, colour, pieces in zip("-+", ("red", "green"), marked(clause), strict=True):
            if pieces:
                shown = (typer.style(one.text, fg=colour, underline=True) if one.changed else one.text for one in pieces)
                typer.echo(f"  {sign} " + "".join(shown))


def show_people(people: "Mapping[str, int]") -> None:
    """Says how many people hang on the channels that a document bears on."""
    if people:
        typer.echo("\n" + say("people", spoken(), people=_people(people)))


def _people(people: "Mapping[str, int]") -> str:
    return countries(list(people.items())[:COUNTRIES_SHOWN], spoken())


def show_trial(trial: "Trial") -> None:
    """Says what a rule would have done."""
    language = spoken()
    counts = {"blocked": f"{trial.blocked:,}", "charged": f"{trial.charged:,}", "messages": f"{trial.messages:,}"}
    people = _people(trial.people) or say("no people", language)
    typer.echo(say("trial charged" if trial.charged else "trial", language, days=trial.days, people=people, **counts))


def show_rules(records: "Sequence[RuleRecord]") -> None:
    """Lists steps of rules."""
    language = spoken()
    if not records:
        typer.echo(say("no rules", language))
        return
    rows = [(one.rule_id, named(one.act, language), one.by, one.note, moment(one.at_ms)) for one in records]
    table([say(word, language) for word in ("rule", "step", "by", "note", "when")], rows)
