"""The half of the channel contract that is about sending: calls, answers, failures, media, marks and drafts."""

from collections.abc import Generator
from pathlib import Path
from typing import Any, ClassVar, get_args
from urllib.parse import urlsplit

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import SecretStr

from wasl.domain.delivery import Outgoing, Sent
from wasl.domain.errors import Failure, Refused, RetryLater
from wasl.domain.event import Arrival
from wasl.domain.fit import fit
from wasl.domain.message import Choice, Contact, Media, Option, Part, Place, Reaction, Template, Text, Unknown, part_from_json
from wasl.ports.channel import Acknowledges, Channel, Checks, Drafts, Edits, Fetches, Listens, Local, Subscribes, Templates, Types
from wasl.testing.contracts.channel_mutations import json_with
from wasl.testing.contracts.channel_payloads import Folder, Payload, agree, load_folder, reply_of
from wasl.wire.call import Call, Reply
from wasl.wire.markup import measure

STEPS_MAX = 12
"""Requests that one exchange may take."""
_METHODS = {"GET", "POST", "PUT", "PATCH", "DELETE"}
_ERROR_FIELDS = ["error", "code", "ok", "error_code", "parameters", "retry_after", "description", "message", "migrate_to_chat_id"]
_WORDS = ["**b** ", "مرحبا ", "👨‍👩‍👧‍👦", "[l](https://x.example) ", "```\nx\n```\n", "& < > ", "\n\n", "w" * 300]
PARTS: tuple[Part, ...] = (
    Text(text="مرحبا, hello 👍🏽"),
    Text(text="**bold** and [a link](https://shop.example/?a=1&b=2) < & > `code`", format="markdown"),
    Media(role="photo", media_type="image/jpeg", native_id="file-1", caption="words"),
    Media(role="document", media_type="application/pdf", url="https://shop.example/menu.pdf", name="menu.pdf"),
    Media(role="voice", media_type="audio/ogg", native_id="file-2"),
    Media(role="document", media_type="application/pdf", sha256="ab" * 32, name="kept.pdf", size_bytes=9),
    Place(latitude=30.04, longitude=31.24, name="Shop", address="1 Nile St"),
    Contact(name="Amal", phones=("+201234567890",)),
    Choice(text="Which?", options=(Option(id="a", title="One"), Option(id="b", title="Two"))),
    Template(name="welcome", language="ar", values=("Amal",)),
    Reaction(target="5", emoji="👍"),
    Unknown(kind="new", value={}),
)
"""One of every kind that may have to be sent."""


def fuzzed(examples: int) -> settings:
    """Lets one test run in every subclass: each makes its own channel, nothing is shared between them."""
    return settings(max_examples=examples, deadline=None, suppress_health_check=[HealthCheck.differing_executors])


class ChannelUnderTest:
    """A channel with its payloads. The class attributes `channel_class` and `folder` say which."""

    channel_class: ClassVar[type[Any]]
    folder: ClassVar[Path]
    _loaded: ClassVar[dict[Path, Folder]] = {}

    def pytest_generate_tests(self, metafunc: pytest.Metafunc) -> None:
        """Gives each payload its own test."""
        for name in ("inbound", "polling", "answered", "sending"):
            if name in metafunc.fixturenames:
                found = self._found(name)
                metafunc.parametrize(name, found, ids=[payload.name for payload in found])

    def _found(self, name: str) -> tuple[Payload, ...]:
        """Gives the payloads of one kind; none where the folder cannot be read: that fails in the tests, not before them."""
        try:
            folder = self.payloads()
        except AssertionError:
            return ()
        return {"inbound": folder.inbound, "polling": folder.polls, "answered": folder.replies, "sending": folder.sends}[name]

    def payloads(self) -> Folder:
        """Reads the folder once."""
        if self.folder not in self._loaded:
            self._loaded[self.folder] = load_folder(self.folder)
        return self._loaded[self.folder]

    def make(self) -> Channel:
        """Makes the channel from the settings beside the payloads."""
        made: Channel = self.channel_class(self.channel_class.Settings(**self.payloads().settings), name=self.channel_class.kind)
        return made

    def is_local(self) -> bool:
        """Says whether the channel is one of our own pages."""
        return isinstance(self.make(), Local)

    def secrets(self) -> list[str]:
        """Gives the made-up secrets of the settings."""
        model = self.channel_class.Settings(**self.payloads().settings)
        values = (getattr(model, name) for name in type(model).model_fields)
        return [value.get_secret_value() for value in values if isinstance(value, SecretStr)]

    def outgoing(self, *parts: Part, reply_to: str | None = None, address: dict[str, Any] | None = None) -> Outgoing:
        """Makes a delivery to the folder's address."""
        to = self.payloads().to(channel=self.make().name, address=address)
        return Outgoing(id="0193-delivery-1", address=to, parts=parts, reply_to=reply_to)  # type: ignore[arg-type]  # plain text

    def run(self, exchange: Generator[Call, Reply, Any], *, replies: list[Reply] | None = None) -> tuple[list[Call], Any]:
        """Drives an exchange to its end with good replies, and looks at every call."""
        calls: list[Call] = []
        try:
            call = next(exchange)
            while True:
                self.well_formed(call)
                calls.append(call)
                assert len(calls) <= STEPS_MAX, "the exchange does not end"
                call = exchange.send(replies.pop(0) if replies else self.payloads().good_reply)
        except StopIteration as stop:
            return calls, stop.value

    def well_formed(self, call: Call) -> None:
        """Looks at one call: a whole address, lower-case headers, a body that is what it says, and no secret where logs see it."""
        url = urlsplit(call.url)
        assert call.method in _METHODS
        assert url.scheme in ("http", "https")
        assert url.netloc
        assert all(name == name.lower() for name in call.headers)
        assert all("\n" not in value and "\r" not in value for value in call.headers.values())
        if call.headers.get("content-type", "").startswith("application/json"):
            msgspec.json.decode(call.body)
        assert not (call.form and call.body), "a call has a form or a body, not both"
        for secret in self.secrets():
            assert secret not in repr(call) + call.shown


class ChannelSends(ChannelUnderTest):
    """What every channel keeps when it sends."""

    @pytest.mark.parametrize("part", PARTS, ids=[f"{part.type}-{at}" for at, part in enumerate(PARTS)])
    def test_each_kind_of_part_is_sent_or_refused_before_any_call(self, part: Part) -> None:
        """Sends one part alone."""
        exchange = self.make().send(self.outgoing(part))
        if part.type in self.payloads().refuses or (isinstance(part, Unknown) and not self.is_local()):
            with pytest.raises(Refused):
                next(exchange)
            return
        calls, sent = self.run(exchange)
        assert isinstance(sent, Sent)
        if self.is_local():
            assert calls == []
        else:
            assert calls
            assert isinstance(part, Reaction) or sent.native_id, "the platform's id of the message is not given back"

    def test_a_recorded_send_is_written_as_it_must_be(self, sending: Payload) -> None:
        """Compares calls and result with the file."""
        value = sending.value
        parts = [part_from_json(part) for part in value["send"]["parts"]]
        outgoing = self.outgoing(*parts, reply_to=value["send"].get("reply_to"), address=value["send"].get("address"))
        calls, sent = self.run(self.make().send(outgoing), replies=[reply_of(reply) for reply in value.get("replies", [])])
        found = [{"method": c.method, "url": c.url, "body": msgspec.json.decode(c.body) if c.body else None} for c in calls]
        agree(found, sending.expect["calls"])
        if "sent" in sending.expect:
            agree({"native_id": sent.native_id, "note": dict(sent.note or {})}, sending.expect["sent"])

    def test_our_own_id_is_on_the_wire_where_receipts_bring_it_back(self) -> None:
        """Looks for the tag in the request."""
        if self.is_local() or not self.make().limits.receipts_carry_tag:
            pytest.skip("this platform brings no id of ours back")
        outgoing = self.outgoing(Text(text="hi"))
        calls, _ = self.run(self.make().send(outgoing))
        assert all(outgoing.tag.encode() in call.body for call in calls)

    @fuzzed(80)
    @given(words=st.lists(st.sampled_from(_WORDS), max_size=80))
    def test_a_long_markdown_reply_is_fitted_and_every_piece_can_be_sent(self, words: list[str]) -> None:
        """Fits and sends whatever a model may write."""
        channel = self.make()
        pieces = fit((Text(text="".join(words), format="markdown"),), limits=channel.limits, measure=measure(channel.limits))
        for parts in pieces:
            self.run(channel.send(self.outgoing(*parts)))

    def test_a_good_answer_is_no_failure(self) -> None:
        """Explains the good answer."""
        assert self.make().explain(self.payloads().good_reply) is None

    def test_a_recorded_answer_is_named_by_what_to_do_about_it(self, answered: Payload) -> None:
        """Compares the failure with the file."""
        failure, expect = self.make().explain(reply_of(answered.value["reply"])), answered.expect
        if expect["failure"] is None:
            assert failure is None
            return
        assert failure is not None
        found = {**failure.facts, "failure": type(failure).__name__}
        if isinstance(failure, RetryLater):
            found["seconds"] = failure.seconds
        agree(found, expect)
        assert failure.message
        assert all(secret not in failure.message for secret in self.secrets())

    def test_markdown_is_written_in_the_dialect_of_the_channel(self) -> None:
        """Sends bold words: their marks may stand on the wire only where `limits.markup` says that the platform reads them."""
        channel = self.make()
        if self.is_local() or channel.limits.markup == "markdown":
            pytest.skip("this channel shows Markdown itself")
        calls, _ = self.run(channel.send(self.outgoing(Text(text="**bold** words", format="markdown"))))
        written = b"".join(call.body for call in calls) + "".join(field.value for call in calls for field in call.form).encode()
        assert b"bold" in written
        assert b"**" not in written, f"turn a Text in Markdown by `wire.markup.{channel.limits.markup}`"

    def test_the_answers_that_matter_are_recorded(self) -> None:
        """Wants a payload for each failure that every platform knows."""
        if self.is_local():
            pytest.skip("a channel of our own pages is never answered")
        named = {payload.expect["failure"] for payload in self.payloads().replies}
        missing = {"Throttled", "Unauthorised", "Gone", "Refused"} - named
        assert not missing, f"an answer (`reply`) is missing whose `expect` names {' and '.join(sorted(missing))}"

    @fuzzed(200)
    @given(
        status=st.integers(100, 599),
        headers=st.dictionaries(st.sampled_from(["retry-after", "content-type"]), st.text(max_size=12), max_size=2),
        body=st.binary(max_size=80) | json_with(_ERROR_FIELDS).map(msgspec.json.encode),
    )
    def test_whatever_a_platform_answers_is_explained(self, status: int, headers: dict[str, str], body: bytes) -> None:
        """Explains anything."""
        failure = self.make().explain(Reply(status=status, headers=headers, body=body))
        assert failure is None or isinstance(failure, get_args(Failure))
        if isinstance(failure, RetryLater) and failure.seconds is not None:
            assert failure.seconds >= 0

    @pytest.mark.parametrize("status", [400, 401, 403, 404, 429, 500, 502, 503, 504])
    def test_an_error_status_without_a_word_is_a_failure(self, status: int) -> None:
        """Explains a bare status."""
        if self.is_local():
            pytest.skip("a channel of our own pages is never answered")
        for body in (b"", b"<html>no</html>", b"{}", b"[]"):
            assert self.make().explain(Reply(status=status, body=body)) is not None

    def test_media_that_people_send_can_be_fetched(self) -> None:
        """Begins to fetch every file that a payload holds."""
        channel = self.make()
        events = [event for p in self.payloads().inbound if "events" in p.expect for event in channel.parse(p.call())]
        heard = [part for event in events for part in getattr(event, "parts", ()) if isinstance(part, Media) and not part.sha256]
        if not heard:
            pytest.skip("this channel's media is held already, or none is sent")
        assert isinstance(channel, Fetches), "people send media here, so the channel must be able to fetch it"
        for media in heard:
            exchange = channel.fetch(media)
            self.well_formed(next(exchange))
            exchange.close()

    def test_its_marks_drafts_and_lists_are_well_formed_calls(self) -> None:
        """Makes each call of the abilities that the channel has."""
        channel, to = self.make(), self.payloads().to(channel=self.make().name)
        if isinstance(channel, Types):
            self.well_formed(channel.typing(to, answering="5"))
        if isinstance(channel, Acknowledges):
            events = [event for p in self.payloads().inbound if "events" in p.expect for event in channel.parse(p.call())]
            native_ids = [event.native_id for event in events if isinstance(event, Arrival) and event.native_id]
            acknowledged = [call for native_id in native_ids if (call := channel.acknowledge(native_id)) is not None]
            assert acknowledged, "no payload tells of anything that is acknowledged"
            for call in acknowledged:
                self.well_formed(call)
        if isinstance(channel, Drafts) and channel.drafts_to(to):
            for text in ("", "**grow", "word " * 4000):
                self.well_formed(channel.draft(to, draft_id=7, text=text))
        if isinstance(channel, Templates):
            assert channel.lists_templates(), "the settings of the contract must name the account"
            for after in (None, "a cursor & more"):
                self.well_formed(channel.templates(after))
            assert channel.listed(Reply(status=200, body=b'{"data":[{"id":"1"},3]}')).templates == []
            assert channel.template_news("something else", {}) is None
        if isinstance(channel, Edits):
            self.run(channel.edit(to, native_id="5", outgoing=self.outgoing(Text(text="new"))))
        if isinstance(channel, Listens):
            assert isinstance(channel.listens(), bool)
            for cursor in (None, "17"):
                self.well_formed(channel.poll(cursor))

    @pytest.mark.parametrize("status", [200, 401, 500])
    def test_a_check_always_ends_with_findings_and_says_what_to_do(self, status: int) -> None:
        """Runs check and subscribe against good and bad answers."""
        channel = self.make()
        flows = [channel.check()] if isinstance(channel, Checks) else []
        flows += [channel.subscribe("https://shop.example/hooks/it")] if isinstance(channel, Subscribes) else []
        for flow in flows:
            reply = self.payloads().good_reply if status == 200 else Reply(status=status, body=b"{}")
            _, findings = self.run(flow, replies=[reply] * STEPS_MAX)
            assert findings
            assert all(finding.what and (finding.good or finding.do) for finding in findings)
            assert all(secret not in finding.what + finding.do for finding in findings for secret in self.secrets())
            assert status == 200 or not findings[0].good
