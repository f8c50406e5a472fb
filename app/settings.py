"""The environment, read once into one frozen value; every problem is reported, in one sentence each."""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Literal, TypeVar
from urllib.parse import urlsplit

import httpx
from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, field_validator

from app.records.database import refuse_unusable
from app.signatures import SIGNING_PREFIX, gitlab_signing_key

DEFAULT_MODELS = Path("data/models")
DEFAULT_DATABASE = "sqlite:///data/pointsman.db"
_SENTRY = frozenset({"sentry_url", "sentry_token", "sentry_org"})


class BadSettings(Exception):
    """The environment cannot be used. `problems` has one sentence for each thing to change."""

    reason = "bad_settings"

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


class _FromEnvironment(BaseModel):
    """Field names are the variables'."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)

    @classmethod
    def together(cls, given: Set[str]) -> list[str]:
        """What is wrong with which fields are given. No validator of pydantic's: those are not asked about the whole
        while a part is wrong, and then not all would be said at once.
        """
        del given
        return []


class ZendeskSettings(_FromEnvironment):
    """How to reach Zendesk: all that a command which only reads tickets needs."""

    zendesk_url: str = Field(description="Your Zendesk, https://acme.zendesk.com (http only on loopback)")
    zendesk_email: str = Field(default="", description="The bot agent's address, used with ZENDESK_TOKEN")
    zendesk_token: SecretStr | None = Field(default=None, description="An API token of the bot agent")
    zendesk_oauth_token: SecretStr | None = Field(default=None, description="Instead of e-mail and token")

    @field_validator("zendesk_url")
    @classmethod
    def _https(cls, value: str) -> str:
        return _safe_url(value)

    @classmethod
    def together(cls, given: Set[str]) -> list[str]:
        if "zendesk_oauth_token" not in given and not given >= {"zendesk_email", "zendesk_token"}:
            return [*super().together(given), "set ZENDESK_EMAIL and ZENDESK_TOKEN, or ZENDESK_OAUTH_TOKEN."]
        return super().together(given)


class DatabaseSettings(_FromEnvironment):
    """Where the records are: all that a command beside the service needs."""

    database_url: str = Field(default=DEFAULT_DATABASE, description="SQLite file, or postgresql://")

    @field_validator("database_url")
    @classmethod
    def _known_database(cls, value: str) -> str:
        refuse_unusable(value)
        return value


class Settings(ZendeskSettings, DatabaseSettings):
    """What the service needs to know from outside."""

    zendesk_webhook_secret: tuple[SecretStr, ...] = Field(
        min_length=1, description="The webhook's signing secret; several with commas while you rotate it"
    )
    gitlab_url: str = Field(description="Your GitLab, https://gitlab.com")
    gitlab_token: SecretStr = Field(description="A token of the bot user, scope `api`")
    gitlab_webhook_secret: tuple[SecretStr, ...] = Field(
        default=(), description="The hook's signing token (whsec_...) or secret token; several with commas"
    )
    chat_webhook_url: SecretStr | None = Field(
        default=None, description="A Slack or Mattermost incoming webhook, for what routing.yaml lists under `chat:`"
    )
    sentry_url: str = Field(default="", description="Your Sentry, https://us.sentry.io, for `incidents.sentry`")
    sentry_token: SecretStr | None = Field(default=None, description="A Sentry token, scope event:read")
    sentry_org: str = Field(default="", description="The organization's name at Sentry")
    desk_token: SecretStr = Field(description="What callers of /api must send as a bearer token")
    routing_file: Path = Field(default=Path("routing.yaml"), validate_default=True, description="The rules")
    macros_file: Path = Field(default=Path("macros.yaml"), validate_default=True, description="The texts")
    model_folder: Path = Field(default=DEFAULT_MODELS, description="Models of `pointsman train`; else the shipped one")
    llm_url: str = Field(
        default="", description="An OpenAI-compatible endpoint, https://llm.example.com/v1, for a second opinion"
    )
    llm_model: str = Field(default="", description="The name of the model there")
    llm_token: SecretStr | None = Field(default=None, description="Its bearer token, if it needs one")
    llm_per_hour: Annotated[int, Field(ge=0)] = Field(default=60, description="Questions an hour, for each process")
    llm_private: bool = Field(default=False, description="May it be sent text from private channels")
    host: str = Field(default="127.0.0.1", description="Address to listen on")
    port: Annotated[int, Field(ge=0, le=65535)] = Field(default=8080, description="Port to listen on")
    log_level: Literal["debug", "info", "warning", "error"] = Field(default="info", description="How much to log")

    @field_validator("zendesk_webhook_secret", "gitlab_webhook_secret", mode="before")
    @classmethod
    def _several(cls, value: object) -> object:
        return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value

    @field_validator("log_level", mode="before")
    @classmethod
    def _lower(cls, value: object) -> object:
        return value.lower() if isinstance(value, str) else value

    @field_validator("gitlab_url")
    @classmethod
    def _https_too(cls, value: str) -> str:
        return _safe_url(value)

    @field_validator("desk_token")
    @classmethod
    def _can_be_sent(cls, value: SecretStr) -> SecretStr:
        token = value.get_secret_value()
        if not token.isascii() or not token.isprintable() or " " in token:
            raise ValueError("must be ASCII characters without blanks: openssl rand -hex 32")
        return value

    @field_validator("llm_url")
    @classmethod
    def _https_if_any(cls, value: str) -> str:
        if not value:
            return value
        try:
            httpx.URL(value)
        except httpx.InvalidURL:
            raise ValueError("must be an address like https://llm.example.com/v1") from None
        if "?" in value or "#" in value:
            raise ValueError("must be what stands before /chat/completions, without ? and #")
        return _safe_url(value)

    @field_validator("gitlab_webhook_secret")
    @classmethod
    def _whole_signing_tokens(cls, value: tuple[SecretStr, ...]) -> tuple[SecretStr, ...]:
        for secret in value:
            if secret.get_secret_value().startswith(SIGNING_PREFIX):
                gitlab_signing_key(secret.get_secret_value())
        return value

    @field_validator("sentry_url")
    @classmethod
    def _sentry(cls, value: str) -> str:
        return _safe_url(value) if value else value

    @field_validator("chat_webhook_url")
    @classmethod
    def _chat(cls, value: SecretStr | None) -> SecretStr | None:
        url = urlsplit(value.get_secret_value()) if value else None
        if url and (url.scheme not in {"http", "https"} or not url.hostname):
            raise ValueError("must be an address like https://chat.example.com/hooks/...")
        return value

    @classmethod
    def together(cls, given: Set[str]) -> list[str]:
        problems = super().together(given)
        if 0 < len(given & _SENTRY) < len(_SENTRY):
            problems.append("set SENTRY_URL, SENTRY_TOKEN and SENTRY_ORG, or none of them.")
        if "llm_url" in given and "llm_model" not in given:
            problems.append("set LLM_MODEL to the name of the model at LLM_URL, or leave LLM_URL empty.")
        return problems

    @field_validator("routing_file", "macros_file")
    @classmethod
    def _exists(cls, value: Path) -> Path:
        if not value.is_file():
            raise ValueError(f"there is no file {value}")
        return value


def _safe_url(value: str) -> str:
    url = urlsplit(value)
    if url.scheme not in {"http", "https"} or not url.hostname:
        raise ValueError("must be an address like https://example.com")
    if url.username or url.password:
        raise ValueError("must not carry a user or password; use the token variables")
    if url.scheme == "http" and not _is_loopback(url.hostname):
        raise ValueError("must start with https:// (http is for 127.0.0.1 only: the token would travel in the clear)")
    return value.rstrip("/")


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def load(environ: Mapping[str, str]) -> Settings:
    """Settings from the environment, where `NAME_FILE` names a file that holds NAME's value.

    Raises BadSettings with every problem; values never appear in it, because most of them are secret.
    """
    return _load(Settings, environ)


def zendesk_settings(environ: Mapping[str, str]) -> ZendeskSettings:
    """The same for the part that reading tickets needs."""
    return _load(ZendeskSettings, environ)


def database_url(environ: Mapping[str, str]) -> str:
    """The same for what a command beside the service needs."""
    return _load(DatabaseSettings, environ).database_url


_Some = TypeVar("_Some", bound=_FromEnvironment)


def _load(model: type[_Some], environ: Mapping[str, str]) -> _Some:
    values = _read(model, environ)
    problems = list(values.problems)
    settings = None
    try:
        settings = model.model_validate(values.found)
    except ValidationError as error:
        problems += [
            _sentence(problem["loc"], problem["msg"], missing=problem["type"] in {"missing", "too_short"})
            for problem in error.errors(include_input=False, include_context=False)
            # What cannot be read was said already; that it has no value follows from it.
            if problem["loc"][:1] not in {(field,) for field in values.unreadable}
        ]
    problems += model.together(values.found.keys() | values.unreadable)
    if settings is None or problems:
        raise BadSettings(problems)
    return settings


@dataclass(frozen=True)
class _Values:
    found: dict[str, str]
    unreadable: frozenset[str]
    problems: list[str]


def _read(model: type[_FromEnvironment], environ: Mapping[str, str]) -> _Values:
    found: dict[str, str] = {}
    unreadable: set[str] = set()
    problems: list[str] = []
    for field in model.model_fields:
        name = field.upper()
        file = environ.get(f"{name}_FILE", "")
        if file and environ.get(name):
            problems.append(f"{name}: set it or {name}_FILE, not both.")
            found[field] = environ[name]
        elif file:
            try:
                text = Path(file).read_text(encoding="utf-8").strip()
                if text:  # an empty file is a variable that is not set, above all where it should hold a secret
                    found[field] = text
            except (OSError, UnicodeDecodeError) as error:
                unreadable.add(field)
                problems.append(f"{name}_FILE: cannot read {file} ({type(error).__name__}).")
        elif environ.get(name):
            found[field] = environ[name]
    return _Values(found, frozenset(unreadable), problems)


def _sentence(location: tuple[int | str, ...], message: str, *, missing: bool) -> str:
    field = str(location[0])
    name = field.upper()
    if missing:
        return f"{name} is missing: {Settings.model_fields[field].description}."
    return f"{name}: {message.removeprefix('Value error, ')}."
