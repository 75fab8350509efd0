"""Seal: a file encrypted for age public keys (age-encryption.org/v1), streamed. Needs the extra `age` (pyrage)."""

import importlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from wasl.domain.errors import Malformed, SettingWrong


def seal(source: Path, target: Path, *, recipients: Sequence[str]) -> None:
    """Encrypts a file. Blocks. Raises SettingWrong for a key that is none, or when the extra is not installed."""
    pyrage = _pyrage()
    try:
        keys = [pyrage.x25519.Recipient.from_str(recipient) for recipient in recipients]
    except pyrage.RecipientError as error:
        raise SettingWrong(f"backup.recipients: {error}; a key begins with age1 and comes from `age-keygen`") from error
    with source.open("rb") as plain, target.open("wb") as sealed:
        pyrage.encrypt_io(plain, sealed, keys)


def unseal(source: Path, target: Path, *, identity: Path) -> None:
    """Decrypts a file with the identity (AGE-SECRET-KEY-1…) that stands in a file. Blocks. Raises SettingWrong, Malformed."""
    pyrage = _pyrage()
    lines = [line.strip() for line in identity.read_text(encoding="utf-8").splitlines()]
    try:
        keys = [pyrage.x25519.Identity.from_str(line) for line in lines if line.startswith("AGE-SECRET-KEY-")]
    except pyrage.IdentityError as error:
        raise SettingWrong(f"{str(identity)!r} holds no age identity that can be used ({error})") from error
    if not keys:
        raise SettingWrong(f"{str(identity)!r} holds no age identity; a line of it begins with AGE-SECRET-KEY-1")
    try:
        with source.open("rb") as sealed, target.open("wb") as plain:
            pyrage.decrypt_io(sealed, plain, keys)
    except pyrage.DecryptError as error:
        raise Malformed(f"{source.name!r} cannot be opened with this identity ({error}), or it is broken") from error


def _pyrage() -> Any:
    try:
        return importlib.import_module("pyrage")  # an extra, and without types
    except ImportError as error:
        raise SettingWrong("encrypted backups need the extra `age`: run `make install WITH=age`") from error
