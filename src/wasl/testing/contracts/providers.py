"""The contract that every provider passes.

In a test module:

    class TestMine(ProviderContract):
        provider_class = Mine
        folder = Path(__file__).parent / "fixtures" / "mine"

A provider that answers by itself passes KeylessContract instead.
"""

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import urlsplit

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError

from wasl.domain.errors import ContentRefused, CutShort, NeverRetry, Refused, RetryLater, WaslError
from wasl.domain.prompt import Delta, Finish, Prompt, Usage
from wasl.ports.provider import Decoder, Keyless, ListsModels, Provider
from wasl.testing.contracts.provider_payloads import AnswerPayload, Payloads, Read, joined, load_payloads
from wasl.testing.contracts.provider_prompts import MODEL, PROMPTS, bodies, prompts, words
from wasl.wire.call import Call, Reply


def _fuzzed(examples: int) -> settings:
    """Lets one test run in every subclass: each makes its own provider, nothing is shared between them."""
    return settings(max_examples=examples, deadline=None, suppress_health_check=[HealthCheck.differing_executors])


class _Declared:
    """What every kind of provider declares."""

    provider_class: ClassVar[type[Any]]

    def test_it_declares_its_kind_and_title(self) -> None:
        kind = self.provider_class.kind
        assert kind == kind.lower().strip()
        assert " " not in kind
        assert self.provider_class.title
        assert self.provider_class.__module__.rsplit(".", 1)[-1] == kind, "the module bears the kind's name"

    def test_its_settings_are_frozen_and_know_every_key(self) -> None:
        model = self.provider_class.Settings
        assert issubclass(model, BaseModel)
        assert model.model_config.get("frozen") is True
        assert model.model_config.get("extra") == "forbid"
        with pytest.raises(ValidationError):
            model.model_validate({"no_such_key": 1})


class KeylessContract(_Declared):
    """A provider that answers by itself."""

    def make(self) -> Keyless:
        """Makes it with its defaults."""
        provider = self.provider_class(self.provider_class.Settings(), name="mine")
        assert isinstance(provider, Keyless)
        return provider

    @given(prompt=prompts)
    @_fuzzed(100)
    def test_it_answers_every_prompt_with_words_usage_and_an_end(self, prompt: Prompt) -> None:
        deltas = list(self.make().reply(prompt))
        assert isinstance(deltas[-1], Finish)
        assert isinstance(deltas[-2], Usage)
        assert joined(deltas).text.strip()

    @given(prompt=prompts)
    @_fuzzed(30)
    def test_it_says_the_same_to_the_same_prompt(self, prompt: Prompt) -> None:
        assert list(self.make().reply(prompt)) == list(self.make().reply(prompt))


class ProviderContract(_Declared):
    """A provider behind a network."""

    folder: ClassVar[Path]

    @property
    def payloads(self) -> Payloads:
        """The payloads in the folder."""
        return load_payloads(self.folder)

    def make(self, payloads: Payloads | None = None) -> Provider:
        """Makes it with the settings of its payloads."""
        said = (payloads or self.payloads).settings
        provider: Provider = self.provider_class(self.provider_class.Settings.model_validate(said), name="mine")
        return provider

    # -- payloads -----------------------------------------------------------------------------------------------------
    def test_its_payloads_are_dated_and_tell_enough(self) -> None:
        self.payloads.check()

    def test_every_answer_is_read_as_its_payload_says(self) -> None:
        payloads, provider = self.payloads, self.make()
        for stream, answers in ((True, payloads.streams), (False, payloads.wholes)):
            for payload in answers:
                _check(payload, lambda: provider.decoder(stream=stream), [payload.body])  # noqa: B023 - called within the round

    def test_every_failure_is_named_as_its_payload_says(self) -> None:
        payloads, provider = self.payloads, self.make()
        for payload in payloads.failures:
            failure = provider.explain(Reply(status=payload.status, headers=payload.headers, body=payload.body))
            assert type(failure).__name__ == payload.named, payload.file
            assert getattr(failure, "seconds", None) == payload.seconds, payload.file

    # -- decoding -----------------------------------------------------------------------------------------------------
    def test_cutting_a_stream_into_pieces_changes_nothing(self) -> None:
        provider = self.make()
        for payload in self.payloads.streams:
            body = payload.body
            for cut in range(1, len(body)):
                _check(payload, lambda: provider.decoder(stream=True), [body[:cut], body[cut:]])
            _check(payload, lambda: provider.decoder(stream=True), [body[i : i + 1] for i in range(len(body))])

    def test_a_stream_that_ends_early_is_cut_short_and_never_taken_for_whole(self) -> None:
        provider = self.make()
        for payload in self.payloads.streams:
            whole = _read(provider.decoder(stream=True), [payload.body])
            for cut in range(len(payload.body)):
                read, error = _read(provider.decoder(stream=True), [payload.body[:cut]])
                if error is None:
                    assert (read, error) == whole, f"{payload.file} cut at byte {cut} was taken for whole"
                else:
                    assert type(error) is CutShort or (payload.fails == "ContentRefused" and type(error) is ContentRefused)
                    assert read.finish is None
                    assert whole[0].text.startswith(read.text)

    def test_a_malformed_piece_is_cut_short(self) -> None:
        provider = self.make()
        for payload in self.payloads.streams:
            if payload.fails is not None:
                continue
            first, *others = payload.body.replace(b"\r\n", b"\n").split(b"\n\n")
            for junk in (b"data: {oops", b'data: {"a":', b"data: [1,", b"data: \xff\xfe", b"data: 7", b'data: "x"'):
                broken = b"\n\n".join([first, junk, *others])
                read, error = _read(provider.decoder(stream=True), [broken])
                assert type(error) is CutShort, (payload.file, junk)
                assert read.finish is None

    def test_a_whole_answer_that_ends_early_is_cut_short(self) -> None:
        provider = self.make()
        for payload in self.payloads.wholes:
            body = payload.body.rstrip()
            for cut in range(len(body)):
                assert type(_read(provider.decoder(stream=False), [body[:cut]])[1]) is CutShort, f"{payload.file} cut at byte {cut}"

    @given(pieces=st.lists(st.binary(max_size=60), max_size=4), stream=st.booleans())
    @_fuzzed(200)
    def test_noise_is_cut_short_and_nothing_else(self, pieces: list[bytes], stream: bool) -> None:
        _, error = _read(self.make().decoder(stream=stream), pieces)
        assert isinstance(error, CutShort | ContentRefused)

    @given(place=st.floats(0, 1, exclude_max=True), byte=st.integers(0, 255), which=st.integers(0, 99))
    @_fuzzed(300)
    def test_one_wrong_byte_raises_nothing_unnamed(self, place: float, byte: int, which: int) -> None:
        payloads = self.payloads
        answers = [(True, p) for p in payloads.streams] + [(False, p) for p in payloads.wholes]
        stream, payload = answers[which % len(answers)]
        body = bytearray(payload.body)
        body[int(place * len(body))] = byte
        _read(self.make(payloads).decoder(stream=stream), [bytes(body)])

    def test_two_answers_read_at_once_do_not_know_each_other(self) -> None:
        provider = self.make()
        payload = next(p for p in self.payloads.streams if p.tools)
        one, two = provider.decoder(stream=True), provider.decoder(stream=True)
        half = len(payload.body) // 2
        reads: list[list[Delta]] = [[], []]
        for piece in (payload.body[:half], payload.body[half:]):
            for deltas, decoder in zip(reads, (one, two), strict=True):
                deltas.extend(decoder.feed(piece))
        for deltas, decoder in zip(reads, (one, two), strict=True):
            deltas.extend(decoder.close())
            payload.agrees(joined(deltas))

    # -- explaining ---------------------------------------------------------------------------------------------------
    @given(
        status=st.integers(100, 599),
        body=bodies,
        headers=st.dictionaries(st.sampled_from(("retry-after", "retry-after-ms", "date", "content-type")), words),
    )
    @_fuzzed(300)
    def test_every_reply_is_explained(self, status: int, body: bytes, headers: dict[str, str]) -> None:
        failure = self.make().explain(Reply(status=status, headers=headers, body=body))
        if 200 <= status < 300:
            assert failure is None
            return
        assert isinstance(failure, WaslError)
        assert str(status) in failure.message
        assert len(failure.message) < 1000
        if status >= 500:
            assert isinstance(failure, RetryLater)
        elif status not in (401, 402, 403, 408, 425, 429) and status >= 400:
            assert isinstance(failure, NeverRetry) or type(failure).__name__ == "Unauthorised"
        if isinstance(failure, RetryLater) and failure.seconds is not None:
            assert 0 <= failure.seconds <= 86_400

    # -- encoding -----------------------------------------------------------------------------------------------------
    @pytest.mark.parametrize("stream", [True, False])
    @pytest.mark.parametrize("name", list(PROMPTS))
    def test_a_request_is_json_with_what_the_server_requires(self, name: str, stream: bool) -> None:
        payloads = self.payloads
        call = self.make(payloads).encode(PROMPTS[name], model=MODEL, stream=stream)
        assert call.method == "POST"
        assert call.url.startswith(payloads.settings["base_url"].removesuffix("/v1"))
        assert urlsplit(call.url).scheme == "https"
        assert call.headers["content-type"] == "application/json"
        assert all(header == header.lower() for header in call.headers)
        body = msgspec.json.decode(call.body)
        for place in payloads.required_stream if stream else payloads.required_whole:
            assert _at(body, place) not in (None, "", [], {}), place
        for message in PROMPTS[name].messages:
            for word in message.text.split():
                assert word in "".join(_strings(body)), f"{word!r} is not in the request"

    def test_the_model_is_named_and_the_output_is_bounded(self) -> None:
        call = self.make().encode(Prompt(messages=PROMPTS["words"].messages, max_output_tokens=5000), model=MODEL, stream=False)
        body = msgspec.json.decode(call.body)
        assert MODEL.name in _strings(body) or "a-model%2Fwith%3Aodd%2Bname" in call.url
        numbers = [n for n in _numbers(body) if n in (5000, 999)]
        assert numbers == [999], "the model's own limit is the smaller one"

    def test_pictures_and_tools_are_in_the_request(self) -> None:
        provider = self.make()

        def written(name: str) -> str:
            return "".join(_strings(msgspec.json.decode(provider.encode(PROMPTS[name], model=MODEL, stream=False).body)))

        picture = written("a picture held")
        assert "iVBORw0KGgo=" in picture
        assert "image/png" in picture
        assert "https://pictures.example/1.jpg" in written("a picture by address")
        tools = written("tools")
        for word in ("opening_hours", "Says when we open.", "9 to 17", "Friday"):
            assert word in tools

    @given(prompt=prompts, stream=st.booleans())
    @_fuzzed(150)
    def test_every_prompt_is_written_or_refused_by_name(self, prompt: Prompt, stream: bool) -> None:
        provider = self.make()
        try:
            call = provider.encode(prompt, model=MODEL, stream=stream)
        except Refused:
            return
        assert isinstance(msgspec.json.decode(call.body), dict)
        assert provider.encode(prompt, model=MODEL, stream=stream) == call

    def test_the_list_of_models_is_a_harmless_request(self) -> None:
        provider = self.make()
        if isinstance(provider, ListsModels):
            call = provider.models()
            assert (call.method, call.body, call.safe_to_repeat) == ("GET", b"", True)

    # -- secrets ------------------------------------------------------------------------------------------------------
    def test_the_key_is_sent_and_seen_nowhere_else(self) -> None:
        payloads, provider = self.payloads, self.make()
        secret = payloads.secret
        assert len(secret) >= 12
        call: Call = provider.encode(PROMPTS["words"], model=MODEL, stream=False)
        assert any(secret in value for value in call.headers.values())
        assert secret not in call.url
        assert secret.encode() not in call.body
        seen: list[object] = [provider, call, self.provider_class.Settings.model_validate(payloads.settings)]
        for status in (302, 400, 401, 404, 429, 500):
            for body in (secret, f'{{"error":{{"message":"bad key {secret}","code":"{secret}"}}}}', f'{{"error":"{secret}"}}'):
                failure = provider.explain(Reply(status=status, body=body.encode()))
                seen.extend((failure, str(failure), getattr(failure, "facts", None)))
        for thing in seen:
            assert secret not in repr(thing), type(thing)


def _read(decoder: Decoder, pieces: Iterable[bytes]) -> tuple[Read, WaslError | None]:
    """Reads an answer as far as it goes; gives what came and how it broke. Anything but a named error goes through."""
    deltas: list[Delta] = []
    error: WaslError | None = None
    try:
        for piece in pieces:
            deltas.extend(_one_by_one(decoder.feed(piece), deltas))
        deltas.extend(_one_by_one(decoder.close(), deltas))
    except (CutShort, ContentRefused) as raised:
        error = raised
    return joined(deltas), error


def _one_by_one(coming: Iterable[Delta], into: list[Delta]) -> Iterable[Delta]:
    """Keeps each delta as it comes, so that what came before an error is not lost."""
    for delta in coming:
        into.append(delta)
    return ()


def _check(payload: AnswerPayload, decoder: Callable[[], Decoder], pieces: list[bytes]) -> None:
    read, error = _read(decoder(), pieces)
    assert (type(error).__name__ if error else None) == payload.fails, (payload.file, error)
    if error is None:
        payload.agrees(read)
    else:
        assert read.text == payload.text, payload.file
        assert payload.usage is None or read.usage == msgspec.convert(payload.usage, Usage), payload.file


def _at(body: Any, place: str) -> Any:
    for name in place.split("."):
        body = body.get(name) if isinstance(body, dict) else None
    return body


def _leaves(value: Any) -> Iterator[Any]:
    waiting = [value]
    while waiting:
        item = waiting.pop()
        if isinstance(item, dict):
            waiting.extend(item.values())
        elif isinstance(item, list):
            waiting.extend(item)
        else:
            yield item


def _strings(body: Any) -> list[str]:
    return [leaf for leaf in _leaves(body) if isinstance(leaf, str)]


def _numbers(body: Any) -> list[int]:
    return [leaf for leaf in _leaves(body) if isinstance(leaf, int)]
