"""What the messaging products on Meta's Graph share: handshake, signature, envelope, error object.

Source: Graph webhooks and error pages as summarised for v26.0 (seen 2026-11-22).
"""

import hmac
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

import msgspec

from wasl.domain.errors import Failure, Forged, Gone, Held, Refused, Throttled, Unauthorised, Unavailable, Unclear
from wasl.wire import read
from wasl.wire.call import Call, Reply
from wasl.wire.signature import check_hmac_sha256

SIGNATURE_HEADER = "x-hub-signature-256"
CHALLENGE_CHARACTERS_MAX = 4_096
EPOCH_MS_MIN = 100_000_000_000
"""A time stamp above this is in milliseconds already (it would be the year 5138 in seconds)."""

_decode = msgspec.json.Decoder().decode


def handshake(call: Call, *, verify_token: str) -> Reply | None:
    """Answers the GET that registers a hook with its challenge; None when the request is not one.

    Raises Forged when the request claims to be a handshake and its verify token is missing or wrong.
    """
    if call.method != "GET":
        return None
    params = call.params()
    if params.get("hub.mode") != "subscribe":
        raise Forged("a GET on this address must be the platform's handshake (hub.mode=subscribe); nothing was done")
    given = params.get("hub.verify_token", "")
    if not verify_token or not hmac.compare_digest(given.encode("utf-8", "replace"), verify_token.encode("utf-8", "replace")):
        raise Forged("the verify token of the handshake is not the one in the settings; write the same text in both places")
    challenge = params.get("hub.challenge", "")[:CHALLENGE_CHARACTERS_MAX]
    return Reply(status=200, headers={"content-type": "text/plain; charset=utf-8"}, body=challenge.encode("utf-8", "replace"))


def check_signature(call: Call, *, app_secret: str) -> None:
    """Checks `X-Hub-Signature-256` over the raw body. Raises Forged."""
    check_hmac_sha256(
        secret=app_secret.encode(), body=call.body, given=call.headers.get(SIGNATURE_HEADER), prefix="sha256=", header="X-Hub-Signature-256"
    )


def changes(envelope: Mapping[str, Any]) -> Iterator[tuple[str, int, str, dict[str, Any]]]:
    """Walks `entry[].changes[]`: account id, time of the entry in milliseconds (0 when unnamed), field, value."""
    for entry in read.children(envelope, "entry"):
        account = read.text(entry, "id") or ""
        at_ms = time_ms(entry, "time")
        for change in read.children(entry, "changes"):
            yield account, at_ms, read.text(change, "field") or "", read.child(change, "value")


def time_ms(value: Mapping[str, Any], name: str) -> int:
    """Gives a Unix time, in seconds or milliseconds, number or text, as milliseconds; 0 when there is none."""
    found = read.whole(value, name)
    if found is None or found < 0 or found > 1 << 52:
        return 0
    return found if found > EPOCH_MS_MIN else found * 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class GraphError:
    """An error as the Graph writes it, in an HTTP answer or inside a status."""

    code: int | None
    subcode: int | None = None
    title: str = ""
    details: str = ""


def read_error(value: Mapping[str, Any]) -> GraphError:
    """Reads one error object, of either shape."""
    return GraphError(
        code=read.whole(value, "code"),
        subcode=read.whole(value, "error_subcode"),
        title=read.text(value, "title") or read.text(value, "message") or "",
        details=read.text(read.child(value, "error_data"), "details") or "",
    )


def error_of(reply: Reply) -> GraphError | None:
    """Finds the error object in an HTTP answer; None when the body holds none or is no JSON object."""
    if not reply.body.startswith(b"{"):
        return None
    try:
        value = _decode(reply.body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    error = value.get("error") if isinstance(value, dict) else None
    return read_error(error) if isinstance(error, dict) else None


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorTable:
    """A product's error codes by what to do about them.

    `waits`: code to the least seconds to wait. `classes`: code to "later", "slow", "hold", "never", "window", "cooldown",
    "optout", "unreachable" or "auth". `auth_range`: first and last code of a range that is all about credentials.
    """

    classes: Mapping[int, str]
    waits: Mapping[int, float] = field(default_factory=lambda: MappingProxyType({}))
    auth_range: tuple[int, int] = (0, -1)

    def failure(self, error: GraphError, *, status: int = 0, retry_after: float | None = None) -> Failure:
        """Names the failure that an error tells of; a code the table does not know is judged by the HTTP status."""
        code = error.code
        kind = self.classes.get(code, "") if code is not None else ""
        if not kind and code is not None and self.auth_range[0] <= code <= self.auth_range[1]:
            kind = "auth"
        if not kind:
            return by_status(status, retry_after=retry_after, message=_sentence(error), code=code)
        facts: dict[str, object] = {"code": code, "class": kind}
        message = _sentence(error)
        wait = self.waits.get(code) if code is not None else None
        seconds = max(wait or 0.0, retry_after or 0.0) or None
        match kind:
            case "slow":
                return Throttled(message, seconds=seconds, **facts)
            case "later":
                return Unavailable(message, seconds=seconds, **facts)
            case "hold" | "window":
                return Held(message, **facts)
            case "cooldown":
                return Held(message, seconds=seconds, **facts)
            case "unreachable":
                return Gone(message, **facts)
            case "auth":
                return Unauthorised(f"{message}. Renew the access token or its permissions.", **facts)
            case _:
                return Refused(message, **facts)


def by_status(status: int, *, retry_after: float | None = None, message: str = "", **facts: object) -> Failure:
    """Names a failure from the HTTP status alone. A gateway that gave up (502, 504) leaves open whether it was carried out."""
    said = message or f"the platform answered with HTTP status {status}"
    facts = {**facts, "status": status}
    if status == 429:
        return Throttled(said, seconds=retry_after, **facts)
    if status in (401, 403):
        return Unauthorised(f"{said}. Renew the access token or its permissions.", **facts)
    if status in (502, 504, 408):
        return Unclear(said, seconds=retry_after, **facts)
    if status >= 500:
        return Unavailable(said, seconds=retry_after, **facts)
    return Refused(said, **facts)


def retry_after_seconds(reply: Reply) -> float | None:
    """Reads a Retry-After header given in seconds."""
    given = reply.headers.get("retry-after", "").strip()
    return float(given) if given.isascii() and given.isdigit() and len(given) < 9 else None


def _sentence(error: GraphError) -> str:
    head = f"the platform says {error.code}" if error.code is not None else "the platform says"
    return f"{head}: {error.title or 'no reason given'}" + (f" ({error.details})" if error.details and error.details != error.title else "")
