"""The contract of a vault, as tests: subclass VaultContract and give an empty vault as the fixture `vault`."""

import hashlib
import io
import random

import pytest

from wasl.ports.vault import Vault

SIZES = (0, 1, 1_000, (256 << 10) - 1, 256 << 10, (256 << 10) + 1, 1_200_000)


def words(size: int) -> bytes:
    """Text that compresses well."""
    return (b"hello again, said the line. " * (size // 28 + 1))[:size]


def noise(size: int) -> bytes:
    """Bytes that do not compress, the same each time."""
    return random.Random(size).randbytes(size)


class VaultContract:
    """Everything that a vault promises."""

    @pytest.fixture
    def vault(self) -> Vault:
        """An empty vault."""
        raise NotImplementedError("a vault's contract test says how to make it")

    @pytest.mark.parametrize("size", SIZES)
    @pytest.mark.parametrize("make", [words, noise])
    def test_what_was_kept_comes_back(self, vault: Vault, make: object, size: int) -> None:
        plain = words(size) if make is words else noise(size)
        vault.open_key("one")
        sha256, counted = vault.keep("one", io.BytesIO(plain))
        assert (sha256, counted) == (hashlib.sha256(plain).hexdigest(), size)
        assert b"".join(vault.read("one", sha256)) == plain

    def test_what_is_compressed_already_comes_back_too(self, vault: Vault) -> None:
        plain = b"PK\x03\x04" + noise(600_000)
        vault.open_key("one")
        sha256, _ = vault.keep("one", io.BytesIO(plain))
        assert b"".join(vault.read("one", sha256)) == plain

    def test_the_same_bytes_are_kept_once_under_a_key_and_apart_under_two(self, vault: Vault) -> None:
        vault.open_key("one")
        vault.open_key("two")
        first = vault.keep("one", io.BytesIO(b"the same"))
        assert vault.keep("one", io.BytesIO(b"the same")) == first
        vault.keep("two", io.BytesIO(b"the same"))
        vault.destroy("one")
        assert b"".join(vault.read("two", first[0])) == b"the same"

    def test_opening_a_key_again_keeps_what_it_opens(self, vault: Vault) -> None:
        vault.open_key("one")
        sha256, _ = vault.keep("one", io.BytesIO(b"here"))
        vault.open_key("one")
        assert b"".join(vault.read("one", sha256)) == b"here"

    def test_without_a_key_nothing_is_kept_or_read(self, vault: Vault) -> None:
        with pytest.raises(KeyError):
            vault.keep("none", io.BytesIO(b"x"))
        with pytest.raises(KeyError):
            list(vault.read("none", "ab" * 32))
        vault.open_key("one")
        with pytest.raises(KeyError):
            list(vault.read("one", "ab" * 32))

    def test_what_is_destroyed_is_gone_and_destroying_again_is_no_error(self, vault: Vault) -> None:
        vault.open_key("one")
        sha256, _ = vault.keep("one", io.BytesIO(b"gone soon"))
        vault.destroy("one")
        vault.destroy("one")
        with pytest.raises(KeyError):
            list(vault.read("one", sha256))
        vault.open_key("one")
        with pytest.raises(KeyError):
            list(vault.read("one", sha256))

    def test_a_rewritten_file_lacks_its_ranges_and_the_old_one_is_gone(self, vault: Vault) -> None:
        plain = words(600_000)
        vault.open_key("one")
        old, _ = vault.keep("one", io.BytesIO(plain))
        ranges = [(599_990, 100), (0, 5), (262_140, 10), (262_142, 3), (300_000, 0)]
        new, size = vault.rewrite("one", old, without=ranges)
        want = bytearray(plain)
        for start, length in ranges:
            end = min(len(want), start + length)
            want[start:end] = b" " * (end - start)
        assert size == len(plain)
        assert b"".join(vault.read("one", new)) == bytes(want)
        with pytest.raises(KeyError):
            list(vault.read("one", old))

    def test_a_file_rewritten_without_anything_stays(self, vault: Vault) -> None:
        vault.open_key("one")
        old, _ = vault.keep("one", io.BytesIO(b"as it is"))
        assert vault.rewrite("one", old, without=[]) == (old, 8)
        assert b"".join(vault.read("one", old)) == b"as it is"
