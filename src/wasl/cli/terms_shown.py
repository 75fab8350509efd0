"""How `wasl terms` shows documents, changes, rules and trials."""

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import typer

from wasl.cli.show import moment, table

if TYPE_CHECKING:
    from wasl.domain.terms import Change, Document, RuleRecord, Watched
    from wasl.service.make_rule import Trial
    from wasl.service.watch import Seen
    from wasl.terms.declaration import Declaration

CLAUSES_SHOWN = 40


def show_documents(every: "Sequence[Declaration]", known: "Mapping[str, Watched]", watched: frozenset[str], *, as_json: bool) -> None:
    """Lists documents."""
    rows = []
    for one in every:
        stands = known.get(one.document.id)
        state = _state(one, stands, watched=one.document.id in watched)
        seen = moment(stands.seen_ms) if stands and stands.seen_ms else ""
        rows.append((one.document.id, one.document.kind, state, seen, "unsure" if one.unsure else ""))
    if as_json:
        typer.echo(
            json.dumps([dict(zip(("document", "kind", "state", "seen", "unsure"), row, strict=True)) for row in rows], ensure_ascii=False)
        )
    else:
        table(("document", "kind", "state", "seen", ""), rows)


def show_seen(seen: "Sequence[Seen]") -> None:
    """Says what looks came to."""
    if not seen:
        typer.echo("Nothing is due.")
    for one in seen:
        colour = {"quarantined": "yellow", "failed": "red", "changed": "green"}.get(one.outcome)
        change = f" (change {one.change.id})" if one.change else ""
        typer.secho(f"{one.document_id}: {one.outcome}{': ' + one.reason if one.reason else ''}{change}", fg=colour)


def show_changes(changes: "Sequence[Change]", documents: "Mapping[str, Document]", *, as_json: bool) -> None:
    """Lists changes."""
    if as_json:
        from wasl.service.export_terms import as_json as written

        typer.echo(written(changes, documents))
        return
    if not changes:
        typer.echo("Nothing has changed since watching began.")
        return
    table(
        ("seen", "document", "verdict", "topic", "announced", "state", "change"),
        [
            (moment(one.at_ms), one.document_id, one.judgement.label, one.judgement.topic or "", _days(one), one.state, one.id)
            for one in changes
        ],
    )


def _days(change: "Change") -> str:
    return ", ".join(sorted({one.day.isoformat() if one.day else one.written for one in change.judgement.dates}))


def _state(declaration: "Declaration", stands: "Watched | None", *, watched: bool) -> str:
    if not watched:
        return "not watched"
    if declaration.manual:
        seen = stands is not None and stands.seen_ms is not None
        return "by hand" if seen else "to be brought by hand (`wasl terms bring`)"
    if stands is None or stands.checked_ms is None:
        return "not seen yet"
    return f"quarantined: {stands.problem}" if stands.quarantined else stands.problem or "well"


def show_change(change: "Change", documents: "Mapping[str, Document]") -> None:
    """Shows a change with its words marked."""
    from wasl.service.alert_terms import first_line, marked
    from wasl.service.when_to_look import day_of

    document = documents.get(change.document_id)
    if document is not None:
        typer.secho(first_line(document, change, today=day_of(change.at_ms)), bold=True)
    typer.echo(change.judgement.reason)
    typer.echo(f"  judged by {change.judgement.by}" + (f": {change.judgement.said}" if change.judgement.said else ""))
    for told in change.judgement.dates:
        typer.echo(f"  {told.day or told.written}: {told.sentence}")
    for link in change.judgement.links:
        typer.echo(f"  preview: {link}")
    for clause in change.judgement.clauses[:CLAUSES_SHOWN]:
        typer.secho(f"\n{clause.sentence}  {clause.heading}  {', '.join(clause.topics)}", dim=not clause.weight)
        for sign, colour, pieces in zip("-+", ("red", "green"), marked(clause), strict=True):
            if pieces:
                shown = (typer.style(one.text, fg=colour, underline=True) if one.changed else one.text for one in pieces)
                typer.echo(f"  {sign} " + "".join(shown))


def show_people(people: "Mapping[str, int]") -> None:
    """Says how many people hang on the channels that a document bears on."""
    if people:
        typer.echo("\nPeople: " + ", ".join(f"{count} {country or 'of unknown country'}" for country, count in list(people.items())[:12]))


def show_trial(trial: "Trial") -> None:
    """Says what a rule would have done."""
    people = ", ".join(f"{count} {country or 'of unknown country'}" for country, count in list(trial.people.items())[:12])
    charged = f" and charged {trial.charged:,}" if trial.charged else ""
    blocked = f"it would have blocked {trial.blocked:,}{charged} of {trial.messages:,} messages"
    typer.echo(f"In the last {trial.days} days {blocked}; people: {people or 'none'}")


def show_rules(records: "Sequence[RuleRecord]") -> None:
    """Lists steps of rules."""
    if not records:
        typer.echo("No rule was made from terms yet; `wasl terms draft CHANGE` drafts some.")
        return
    table(("when", "rule", "step", "by", "note"), [(moment(one.at_ms), one.rule_id, one.act, one.by, one.note) for one in records])
