import msgspec

from wasl.domain.prompt import Image, Prompt, PromptMessage, Tool
from wasl.ports.provider import Model
from wasl.providers.openai_chat import OpenAiChat

HOURS = Tool(name="hours", parameters={"type": "object"})


def test_strict_tools_and_the_detail_of_pictures_are_said_only_where_they_were_asked_for() -> None:
    pictures = (Image(url="https://pictures.example/1.jpg", detail="low"), Image(url="https://pictures.example/2.jpg"))
    strict = Tool(name="strict_hours", parameters={"type": "object"}, strict=True)
    prompt = Prompt(messages=(PromptMessage(role="user", images=pictures),), tools=(strict, HOURS))
    call = OpenAiChat(OpenAiChat.Settings(), name="mine").encode(prompt, model=Model(name="m"), stream=False)
    body = msgspec.json.decode(call.body)
    assert [tool["function"].get("strict") for tool in body["tools"]] == [True, None]
    assert [part["image_url"].get("detail") for part in body["messages"][0]["content"]] == ["low", None]
