"""Passkeys: what the browser is asked for, and the check of what it signed. The extra `passkeys` brings the checking package."""

import importlib.util
import ipaddress
import json
from collections.abc import Mapping
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from wasl.domain.errors import Refused


class Kept(NamedTuple):
    """A passkey as it is kept: its id and public key in base64url, and how often it signed."""

    id: str
    key: str
    signed: int


def offered(origin: str) -> bool:
    """Says whether passkeys can be had: the package is installed, and the address has a name (browsers refuse numbers)."""
    host = urlsplit(origin).hostname or ""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return bool(host) and importlib.util.find_spec("webauthn") is not None
    return False


def making(*, origin: str, title: str, user: str, challenge: bytes, known: list[str]) -> Mapping[str, Any]:
    """Gives the options for making a passkey that the browser can find by itself later."""
    from webauthn import generate_registration_options, options_to_json
    from webauthn.helpers import base64url_to_bytes
    from webauthn.helpers import structs as s

    options = generate_registration_options(
        rp_id=urlsplit(origin).hostname or "",
        rp_name=title,
        user_name=title,
        user_id=user.encode()[:64],
        user_display_name=title,
        challenge=challenge,
        authenticator_selection=s.AuthenticatorSelectionCriteria(
            resident_key=s.ResidentKeyRequirement.REQUIRED, user_verification=s.UserVerificationRequirement.PREFERRED
        ),
        exclude_credentials=[s.PublicKeyCredentialDescriptor(id=base64url_to_bytes(k)) for k in known],
    )
    return dict(json.loads(options_to_json(options)))


def using(*, origin: str, challenge: bytes) -> Mapping[str, Any]:
    """Gives the options for signing in with any passkey of ours."""
    from webauthn import generate_authentication_options, options_to_json
    from webauthn.helpers import structs as s

    options = generate_authentication_options(
        rp_id=urlsplit(origin).hostname or "", challenge=challenge, user_verification=s.UserVerificationRequirement.PREFERRED
    )
    return dict(json.loads(options_to_json(options)))


def made(credential: Mapping[str, Any], *, origin: str, challenge: bytes) -> Kept:
    """Checks what the browser made. Raises Refused."""
    from webauthn import verify_registration_response
    from webauthn.helpers import bytes_to_base64url
    from webauthn.helpers.exceptions import WebAuthnException

    try:
        good = verify_registration_response(
            credential=dict(credential),
            expected_challenge=challenge,
            expected_rp_id=urlsplit(origin).hostname or "",
            expected_origin=origin,
            require_user_verification=False,
        )
    except (WebAuthnException, ValueError, KeyError, TypeError) as error:
        raise Refused(f"the passkey is not good: {error}", code="no_passkey") from error
    return Kept(bytes_to_base64url(good.credential_id), bytes_to_base64url(good.credential_public_key), good.sign_count)


def used(credential: Mapping[str, Any], kept: Kept, *, origin: str, challenge: bytes) -> Kept:
    """Checks what a passkey signed, and that it is no copy that lags behind. Raises Refused."""
    from webauthn import verify_authentication_response
    from webauthn.helpers import base64url_to_bytes
    from webauthn.helpers.exceptions import WebAuthnException

    try:
        good = verify_authentication_response(
            credential=dict(credential),
            expected_challenge=challenge,
            expected_rp_id=urlsplit(origin).hostname or "",
            expected_origin=origin,
            credential_public_key=base64url_to_bytes(kept.key),
            credential_current_sign_count=kept.signed,
            require_user_verification=False,
        )
    except (WebAuthnException, ValueError, KeyError, TypeError) as error:
        raise Refused(f"the passkey is not good: {error}", code="no_passkey") from error
    return kept._replace(signed=good.new_sign_count)
