import msgspec
from pydantic import SecretStr

from wasl.domain.prompt import Image, Prompt, PromptMessage, Tool
from wasl.ports.provider import Model
from wasl.providers.openai_responses import OpenAiResponses

HOURS = Tool(name="hours", parameters={"type": "object"})


def test_strict_tools_and_the_detail_of_pictures_are_said_as_they_were_asked_for() -> None:
    pictures = (Image(url="https://pictures.example/1.jpg", detail="low"), Image(url="https://pictures.example/2.jpg"))
    strict = Tool(name="strict_hours", parameters={"type": "object"}, strict=True)
    prompt = Prompt(messages=(PromptMessage(role="user", images=pictures),), tools=(strict, HOURS))
    provider = OpenAiResponses(OpenAiResponses.Settings(key=SecretStr("k")), name="mine")
    body = msgspec.json.decode(provider.encode(prompt, model=Model(name="m"), stream=False).body)
    assert [tool["strict"] for tool in body["tools"]] == [True, False]
    assert [part["detail"] for part in body["input"][0]["content"]] == ["low", "auto"]
