"""`wasl export`: everything can leave."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, BinaryIO

import typer

from wasl.cli.bring_words import counted, words
from wasl.cli.context import Compose, Config, Installation
from wasl.cli.tongue import spoken
from wasl.cli.whom import Person, one_person, opened

if TYPE_CHECKING:
    from wasl.ports.format import Wrote
    from wasl.service.shelf import Leaving
    from wasl.service.take_out import Wanted

WHOLE_KIND = "archive"
"""The format that holds everything of the conversations: what it does not hold is of the installation."""


def add(app: typer.Typer, compose: Compose) -> None:
    """Adds the command."""

    @app.command()
    def export(
        out: Annotated[Path, typer.Argument(help="The file to write; - for standard output.", metavar="OUT")],
        person: Person = None,
        channel: Annotated[str | None, typer.Option(help="Everything that would vanish with this channel.")] = None,
        chat: Annotated[
            list[str] | None, typer.Option(help="A conversation's or an imported chat's id; repeat for several.", metavar="ID")
        ] = None,
        everything: Annotated[bool, typer.Option("--all", help="The whole installation.")] = False,
        kind: Annotated[str, typer.Option("--format", help="See `wasl formats`.")] = "archive",
        mask_others: Annotated[bool, typer.Option("--mask-others", help="Replace other people's names in groups.")] = False,
        config: Config = None,
    ) -> None:
        """Writes conversations to a file, in any format that can be written."""
        from wasl.domain.errors import SettingWrong
        from wasl.wire.loss_words import loss_words

        if sum((person is not None, channel is not None, bool(chat), everything)) != 1:
            raise SettingWrong("say what is to leave: one of --person, --channel, --chat or --all")
        installation = opened(compose, config)
        language = spoken()
        say = words(language)
        work = _export(installation, out, person=person, channel=channel, chats=chat, kind=kind, mask_others=mask_others)
        wrote = compose.run(work)
        counts = counted(wrote.counts, language)
        typer.echo(say["wrote"].format(file=out, counts=counts), err=True)
        if wrote.dropped:
            dropped = say["comma"].join(f"{loss_words(d.what, language)} ({d.number})" for d in wrote.dropped)
            typer.echo(say["left"].format(left=dropped) if kind == WHOLE_KIND else say["drops"].format(dropped=dropped), err=True)


async def _export(
    installation: Installation,
    out: Path,
    *,
    person: str | None,
    channel: str | None,
    chats: list[str] | None,
    kind: str,
    mask_others: bool,
) -> "Wrote":
    from wasl.ports.format import Order
    from wasl.service.take_out import Wanted

    async with installation.opened():
        leaving = await _leaving(installation, person=person, channel=channel, chats=chats)
        order = Order(scope=leaving.scope, language=installation.settings.language, mask_others=mask_others)
        wanted = Wanted(leaving=leaving, format=kind, order=order)
        installation.moving.take_out.writer(kind)
        if str(out) == "-":
            return await installation.moving.take_out.run(wanted, sys.stdout.buffer)
        return await _to_file(installation, wanted, out)


async def _to_file(installation: Installation, wanted: "Wanted", out: Path) -> "Wrote":
    """Writes beside the file and then gives it its name: nobody takes half an export for a whole one."""
    part = out.with_name(out.name + ".part")
    try:
        with _new(part) as file:
            wrote = await installation.moving.take_out.run(wanted, file)
        part.replace(out)
        _manifest(installation, wanted, wrote, beside=out)
    finally:
        part.unlink(missing_ok=True)
    return wrote


def _manifest(installation: Installation, wanted: "Wanted", wrote: "Wrote", *, beside: Path) -> None:
    """Writes what was left out beside a single file, which has no place for it; a zip holds its manifest."""
    from wasl.ports.export_manifest import MANIFEST, manifest_of

    if installation.moving.take_out.writer(wanted.format).suffix != ".zip":
        with _new(beside.with_name(f"{beside.name}.{MANIFEST}")) as file:
            file.write(manifest_of(wanted.format, wanted.order, wrote))


def _new(path: Path) -> BinaryIO:
    import os

    return open(path, "wb", opener=lambda p, flags: os.open(p, flags, 0o600))


async def _leaving(installation: Installation, *, person: str | None, channel: str | None, chats: list[str] | None) -> "Leaving":
    from wasl.domain.errors import Refused
    from wasl.domain.ids import ConversationId
    from wasl.service.shelf import Leaving

    if person is not None:
        return Leaving(scope="person", people=((await one_person(installation, person)).id,))
    if channel is not None:
        known = installation.channels
        held = installation.store.library.live_chats  # one that was taken out of the settings may have left its conversations
        if channel not in known and not await held(people=None, channel=channel, after=None, limit=1):
            raise Refused(f"there is no channel {channel!r}; there are: {', '.join(sorted(known))}")
        return Leaving(scope="channel", channel=channel)
    people, library = installation.store.people, installation.store.library
    for chat in chats or ():
        if await library.find_chat(chat) is None and await people.person_of(ConversationId(chat)) is None:
            raise Refused(f"there is no conversation or imported chat {chat!r}; see `wasl person show` and `wasl imports`")
    return Leaving(scope="chat", chats=tuple(chats)) if chats else Leaving(scope="installation")
