"""The contract that every channel passes.

In a test module:

    class TestMine(ChannelContract):
        channel_class = Mine
        folder = Path(__file__).parent / "fixtures" / "mine"

The folder holds payloads (see `channel_payloads`): no payload, no pass. A channel that sends over no network of its own (`Local`)
passes what it can be asked; abilities choose the rest.
"""

import importlib
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError

from wasl.domain.errors import Forged, Malformed
from wasl.domain.event import Arrival, Signal
from wasl.domain.message import Unknown
from wasl.domain.split import UNITS_MIN
from wasl.ports import channel as ports
from wasl.ports.channel import Channel
from wasl.testing.contracts.channel_mutations import JSON, changed_bodies, marked, overgrown, prefixes
from wasl.testing.contracts.channel_payloads import Payload, Signing, agree, differences, encoded, plain
from wasl.testing.contracts.channel_sends import ChannelSends, fuzzed
from wasl.wire.call import Call, Reply

_DATED = re.compile(r"\b20\d\d-\d\d(-\d\d)?\b")
_VERSIONED = re.compile(r"\b(?:v|API |version )v?\d+(?:\.\d+)?", re.IGNORECASE)
_ABILITIES = (
    ports.Listens,
    ports.Fetches,
    ports.Types,
    ports.Acknowledges,
    ports.Drafts,
    ports.Edits,
    ports.Templates,
    ports.Checks,
    ports.Subscribes,
)


class ChannelContract(ChannelSends):
    """Everything a channel must keep: what it declares, what it reads, whom it believes, and (inherited) what it sends."""

    # -- what it declares ---------------------------------------------------------------------------------------------
    def test_it_has_payloads_with_version_source_and_day_beside_them(self) -> None:
        """Reads the folder: no payload, no pass."""
        assert self.payloads().inbound

    def test_it_declares_its_kind_and_title_and_bears_them_in_its_file(self) -> None:
        """Looks at the names."""
        kind = self.channel_class.kind
        assert kind == kind.lower().strip()
        assert " " not in kind
        assert self.channel_class.title
        assert self.channel_class.__module__.rsplit(".", 1)[-1] == kind, "the module bears the kind's name"
        assert self.make().name == kind

    def test_its_docstring_names_the_version_of_the_interface_and_a_date(self) -> None:
        """Looks at the module's docstring."""
        words = importlib.import_module(self.channel_class.__module__).__doc__ or ""
        assert _VERSIONED.search(words), "the docstring of the module names the version of the platform's interface"
        assert _DATED.search(words), "the docstring of the module names the day it was read"

    def test_its_settings_are_frozen_and_know_every_key(self) -> None:
        """Looks at the settings model."""
        model = self.channel_class.Settings
        assert issubclass(model, BaseModel)
        assert model.model_config.get("frozen") is True
        assert model.model_config.get("extra") == "forbid"
        assert all(field.description for field in model.model_fields.values()), "every setting says what it means"
        with pytest.raises(ValidationError):
            model.model_validate({**self.payloads().settings, "no_such_key": 1})

    def test_no_secret_shows_in_what_is_printed_of_it(self) -> None:
        """Looks for secrets in every way of showing the settings."""
        model = self.channel_class.Settings(**self.payloads().settings)
        shown = repr(model) + str(model) + repr(self.make()) + model.model_dump_json() + repr(model.model_dump())
        for secret in self.secrets():
            assert secret not in shown

    def test_its_limits_are_sane(self) -> None:
        """Looks at the limits one against another."""
        limits = self.make().limits
        assert limits.text_max >= UNITS_MIN
        assert 0 <= limits.caption_max <= limits.text_max
        assert limits.ack_seconds > 0
        assert 0 < limits.body_bytes_max <= 64 << 20
        assert all(size > 0 for size in limits.media_bytes_max.values())
        assert set(limits.media_types) <= set(limits.media_bytes_max), "types are named for a role that cannot be sent"
        assert set(limits.captionless) <= set(limits.media_bytes_max)
        assert not limits.buttons_max or (limits.button_title_max and limits.choice_text_max >= UNITS_MIN)
        assert not limits.list_rows_max or limits.list_row_title_max
        for pace in (limits.pace, limits.pair_pace, limits.group_pace):
            assert pace is None or (pace.seconds_per_message > 0 and pace.burst >= 1)
        assert self.is_local() or not limits.receipts_carry_tag or limits.resolve_seconds > 0, "receipts that tell must be awaited"

    def test_an_ability_is_had_whole_or_not_at_all(self) -> None:
        """Looks for methods of an ability whose others are missing."""
        channel = self.make()
        for ability in _ABILITIES:
            names = [name for name, value in vars(ability).items() if not name.startswith("_") and callable(value)]
            there = [name for name in names if hasattr(channel, name)]
            assert not there or isinstance(channel, ability), f"{ability.__name__} wants {names}, and only {there} are there"
        assert not isinstance(channel, ports.Types) or channel.limits.typing_seconds > 0
        if isinstance(channel, ports.Begins):
            for kind in channel.begins_with:
                key = channel.begin({"phone": "+201001234567", "e-mail": "bea@example.org"}[kind], kind)
                assert key is None or key.channel == channel.name, "codes are sent through the channel itself"

    # -- what it reads ------------------------------------------------------------------------------------------------
    def test_a_payload_is_read_as_it_must_be(self, inbound: Payload) -> None:
        """Compares events, answer or error with the file."""
        channel, call, expect = self.make(), inbound.call(), inbound.expect
        if "raises" in expect:
            with pytest.raises({"Malformed": Malformed, "Forged": Forged}[expect["raises"]]):
                _ = channel.verify(call), channel.parse(call)
            return
        reply = channel.verify(call)
        if "reply" in expect:
            assert reply is not None
            agree({"status": reply.status, "body": reply.body.decode()}, expect["reply"])
            return
        assert reply is None
        agree(plain(list(channel.parse(call))), expect["events"])

    def test_a_payload_that_comes_again_is_read_the_same(self, inbound: Payload) -> None:
        """Reads twice with two instances."""
        if "events" in inbound.expect:
            assert plain(list(self.make().parse(inbound.call()))) == plain(list(self.make().parse(inbound.call())))

    def test_no_two_events_share_a_key(self) -> None:
        """Collects the keys of all payloads."""
        seen: dict[str, str] = {}
        for payload in self.payloads().inbound:
            if "events" in payload.expect:
                for event in self.make().parse(payload.call()):
                    assert event.key not in seen, f"{payload.name} and {seen[event.key]} share {event.key!r}"
                    seen[event.key] = payload.name

    def test_fields_that_are_new_change_nothing(self, inbound: Payload) -> None:
        """Adds a field to every object of the body."""
        if "events" not in inbound.expect or "body" not in inbound.value["call"]:
            return
        before = self.make().parse(inbound.call())
        after = self.make().parse(inbound.call(encoded(marked(inbound.value["call"]["body"]))))
        assert [type(event) for event in after] == [type(event) for event in before]
        for one, other in zip(after, before, strict=True):
            assert isinstance(one, Signal) or one.key == other.key
            if isinstance(one, Arrival) and isinstance(other, Arrival):
                assert (one.address, one.wants_answer, one.native_id) == (other.address, other.wants_answer, other.native_id)
                assert [p for p in one.parts if not isinstance(p, Unknown)] == [p for p in other.parts if not isinstance(p, Unknown)]

    def test_a_kind_that_is_not_known_is_kept_whole(self) -> None:
        """Looks for what the platform said in what is kept of it."""
        if self.is_local():
            pytest.skip("a channel of our own pages hears only what our pages say")
        found = [payload for payload in self.payloads().inbound if payload.name == "unknown_kind"]
        assert found, "a payload named unknown_kind.json is missing: a message of a kind that the channel does not know"
        events = self.make().parse(found[0].call())
        kept = [part.value for event in events if isinstance(event, Arrival) for part in event.parts if isinstance(part, Unknown)]
        kept += [event.detail for event in events if isinstance(event, Signal)]
        whole = found[0].expect["kept"]
        assert any(not list(differences(plain(value), whole)) for value in kept), f"{whole!r} is not in {kept!r}"

    def test_a_poll_is_read_as_it_must_be(self, polling: Payload) -> None:
        """Compares events and cursor with the file."""
        channel = self.make()
        assert isinstance(channel, ports.Listens)
        reply = Reply(status=200, body=encoded(polling.value["poll"]["body"]))
        assert channel.explain(reply) is None
        polled = channel.polled(reply, polling.value["poll"]["cursor"])
        assert polled.raw == reply.body
        agree(plain(list(polled.events)), polling.expect["events"])
        assert polled.cursor == polling.expect["cursor"]

    def test_a_body_cut_anywhere_raises_nothing_but_malformed(self, inbound: Payload) -> None:
        """Reads every beginning of the body."""
        channel = self.make()
        for body in prefixes(inbound.body):
            self.read(channel, inbound.call(body))

    def test_a_number_of_hundreds_of_digits_raises_nothing_but_malformed(self, inbound: Payload) -> None:
        """Reads the body with each of its numbers grown."""
        channel = self.make()
        for body in overgrown(inbound.body):
            self.read(channel, inbound.call(body))

    @fuzzed(250)
    @given(data=st.data())
    def test_any_change_of_a_payload_is_read_or_malformed(self, data: st.DataObject) -> None:
        """Changes one place of one payload."""
        payload = data.draw(st.sampled_from([p for p in self.payloads().inbound if "body" in p.value["call"]]))
        body = data.draw(changed_bodies(payload.value["call"]["body"]))
        self.read(self.make(), payload.call(encoded(body)))

    @fuzzed(100)
    @given(body=st.binary(max_size=200) | JSON.map(encoded))
    def test_any_bytes_at_all_are_read_or_malformed(self, body: bytes) -> None:
        """Reads anything."""
        self.read(self.make(), self.payloads().inbound[0].call(body))

    def read(self, channel: Channel, call: Call) -> None:
        """Parses what may be anything; only Malformed may be raised, and every event has a key."""
        try:
            events = channel.parse(call)
        except Malformed:
            return
        assert all(event.key for event in events)

    # -- whom it believes ---------------------------------------------------------------------------------------------
    def test_a_request_without_its_proof_is_forged(self) -> None:
        """Takes the headers away."""
        for payload in self._genuine():
            call = payload.call()
            with pytest.raises(Forged):
                self.make().verify(Call(method=call.method, url=call.url, headers={"content-type": "application/json"}, body=call.body))

    def test_a_proof_made_with_another_secret_is_forged(self) -> None:
        """Signs with a secret that is not ours."""
        signing = self.payloads().signing
        if signing.how == "recorded":
            pytest.skip("this channel's proofs are recorded, not made here")
        wrong = Signing(how=signing.how, header=signing.header, prefix=signing.prefix, secret=signing.secret + "x")
        for payload in self._genuine():
            call = payload.call()
            with pytest.raises(Forged):
                self.make().verify(Call(method=call.method, url=call.url, headers=wrong.headers(call.body), body=call.body))

    def test_the_proof_is_over_the_raw_bytes(self) -> None:
        """Changes bytes that mean nothing in JSON."""
        if self.payloads().signing.how != "hmac-sha256":
            pytest.skip("this channel's proof is not over the body")
        for payload in self._genuine():
            call = payload.call()
            for other in (call.body + b" ", call.body.replace(b":", b": ", 1), call.body[:-1]):
                with pytest.raises(Forged):
                    self.make().verify(Call(method=call.method, url=call.url, headers=call.headers, body=other))
            assert self.make().verify(payload.call(call.body + b" ")) is None

    @fuzzed(80)
    @given(words=st.lists(st.text(max_size=80), min_size=1, max_size=4), body=st.binary(max_size=60), query=st.text(max_size=60))
    def test_whatever_is_asked_of_it_verify_raises_only_what_it_may(self, words: list[str], body: bytes, query: str) -> None:
        """Puts any words where the proof stands."""
        names = {self.payloads().signing.header, *(n for p in self.payloads().inbound for n in p.value["call"].get("headers", {}))} - {""}
        headers = dict(zip(sorted(names), words, strict=False))
        for method in ("GET", "POST"):
            with pytest.raises((Forged, Malformed)):
                self.make().verify(Call(method=method, url="https://example.test", headers=headers, body=body, query=query))

    def _genuine(self) -> list[Payload]:
        return [payload for payload in self.payloads().inbound if "events" in payload.expect]
