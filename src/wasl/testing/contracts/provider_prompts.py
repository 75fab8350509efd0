"""Prompts of every shape, by hand and by hypothesis, for whoever must write or answer them."""

import msgspec
from hypothesis import strategies as st

from wasl.domain.prompt import Image, Passage, Prompt, PromptMessage, Tool, ToolCall
from wasl.ports.provider import Model

MODEL = Model(name="a-model/with:odd+name", output_tokens_max=999, vision=True)
PICTURE = b"\x89PNG\r\n\x1a\n"
HOURS = Tool(
    name="opening_hours", description="Says when we open.", parameters={"type": "object", "properties": {"day": {"type": "string"}}}
)

PROMPTS: dict[str, Prompt] = {
    "words": Prompt(
        messages=(PromptMessage(role="system", text="Be brief."), PromptMessage(role="user", text="متى تفتحون؟ 🕘")),
        max_output_tokens=100,
        temperature=0.5,
        stop=("END",),
    ),
    "a dialogue that ends with a begun answer": Prompt(
        messages=(
            PromptMessage(role="user", text="Count"),
            PromptMessage(role="user", text="to three"),
            PromptMessage(role="assistant", text="one, two, "),
        )
    ),
    "a picture held": Prompt(messages=(PromptMessage(role="user", text="What?", images=(Image(media_type="image/png", data=PICTURE),)),)),
    "a picture by address": Prompt(messages=(PromptMessage(role="user", images=(Image(url="https://pictures.example/1.jpg"),)),)),
    "tools": Prompt(
        messages=(
            PromptMessage(role="user", text="When?"),
            PromptMessage(role="assistant", tool_calls=(ToolCall(id="c1", name="opening_hours", arguments='{"day":"Friday"}'),)),
            PromptMessage(role="tool", tool_call_id="c1", text="9 to 17"),
        ),
        tools=(HOURS,),
        tool_choice="auto",
    ),
    "a tool that must be called": Prompt(
        messages=(PromptMessage(role="user", text="When?"),),
        tools=(HOURS,),
        tool_choice={"type": "function", "function": {"name": "opening_hours"}},
    ),
}

words = st.text(max_size=40)
_messages = st.lists(
    st.builds(
        PromptMessage,
        role=st.sampled_from(("system", "user", "assistant", "tool")),
        text=words,
        images=st.lists(st.builds(Image, data=st.binary(max_size=8)), max_size=1).map(tuple),
        tool_calls=st.lists(st.builds(ToolCall, id=words, name=words, arguments=words), max_size=2).map(tuple),
        tool_call_id=st.none() | words,
    ),
    min_size=1,
    max_size=5,
).map(tuple)
prompts = st.builds(
    Prompt,
    messages=_messages,
    passages=st.lists(st.builds(Passage, text=words, source=words, score=st.floats(0, 1)), max_size=2).map(tuple),
    tools=st.just(()) | st.just((HOURS,)),
    tool_choice=st.sampled_from((None, "auto", "none", "required", "nonsense")),
    max_output_tokens=st.none() | st.integers(1, 100_000),
    temperature=st.none() | st.floats(0, 2),
    top_p=st.none() | st.floats(0, 1),
    stop=st.lists(words, max_size=2).map(tuple),
    language=st.sampled_from(("", "ar", "en", "xx")),
)
_json_like = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | words,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(("error", "message", "code", "type", "details")), inner),
    max_leaves=8,
)
bodies = st.binary(max_size=200) | _json_like.map(msgspec.json.encode)
