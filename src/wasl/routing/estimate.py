"""Token counts where nobody names them: for choosing a model before asking, and for the bill of a call that was cut short."""

from wasl.domain.prompt import Prompt

BYTES_PER_TOKEN = 4
"""English is near 4 bytes a token; Arabic near 2 to 3 characters, which are 4 to 6 bytes (general knowledge, unsure)."""
TOKENS_PER_MESSAGE = 4
TOKENS_PER_IMAGE = 1_000
"""A picture of ordinary size; formats differ between about 85 and 1,600 (general knowledge, unsure)."""


def tokens_in_text(text: str) -> int:
    """Estimates the tokens of a text."""
    size_bytes = len(text) if text.isascii() else len(text.encode(errors="replace"))
    return -(-size_bytes // BYTES_PER_TOKEN)


def tokens_in_prompt(prompt: Prompt) -> int:
    """Estimates the input tokens of a prompt."""
    total = 0
    for message in prompt.messages:
        total += TOKENS_PER_MESSAGE + tokens_in_text(message.text) + TOKENS_PER_IMAGE * len(message.images)
        for call in message.tool_calls:
            total += tokens_in_text(call.name) + tokens_in_text(call.arguments)
    for tool in prompt.tools:
        total += tokens_in_text(tool.name) + tokens_in_text(tool.description) + tokens_in_text(str(dict(tool.parameters)))
    return total
