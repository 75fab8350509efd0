"""Payloads of a provider: what its server answers, kept as files, and what each must be read as.

A folder holds the bodies and `payloads.toml`: `[about]` (api, source, seen, captured), `[settings]` for the provider, `[encode]` with
the places a request body must fill, then `[[stream]]`, `[[whole]]` (file, and text, finish, usage, tools, model; or fails) and
`[[failure]]` (file, status, headers, named, seconds).
"""

import importlib
import pkgutil
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from types import ModuleType
from typing import Any

import msgspec

from wasl.domain.prompt import Delta, Finish, TextDelta, ToolCallDelta, Usage


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """An answer with its pieces joined, so that two ways of cutting it can be compared."""

    text: str = ""
    tools: tuple[tuple[str, str, str], ...] = ()
    usage: Usage | None = None
    finish: str | None = None
    model: str | None = None


def joined(deltas: Iterable[Delta]) -> Read:
    """Joins deltas."""
    words: list[str] = []
    calls: dict[int, list[str]] = {}
    usage: Usage | None = None
    finish: Finish | None = None
    for delta in deltas:
        match delta:
            case TextDelta():
                words.append(delta.text)
            case ToolCallDelta():
                call = calls.setdefault(delta.index, ["", "", ""])
                call[0], call[1], call[2] = call[0] or delta.id or "", call[1] or delta.name or "", call[2] + delta.arguments
            case Usage():
                usage = delta
            case Finish():
                finish = delta
    return Read(
        text="".join(words),
        tools=tuple((c[0], c[1], c[2]) for _, c in sorted(calls.items())),
        usage=usage,
        finish=finish.reason if finish else None,
        model=finish.served_model if finish else None,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerPayload:
    """A body that answers. `fails` names the error that reading it ends with; then `text` is what comes before."""

    file: str
    body: bytes
    text: str = ""
    finish: str | None = None
    usage: Mapping[str, int] | None = None
    tools: Sequence[Mapping[str, str]] = ()
    model: str | None = None
    fails: str | None = None

    def agrees(self, read: Read) -> None:
        """Asserts that it was read as it must be."""
        assert read.text == self.text, self.file
        assert read.finish == self.finish, self.file
        assert read.usage == (msgspec.convert(self.usage, Usage) if self.usage else None), self.file
        assert [(i, n, _json(a)) for i, n, a in read.tools] == [(t["id"], t["name"], _json(t["arguments"])) for t in self.tools], self.file
        if self.model is not None:
            assert read.model == self.model, self.file


@dataclass(frozen=True, slots=True, kw_only=True)
class FailurePayload:
    """A body that tells of a failure, which must be `named` so, with the wait in `seconds`."""

    file: str
    body: bytes
    status: int
    named: str
    headers: Mapping[str, str] = field(default_factory=dict)
    seconds: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Payloads:
    """Everything in the folder."""

    about: Mapping[str, Any]
    settings: Mapping[str, Any]
    required_whole: Sequence[str]
    required_stream: Sequence[str]
    streams: Sequence[AnswerPayload]
    wholes: Sequence[AnswerPayload]
    failures: Sequence[FailurePayload]
    unused: Sequence[str]

    @property
    def secret(self) -> str:
        """The key in the settings."""
        return str(self.settings.get("key", ""))

    def check(self) -> None:
        """Asserts that the payloads are dated and tell enough to pass anybody."""
        assert self.about["api"], "payloads.toml names no API version"
        assert self.about["source"], "payloads.toml names no source"
        assert isinstance(self.about["seen"], date), "payloads.toml names no day"
        assert isinstance(self.about["captured"], bool), "say whether the payloads were captured or written"
        assert not self.unused, f"files that no payload names: {self.unused}"
        for kind, answers in (("stream", self.streams), ("whole", self.wholes)):
            assert any(a.text and a.finish == "stop" and a.usage for a in answers), f"no {kind} with words and usage"
            assert any(a.tools for a in answers), f"no {kind} with a tool call"
        assert any(a.fails == "ContentRefused" for a in (*self.streams, *self.wholes)), "no answer that was refused"
        missing = {"Throttled", "Unavailable", "Unauthorised", "ContextTooLong", "Refused"} - {f.named for f in self.failures}
        assert not missing, f"no payload for {sorted(missing)}"


def load_payloads(folder: Path) -> Payloads:
    """Reads a folder. Raises FileNotFoundError when there is none: no payload, no pass."""
    said = tomllib.loads((folder / "payloads.toml").read_text(encoding="utf-8"))
    cases = [*said.get("stream", ()), *said.get("whole", ()), *said.get("failure", ())]
    bodies = {case["file"]: (folder / case["file"]).read_bytes() for case in cases}
    return Payloads(
        about=said["about"],
        settings=said["settings"],
        required_whole=said["encode"]["whole"],
        required_stream=said["encode"]["stream"],
        streams=[AnswerPayload(body=bodies[c["file"]], **c) for c in said.get("stream", ())],
        wholes=[AnswerPayload(body=bodies[c["file"]], **c) for c in said.get("whole", ())],
        failures=[FailurePayload(body=bodies[c["file"]], **c) for c in said.get("failure", ())],
        unused=sorted({p.name for p in folder.iterdir()} - set(bodies) - {"payloads.toml"}),
    )


def discover(package: ModuleType) -> dict[str, type[Any]]:
    """Finds the providers in a package by what they declare: a class of the module with `kind`, `title` and `Settings`."""
    found: dict[str, type[Any]] = {}
    for module in pkgutil.iter_modules(package.__path__, f"{package.__name__}."):
        for value in vars(importlib.import_module(module.name)).values():
            if isinstance(value, type) and value.__module__ == module.name and {"kind", "title", "Settings"} <= set(vars(value)):
                assert vars(value)["kind"] not in found, f"two providers of kind {vars(value)['kind']!r}"
                found[vars(value)["kind"]] = value
    return found


def _json(text: str) -> Any:
    return msgspec.json.decode(text)
