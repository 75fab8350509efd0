import pytest

from wasl.wire.call import Call, Reply, place_of


def test_parameters_are_decoded_and_empty_ones_kept() -> None:
    call = Call(method="GET", url="", query="hub.mode=subscribe&hub.challenge=1%202&name=%D8%B3&empty=")
    assert call.params() == {"hub.mode": "subscribe", "hub.challenge": "1 2", "name": "س", "empty": ""}


def test_of_a_repeated_parameter_the_last_counts() -> None:
    assert Call(method="GET", url="", query="a=1&a=2").params() == {"a": "2"}


@pytest.mark.parametrize("query", ["", "&&&", "=", "%zz", "a=%FF"])
def test_odd_queries_do_not_raise(query: str) -> None:
    Call(method="GET", url="", query=query).params()


def test_a_call_is_not_safe_to_repeat_unless_it_says_so() -> None:
    call = Call(method="POST", url="https://x.example")
    assert not call.safe_to_repeat
    assert call.body_bytes_max > 0


def test_two_calls_do_not_share_their_headers() -> None:
    assert Call(method="GET", url="").headers is not Call(method="GET", url="").headers
    assert Reply(status=200).body == b""


@pytest.mark.parametrize(
    ("url", "place"),
    [
        ("https://API.example:443/v1", "api.example"),
        ("https://api.example", "api.example"),
        ("http://127.0.0.1:8080/v1", "127.0.0.1:8080"),
        ("http://[::1]:8080/v1", "[::1]:8080"),
        ("http://a.example:443", "a.example:443"),
        ("http://a.example:none", ""),
        ("", ""),
    ],
)
def test_two_servers_of_one_machine_are_two_places(url: str, place: str) -> None:
    assert place_of(url) == place
