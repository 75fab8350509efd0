"""Settings: read once from wasl.toml and the environment into frozen models; a wrong key is named with the way out.

What the file says, the environment may override: `WASL_SERVER__PORT=9000` is `port` in `[server]`, two underscores part the
names. Secrets are named, not written: `{ env = "NAME" }` or `{ file = "path" }`.
"""

import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Final, Literal, TypeVar

from pydantic import BaseModel, Field, PrivateAttr, SecretStr, ValidationError, field_validator

from wasl.config_base import Frozen, is_secret, revealed
from wasl.config_costs import BudgetSetting, Costs
from wasl.config_deployment import Deployment
from wasl.config_drills import Drills
from wasl.config_duties import Alarms, Disclosure, Handoff, Moderation, OptOut
from wasl.config_evidence import EvidenceSettings
from wasl.config_file import read_toml
from wasl.config_scope import ScopeSettings
from wasl.config_secrets import Needs, absent_in, with_secrets
from wasl.config_sentences import hint, model_at, models_in, sentence
from wasl.config_terms import TermsWatch
from wasl.domain.errors import SettingWrong

OVERRIDE_PREFIX: Final = "WASL_"

PriceClass = Literal["free", "low", "standard", "high"]
"""Ordered from cheapest to dearest; failing over upward is allowed only as far as `routing.price_class_max` says."""


class Assistant(Frozen):
    """Who answers, and how."""

    name: str = Field("Wasl", description="How the assistant is called, on pages and in groups.")
    instructions: str = Field(
        "You are a helpful assistant of this business. Answer in the person's language, shortly and kindly.",
        description="What a model is told about its work, before anything else.",
    )
    history_messages: int = Field(20, ge=0, le=200, description="Messages of the conversation that a model is shown.")
    passages: int = Field(4, ge=0, le=20, description="Passages of your documents that a model is shown.")
    max_output_tokens: int = Field(1024, ge=16, le=32_000, description="Longest answer, in a model's tokens.")
    commands: tuple[Literal["link", "unlink", "search", "export", "erase", "continue", "help"], ...] = Field(
        ("link", "unlink", "search", "export", "erase", "continue", "help"),
        description="What people may do about their own conversations by a word in the chat.",
    )


class Server(Frozen):
    """Where Wasl listens."""

    host: str = Field("127.0.0.1", description="Address to listen on; 0.0.0.0 for every interface, behind a proxy that speaks HTTPS.")
    port: int = Field(8080, ge=0, le=65_535, description="Port to listen on; 0 for any free one.")
    public_url: str | None = Field(
        None, pattern=r"^https?://[^/?#\s]+[^?#\s]*$", description="How the world reaches this server, for webhooks and links (https://…)."
    )
    trusted_proxies: tuple[str, ...] = Field(
        ("127.0.0.1", "::1"), description="Addresses of your own proxies, whose word on the caller and on HTTPS is believed."
    )
    role: Literal["all", "web", "worker"] = Field("all", description="What this process does; web and worker apart need PostgreSQL.")
    body_bytes_max: int = Field(4 << 20, ge=1 << 10, description="Largest request body, bytes; uploads have their own limit.")
    upload_bytes_max: int = Field(25 << 20, ge=1 << 10, description="Largest file that a person may upload, bytes.")
    import_bytes_max: int = Field(2 << 30, ge=1 << 10, description="Largest file of conversations that a person may bring, bytes.")


class Work(Frozen):
    """How the durable core works."""

    concurrency: int = Field(256, ge=1, description="Conversations answered at once by one process.")
    lease_seconds: float = Field(30.0, ge=1.0, description="How long a process that fell silent keeps its conversations.")
    poll_seconds: float = Field(1.0, gt=0, description="How often to look for work that nobody announced.")
    backlog_limit: int = Field(2_000, ge=1, description="Due conversations above which /readyz and metrics say overloaded.")
    late_after_seconds: float = Field(600.0, gt=0, description="A turn older than this is late.")
    late_after_seconds_by_channel: dict[str, Annotated[float, Field(gt=0)]] = Field(
        default_factory=dict, description="The same for single channels, by name."
    )
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

    level: Literal["debug", "info", "warning", "error"] = Field("info", description="The least that is written.")
    form: Literal["auto", "json", "console"] = Field("auto", description="auto: for reading at a terminal, JSON lines elsewhere.")


class Mail(Frozen):
    """The mail server that carries sign-in links of the web chat; without a host nobody is offered one."""

    host: str | None = Field(None, description="Name of the mail server (SMTP); without it e-mail links are not offered.")
    port: int = Field(587, ge=1, le=65_535, description="Its port.")
    security: Literal["starttls", "tls", "none"] = Field(
        "starttls", description="How the connection is kept private; none only on a machine of your own."
    )
    user: str | None = Field(None, description="Who logs in there.")
    password: SecretStr | None = Field(None, description="With which password.")
    sender: str = Field("wasl@localhost", description="Who the letters are from.")


class Routing(Frozen):
    """Limits of one answer."""

    first_token_seconds: float = Field(12.0, gt=0, description="Longest wait for the first word of a streamed answer.")
    silence_seconds: float = Field(10.0, gt=0, description="Longest silence inside a streamed answer.")
    whole_seconds: float = Field(30.0, gt=0, description="Longest wait for one answer that is not streamed.")
    turn_seconds: float = Field(90.0, gt=0, description="Longest time for all candidates together.")
    retries: int = Field(1, ge=0, le=5, description="Further tries of the same candidate after a fault that may pass.")
    price_class_max: PriceClass = Field("standard", description="The dearest class that failing over may reach.")
    stream: Literal["when shown", "always", "never"] = Field("when shown", description="When answers are asked for as a stream.")


class Candidate(Frozen):
    """One model at one provider, in the order in which they are asked."""

    provider: str = Field(description="Name of a section [providers.…].")
    model: str = Field("", description="The model's name as the provider writes it.")
    name: str | None = Field(None, description="What the bill and the logs call it; the model's name when left out.")
    price_class: PriceClass = Field("standard", description="How dear it is, so that failing over stays within routing.price_class_max.")
    region: str | None = Field(None, description="Where it computes, for rules that ask.")
    tier: Literal["free", "paid"] | None = Field(
        None, description="Whether you pay for it: some tiers may not have people's words, or not those of some countries."
    )
    training: Literal["none", "inputs", "fine_tune_for_exclusive_use"] | None = Field(
        None, description="What its provider may do with the words; a free tier is taken to train on them when left out."
    )
    vendor: str | None = Field(
        None, description="Whose rules it stands under, such as openai; told from the server's address when left out."
    )
    context_tokens: int | None = Field(None, ge=512, description="How much it can read; from the model card when left out.")
    output_tokens_max: int | None = Field(None, ge=16, description="How much it can write; from the model card when left out.")
    vision: bool | None = Field(None, description="Whether it can see pictures; from the model card when left out.")


class Keep(Frozen):
    """What is kept, and for how long."""

    zone: str | None = Field(None, description="Time zone that brought chats without one are taken to be of, such as Asia/Riyadh.")
    days: int | None = Field(None, ge=1, description="Days for which messages are kept; for ever when left out.")
    days_by_channel: dict[str, Annotated[int, Field(ge=1)]] = Field(
        default_factory=dict, description="The same for single channels, by name."
    )


class Backup(Frozen):
    """Backups that are made while Wasl runs."""

    to: str = Field("", description="A folder, or s3://bucket/prefix, for scheduled backups; none are made when it is empty.")
    every_hours: float = Field(24.0, gt=0, description="Hours between two backups.")
    keep: int = Field(7, ge=1, description="How many are kept in a folder; in an S3-compatible store its own rules decide.")
    recipients: tuple[str, ...] = Field((), description="age public keys (age1…) for which backups are encrypted; needs the extra `age`.")
    s3_endpoint: str = Field("https://s3.amazonaws.com", pattern=r"^https?://[^/?#\s]+$", description="Where the S3-compatible store is.")
    s3_region: str = Field("us-east-1", description="Its region.")
    s3_key_id: SecretStr | None = Field(None, description="Id of the access key.")
    s3_secret: SecretStr | None = Field(None, description="The access key's secret.")


class Settings(Frozen):
    """Everything in wasl.toml."""

    data: Path = Field(Path("data"), description="Folder for the database, media and logs.")
    store: str = Field("", repr=False, description="Empty for SQLite in the data folder, or postgresql://…")
    knowledge: Path = Field(Path("knowledge"), description="Folder with your own documents (.md, .txt, .csv).")
    rules: Path | None = Field(
        None, description="Folder with your own rules (.toml), laid over those that come with Wasl; see `wasl rules`."
    )
    contracts: Path | None = Field(
        None, description="Folder with your own register (.toml): contracts, terms, further dependencies; see `wasl register`."
    )
    prices: Path | None = Field(None, description="Folder with your own prices (.toml), which go before those that come with Wasl.")
    language: str = Field(
        "en",
        pattern=r"^[A-Za-z]{2,3}([-_.@]\S*)?$",
        description="Language of pages and notices when a person's own is not known, by its code, such as en or ar.",
    )
    assistant: Assistant = Field(default_factory=Assistant)
    server: Server = Field(default_factory=Server)
    work: Work = Field(default_factory=Work)
    routing: Routing = Field(default_factory=Routing)
    mail: Mail = Field(default_factory=Mail)
    deployment: Deployment = Field(default_factory=Deployment)
    keep: Keep = Field(default_factory=Keep)
    backup: Backup = Field(default_factory=Backup)
    scope: ScopeSettings = Field(default_factory=ScopeSettings)
    opt_out: OptOut = Field(default_factory=OptOut)
    handoff: Handoff = Field(default_factory=Handoff)
    disclosure: Disclosure = Field(default_factory=Disclosure)
    moderation: Moderation = Field(default_factory=Moderation)
    alarms: Alarms = Field(default_factory=Alarms)
    evidence: EvidenceSettings = Field(default_factory=EvidenceSettings)
    terms: TermsWatch = Field(default_factory=TermsWatch)
    drills: Drills = Field(default_factory=Drills)
    log: Log = Field(default_factory=Log)
    channels: dict[str, dict[str, Any]] = Field(default_factory=dict, repr=False, description="The ways to people, by name.")
    providers: dict[str, dict[str, Any]] = Field(default_factory=dict, repr=False, description="The model providers, by name.")
    candidates: tuple[Candidate, ...] = Field((), description="The models, in the order in which they are asked.")
    otel_endpoint: str | None = Field(
        None,
        pattern=r"^https?://[^/?#\s]+[^?#\s]*$",
        description="Where OpenTelemetry spans are sent (http://…:4318); none when left out.",
    )

    costs: Costs = Field(default_factory=Costs)
    budgets: tuple[BudgetSetting, ...] = Field((), description="Limits of money, checked before every call and every send that costs.")

    @field_validator("rules", "contracts", "prices", mode="before")
    @classmethod
    def _empty_is_none(cls, value: Any) -> Any:
        return None if value == "" else value  # an empty path would be the folder where Wasl happens to run

    _absent: dict[str, str] = PrivateAttr(default_factory=dict)

    @property
    def absent(self) -> dict[str, str]:
        """What is wrong with each secret that was named and is missing, by its setting's key; a command that uses one says it then."""
        return self._absent

    @property
    def on_trial(self) -> bool:
        """Nothing is connected yet: then the invented business that ships may be answered from, as nobody can mistake it."""
        return not self.channels and not self.candidates


def load(path: Path | None, environ: Mapping[str, str] = os.environ, *, needs: Needs = "secrets") -> Settings:
    """Reads the file (None or missing: all defaults), then the environment's overrides, and resolves the named secrets.

    Relative folders are taken from where the file is. Who `needs` less than the secrets gets settings that know which are `absent`.
    Raises SettingWrong that names the key and the way out.
    """
    raw: dict[str, Any] = {}
    base = Path()
    if path is not None and path.exists():
        base = path.parent
        raw = read_toml(path)
    sections = {name for name, field in Settings.model_fields.items() if models_in(field.annotation)}  # [scope] has a `file` of its own
    absent: dict[str, str] = {}
    missing = None if needs == "secrets" else absent
    resolved = with_secrets(_overridden(raw, environ), environ=environ, base=base, sections=sections, absent=missing)
    if needs == "store":
        _only_secrets(absent)
    settings = validated(Settings, resolved, at="")
    settings.absent.update(absent)
    folders = {"data": base / settings.data, "knowledge": base / settings.knowledge}
    named = {key: base / path for key in ("rules", "contracts", "prices") if (path := getattr(settings, key)) is not None}
    scope = settings.scope.model_copy(update={"file": base / settings.scope.file})
    own = settings.terms.declarations
    terms = settings.terms.model_copy(update={"declarations": base / own}) if own is not None else settings.terms
    return settings.model_copy(update={**folders, **named, "scope": scope, "terms": terms})


def _only_secrets(absent: Mapping[str, str]) -> None:
    """Refuses what is missing and no secret: where the store is cannot wait. What adapters want they know by themselves."""
    for at, why in absent.items():
        *section, name = at.split(".")
        if section[:1] in (["channels"], ["providers"]):
            continue
        owner = model_at(Settings, section)
        if owner is None or name not in owner.model_fields or not is_secret(owner.model_fields[name].annotation):
            raise SettingWrong(why)


Model = TypeVar("Model", bound=BaseModel)


def validated(model: type[Model], value: Mapping[str, Any], *, at: str) -> Model:
    """Makes a settings model from what the file says under the key `at`. Raises SettingWrong naming every wrong key."""
    try:
        return model.model_validate(revealed(model, dict(value)))
    except ValidationError as error:
        found = error.errors(include_url=False)
        told = (absent_in(value, wrong["loc"]) or sentence(model, wrong, at=at) for wrong in found)
        raise SettingWrong("\n".join(told)) from None


def _overridden(raw: Mapping[str, Any], environ: Mapping[str, str]) -> dict[str, Any]:
    """Lays the environment's overrides over the file. A name without two underscores counts only when it is a key of the top."""
    merged = dict(raw)
    for name, given in sorted(environ.items()):
        if not name.startswith(OVERRIDE_PREFIX):
            continue
        keys = name.removeprefix(OVERRIDE_PREFIX).lower().split("__")
        if keys[0] not in Settings.model_fields:
            if len(keys) > 1:
                raise SettingWrong(f"The environment variable {name} overrides no setting{hint(keys[0], list(Settings.model_fields))}")
            continue
        table = merged
        for key in keys[:-1]:
            inner = table.get(key, {})
            if not isinstance(inner, dict):
                raise SettingWrong(f"The environment variable {name} cannot override inside {key!r}, which is no table")
            table[key] = dict(inner)
            table = table[key]
        table[keys[-1]] = _scalar(given) if keys[0] not in ("channels", "providers") or given[:1] in ("[", "{") else given
    return merged


def _scalar(given: str) -> Any:
    """Reads a list or a table as TOML writes it; anything else stays text, which the models read as a number or a truth."""
    if given[:1] not in ("[", "{"):
        return given
    try:
        return tomllib.loads(f"v = {given}")["v"]
    except tomllib.TOMLDecodeError:
        return given
