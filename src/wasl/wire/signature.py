"""Proofs of origin carried in headers: HMAC-SHA256 over the raw body, and shared secrets. Compared in constant time."""

import hmac

from wasl.domain.errors import Forged


def hmac_sha256_hex(*, secret: bytes, body: bytes) -> str:
    """Gives the lower-case hex HMAC-SHA256 of `body` under `secret`."""
    return hmac.digest(secret, body, "sha256").hex()


def check_hmac_sha256(*, secret: bytes, body: bytes, given: str | None, prefix: str = "sha256=", header: str = "signature") -> None:
    """Checks that `given` is `prefix` followed by the hex HMAC of the raw bytes.

    `header` names where it stood, for the message. Raises Forged when it is missing, empty or wrong, and when `secret` is empty,
    since anybody can sign with an empty secret.
    """
    if not secret:
        raise Forged(f"no secret is set, so the {header} header cannot be checked; set the secret of the platform's app")
    if not given:
        raise Forged(f"the {header} header is missing; only the platform itself may call this address")
    expected = prefix + hmac.digest(secret, body, "sha256").hex()
    if not hmac.compare_digest(expected.encode(), given.strip().lower().encode("utf-8", "replace")):
        raise Forged(f"the {header} header does not match the {len(body)} bytes received; check the secret of the platform's app")


def check_shared_secret(*, expected: str, given: str | None, header: str = "secret") -> None:
    """Checks that `given` is `expected`. Raises Forged when it is missing or wrong, and when nothing is expected."""
    if not expected:
        raise Forged(f"no secret is set, so the {header} header cannot be checked; set one and register the address again")
    if not given:
        raise Forged(f"the {header} header is missing; only the platform itself may call this address")
    if not hmac.compare_digest(expected.encode("utf-8", "replace"), given.encode("utf-8", "replace")):
        raise Forged(f"the {header} header is not the secret that was registered; register the address again")
