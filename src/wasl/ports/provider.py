"""The contract of a model provider: one file per wire format, pure translation both ways."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol, runtime_checkable

from pydantic import BaseModel

from wasl.domain.errors import WaslError
from wasl.domain.prompt import Delta, Prompt
from wasl.wire.call import Call, Reply


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """What a candidate's model can take. Sizes in tokens; from a dated model card, or as the operator says."""

    name: str
    context_tokens: int = 128_000
    output_tokens_max: int = 4_096
    vision: bool = False
    prefill: bool = True


class Decoder(Protocol):
    """Turns an answer's bytes, in any cuts, into Deltas."""

    def feed(self, data: bytes) -> Iterable[Delta]:
        """Takes the next bytes. Raises CutShort for a malformed piece or an error that the stream itself reports,
        ContentRefused when the stream says that the answer was refused."""
        ...

    def close(self) -> Iterable[Delta]:
        """Takes the end of the bytes. Raises CutShort when the end mark never came."""
        ...


class Provider(Protocol):
    """One wire format, spoken to one server with one credential.

    An adapter may declare `vendors`: by host, under whose rules what is said to it stands; a server of another host stands under nobody's.
    """

    kind: ClassVar[str]
    title: ClassVar[str]
    Settings: ClassVar[type[BaseModel]]
    name: str

    def __init__(self, settings: Any, *, name: str) -> None:
        """Takes an instance of its own `Settings`."""
        ...

    def encode(self, prompt: Prompt, *, model: Model, stream: bool) -> Call:
        """Writes the request. Raises Refused for something the format cannot say at all."""
        ...

    def decoder(self, *, stream: bool) -> Decoder:
        """Starts reading one answer, streamed or whole."""
        ...

    def explain(self, reply: Reply) -> WaslError | None:
        """Names the failure that a Reply tells of: Throttled, Unavailable, Unauthorised, ContextTooLong, ContentRefused,
        Refused; None when it is a good one. Must not raise."""
        ...


@runtime_checkable
class Keyless(Protocol):
    """A provider that answers by itself, without any network."""

    def reply(self, prompt: Prompt) -> Iterable[Delta]:
        """Gives the whole answer; ends with Usage and Finish."""
        ...


@runtime_checkable
class ListsModels(Protocol):
    """A provider that can tell which models it serves; also used to test a key."""

    def models(self) -> Call:
        """Gives the request for the list."""
        ...
