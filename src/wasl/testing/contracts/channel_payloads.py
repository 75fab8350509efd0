"""Payloads of a channel: what its platform sends and answers, kept as files, and what each must be read as.

A folder holds `channel.json` and one JSON file for each payload. Every file says `api_version`, `source` and `seen` (a day).

`channel.json`: `settings` for the channel, with made-up secrets; `signing`, how the platform proves a request: {"how": "hmac-sha256",
"header", "prefix", "secret"}, {"how": "shared", "header", "secret"} or {"how": "recorded"} (the payloads carry their headers);
`address` {scope, handle, kind} to send to; `good_reply` {status, body}, an answer that every request of the channel takes; and
`refuses`, the types of parts that it refuses to send.

A payload is one of four. Inbound: `call` {method, query, headers, body or body_text} and `expect` {events} or {raises} or
{reply}. A poll: `poll` {cursor, body} and `expect` {events, cursor}. An answer: `reply` {status, headers, body} and `expect`
{failure, seconds, class} (failure null: a good one). A send: `send` {parts, reply_to, address}, `replies`, and `expect`
{calls, sent}. Wanted in any case: `unknown_kind.json`, a `call` of a kind that the channel does not know, whose `expect` also says
under `kept` what must be kept whole of it; and answers that mean Throttled, Unauthorised, Gone and Refused.

What is expected is compared field by field: fields that are not named are not compared, lists must have the same length. `body`
is sent as compact JSON, `body_text` as it stands.
"""

import importlib
import pkgutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from datetime import date
from pathlib import Path
from types import ModuleType
from typing import Any, Literal

import msgspec

from wasl.domain.errors import WaslError
from wasl.domain.person import Address, AddressKey
from wasl.wire.call import Call, Reply
from wasl.wire.signature import hmac_sha256_hex

KINDS = ("call", "poll", "reply", "send")


@dataclass(frozen=True, slots=True, kw_only=True)
class Signing:
    """How the platform proves that a request is its own."""

    how: Literal["hmac-sha256", "shared", "recorded"]
    header: str = ""
    prefix: str = ""
    secret: str = ""

    def headers(self, body: bytes) -> dict[str, str]:
        """Signs a body as the platform would."""
        match self.how:
            case "hmac-sha256":
                return {self.header: self.prefix + hmac_sha256_hex(secret=self.secret.encode(), body=body)}
            case "shared":
                return {self.header: self.secret}
            case "recorded":
                return {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Payload:
    """One file of the folder."""

    name: str
    value: Mapping[str, Any]
    signing: Signing

    @property
    def expect(self) -> Mapping[str, Any]:
        """What the payload must be read as."""
        found: Mapping[str, Any] = self.value["expect"]
        return found

    @property
    def body(self) -> bytes:
        """The raw bytes of the request."""
        call = self.value["call"]
        return str(call["body_text"]).encode() if "body_text" in call else encoded(call["body"]) if "body" in call else b""

    def call(self, body: bytes | None = None) -> Call:
        """Gives the request, signed; with another body when one is given."""
        value = self.value["call"]
        raw = self.body if body is None else body
        return Call(
            method=value.get("method", "POST"),
            url="https://example.test/hooks/it",
            headers={"content-type": "application/json", **self.signing.headers(raw), **value.get("headers", {})},
            body=raw,
            path="/hooks/it",
            query=value.get("query", ""),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Folder:
    """All payloads of one channel."""

    settings: Mapping[str, Any]
    signing: Signing
    address: Mapping[str, Any]
    good_reply: Reply
    refuses: tuple[str, ...]
    inbound: tuple[Payload, ...]
    polls: tuple[Payload, ...]
    replies: tuple[Payload, ...]
    sends: tuple[Payload, ...]

    def to(self, *, channel: str, address: Mapping[str, Any] | None = None) -> Address:
        """Gives the address to send to."""
        key = AddressKey(channel=channel, **{**self.address, **(address or {})})
        return Address(id="address-1", person_id="person-1", key=key)  # type: ignore[arg-type]  # ids are plain text in tests


def encoded(value: Any) -> bytes:
    """Writes compact JSON."""
    return msgspec.json.encode(value)


def reply_of(value: Mapping[str, Any]) -> Reply:
    """Reads an answer; its body is JSON (`body`) or text (`body_text`)."""
    body = str(value["body_text"]).encode() if "body_text" in value else encoded(value.get("body", {}))
    return Reply(status=value["status"], headers=value.get("headers", {}), body=body)


def load_folder(folder: Path) -> Folder:
    """Reads a folder. Raises AssertionError where a payload lacks what must stand beside it."""
    assert (folder / "channel.json").is_file(), f"no payload, no pass: {folder} holds no channel.json"
    about = _read(folder / "channel.json")
    signing = Signing(**about["signing"])
    found: dict[str, list[Payload]] = {kind: [] for kind in KINDS}
    for file in sorted(folder.glob("*.json")):
        if file.name == "channel.json":
            continue
        value = _read(file)
        kind = next((kind for kind in KINDS if kind in value), None)
        assert kind is not None, f"{file.name} holds none of {KINDS}"
        assert "expect" in value, f"{file.name} does not say what is expected"
        found[kind].append(Payload(name=file.stem, value=value, signing=signing))
    assert any(p.expect.get("events") for p in found["call"]), f"no payload, no pass: nothing in {folder} tells of an event"
    return Folder(
        settings=about["settings"],
        signing=signing,
        address=about["address"],
        good_reply=reply_of(about["good_reply"]),
        refuses=tuple(about.get("refuses", ())),
        inbound=tuple(found["call"]),
        polls=tuple(found["poll"]),
        replies=tuple(found["reply"]),
        sends=tuple(found["send"]),
    )


def _read(file: Path) -> dict[str, Any]:
    value = msgspec.json.decode(file.read_bytes())
    assert isinstance(value, dict), f"{file.name} is not a JSON object"
    for name in ("api_version", "source", "seen"):
        assert isinstance(value.get(name), str), f"{file.name} does not say its {name}"
        assert value[name], f"{file.name} does not say its {name}"
    date.fromisoformat(value["seen"])
    return value


def discover(package: ModuleType) -> dict[str, type[Any]]:
    """Finds the channels in a package by what they declare: a class of the module with `kind`, `title`, `limits` and `Settings`."""
    found: dict[str, type[Any]] = {}
    for module in pkgutil.iter_modules(package.__path__, f"{package.__name__}."):
        for value in vars(importlib.import_module(module.name)).values():
            if isinstance(value, type) and value.__module__ == module.name and {"kind", "title", "limits", "Settings"} <= set(vars(value)):
                assert vars(value)["kind"] not in found, f"two channels of kind {vars(value)['kind']!r}"
                found[vars(value)["kind"]] = value
    return found


def plain(value: Any) -> Any:
    """Turns events and parts into JSON values, each event with its name under "event"; a failure is its name, words and facts."""
    if isinstance(value, WaslError):
        return {"failure": type(value).__name__, "message": value.message, **value.facts}
    if is_dataclass(value) and not isinstance(value, type):
        own = {field.name: plain(getattr(value, field.name)) for field in fields(value)}
        return own if "type" in own else {"event": type(value).__name__, **own}
    if isinstance(value, Mapping):
        return {name: plain(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    return value


def agree(found: Any, wanted: Any) -> None:
    """Raises AssertionError that names every place where `found` is not what is wanted."""
    named = list(differences(found, wanted))
    assert not named, "\n".join(named)


def differences(found: Any, wanted: Any, *, at: str = "") -> Iterator[str]:
    """Names every place where `found` is not what is wanted; fields that are not wanted are not looked at."""
    if isinstance(wanted, Mapping) and isinstance(found, Mapping):
        for name, item in wanted.items():
            yield from differences(found.get(name), item, at=f"{at}.{name}")
    elif isinstance(wanted, list) and isinstance(found, list):
        if len(wanted) != len(found):
            yield f"{at or 'it'} has {len(found)} items, not {len(wanted)}: {found!r}"
        for index, (one, other) in enumerate(zip(found, wanted, strict=False)):
            yield from differences(one, other, at=f"{at}[{index}]")
    elif found != wanted or isinstance(found, bool) != isinstance(wanted, bool):
        yield f"{at or 'it'} is {found!r}, not {wanted!r}"
