"""AskModerator: asks the operator's own program, or an address of theirs, what it thinks of a text.

Both are told one JSON object, {"side", "text", "channel", "language"}, and answer one: {"action": …, "label": "…"}, where the action is
"pass", "refuse" or "human".
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import msgspec

from wasl.domain.errors import SettingWrong, Unavailable
from wasl.ports.moderator import Ruling, Side
from wasl.ports.network import Network
from wasl.ports.program import Program
from wasl.wire.call import Call

ANSWER_BYTES_MAX: Final = 64 << 10
TEXT_CHARACTERS_MAX: Final = 20_000
LABEL_CHARACTERS_MAX: Final = 100
_encode = msgspec.json.Encoder(order="sorted").encode


class AskProgram:
    """Asks a program."""

    def __init__(self, *, program: Program, command: Sequence[str], seconds: float) -> None:
        self._program = program
        self._command = tuple(command)
        self._seconds = seconds

    async def look(self, text: str, *, side: Side, channel: str, language: str) -> Ruling:
        """Judges one text."""
        told = _told(text, side=side, channel=channel, language=language)
        return ruling_of(await self._program.run(self._command, told=told, seconds=self._seconds, bytes_max=ANSWER_BYTES_MAX))


class AskAddress:
    """Asks an address."""

    def __init__(self, *, network: Network, url: str, token: str | None, seconds: float) -> None:
        self._network = network
        self._url = url
        self._token = token
        self._seconds = seconds

    async def look(self, text: str, *, side: Side, channel: str, language: str) -> Ruling:
        """Judges one text."""
        headers = {"content-type": "application/json"} | ({"authorization": f"Bearer {self._token}"} if self._token else {})
        body = _told(text, side=side, channel=channel, language=language)
        reply = await self._network.perform(
            Call(
                method="POST",
                url=self._url,
                headers=headers,
                body=body,
                body_bytes_max=ANSWER_BYTES_MAX,
                timeout_seconds=self._seconds,
                safe_to_repeat=True,
            )
        )
        if not 200 <= reply.status < 300:
            raise Unavailable(f"moderation.url answered with status {reply.status}")
        return ruling_of(reply.body)


def ruling_of(body: bytes) -> Ruling:
    """Reads an answer. Raises SettingWrong for one that is none: whoever wrote the moderator must mend it."""
    try:
        value: Any = msgspec.json.decode(body)
    except msgspec.DecodeError as error:
        raise SettingWrong('the moderator\'s answer is no JSON; it is to write {"action": "pass"}') from error
    action = value.get("action") if isinstance(value, Mapping) else None
    if action not in ("pass", "refuse", "human"):
        raise SettingWrong(f"the moderator's action {action!r} is unknown; it is to be pass, refuse or human")
    label = value.get("label", "")
    return Ruling(action=action, label=label[:LABEL_CHARACTERS_MAX] if isinstance(label, str) else "")


def _told(text: str, *, side: Side, channel: str, language: str) -> bytes:
    return _encode({"side": side, "text": text[:TEXT_CHARACTERS_MAX], "channel": channel, "language": language})
