"""Connections: makes the channels, the providers and the route from the settings."""

import math
import os
import secrets
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from importlib.resources import files
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from pydantic import BaseModel

import wasl.channels
import wasl.formats
import wasl.providers
from wasl import __version__
from wasl.adapters import adapter, having, kinds
from wasl.config import Settings, validated
from wasl.domain.errors import SettingWrong
from wasl.net.ledger import FileLedger
from wasl.net.seal import seal
from wasl.net.vault import FolderVault
from wasl.ports.blobs import Blobs
from wasl.ports.channel import Channel
from wasl.ports.clock import Clock
from wasl.ports.format import Format
from wasl.ports.mail import Mail
from wasl.ports.network import Network
from wasl.ports.provider import Keyless, Model, Provider
from wasl.ports.store import CopiesItself, Store
from wasl.ports.works import KeepsWorks
from wasl.routing.cards import find_card, read_cards
from wasl.routing.route import RouteCandidate
from wasl.service.back_up import BackUp, Seal
from wasl.service.bring import Bring
from wasl.service.bring_history import BringHistory
from wasl.service.erase import Erase
from wasl.service.moving import Moving
from wasl.service.restore_archive import RestoreArchive
from wasl.service.retain import Retain
from wasl.service.schedule import Schedule
from wasl.service.send_away import SCHEME, SendAway
from wasl.service.take_out import TakeOut
from wasl.service.verify import Verify
from wasl.wire.s3 import Credentials


def make_channels(settings: Settings) -> dict[str, Channel]:
    """Makes every configured channel, and our own pages' channel in any case."""
    wanted = {name: dict(table) for name, table in settings.channels.items()}
    for kind in having(wasl.channels, "local"):
        if not any(table.get("kind", name) == kind for name, table in wanted.items()):
            wanted[kind] = {}
    made: dict[str, Channel] = {}
    for name, table in wanted.items():
        if table.pop("enabled", True) is False:
            continue
        cls = adapter(wasl.channels, str(table.pop("kind", name)), at=f"channels.{name}")
        if getattr(cls, "local", False):
            table.setdefault("secret", _kept_secret(settings.data / f"{name}.secret"))
        made[name] = cls(validated(cls.Settings, table, at=f"channels.{name}"), name=name)
    return made


def make_providers(settings: Settings) -> dict[str, Provider | Keyless]:
    """Makes every configured provider, and the keyless one in any case."""
    wanted = {name: dict(table) for name, table in settings.providers.items()}
    for kind in having(wasl.providers, "reply"):
        if not any(table.get("kind", name) == kind for name, table in wanted.items()):
            wanted[kind] = {}
    made: dict[str, Provider | Keyless] = {}
    for name, table in wanted.items():
        cls = adapter(wasl.providers, str(table.pop("kind", name)), at=f"providers.{name}")
        made[name] = cls(validated(cls.Settings, table, at=f"providers.{name}"), name=name)
    return made


class Formats(Mapping[str, Format]):
    """Every format that there is, by kind; each is loaded when it is asked for: most days nobody brings or takes anything."""

    def __init__(self) -> None:
        self._kinds = sorted(kinds(wasl.formats))
        self._made: dict[str, Format] = {}

    def __getitem__(self, kind: str) -> Format:
        """Gives a format. Raises KeyError for a kind that is not there."""
        if kind not in self._kinds:
            raise KeyError(kind)
        if kind not in self._made:
            self._made[kind] = adapter(wasl.formats, kind, at="format")()
        return self._made[kind]

    def __iter__(self) -> Iterator[str]:
        return iter(self._kinds)

    def __len__(self) -> int:
        return len(self._kinds)


def make_mail(settings: Settings) -> Mail | None:
    """Makes the way to a mail server, where one is named."""
    if not settings.mail.host:
        return None
    from wasl.net.mail import SmtpMail  # late: only who has a mail server needs the modules of mail

    return SmtpMail(settings.mail)


def make_moving(
    settings: Settings, *, store: Store, blobs: Blobs, clock: Clock, network: Network, channels: Mapping[str, Channel]
) -> Moving:
    """Makes what brings in, takes out, keeps and forgets."""
    formats = Formats()
    people, library = store.people, store.library
    works = store.works if isinstance(store, KeepsWorks) else None
    vault = FolderVault(settings.data / "vault")
    keep, backup = settings.keep, settings.backup
    retain = Retain(
        people=people, library=library, clock=clock, days=keep.days_by_channel, others=keep.days, channels=tuple(sorted(channels))
    )
    back_up = BackUp(copier=store if isinstance(store, CopiesItself) else None, data=settings.data, clock=clock, version=__version__)
    bring = Bring(library=library, people=people, vault=vault, blobs=blobs, clock=clock, formats=formats, zone=keep.zone)
    return Moving(
        formats=formats,
        clock=clock,
        people=people,
        library=library,
        vault=vault,
        bring=bring,
        bring_history=BringHistory(store=store, library=library, people=people, channels=channels, bring=bring, clock=clock),
        take_out=TakeOut(
            store=store,
            library=library,
            people=people,
            vault=vault,
            blobs=blobs,
            clock=clock,
            formats=formats,
            retention_days=retain.days,
            works=works,
        ),
        restore_archive=RestoreArchive(library=library, people=people, vault=vault, blobs=blobs, clock=clock, works=works),
        verify=Verify(library=library, people=people, vault=vault, blobs=blobs, formats=formats),
        erase=Erase(
            store=store,
            library=library,
            people=people,
            vault=vault,
            blobs=blobs,
            clock=clock,
            ledger=FileLedger(settings.data / "erasures.jsonl"),
            backup_days=math.ceil(backup.keep * backup.every_hours / 24) if backup.to else None,
        ),
        retain=retain,
        back_up=back_up,
        sealing=_sealing,
        schedule=_schedule(settings, back_up=back_up, clock=clock, network=network),
    )


def _sealing(recipients: Sequence[str]) -> Seal | None:
    if not recipients:
        return None

    def sealed(source: Path, target: Path) -> None:
        seal(source, target, recipients=recipients)

    return sealed


def _schedule(settings: Settings, *, back_up: BackUp, clock: Clock, network: Network) -> Schedule | None:
    wanted = settings.backup
    if not wanted.to:
        return None
    away = None
    if wanted.to.startswith(SCHEME):
        if wanted.s3_key_id is None or wanted.s3_secret is None:
            raise SettingWrong('backup.to: an S3-compatible store wants backup.s3_key_id and backup.s3_secret = { env = "…" }')
        key = Credentials(key_id=wanted.s3_key_id.get_secret_value(), secret=wanted.s3_secret.get_secret_value(), region=wanted.s3_region)
        away = SendAway(network=network, clock=clock, to=wanted.to, endpoint=wanted.s3_endpoint, credentials=key).file
    return Schedule(
        back_up=back_up,
        clock=clock,
        to=settings.data / "backups" if away else Path(wanted.to),
        send=away,
        every_hours=wanted.every_hours,
        keep=wanted.keep,
        seal=_sealing(wanted.recipients),
    )


def make_candidates(settings: Settings, providers: Mapping[str, Provider | Keyless]) -> tuple[RouteCandidate, ...]:
    """Makes the route: the configured candidates in order, or the keyless answerer alone."""
    made: list[RouteCandidate] = []
    cards = read_cards(files(wasl.providers).joinpath("models.toml").read_text(encoding="utf-8"))
    for place, wanted in enumerate(settings.candidates):
        provider = providers.get(wanted.provider)
        if provider is None:
            raise SettingWrong(
                f"candidates[{place}].provider: there is no provider {wanted.provider!r}; "
                f"the providers are {', '.join(sorted(providers))}; write a section [providers.…] for another"
            )
        card = find_card(cards, kind=getattr(provider, "kind", ""), name=wanted.model)
        given = {k: v for k in ("context_tokens", "output_tokens_max", "vision") if (v := getattr(wanted, k)) is not None}
        made.append(
            RouteCandidate(
                name=wanted.name or wanted.model or wanted.provider,
                provider=provider,
                provider_name=wanted.provider,
                model=replace(card.model(wanted.model) if card else Model(name=wanted.model), **given),
                price_class=wanted.price_class,
                region=wanted.region,
                shutdown=card.shutdown if card else None,
                vendor=wanted.vendor if wanted.vendor is not None else _vendor(provider, settings.providers.get(wanted.provider, {})),
                tier=wanted.tier,
                training=wanted.training,
            )
        )
    if not made:
        name, keyless = next((n, p) for n, p in providers.items() if isinstance(p, Keyless))
        made.append(RouteCandidate(name=name, provider=keyless, provider_name=name, model=Model(name=name), price_class="free"))
    names = [c.name for c in made]
    for name in names:
        if names.count(name) > 1:
            raise SettingWrong(f"candidates: two are named {name!r}; give one of them a `name` of its own")
    return tuple(made)


def make_spare(candidates: Sequence[RouteCandidate], providers: Mapping[str, Provider | Keyless]) -> RouteCandidate | None:
    """Makes who answers when there is no money for anybody else: the keyless answerer, where it is not in the route already."""
    if any(c.keyless for c in candidates):
        return None
    found = next(((name, p) for name, p in providers.items() if isinstance(p, Keyless)), None)
    if found is None or any(c.name == found[0] for c in candidates):
        return None
    return RouteCandidate(name=found[0], provider=found[1], provider_name=found[0], model=Model(name=found[0]), price_class="free")


def _vendor(provider: Provider | Keyless, table: Mapping[str, Any]) -> str:
    """Tells by the server's address whose rules a provider stands under: an adapter names the hosts whose it knows."""
    known: Mapping[str, str] = getattr(provider, "vendors", {})
    settings: type[BaseModel] | None = getattr(provider, "Settings", None)
    field = settings.model_fields.get("base_url") if settings is not None else None
    address = str(table.get("base_url") or (field.default if field is not None else ""))
    return known.get(urlsplit(address).hostname or "", "")


def _kept_secret(path: Path) -> str:
    """Gives the secret kept in a file that only its owner may read; makes one at the first start.

    Written beside and then named, so that another process that starts at the same time sees all of it or nothing.
    """
    try:
        return path.read_text().strip()
    except FileNotFoundError:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    secret = secrets.token_urlsafe(32)
    part = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
    try:
        with open(part, "x", opener=lambda p, flags: os.open(p, flags, 0o600)) as file:
            file.write(secret)
        os.link(part, path)
    except FileExistsError:  # another process was quicker
        return path.read_text().strip()
    finally:
        part.unlink(missing_ok=True)
    return secret
