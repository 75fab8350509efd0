import pytest

from wasl.wire.web_address import web_address


@pytest.mark.parametrize(
    "text",
    ["http://127.0.0.1:11434/v1", "https://api.openai.com/v1", "HTTP://House:80", "http://[::1]:8000/v1", "https://u:p@gate.example/a"],
)
def test_a_whole_address_stays_as_it_is(text: str) -> None:
    assert web_address(text) == text


@pytest.mark.parametrize("text", ["", "127.0.0.1:11434/v1", "api.openai.com/v1", "htp://x/v1", "//x/v1", "ollama"])
def test_an_address_says_how_it_is_asked(text: str) -> None:
    with pytest.raises(ValueError, match="begins with http:// or https://"):
        web_address(text)


@pytest.mark.parametrize(
    "text",
    [
        "http://",
        "http:///v1",
        "http://x:99999/",
        "http://x:0/",
        "http://x:port/",
        "http://[::1/v1",
        "http://a b/v1",
        "https://مثال.example/v1",
    ],
)
def test_an_address_names_a_host_that_can_be_asked(text: str) -> None:
    with pytest.raises(ValueError, match="no whole address"):
        web_address(text)
