"""`wasl person`, `wasl search` and `wasl erase`: who is who, what they said, and forgetting them."""

import json
from typing import TYPE_CHECKING, Annotated, Any

import typer

from wasl.cli.asking import confirm
from wasl.cli.border import EXIT_PROBLEM
from wasl.cli.bring_words import taken, words
from wasl.cli.context import AsJson, Compose, Config, Installation
from wasl.cli.operating_words import say
from wasl.cli.show import moment
from wasl.cli.tongue import spoken
from wasl.cli.whom import Person, one_person, opened

if TYPE_CHECKING:
    from wasl.domain.identity import LinkRecord, PersonView
    from wasl.ports.library import Hit

Who = Annotated[str, typer.Argument(help="A person's id, name or handle.", metavar="WHO")]
PEOPLE_MAX = 1_000
AUDIT_SHOWN = 20


def add(app: typer.Typer, compose: Compose) -> None:
    """Adds the commands."""
    group = typer.Typer(help="Shows who is who; joins, parts, holds and erases people.", no_args_is_help=True, rich_markup_mode=None)
    app.add_typer(group, name="person")
    _add_reading(group, compose)
    _add_changing(group, compose)

    @app.command()
    def search(
        text: Annotated[list[str], typer.Argument(help='Words; "quoted words" stand together.', metavar="WORDS")],
        person: Person = None,
        limit: Annotated[int, typer.Option(min=1, max=100, help="Hits at the most.")] = 20,
        as_json: AsJson = False,
        config: Config = None,
    ) -> None:
        """Finds what was said, on every channel and in everything that was brought in, newest first."""
        installation = opened(compose, config)
        hits = compose.run(_search(installation, " ".join(text), person=person, limit=limit))
        if as_json:
            typer.echo(json.dumps([_hit(h) for h in hits], ensure_ascii=False))
        elif not hits:
            typer.echo(words(spoken())["nothing"])
        for hit in hits if not as_json else ():
            where = hit.chat_title or hit.origin
            typer.echo(f"{moment(hit.at_ms)}  {where}  {hit.author_name or hit.author}: {_marked(hit)}")

    @app.command()
    def erase(
        who: Who,
        dry_run: Annotated[bool, typer.Option("--dry-run", help="Only count what would go.")] = False,
        yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
        config: Config = None,
    ) -> None:
        """Forgets a person wholly, after saying what that takes; prints the receipt as JSON."""
        raise typer.Exit(compose.run(_erase(opened(compose, config), who, dry=dry_run, quiet=yes)))

    group.command("erase")(erase)


def _add_reading(group: typer.Typer, compose: Compose) -> None:
    @group.command("list")
    def list_(
        text: Annotated[str, typer.Argument(help="Part of a name, handle or id; everybody when left out.")] = "",
        as_json: AsJson = False,
        config: Config = None,
    ) -> None:
        """Lists people."""
        found = compose.run(_list(opened(compose, config), text))
        if as_json:
            typer.echo(json.dumps([_plain(v) for v in found], ensure_ascii=False))
            return
        from wasl.cli.show import table

        rows = [
            (v.id, v.name or "", ", ".join(f"{a.key.channel}: {a.key.handle}" for i in v.identities for a in i.addresses), v.hold or "")
            for v in found
        ]
        language = spoken()
        if not rows:
            typer.echo(words(language)["nothing"] if text else say("nobody yet", language))
            return
        table(("id", *(say(word, language) for word in ("name", "addresses", "hold"))), rows)

    @group.command()
    def show(
        who: Who,
        disclosures: Annotated[bool, typer.Option("--disclosures", help="Only who received the person's words, and where.")] = False,
        config: Config = None,
    ) -> None:
        """Shows a person as JSON: identities, links, holds, and the last steps of the audit log."""
        found = compose.run((_disclosures if disclosures else _show)(opened(compose, config), who))
        typer.echo(json.dumps(found, ensure_ascii=False, indent=2))


def _add_changing(group: typer.Typer, compose: Compose) -> None:
    @group.command()
    def link(who: Who, other: Who, config: Config = None) -> None:
        """Joins two people: from now on both are one, until the link is ended."""
        typer.echo(say("linked", spoken(), id=compose.run(_link(opened(compose, config), who, other)).id))

    @group.command()
    def merge(who: Who, other: Who, config: Config = None) -> None:
        """Joins two people, like `link`."""
        typer.echo(say("linked", spoken(), id=compose.run(_link(opened(compose, config), who, other)).id))

    @group.command()
    def unlink(link_id: Annotated[str, typer.Argument(help="The link's id; see `wasl person show`.")], config: Config = None) -> None:
        """Ends a link: the two are again as they were, each with their own messages."""
        compose.run(_unlink(opened(compose, config), link_id))
        typer.echo(say("ended", spoken(), id=link_id))

    @group.command()
    def split(address_id: Annotated[str, typer.Argument(help="The address's id; see `wasl person show`.")], config: Config = None) -> None:
        """Parts an address from its conversation: a new person, with what was said from there."""
        typer.echo(say("parted", spoken(), id=compose.run(_split(opened(compose, config), address_id))))

    @group.command("erase-again")
    def erase_again(config: Config = None) -> None:
        """Repeats every erasure that is known here, after a database came back by other means than `wasl restore`."""
        typer.echo(say("erased again", spoken(), count=compose.run(_again(opened(compose, config)))))

    @group.command()
    def hold(
        who: Who,
        reason: Annotated[str, typer.Argument(help="Why; empty lifts the hold.")] = "",
        config: Config = None,
    ) -> None:
        """Puts a legal hold on a person, which forbids erasing them; without a reason it is lifted."""
        compose.run(_hold(opened(compose, config), who, reason or None))
        typer.echo(say("hold on" if reason else "hold off", spoken()))


async def _again(installation: Installation) -> int:
    async with installation.opened():
        return await installation.moving.erase.replay()


async def _list(installation: Installation, text: str) -> "list[PersonView]":
    async with installation.opened():
        return list(await installation.store.people.find(text, limit=PEOPLE_MAX))


async def _disclosures(installation: Installation, who: str) -> dict[str, Any]:
    """Tells who received a person's words: candidate, provider, region, calls, tokens, and from when until when."""
    async with installation.opened():
        view = await one_person(installation, who)
        forgotten = await installation.store.people.weigh(view.id)
    received = [{**p, "since": moment(p["since_ms"]), "until": moment(p["until_ms"])} for p in forgotten.providers]
    return {"person": view.id, "name": view.name, "received": received}


async def _show(installation: Installation, who: str) -> dict[str, Any]:
    async with installation.opened():
        view = await one_person(installation, who)
        audit = await installation.store.people.audit(person_id=view.id, limit=AUDIT_SHOWN)
    steps = [{"at": moment(r.at_ms), "by": r.by, "act": r.act, "detail": dict(r.detail)} for r in audit]
    return {**_plain(view), "audit": steps}


async def _link(installation: Installation, who: str, other: str) -> "LinkRecord":
    from wasl.domain.identity import LinkRecord

    async with installation.opened():
        one, two = await one_person(installation, who), await one_person(installation, other)
        now = installation.clock.now_ms()
        link = LinkRecord(
            id=installation.clock.new_id(),
            one=one.identities[0].conversation_id,
            other=two.identities[0].conversation_id,
            proof="operator",
            by="operator",
            at_ms=now,
        )
        return await installation.store.people.link(link=link, now_ms=now)


async def _unlink(installation: Installation, link_id: str) -> None:
    async with installation.opened():
        await installation.store.people.unlink(link_id=link_id, by="operator", now_ms=installation.clock.now_ms())


async def _split(installation: Installation, address_id: str) -> str:
    from wasl.domain.ids import AddressId

    async with installation.opened():
        now = installation.clock.now_ms()
        return str(await installation.store.people.split(address_id=AddressId(address_id), by="operator", now_ms=now))


async def _hold(installation: Installation, who: str, reason: str | None) -> None:
    async with installation.opened():
        view = await one_person(installation, who)
        await installation.store.people.hold(person_id=view.id, reason=reason, by="operator", now_ms=installation.clock.now_ms())


async def _search(installation: Installation, text: str, *, person: str | None, limit: int) -> "list[Hit]":
    async with installation.opened():
        where = None
        if person is not None:
            where = [i.conversation_id for i in (await one_person(installation, person)).identities]
        return list(await installation.moving.library.search(text, conversations=where, limit=limit))


async def _erase(installation: Installation, who: str, *, dry: bool, quiet: bool) -> int:
    said = words(spoken())
    async with installation.opened():
        view = await one_person(installation, who)
        erase = installation.moving.erase
        toll = await erase.weigh(view.id)
        typer.echo(said["erase"].format(name=view.name or view.id, counts=taken(toll.counts, spoken())), err=True)
        if toll.providers:
            named = ", ".join(f"{p['provider']} ({p['calls']})" for p in toll.providers)
            typer.echo(said["providers"].format(providers=named), err=True)
        if toll.hold is not None:
            typer.secho(said["hold"].format(hold=toll.hold), fg="red", err=True)
            return EXIT_PROBLEM
        if dry or (not quiet and not confirm(said["sure"], err=True)):
            return 0 if dry else EXIT_PROBLEM
        receipt = await erase.run(view.id, by="operator")
    typer.echo(said["erased"], err=True)
    typer.echo(json.dumps(receipt, ensure_ascii=False, indent=2))
    return 0


def _plain(view: "PersonView") -> dict[str, Any]:
    return {
        "id": view.id,
        "name": view.name,
        "kind": view.kind,
        "hold": view.hold,
        "identities": [
            {
                "conversation": i.conversation_id,
                "messages": i.messages,
                "chats": i.chats,
                "addresses": [
                    {"id": a.id, "channel": a.key.channel, "handle": a.key.handle, "kind": a.key.kind, "name": a.name} for a in i.addresses
                ],
            }
            for i in view.identities
        ],
        "links": [
            {
                "id": k.id,
                "one": k.one,
                "other": k.other,
                "proof": k.proof,
                "by": k.by,
                "at": moment(k.at_ms),
                "ended": k.ended_ms is not None,
            }
            for k in view.links
        ],
    }


def _hit(hit: "Hit") -> dict[str, Any]:
    return {
        "at": moment(hit.at_ms),
        "person": hit.person_id,
        "conversation": hit.conversation_id,
        "message": hit.message_id,
        "chat": hit.chat_id,
        "title": hit.chat_title,
        "origin": hit.origin,
        "author": hit.author_name or hit.author,
        "text": hit.text,
        "marks": [list(mark) for mark in hit.marks],
    }


def _marked(hit: "Hit") -> str:
    """Shows what matched in bold; a pipe gets plain words."""
    shown, at = [], 0
    for start, end in hit.marks:
        shown += [hit.text[at:start], typer.style(hit.text[start:end], bold=True)]
        at = end
    return " ".join("".join([*shown, hit.text[at:]]).split())
