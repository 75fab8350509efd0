"""Settings: read once from wasl.toml and the environment into frozen models; a wrong key is named with the way out."""

import difflib
import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError

from wasl.domain.errors import SettingWrong

PriceClass = Literal["free", "low", "standard", "high"]
"""Ordered from cheapest to dearest; failing over upward is allowed only as far as `routing.price_class_max` says."""


class Frozen(BaseModel):
    """A settings section: frozen, and an unknown key is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Assistant(Frozen):
    """Who answers, and how."""

    name: str = Field("Wasl", description="How the assistant is called, on pages and in groups.")
    instructions: str = Field(
        "You are a helpful assistant of this business. Answer in the person's language, shortly and kindly.",
        description="What a model is told before everything else.",
    )
    history_messages: int = Field(20, ge=0, le=200, description="Messages of the conversation that a model is shown.")
    passages: int = Field(4, ge=0, le=20, description="Passages of your documents that a model is shown.")
    max_output_tokens: int = Field(1024, ge=16, le=32_000, description="Longest answer a model may give, in its tokens.")


class Server(Frozen):
    """Where Wasl listens."""

    host: str = Field("127.0.0.1", description="Address to listen on; the default can be reached from this machine only.")
    port: int = Field(8080, ge=0, le=65_535, description="Port to listen on; 0 lets the system choose.")
    public_url: str | None = Field(None, description="How the world reaches this server, for webhooks and links (https://…).")
    role: Literal["all", "web", "worker"] = Field("all", description="What this process does; apart only with a PostgreSQL store.")
    body_bytes_max: int = Field(4 << 20, ge=1 << 10, description="Largest request body, bytes; uploads have their own limit.")
    upload_bytes_max: int = Field(25 << 20, ge=1 << 10, description="Largest file that a person may upload, bytes.")


class Work(Frozen):
    """How the durable core works."""

    concurrency: int = Field(256, ge=1, description="Conversations answered at once by one process.")
    lease_seconds: float = Field(30.0, ge=1.0, description="How long a worker holds a conversation without a sign of life.")
    poll_seconds: float = Field(1.0, gt=0, description="How often to look for work that nobody announced.")
    backlog_limit: int = Field(2_000, ge=1, description="Due conversations above which /readyz and metrics say overloaded.")
    late_after_seconds: float = Field(600.0, gt=0, description="A turn older than this is late.")
    late_after_seconds_by_channel: dict[str, float] = Field(default_factory=dict, description="The same for single channels, by name.")
    late: Literal["answer", "note"] = Field("answer", description="A late turn is answered once, saying so; or closed with a note.")
    turn_attempts_max: int = Field(
        8, ge=1, description="Tries of a turn that breaks or that every model refuses, before it is closed with a word."
    )
    delivery_attempts_max: int = Field(
        200, ge=1, description="Tries of a delivery before it is given up; they slow down to one in ten minutes."
    )
    raw_days: int = Field(30, ge=8, description="Days for which raw webhook bodies are kept.")


class Log(Frozen):
    """What is written to the error stream while Wasl runs."""

    level: Literal["debug", "info", "warning", "error"] = Field("info", description="The least important lines that are written.")
    form: Literal["auto", "json", "console"] = Field("auto", description="auto: for reading at a terminal, JSON lines elsewhere.")


class Routing(Frozen):
    """Limits of one answer."""

    first_token_seconds: float = Field(12.0, gt=0, description="Longest wait for the first words of a streamed answer.")
    silence_seconds: float = Field(10.0, gt=0, description="Longest silence inside a streamed answer.")
    whole_seconds: float = Field(30.0, gt=0, description="Longest wait for one answer that is not streamed.")
    turn_seconds: float = Field(90.0, gt=0, description="Longest time for all candidates together.")
    retries: int = Field(1, ge=0, le=5, description="Further tries of the same candidate after a fault that may pass.")
    price_class_max: PriceClass = Field("standard", description="Dearest class that may stand in when a candidate before it fails.")
    stream: Literal["when shown", "always", "never"] = Field(
        "when shown", description="Whether models are asked to stream; 'when shown': where somebody sees the answer grow."
    )


class Candidate(Frozen):
    """One model at one provider, in the order in which they are asked."""

    provider: str = Field(description="Name of a [providers.<name>] section, or the kind of one that needs no settings.")
    model: str = Field("", description="The model's name at that provider.")
    name: str | None = Field(None, description="How it is called in logs and bills; else the model's name.")
    price_class: PriceClass = Field("standard", description="How dear it is, for `routing.price_class_max`.")
    region: str | None = Field(None, description="Where it runs, as you name regions.")
    context_tokens: int | None = Field(None, description="Tokens it takes in all; else from the model card.")
    output_tokens_max: int | None = Field(None, description="Tokens it can answer with; else from the model card.")
    vision: bool | None = Field(None, description="Whether it sees pictures; else from the model card.")


class Settings(Frozen):
    """Everything in wasl.toml."""

    data: Path = Field(Path("data"), description="Folder for the database, media and logs.")
    store: str = Field("", description="Empty for SQLite in the data folder, or postgresql://…")
    knowledge: Path = Field(Path("knowledge"), description="Folder with your own documents (.md, .txt).")
    language: str = Field("en", description="Language of pages and notices when a person's own is not known.")
    assistant: Assistant = Assistant()
    server: Server = Server()
    work: Work = Work()
    routing: Routing = Routing()
    log: Log = Log()
    channels: dict[str, dict[str, Any]] = Field(default_factory=dict, description="Channels by the name you give them.")
    providers: dict[str, dict[str, Any]] = Field(default_factory=dict, description="Providers by the name you give them.")
    candidates: tuple[Candidate, ...] = Field((), description="Models to ask, in order.")
    otel_endpoint: str | None = Field(None, description="OpenTelemetry collector (http://host:4318); needs the `otel` extra.")


def load(path: Path | None, environ: Mapping[str, str] = os.environ) -> Settings:
    """Reads the file (None or missing: all defaults) and resolves `{ env = "NAME" }` and `{ file = "path" }` to secrets.

    Raises SettingWrong that names the key and the way out.
    """
    raw: dict[str, Any] = {}
    base = Path.cwd()
    if path is not None and path.exists():
        base = path.resolve().parent
        try:
            raw = tomllib.loads(path.read_text(encoding="utf-8"))
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise SettingWrong(f"{path.name} is not valid TOML: {error}. Mend that line, or write a new file with `wasl init`.") from error
    resolved = _resolve(raw, environ=environ, base=base, at="")
    return validated(Settings, resolved, at="")


Model = TypeVar("Model", bound=BaseModel)


def validated(model: type[Model], value: Mapping[str, Any], *, at: str) -> Model:
    """Makes a settings model from what the file says under the key `at`. Raises SettingWrong naming every wrong key."""
    try:
        return model.model_validate(dict(value))
    except ValidationError as error:
        raise SettingWrong("; ".join(_sentence(model, e, at=at) for e in error.errors(include_input=False))) from error


def _sentence(model: type[BaseModel], error: Any, *, at: str) -> str:
    where = ".".join([*([at] if at else []), *(str(p) for p in error["loc"])])
    if error["type"] == "extra_forbidden":
        near = difflib.get_close_matches(str(error["loc"][-1]), list(model.model_fields), n=1)
        return f"{where} is not a setting" + (
            f"; did you mean {near[0]!r}?" if near else "; remove it, or see the reference for the known keys"
        )
    if error["type"] == "missing":
        return f"{where} is missing; add it to wasl.toml, or run `wasl init`"
    return f"{where}: {error['msg']}"


def _resolve(value: Any, *, environ: Mapping[str, str], base: Path, at: str) -> Any:
    if isinstance(value, dict):
        if set(value) == {"env"} and isinstance(value["env"], str):
            found = environ.get(value["env"])
            if not found:
                raise SettingWrong(
                    f'{at} wants the environment variable {value["env"]}, which is not set; export it, or use {{ file = "…" }}'
                )
            return SecretStr(found)
        if set(value) == {"file"} and isinstance(value["file"], str):
            path = base / value["file"]
            try:
                return SecretStr(path.read_text(encoding="utf-8").strip())
            except OSError as error:
                raise SettingWrong(
                    f"{at} wants the file {value['file']!r}, which cannot be read ({error.strerror}); create it or mend the path"
                ) from error
        return {k: _resolve(v, environ=environ, base=base, at=f"{at}.{k}" if at else k) for k, v in value.items()}
    if isinstance(value, list):
        return [_resolve(v, environ=environ, base=base, at=f"{at}[{i}]") for i, v in enumerate(value)]
    return value
