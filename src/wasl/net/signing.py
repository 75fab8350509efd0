"""Signing: an Ed25519 key in the data folder, readable by its owner only, that signs what this installation hands over."""

import hashlib
import os
from pathlib import Path
from typing import TYPE_CHECKING, Final

from wasl.domain.errors import SettingWrong

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

KEY_BYTES: Final = 32


class FolderKey:
    """The key of one installation, made when it is first needed. Older packs hold the public key and outlive it."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._key: Ed25519PrivateKey | None = None

    @property
    def public(self) -> bytes:
        """The public key, 32 bytes. Raises SettingWrong when the private one cannot be read or written."""
        return self._private().public_key().public_bytes_raw()

    def sign(self, content: bytes) -> bytes:
        """Signs; 64 bytes. Raises SettingWrong."""
        return self._private().sign(content)

    def secret_for(self, use: bytes) -> bytes:
        """Gives a secret of this installation for one use, which tells nothing of the key or of other uses."""
        raw = self._private().private_bytes_raw()
        return hashlib.blake2b(use, key=raw, digest_size=32).digest()

    def _private(self) -> "Ed25519PrivateKey":
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey  # late: seven megabytes

        if self._key is None:
            self._key = Ed25519PrivateKey.from_private_bytes(self._kept())
        return self._key

    def _kept(self) -> bytes:
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey  # late: seven megabytes

        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            try:
                with open(self._path, "xb", opener=lambda path, flags: os.open(path, flags, 0o600)) as file:
                    fresh = Ed25519PrivateKey.generate().private_bytes_raw()
                    file.write(fresh)
                    return fresh
            except FileExistsError:
                raw = self._path.read_bytes()
        except OSError as error:
            raise SettingWrong(
                f"the key {str(self._path)!r} cannot be read or written ({error.strerror}); mend the folder's rights"
            ) from error
        if len(raw) != KEY_BYTES:
            raise SettingWrong(
                f"the key {str(self._path)!r} has {len(raw)} bytes instead of {KEY_BYTES}; put the right one back from a backup"
            )
        return raw


def is_signed(content: bytes, *, signature: bytes, public: bytes) -> bool:
    """Says whether the holder of a public key signed the content."""
    from cryptography.exceptions import InvalidSignature  # late: seven megabytes
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, content)
    except (InvalidSignature, ValueError):
        return False
    return True
