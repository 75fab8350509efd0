"""The contract suite is itself held: a fourth channel of one file and one folder passes, and each kind of fault fails it."""

import inspect
import json
from collections.abc import Generator, Sequence
from pathlib import Path
from typing import Any, ClassVar

import pytest
from pydantic import BaseModel, ConfigDict, Field, SecretStr

from wasl.domain.delivery import Outgoing, Sent
from wasl.domain.errors import Failure, Gone, Refused, Throttled, Unauthorised, Unavailable
from wasl.domain.event import Arrival, Event
from wasl.domain.limits import Limits
from wasl.domain.message import Text, Unknown
from wasl.domain.person import AddressKey
from wasl.testing.contracts.channel_payloads import differences, load_folder, plain
from wasl.testing.contracts.channels import ChannelContract
from wasl.wire import markup, read
from wasl.wire.call import Call, Reply
from wasl.wire.signature import check_hmac_sha256

DATED = {"api_version": "v1", "source": "invented", "seen": "2026-11-22"}


class Pigeon:
    """A channel as small as one can be."""

    kind: ClassVar[str] = "pigeon"
    title: ClassVar[str] = "Pigeon"
    limits: Limits = Limits(text_max=100)

    class Settings(BaseModel):
        model_config = ConfigDict(frozen=True, extra="forbid")
        key: SecretStr = Field(description="Signs letters.")

    def __init__(self, settings: Any, *, name: str) -> None:
        self.name = name
        self._key = settings.key.get_secret_value()

    def verify(self, call: Call) -> Reply | None:
        check_hmac_sha256(secret=self._key.encode(), body=call.body, given=call.headers.get("x-seal"))
        return None

    def parse(self, call: Call) -> Sequence[Event]:
        letter = read.json_object(call.body, what="Pigeon")
        own, text = read.text(letter, "id"), read.text(letter, "text")
        address = AddressKey(channel=self.name, scope="loft", handle=read.text(letter, "from") or "nobody", kind="account")
        part = Text(text=text) if text else Unknown(kind="letter", value=letter)
        return [Arrival(key=f"letter:{own}", address=address, parts=(part,), sent_at_ms=0, native_id=own)]

    def send(self, outgoing: Outgoing) -> Generator[Call, Reply, Sent]:
        for part in outgoing.parts:
            if not isinstance(part, Text):
                raise Refused("a pigeon carries words")
            words = markup.plain(part.text) if part.format == "markdown" else part.text
            yield Call(method="POST", url="https://loft.test/send", body=words.encode())
        return Sent(native_id="1")

    def explain(self, reply: Reply) -> Failure | None:
        named: dict[int, Failure] = {401: Unauthorised("key"), 403: Gone("flown"), 429: Throttled("tired")}
        if reply.status < 400:
            return None
        return named.get(reply.status, Unavailable("down") if reply.status >= 500 else Refused("no"))


def folder_of(tmp_path: Path) -> Path:
    def put(name: str, **rest: Any) -> None:
        (tmp_path / f"{name}.json").write_text(json.dumps({**DATED, **rest}))

    refuses = ["media", "place", "contact", "choice", "template", "reaction"]
    signing = {"how": "hmac-sha256", "header": "x-seal", "prefix": "sha256=", "secret": "wax"}
    address = {"scope": "loft", "handle": "ali", "kind": "account"}
    put("channel", settings={"key": "wax"}, signing=signing, address=address, good_reply={"status": 200}, refuses=refuses)
    put("letter", call={"body": {"id": "1", "from": "ali", "text": "hi"}}, expect={"events": [{"event": "Arrival", "key": "letter:1"}]})
    unknown = {"id": "2", "from": "ali", "feather": {"colour": "grey"}}
    put("unknown_kind", call={"body": unknown}, expect={"events": [{"event": "Arrival"}], "kept": unknown})
    for status, failure in ((401, "Unauthorised"), (403, "Gone"), (429, "Throttled"), (400, "Refused")):
        put(f"answer_{status}", reply={"status": status}, expect={"failure": failure})
    return tmp_path


def contract(channel: type[Any], folder: Path) -> Any:
    return type("TestPigeon", (ChannelContract,), {"channel_class": channel, "folder": folder})()


LEFT_ALONE = ("test_it_declares_its_kind", "test_its_docstring_names")
"""What a class inside a test module cannot keep: its own file, with its own docstring."""


def faults(channel: type[Any], folder: Path, *, only: str = "test_") -> list[str]:
    """Runs the tests of the suite as pytest would, those whose name begins with `only`; names those that fail."""
    suite = contract(channel, folder)
    names = sorted(name for name in dir(suite) if name.startswith(only) and not name.startswith(LEFT_ALONE))
    assert names, f"the suite has no test {only!r}"
    return [
        f"{name}: {fault!r}" for name in names for value in values_of(suite, name) if (fault := fault_of(suite, name, value)) is not None
    ]


def values_of(suite: Any, name: str) -> Sequence[Any]:
    """Gives what a test is run with: the parameters beside it, the payloads it asks for, or nothing (one empty run)."""
    test = getattr(suite, name)
    for mark in getattr(test, "pytestmark", []):
        if mark.name == "parametrize":
            return list(mark.args[1])
    asked = inspect.signature(test).parameters
    kind = next((kind for kind in ("inbound", "answered", "sending", "polling") if kind in asked), None)
    return [None] if kind is None else suite._found(kind)


def fault_of(suite: Any, name: str, value: Any) -> BaseException | None:
    test = getattr(suite, name)
    try:
        test() if value is None else test(value)
    except pytest.skip.Exception:
        return None
    except (Exception, pytest.fail.Exception) as error:  # noqa: BLE001 - a fault of any kind is what is looked for
        return error
    return None


def test_a_fourth_channel_with_its_folder_passes(tmp_path: Path) -> None:
    assert faults(Pigeon, folder_of(tmp_path)) == []


def test_a_channel_without_payloads_does_not_pass(tmp_path: Path) -> None:
    assert "no payload, no pass" in faults(Pigeon, tmp_path, only="test_it_has_payloads")[0]


def test_a_payload_without_its_day_does_not_pass(tmp_path: Path) -> None:
    folder = folder_of(tmp_path)
    (folder / "letter.json").write_text(json.dumps({"api_version": "v1", "source": "x", "call": {"body": {}}, "expect": {"events": []}}))
    assert "seen" in faults(Pigeon, folder, only="test_it_has_payloads")[0]


class Trusting(Pigeon):
    def verify(self, call: Call) -> Reply | None:
        return None


class ReadsAgain(Pigeon):
    """Checks the seal of what it makes of the body, not of the body."""

    def verify(self, call: Call) -> Reply | None:
        body = json.dumps(json.loads(call.body or b"{}"), separators=(",", ":")).encode()
        check_hmac_sha256(secret=self._key.encode(), body=body, given=call.headers.get("x-seal"))
        return None


class Brittle(Pigeon):
    def parse(self, call: Call) -> Sequence[Event]:
        letter = json.loads(call.body)
        address = AddressKey(channel=self.name, scope="loft", handle=letter["from"], kind="account")
        return [Arrival(key=f"letter:{letter['id']}", address=address, parts=(Text(text=str(letter.get("text"))),), sent_at_ms=0)]


class Forgetful(Pigeon):
    """Gives every letter the same key."""

    def parse(self, call: Call) -> Sequence[Event]:
        (event,) = super().parse(call)
        assert isinstance(event, Arrival)
        return [Arrival(key="letter", address=event.address, parts=event.parts, sent_at_ms=0)]


class Talkative(Pigeon):
    def __repr__(self) -> str:
        return f"Pigeon({self._key})"


class Careless(Pigeon):
    def explain(self, reply: Reply) -> Failure | None:
        return None if reply.status < 500 else Unavailable(reply.body.decode())


class AsItStands(Pigeon):
    """Sends Markdown to a platform that shows its marks."""

    def send(self, outgoing: Outgoing) -> Generator[Call, Reply, Sent]:
        for part in outgoing.parts:
            yield Call(method="POST", url="https://loft.test/send", body=getattr(part, "text", "").encode())
        return Sent(native_id="1")


class HalfAble(Pigeon):
    def poll(self, cursor: str | None) -> Call:
        raise NotImplementedError


@pytest.mark.parametrize(
    ("channel", "test"),
    [
        (Trusting, "test_a_request_without_its_proof_is_forged"),
        (Trusting, "test_a_proof_made_with_another_secret_is_forged"),
        (ReadsAgain, "test_the_proof_is_over_the_raw_bytes"),
        (Brittle, "test_a_body_cut_anywhere"),
        (Brittle, "test_any_bytes_at_all"),
        (Brittle, "test_any_change_of_a_payload"),
        (Brittle, "test_a_kind_that_is_not_known_is_kept_whole"),
        (Forgetful, "test_no_two_events_share_a_key"),
        (Forgetful, "test_a_payload_is_read_as_it_must_be"),
        (Talkative, "test_no_secret_shows"),
        (Careless, "test_an_error_status_without_a_word"),
        (Careless, "test_whatever_a_platform_answers"),
        (Careless, "test_a_recorded_answer"),
        (AsItStands, "test_markdown_is_written_in_the_dialect"),
        (HalfAble, "test_an_ability_is_had_whole"),
    ],
)
def test_a_fault_is_found(channel: type[Any], test: str, tmp_path: Path) -> None:
    assert faults(channel, folder_of(tmp_path), only=test)


def test_a_comparison_looks_only_at_what_is_expected() -> None:
    assert list(differences({"a": 1, "b": [{"c": 2, "d": 3}]}, {"b": [{"c": 2}]})) == []
    assert len(list(differences({"a": 1, "b": [1]}, {"a": 2, "b": [1, 2], "x": 3}))) == 3
    assert list(differences(True, 1)) != []


def test_a_folder_is_read_whole(tmp_path: Path) -> None:
    folder = load_folder(folder_of(tmp_path))
    assert (len(folder.inbound), len(folder.replies), folder.good_reply.status) == (2, 4, 200)
    assert plain(Text(text="x")) == {"text": "x", "format": "plain", "type": "text"}
