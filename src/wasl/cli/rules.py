"""`wasl rules`: what each platform allows, by date and country; works without an installation or settings."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from wasl.cli.border import EXIT_LATER, EXIT_PROBLEM, EXIT_REFUSED
from wasl.cli.context import AsJson, Compose, Config, read_settings
from wasl.cli.rules_words import say
from wasl.cli.tongue import spoken
from wasl.domain.errors import SettingWrong

if TYPE_CHECKING:
    from datetime import date

    from wasl.policy.rulebook import Rulebook

Channel = Annotated[str, typer.Option(help="A channel, such as whatsapp.")]
Provider = Annotated[str, typer.Option(help="A provider of models, such as openai.")]
Folder = Annotated[Path | None, typer.Option("--rules", help="Your own rules; the setting `rules` when left out.", metavar="FOLDER")]
Known = Annotated[str, typer.Option(help="By what was known on that day.", metavar="DATE")]
Day = Annotated[str, typer.Option(help="The day; today when left out.", metavar="DATE")]


def add(app: typer.Typer, compose: Compose) -> None:
    """Adds the commands."""
    rules = typer.Typer(no_args_is_help=True, help="Tells what each platform allows, by date and country.")
    app.add_typer(rules, name="rules")
    _add_listing(rules)
    _add_explaining(rules)
    _add_checking(rules)


def _add_listing(rules: typer.Typer) -> None:
    Effect = Annotated[str, typer.Option(help="allow, deny, require, limit, charge or warn.")]  # noqa: N806 - a type
    Region = Annotated[str, typer.Option(help="A country of two letters, or the beginning of a number (+20).")]  # noqa: N806 - a type

    @rules.command(name="list")
    def list_(
        channel: Channel = "", provider: Provider = "", effect: Effect = "", region: Region = "",
        unsure: Annotated[bool, typer.Option("--unsure", help="Only those that are not certain.")] = False,
        folder: Folder = None, config: Config = None, as_json: AsJson = False,
    ) -> None:  # fmt: skip
        """Lists the rules, of all days, in the order of their files."""
        language = spoken()
        from wasl.cli.rules_shown import chosen, show_rules

        book = book_of(folder, config)
        found = chosen(book, book.known_on(), channel=channel, provider=provider, effect=effect, region=region, unsure=unsure)
        show_rules(book, found, language=language, as_json=as_json)

    @rules.command()
    def at(
        day: Annotated[str, typer.Argument(help="A day, such as 2026-10-01.", metavar="DATE")], known: Known = "",
        channel: Channel = "", provider: Provider = "", effect: Effect = "", region: Region = "",
        folder: Folder = None, config: Config = None, as_json: AsJson = False,
    ) -> None:  # fmt: skip
        """Lists the rules that hold on a day, as they were known on another (--known)."""
        language = spoken()
        from wasl.cli.rules_shown import chosen, show_rules

        book = book_of(folder, config)
        in_force = book.in_force(day_of(day), known=day_of(known) if known else None)
        found = chosen(book, in_force, channel=channel, provider=provider, effect=effect, region=region, unsure=False)
        show_rules(book, found, language=language, as_json=as_json)

    @rules.command()
    def export(folder: Folder = None, config: Config = None) -> None:
        """Prints every record of every rule as JSON, with the digest that names this version."""
        from wasl.cli.rules_shown import exported

        typer.echo(json.dumps(exported(book_of(folder, config)), ensure_ascii=False, indent=1))


def _add_explaining(rules: typer.Typer) -> None:
    @rules.command()
    def explain(
        channel: Channel,
        to: Annotated[str, typer.Option(help="The person's number, or its beginning: +20.", metavar="NUMBER")] = "",
        region: Annotated[str, typer.Option(help="The person's country, where there is no number.")] = "",
        business_id: Annotated[str, typer.Option(help="The person's business-scoped id.")] = "",
        on: Day = "",
        known: Known = "",
        purpose: Annotated[Literal["business", "general"], typer.Option(help="What the deployment is for.")] = "business",
        turn: Annotated[Literal["ancillary", "general"], typer.Option(help="What this turn is about.")] = "ancillary",
        account_created: Annotated[str, typer.Option(help="When the account was made.", metavar="DATE")] = "",
        form: Annotated[Literal["free", "template", "call_request", "call"], typer.Option(help="What is sent.")] = "free",
        category: Annotated[str, typer.Option(help="Category of a template: utility, marketing, authentication.")] = "",
        characters: Annotated[int, typer.Option(min=0, help="Length of the text.")] = 0,
        size_bytes: Annotated[int, typer.Option("--bytes", min=0, help="Length of the text in bytes.")] = 0,
        seconds_since: Annotated[int, typer.Option(min=0, help="Seconds since the person's last word.")] = 60,
        never_wrote: Annotated[bool, typer.Option("--never-wrote", help="The person never wrote.")] = False,
        opened_by: Annotated[str, typer.Option(help="What opened the window, such as click_to_whatsapp_ad.")] = "",
        number: Annotated[int, typer.Option(min=1, help="Which free-form message of the month this is.")] = 1,
        last_second: Annotated[int, typer.Option("--sent-last-second", min=0, help="Messages sent in the last second.")] = 0,
        sender: Annotated[Literal["assistant", "human"], typer.Option(help="Who speaks.")] = "assistant",
        tag: Annotated[str, typer.Option(help="Message tag.")] = "",
        provider: Provider = "",
        tier: Annotated[str, typer.Option(help="Tier at the provider: free or paid.")] = "",
        billing: Annotated[bool | None, typer.Option("--billing/--no-billing", help="Whether the account can pay.")] = None,
        zone: Annotated[str, typer.Option(help="Time zone of the account.")] = "UTC",
        lenient: Annotated[bool, typer.Option("--lenient", help="What is not certain warns instead of forbidding.")] = False,
        whole: Annotated[bool, typer.Option("--all", help="Also the rules of other days and places.")] = False,
        folder: Folder = None,
        config: Config = None,
        as_json: AsJson = False,
    ) -> None:
        """Tells what the rules say to one act, rule by rule; ends with 0 allowed, 4 not allowed, 75 not yet."""
        language = spoken()
        from wasl.cli.rules_shown import show_chain
        from wasl.policy.cases import read_case
        from wasl.policy.explain import explain as explained
        from wasl.wire.region import calling_code_of

        if to and calling_code_of(to) is None:
            raise SettingWrong(f"{to!r} is no number of any country; write it, or its beginning, such as +20, or use --region EG")
        told: dict[str, Any] = {
            "channel": channel, "to": to, "region": region.upper(), "business_id": business_id, "on": on or today(), "purpose": purpose,
            "turn": turn, "account_created_on": day_of(account_created) if account_created else "",
            "form": "template" if category else form, "category": category,
            "characters": characters, "size_bytes": size_bytes, "since_inbound_s": seconds_since, "never_wrote": never_wrote,
            "opened_by": opened_by, "number": number, "last_second": last_second,
            "sender": sender, "tag": tag, "zone": zone, "billing": billing,
            "mode": "lenient" if lenient else "strict", "known": day_of(known) if known else "", "provider": provider, "tier": tier,
        }  # fmt: skip
        case = read_case({key: value for key, value in told.items() if value not in ("", None)}, at="wasl rules explain")
        book = book_of(folder, config)
        if book.named(channel) not in book.channels:
            raise SettingWrong(f"no rule speaks of the channel {channel!r}; there are {', '.join(sorted(book.channels))}")
        chain = explained(book, case.act, known=case.known)
        show_chain(book, case.act, chain, language=language, whole=whole, as_json=as_json)
        if chain.verdict.effect in ("refuse", "hold"):
            raise typer.Exit(EXIT_REFUSED if chain.verdict.effect == "refuse" else EXIT_LATER)


def _add_checking(rules: typer.Typer) -> None:
    @rules.command()
    def test(
        file: Annotated[Path, typer.Argument(help="A file of cases.", metavar="FILE")],
        folder: Folder = None, config: Config = None, as_json: AsJson = False,
    ) -> None:  # fmt: skip
        """Judges every case of a file and tells which come out otherwise than expected."""
        language = spoken()
        from wasl.net.rule_folder import rule_text
        from wasl.policy.cases import missed, read_cases
        from wasl.policy.evaluate import evaluate

        book = book_of(folder, config)
        results = [
            (case.name, missed(case, evaluate(book, case.act, known=case.known))) for case in read_cases(rule_text(file), at=str(file))
        ]
        wrong = [(name, found) for name, found in results if found]
        if as_json:
            told = {"cases": len(results), "cases_right": len(results) - len(wrong), "wrong": {name: list(found) for name, found in wrong}}
            typer.echo(json.dumps(told, ensure_ascii=False))
        else:
            for name, found in wrong:
                typer.echo(f"{name}: {'; '.join(found)}")
            typer.echo(say("right", language, right=len(results) - len(wrong), cases=len(results)))
        if wrong:
            raise typer.Exit(EXIT_PROBLEM)

    @rules.command(name="add")
    def add_(
        file: Annotated[Path, typer.Argument(help="Your rule file.", metavar="FILE")],
        folder: Folder = None, config: Config = None,
    ) -> None:  # fmt: skip
        """Checks a rule file of yours beside all others, and says where to put it; writes nothing."""
        language = spoken()
        from wasl.net.rule_folder import rule_text
        from wasl.policy.rule_file import read_rules
        from wasl.policy.rulebook import read_book

        where = folder or read_settings(config, needs="settings").rules
        base = book_of(folder, config, without=file)
        read_book({str(file): rule_text(file)}, base=base)
        own = read_rules(rule_text(file), at=str(file), groups=base.groups)
        typer.echo(say("good", language, file=file, count=len(own.rules)))
        for rule in own.rules:
            if rule.effect == "allow":
                typer.echo(say("permits", language, id=rule.id))
        inside = where is not None and file.resolve().parent == where.resolve()
        typer.echo(say("there", language, folder=where) if inside else say("put", language))


def book_of(folder: Path | None, config: Path | None, *, without: Path | None = None) -> "Rulebook":
    """Gives the shipped rulebook with the operator's rules laid over it. Raises SettingWrong."""
    from wasl.net.rule_folder import rule_texts
    from wasl.policy.rulebook import read_book
    from wasl.policy.shipped_rules import shipped_book

    where = folder or read_settings(config, needs="settings").rules
    if where is None:
        return shipped_book()
    texts = {path: text for path, text in rule_texts(where).items() if without is None or Path(path).resolve() != without.resolve()}
    return read_book(texts, base=shipped_book())


def day_of(text: str) -> "date":
    """Reads a day. Raises SettingWrong."""
    from datetime import date

    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise SettingWrong(f"{text!r} is no day; write it as 2026-10-01") from error


def today() -> "date":
    """Gives the day of this machine."""
    from datetime import UTC, datetime

    return datetime.now(UTC).date()
