"""Gather: fetches the media of turns while the platform still gives it, keeps it by hash, and hands pictures to the prompt."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import structlog

from wasl.domain.errors import WaslError
from wasl.domain.message import Media, Part
from wasl.domain.prompt import Image
from wasl.domain.turn import DueTurn
from wasl.ports.blobs import Blobs
from wasl.ports.channel import Channel, Fetches
from wasl.ports.network import Network
from wasl.ports.store import Store
from wasl.service.drive import drive

log = structlog.get_logger(__name__)

MEDIA_BYTES_MAX = 64 << 20
"""Larger media is not kept; its part stays as the platform described it."""
IMAGE_BYTES_MAX = 8 << 20
"""Larger pictures are kept, and not shown to a model."""
IMAGES_BYTES_MAX = 20 << 20
"""Pictures beyond this, in one question, are kept, and not shown to a model."""
IMAGE_TYPES = ("image/jpeg", "image/png", "image/webp", "image/gif")


class Gather:
    """Fetches and keeps media."""

    def __init__(self, *, store: Store, blobs: Blobs, network: Network, channels: Mapping[str, Channel]) -> None:
        self._store = store
        self._blobs = blobs
        self._network = network
        self._channels = channels

    async def media(self, turns: Sequence[DueTurn]) -> tuple[list[DueTurn], Mapping[str, Image]]:
        """Keeps every file in the turns' messages; gives the turns with what is held now, and the pictures by sha256.

        A file that cannot be fetched is logged and stays as it was described: the words around it are still answered.
        """
        images: dict[str, Image] = {}
        done: list[DueTurn] = []
        for turn in turns:
            held: dict[Media, Media] = {}
            for one in turn.each:  # a turn may show less than was stored, and at another position
                for position, part in enumerate(one.parts):
                    if isinstance(part, Media):
                        held[replace(part, caption=None)] = await self._part(one, position, part, images)
            done.append(replace(turn, parts=tuple(_as_held(part, held) for part in turn.parts)))
        return done, images

    async def _part(self, turn: DueTurn, position: int, part: Media, images: dict[str, Image]) -> Media:
        data: bytes | None = None
        if part.sha256 is None:
            data = await self._fetch(turn, part)
            if data is None:
                return part
            part = replace(part, sha256=await self._blobs.put(data), size_bytes=len(data))
            await self._store.attach(message_id=turn.message_id, position=position, media=part)
        media_type = part.media_type.partition(";")[0].strip().lower()
        if part.sha256 and media_type in IMAGE_TYPES and (part.size_bytes or 0) <= IMAGE_BYTES_MAX:
            if sum(len(image.data or b"") for image in images.values()) + (part.size_bytes or 0) > IMAGES_BYTES_MAX:
                log.warning("a picture is kept and not shown to a model: there are too many", turn=turn.id, sha256=part.sha256)
                return part
            try:
                images[part.sha256] = Image(media_type=media_type, data=data or await self._blobs.get(part.sha256))
            except KeyError:
                log.warning("a picture is not in the blob store any more", turn=turn.id, sha256=part.sha256)
        return part

    async def _fetch(self, turn: DueTurn, part: Media) -> bytes | None:
        channel = self._channels.get(turn.address.key.channel)
        if not isinstance(channel, Fetches) or (part.size_bytes or 0) > MEDIA_BYTES_MAX:
            return None
        # an address that came with the message goes stale within minutes; the platform's id gives a fresh one
        ways = (part, replace(part, url=None)) if part.url and part.native_id else (part,)
        for way in ways:
            try:
                return await drive(channel.fetch(way), explain=channel.explain, network=self._network)
            except WaslError as error:
                log.warning("media could not be fetched", turn=turn.id, role=part.role, error=type(error).__name__, why=error.message)
        return None


def _as_held(part: Part, held: Mapping[Media, Media]) -> Part:
    if not isinstance(part, Media):
        return part
    return replace(held.get(replace(part, caption=None), part), caption=part.caption)
