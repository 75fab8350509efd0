"""Finds whom a command means, and opens the installation it works on."""

from typing import TYPE_CHECKING, Annotated

import typer

from wasl.cli.context import Compose, Config, Installation, quiet_logs, read_settings
from wasl.cli.tongue import spoken

if TYPE_CHECKING:
    from wasl.config_secrets import Needs
    from wasl.domain.identity import PersonView
    from wasl.domain.ids import ConversationId

Person = Annotated[str | None, typer.Option(help="Whose: a person's id, name or handle.", metavar="WHO")]
FOUND_MAX = 10


def opened(compose: Compose, config: Config, *, needs: "Needs" = "store") -> Installation:
    """Composes the installation of the settings, and keeps its logs off the terminal. Who talks to a platform `needs` the secrets."""
    settings = read_settings(config, needs=needs)
    quiet_logs(settings)
    return compose.installation(settings)


async def one_person(installation: Installation, who: str, *, words: "dict[str, str] | None" = None) -> "PersonView":
    """Finds the one person of that id, name or handle. Raises Refused when there is none, or more than one."""
    from wasl.cli.bring_words import words as words_of
    from wasl.domain.errors import Refused
    from wasl.domain.ids import PersonId

    said = words_of(spoken())
    people = installation.store.people
    found = await people.view(PersonId(who))
    if found is not None:
        return found
    listed = await people.find(who, limit=FOUND_MAX)
    exact = [v for v in listed if who in (v.name, *(a.key.handle for i in v.identities for a in i.addresses))]
    if len(exact or listed) == 1:
        return (exact or listed)[0]
    if not listed:
        raise Refused(said["nobody"].format(name=who), typed=who)
    raise Refused(said["several"].format(name=who, people=", ".join(f"{v.name or '?'} ({v.id})" for v in exact or listed)), typed=who)


async def owner_of(installation: Installation, who: str | None) -> "ConversationId":
    """Gives the conversation for which something is brought in: the person's oldest, or the operator's own when nobody is named."""
    from wasl.domain.ids import ConversationId, PersonId
    from wasl.ports.format import PersonRecord
    from wasl.service.own import OWN_CONVERSATION, OWN_PERSON

    if who is not None:
        return (await one_person(installation, who)).identities[0].conversation_id
    people = installation.store.people
    if await people.person_of(ConversationId(OWN_CONVERSATION)) is None:
        now = installation.clock.now_ms()
        listed = {"id": OWN_CONVERSATION, "born_as": OWN_PERSON, "created_ms": now, "last_ms": now}
        record = PersonRecord(
            id=PersonId(OWN_PERSON),
            name=installation.settings.assistant.name,
            extra={"kind": "person", "created_ms": now, "conversations": [listed], "places": {}},
        )
        await people.adopt(record, now_ms=now)
    return ConversationId(OWN_CONVERSATION)
