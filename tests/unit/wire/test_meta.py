import pytest

from wasl.domain.errors import Forged, Gone, Held, Refused, Throttled, Unauthorised, Unavailable, Unclear
from wasl.wire import meta
from wasl.wire.call import Call, Reply

TABLE = meta.ErrorTable(
    classes={4: "slow", 1: "later", 368: "hold", 100: "never", 10: "window", 551: "unreachable", 190: "auth", 7: "cooldown", 8: "optout"},
    waits={4: 60.0, 7: 86_400.0},
    auth_range=(200, 299),
)


def handshake(query: str, *, method: str = "GET", token: str = "a-token") -> Reply | None:
    return meta.handshake(Call(method=method, url="", query=query), verify_token=token)


def test_a_post_is_no_handshake() -> None:
    assert handshake("hub.mode=subscribe&hub.verify_token=a-token", method="POST") is None


def test_the_challenge_comes_back_as_it_was_sent() -> None:
    reply = handshake("hub.mode=subscribe&hub.verify_token=a-token&hub.challenge=%D9%85%20x")
    assert reply is not None
    assert reply.body.decode() == "م x"
    assert reply.headers["content-type"].startswith("text/plain"), "never as HTML, since anybody who knows the token chooses the words"


@pytest.mark.parametrize(
    "query", ["", "hub.mode=unsubscribe&hub.verify_token=a-token", "hub.mode=subscribe", "hub.mode=subscribe&hub.verify_token=é"]
)
def test_any_other_get_is_forged(query: str) -> None:
    with pytest.raises(Forged):
        handshake(query)


def test_an_empty_verify_token_lets_nobody_in() -> None:
    with pytest.raises(Forged):
        handshake("hub.mode=subscribe&hub.verify_token=", token="")


def test_the_envelope_is_walked_and_what_is_no_change_passed_over() -> None:
    change = {"field": "messages", "value": {"x": 1}}
    envelope = {"entry": [{"id": "A", "time": 5, "changes": [change, 7, {"field": 3}]}, "no", {"id": "B", "changes": None}]}
    assert list(meta.changes(envelope)) == [("A", 5000, "messages", {"x": 1}), ("A", 5000, "", {})]


@pytest.mark.parametrize(
    ("given", "ms"), [("1763800000", 1_763_800_000_000), (1_763_800_000, 1_763_800_000_000), (1_763_800_000_123, 1_763_800_000_123)]
)
def test_a_time_in_seconds_or_milliseconds_is_told_apart(given: object, ms: int) -> None:
    assert meta.time_ms({"t": given}, "t") == ms


@pytest.mark.parametrize("given", [None, "", "soon", -5, 1 << 60, 1.5, True, []])
def test_a_time_that_is_none_is_nought(given: object) -> None:
    assert meta.time_ms({"t": given}, "t") == 0


@pytest.mark.parametrize(
    ("code", "failure"),
    [
        (4, Throttled),
        (1, Unavailable),
        (368, Held),
        (10, Held),
        (7, Held),
        (100, Refused),
        (8, Refused),
        (551, Gone),
        (190, Unauthorised),
        (200, Unauthorised),
        (299, Unauthorised),
        (300, Refused),
    ],
)
def test_a_code_is_named_by_what_to_do(code: int, failure: type) -> None:
    found = TABLE.failure(meta.GraphError(code=code, title="said", details="why"), status=400)
    assert type(found) is failure
    assert found.facts["code"] == code
    assert "said" in found.message
    assert "why" in found.message


def test_the_longer_of_two_waits_counts() -> None:
    error = meta.GraphError(code=4)
    assert getattr(TABLE.failure(error, retry_after=5.0), "seconds", None) == 60.0
    assert getattr(TABLE.failure(error, retry_after=90.0), "seconds", None) == 90.0


@pytest.mark.parametrize(
    ("status", "failure"),
    [
        (400, Refused),
        (401, Unauthorised),
        (403, Unauthorised),
        (408, Unclear),
        (429, Throttled),
        (500, Unavailable),
        (502, Unclear),
        (503, Unavailable),
        (504, Unclear),
    ],
)
def test_without_a_code_the_status_decides(status: int, failure: type) -> None:
    assert type(TABLE.failure(meta.GraphError(code=None), status=status)) is failure


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b'{"error": 3}', b"<html>", b'{"ok": true}', b"\xff\xfe"])
def test_a_body_without_an_error_object_holds_none(body: bytes) -> None:
    assert meta.error_of(Reply(status=400, body=body)) is None


@pytest.mark.parametrize(
    ("given", "seconds"), [("7", 7.0), (" 7 ", 7.0), ("", None), ("Wed, 21 Oct 2026 07:28:00 GMT", None), ("-1", None)]
)
def test_a_retry_after_in_seconds_is_read(given: str, seconds: float | None) -> None:
    assert meta.retry_after_seconds(Reply(status=429, headers={"retry-after": given})) == seconds
