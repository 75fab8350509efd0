import hashlib
import hmac

import pytest

from wasl.domain.errors import Forged
from wasl.wire.signature import check_hmac_sha256, check_shared_secret, hmac_sha256_hex

SECRET, BODY = b"app secret", '{"text":"مرحبا"}'.encode()
RIGHT = "sha256=" + hmac.new(SECRET, BODY, hashlib.sha256).hexdigest()


def test_the_hex_digest_is_that_of_the_standard() -> None:
    # RFC 4231, test case 2
    found = hmac_sha256_hex(secret=b"Jefe", body=b"what do ya want for nothing?")
    assert found == "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"


@pytest.mark.parametrize("given", [RIGHT, RIGHT.upper(), f" {RIGHT} "])
def test_the_right_signature_passes(given: str) -> None:
    check_hmac_sha256(secret=SECRET, body=BODY, given=given)


@pytest.mark.parametrize(
    "given",
    [None, "", "sha256=", RIGHT[:-1], RIGHT.removeprefix("sha256="), "sha1=" + RIGHT[7:], "sha256=é" + RIGHT[8:], RIGHT[:-1] + "\ud800"],
)
def test_anything_else_is_forged(given: str | None) -> None:
    with pytest.raises(Forged):
        check_hmac_sha256(secret=SECRET, body=BODY, given=given)


def test_one_changed_byte_is_forged() -> None:
    with pytest.raises(Forged):
        check_hmac_sha256(secret=SECRET, body=BODY + b" ", given=RIGHT)


def test_nothing_passes_while_no_secret_is_set() -> None:
    signed = "sha256=" + hmac.new(b"", BODY, hashlib.sha256).hexdigest()
    with pytest.raises(Forged):
        check_hmac_sha256(secret=b"", body=BODY, given=signed)
    with pytest.raises(Forged):
        check_shared_secret(expected="", given="")


def test_a_shared_secret_is_compared_whole() -> None:
    check_shared_secret(expected="a-b", given="a-b")
    for given in (None, "", "a-", "a-bc", "é"):
        with pytest.raises(Forged):
            check_shared_secret(expected="a-b", given=given)
