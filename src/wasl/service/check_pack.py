"""Check pack: says whether an evidence pack is whole, signed and chained, and whether its figure follows from its data."""

import asyncio
import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import msgspec

from wasl.domain.errors import Malformed
from wasl.policy.month import Figure
from wasl.service.calendar import Month
from wasl.service.figure import Figures, figure_from
from wasl.service.pack_data import gathered_again
from wasl.service.write_pack import FORMAT, MANIFEST, PUBLIC_KEY, SIGNATURE, figure_json

FILE_BYTES_MAX: Final = 1 << 30
NUMBERS_NEAR: Final = 1e-9
"""Shares made on another machine may differ in their last bits."""
_BESIDE: Final = ("alarm", "published_at_ms")

IsSigned = Callable[..., bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class Verified:
    """What checking found: `wrong` is empty when all is well. `previous` is the digest of the manifest before, "" for a first pack."""

    channel: str
    month: str
    files: int
    public_key: str
    manifest_sha256: str
    previous: str
    wrong: tuple[str, ...]


def verify_pack(folder: Path, *, is_signed: IsSigned, before: Path | None = None) -> Verified:
    """Checks every digest, the signature, the chain to the pack `before` where it is given, and the figure. Blocks; raises Malformed."""
    raw, manifest = read_manifest(folder)
    public, signature = (_hex(folder / name) for name in (PUBLIC_KEY, SIGNATURE))
    wrong: list[str] = []
    if not is_signed(raw, signature=signature, public=public):
        wrong.append("the signature does not fit the manifest and the public key")
    named: dict[str, str] = manifest["files"]
    for name, digest in named.items():
        path = folder / name
        if not path.is_file():
            wrong.append(f"{name} is missing")
        elif hashlib.sha256(_bytes(path)).hexdigest() != digest:
            wrong.append(f"{name} is not as it was when the manifest was made")
    there = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    wrong += [f"{name} is not in the manifest" for name in sorted(there - set(named) - {MANIFEST, SIGNATURE, PUBLIC_KEY})]
    previous = (manifest.get("previous") or {}).get("manifest_sha256", "")
    if before is not None and hashlib.sha256(read_manifest(before)[0]).hexdigest() != previous:
        wrong.append("the pack before is not the one that this pack is chained to")
    if not wrong:
        wrong += differences(from_pack(folder, manifest, public=public), told=_told(folder))
    return Verified(
        channel=manifest["channel"],
        month=manifest["month"],
        files=len(named),
        public_key=public.hex(),
        manifest_sha256=hashlib.sha256(raw).hexdigest(),
        previous=previous,
        wrong=tuple(wrong),
    )


async def recompute_pack(folder: Path, *, figures: Figures) -> list[str]:
    """Makes the figure again from the event log, with the ratings of then; gives how it differs. Raises Malformed, StoreDown."""
    _, manifest = await asyncio.to_thread(read_manifest, folder)
    seed = _seed(manifest) or await asyncio.to_thread(_hex, folder / PUBLIC_KEY)
    figure = await figures.figure(manifest["channel"], manifest["month"], rated_until_ms=manifest["rated_until_ms"], seed=seed)
    return differences(figure, told=await asyncio.to_thread(_told, folder))


def from_pack(folder: Path, manifest: dict[str, Any], *, public: bytes) -> Figure:
    """Makes the figure from the pack's own tables."""
    month = Month(name=manifest["month"], since_ms=manifest["since_ms"], until_ms=manifest["until_ms"], weeks=tuple(manifest["weeks"]))
    sent, followed = manifest["redirects"]
    gathered = gathered_again(
        _bytes(folder / "data/turns.csv"),
        _bytes(folder / "data/ratings.csv"),
        month=month,
        channel=manifest["channel"],
        sent=sent,
        followed=followed,
        seed=_seed(manifest) or public,
    )
    return figure_from(gathered)


def _seed(manifest: dict[str, Any]) -> bytes:
    """Gives from what the figure was drawn; nothing in packs of old, of which it is the public key."""
    try:
        return bytes.fromhex(str(manifest.get("seed") or ""))
    except ValueError as error:
        raise Malformed("the manifest's seed is no hexadecimal; the figure cannot be made again") from error


def differences(figure: Figure, *, told: dict[str, Any]) -> list[str]:
    """Names every number of a figure that is not as it was told."""
    made = msgspec.json.decode(msgspec.json.encode(figure_json(figure)))
    return [f"data/figure.json: {what}" for what in _differ(made, {k: v for k, v in told.items() if k not in _BESIDE}, at="")]


def read_manifest(folder: Path) -> tuple[bytes, dict[str, Any]]:
    """Reads a manifest. Raises Malformed for a folder that is no pack of a kind that this version knows."""
    raw = _bytes(folder / MANIFEST)
    try:
        manifest: dict[str, Any] = msgspec.json.decode(raw, type=dict)
    except msgspec.DecodeError as error:
        raise Malformed(f"{folder / MANIFEST} is no JSON ({error})") from error
    needed = {"files", "channel", "month", "since_ms", "until_ms", "weeks", "redirects", "rated_until_ms"}
    if manifest.get("format") != FORMAT or needed - set(manifest):
        raise Malformed(f"{folder} is no evidence pack that this version reads; its manifest says {manifest.get('format')!r}")
    if any(name.startswith("/") or ".." in Path(name).parts for name in manifest["files"]):
        raise Malformed(f"{folder}: its manifest names files outside the pack")
    return raw, manifest


def _told(folder: Path) -> dict[str, Any]:
    told: dict[str, Any] = msgspec.json.decode(_bytes(folder / "data/figure.json"), type=dict)
    return told


def _differ(one: Any, other: Any, *, at: str) -> list[str]:
    if isinstance(one, dict) and isinstance(other, dict):
        return [w for key in sorted({*one, *other}) for w in _differ(one.get(key), other.get(key), at=f"{at}.{key}".lstrip("."))]
    if isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        return [w for place, (a, b) in enumerate(zip(one, other, strict=True)) for w in _differ(a, b, at=f"{at}[{place}]")]
    if isinstance(one, float | int) and isinstance(other, float | int) and abs(one - other) <= NUMBERS_NEAR:
        return []
    return [] if one == other else [f"{at} is {other!r} and comes out as {one!r}"]


def _bytes(path: Path) -> bytes:
    try:
        if path.stat().st_size > FILE_BYTES_MAX:
            raise Malformed(f"{path} is larger than {FILE_BYTES_MAX} bytes; a pack holds no such file")
        return path.read_bytes()
    except OSError as error:
        raise Malformed(f"{path} cannot be read ({error.strerror}); is this the folder of a pack?") from error


def _hex(path: Path) -> bytes:
    try:
        return bytes.fromhex(_bytes(path).decode("ascii").strip())
    except ValueError as error:
        raise Malformed(f"{path} holds no hexadecimal") from error
