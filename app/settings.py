"""The environment, read once into one frozen value. Every problem is reported at once, each in one sentence.

Own code, not pydantic-settings: that does not know `NAME_FILE`, and its errors would need the same rewriting
into sentences without values. It would replace only the few lines that look a name up.
"""

import re
from collections.abc import Mapping, Set
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Literal, TypeVar
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
    ValidationInfo,
)

from app.records.database_url import refuse_unusable
from app.signatures import SIGNING_PREFIX, signing_key

DEFAULT_MODELS = Path("data/models")
SLACK_PREFIX = "xox"
"""How all tokens of Slack begin."""
DEFAULT_DATABASE = "sqlite:///data/pointsman.db"
MADE_BY_SETUP = ("zendesk_webhook_secret", "gitlab_webhook_secret")
_PERSON_OR_GROUP = re.compile(r"@[\w.-]+|\w[\w.-]*(/\w[\w.-]*)*", re.ASCII)
_GITLAB_LOGIN = {"desk_gitlab_id", "desk_gitlab_secret"}
_SENTRY = frozenset({"sentry_url", "sentry_token", "sentry_org"})


class BadSettings(Exception):
    """The environment cannot be used. `problems` has one sentence for each thing to change."""

    reason = "bad_settings"

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


def _address(value: str) -> str:
    try:
        url = urlsplit(value)
        is_address = url.scheme in {"http", "https"} and url.hostname and (url.port or 1) and value.isprintable()
    except ValueError:
        is_address = False
    if not is_address:
        raise ValueError("must be an address like https://example.com")
    if url.username or url.password:
        raise ValueError("must not carry a user or password; use the token variables")
    if url.scheme == "http" and not _is_loopback(url.hostname or ""):
        raise ValueError("must start with https:// (http is for 127.0.0.1 only: the token would travel in the clear)")
    return value.rstrip("/")


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _model_address(value: str) -> str:
    if "?" in value or "#" in value:
        raise ValueError("must be what stands before /chat/completions, without ? and #")
    return _address(value) if value else value


def _chat_address(value: SecretStr) -> SecretStr:
    url = urlsplit(value.get_secret_value())
    if url.scheme not in {"http", "https"} or not url.hostname:
        raise ValueError("must be an address like https://chat.example.com/hooks/...")
    return value


def _mattermost(value: str, info: ValidationInfo) -> str:
    token: SecretStr | None = info.data.get("chat_token")
    if token and not token.get_secret_value().startswith(SLACK_PREFIX) and not value:
        raise ValueError("must be the address of your Mattermost, as CHAT_TOKEN is no token of Slack (xoxb-...)")
    return value


def _bearer_token(value: SecretStr) -> SecretStr:
    token = value.get_secret_value()
    if not token.isascii() or not token.isprintable() or " " in token:
        raise ValueError("must be ASCII characters without blanks: openssl rand -hex 32")
    return value


def _another_token(value: SecretStr | None, info: ValidationInfo) -> SecretStr | None:
    if value is not None and value == info.data.get("desk_token"):
        raise ValueError("must not be that of DESK_TOKEN: who reads could change everything; openssl rand -hex 32")
    return value


def _signing_tokens(values: tuple[SecretStr, ...]) -> tuple[SecretStr, ...]:
    for secret in values:
        if secret.get_secret_value().startswith(SIGNING_PREFIX):
            signing_key(secret.get_secret_value())
    return values


def _people(values: tuple[str, ...]) -> tuple[str, ...]:
    if wrong := next((one for one in values if not _PERSON_OR_GROUP.fullmatch(one)), None):
        raise ValueError(f"must list @name of people and paths of groups, with commas: {wrong!r} is neither")
    return tuple(one.lower() for one in values)


def _usable_database(value: str) -> str:
    refuse_unusable(value)
    return value


def _existing(value: Path) -> Path:
    if not value.is_file():
        raise ValueError(f"there is no file {value}")
    return value


def _split(value: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in value.split(",") if part.strip())


Address = Annotated[str, AfterValidator(_address)]
AddressIfAny = Annotated[str, AfterValidator(lambda value: _address(value) if value else value)]
ModelAddress = Annotated[str, AfterValidator(_model_address)]
ChatAddress = Annotated[SecretStr, AfterValidator(_chat_address)]
BearerToken = Annotated[SecretStr, AfterValidator(_bearer_token)]
Secrets = Annotated[tuple[SecretStr, ...], BeforeValidator(_split)]
SigningSecrets = Annotated[Secrets, AfterValidator(_signing_tokens)]
People = Annotated[tuple[str, ...], BeforeValidator(_split), AfterValidator(_people)]
ExistingFile = Annotated[Path, AfterValidator(_existing)]
LogLevel = Annotated[Literal["debug", "info", "warning", "error"], BeforeValidator(str.lower)]


class _FromEnvironment(BaseModel):
    """Its fields have the names of the variables."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)

    @classmethod
    def missing_together(cls, given: Set[str]) -> list[str]:
        """What else the given fields need. No model validator: pydantic skips those once a field failed."""
        del given
        return []


class ZendeskSettings(_FromEnvironment):
    """How to reach Zendesk. A command that only reads tickets needs no more."""

    zendesk_url: Address = Field(description="Your Zendesk, https://acme.zendesk.com (http only on loopback)")
    zendesk_email: str = Field(default="", description="The bot agent's address, used with ZENDESK_TOKEN")
    zendesk_token: SecretStr | None = Field(default=None, description="An API token of the bot agent")
    zendesk_oauth_token: SecretStr | None = Field(default=None, description="Instead of e-mail and token")

    @classmethod
    def missing_together(cls, given: Set[str]) -> list[str]:
        if "zendesk_oauth_token" not in given and not given >= {"zendesk_email", "zendesk_token"}:
            return ["set ZENDESK_EMAIL and ZENDESK_TOKEN, or ZENDESK_OAUTH_TOKEN."]
        return []


class DatabaseSettings(_FromEnvironment):
    """Where the records are. A command beside the service needs no more."""

    database_url: Annotated[str, AfterValidator(_usable_database)] = Field(
        default=DEFAULT_DATABASE, description="SQLite file, or postgresql://"
    )


class SetupSettings(ZendeskSettings, DatabaseSettings):
    """What `pointsman setup` needs: it runs before there is a webhook, and so without its secret."""

    zendesk_admin_email: str = Field(default="", description="An admin's address, for `setup` alone")
    zendesk_admin_token: SecretStr | None = Field(
        default=None, description="An admin's API token, for `setup` alone; it is stored nowhere"
    )
    gitlab_url: Address = Field(description="Your GitLab, https://gitlab.com")
    gitlab_token: SecretStr = Field(description="A token of the bot user, scope `api`")
    public_url: Address = Field(
        description="Where Zendesk and GitLab reach this service, https://pointsman.example.com"
    )

    @classmethod
    def missing_together(cls, given: Set[str]) -> list[str]:
        problems = super().missing_together(given)
        if len(given & {"zendesk_admin_email", "zendesk_admin_token"}) == 1:
            problems.append("set ZENDESK_ADMIN_EMAIL and ZENDESK_ADMIN_TOKEN, or none of them.")
        return problems


class FeedAccounts(_FromEnvironment):
    """Keys for the feeds that need one."""

    stackexchange_key: SecretStr | None = Field(default=None, description="Raises the quota of Stack Exchange")
    disqus_key: SecretStr | None = Field(default=None, description="The public key of an application at Disqus")
    youtube_key: SecretStr | None = Field(default=None, description="An API key of Google, for YouTube")
    tumblr_key: SecretStr | None = Field(default=None, description="The consumer key of an application at Tumblr")
    reddit_client_id: str = Field(default="", description="An application that may use the API of Reddit")
    reddit_client_secret: SecretStr | None = Field(default=None, description="Its secret")
    reddit_feed_token: SecretStr | None = Field(default=None, description="The token in the addresses of prefs/feeds")
    reddit_feed_user: str = Field(default="", description="The account of Reddit that it belongs to")
    producthunt_token: SecretStr | None = Field(default=None, description="A developer token of Product Hunt")
    mastodon_token: SecretStr | None = Field(default=None, description="Where a server of Mastodon asks for an account")
    bluesky_handle: str = Field(default="", description="The account that searches Bluesky")
    bluesky_app_password: SecretStr | None = Field(default=None, description="An app password of that account")


class Settings(ZendeskSettings, DatabaseSettings, FeedAccounts):
    """What the service needs to know from outside."""

    zendesk_webhook_secret: Secrets = Field(
        min_length=1, description="The webhook's signing secret; several with commas while you rotate it"
    )
    gitlab_url: Address = Field(description="Your GitLab, https://gitlab.com")
    gitlab_token: SecretStr = Field(description="A token of the bot user, scope `api`")
    gitlab_webhook_secret: SigningSecrets = Field(
        default=(), description="The hook's signing token (whsec_...) or secret token; several with commas"
    )
    mentions_webhook_secret: SigningSecrets = Field(
        default=(), description="For POST /webhooks/mentions: a bearer secret, or whsec_...; several with commas"
    )
    mentions_webhook_secret_: Mapping[str, SigningSecrets] = Field(
        default={}, description="With a hook's name behind it, `..._F5BOT`: the secret of that hook alone"
    )
    chat_webhook_url: ChatAddress | None = Field(
        default=None, description="A Slack or Mattermost incoming webhook, for what routing.yaml lists under `chat:`"
    )
    chat_token: SecretStr | None = Field(
        default=None, description="A bot's token of Slack (xoxb-...) or Mattermost, for messages with a link to them"
    )
    chat_url: Annotated[AddressIfAny, AfterValidator(_mattermost)] = Field(
        default="", validate_default=True, description="Your Mattermost; Slack needs none"
    )
    sentry_url: AddressIfAny = Field(
        default="", description="Your Sentry, https://us.sentry.io, for `incidents.sentry`"
    )
    sentry_token: SecretStr | None = Field(default=None, description="A Sentry token, scope event:read")
    sentry_org: str = Field(default="", description="The organization's name at Sentry")
    desk_token: BearerToken = Field(
        description="Signs in at the desk, and what callers of /api send as a bearer token: openssl rand -hex 32"
    )
    desk_read_token: Annotated[BearerToken | None, AfterValidator(_another_token)] = Field(
        default=None, description="Signs in at the desk too, for those who look and change nothing"
    )
    desk_url: AddressIfAny = Field(
        default="", description="Where browsers reach the desk, if not at PUBLIC_URL: https://pointsman.example.com"
    )
    desk_gitlab_id: str = Field(
        default="", description="Of an application in your GitLab, scope openid: named people sign in at the desk"
    )
    desk_gitlab_secret: SecretStr | None = Field(default=None, description="The secret of that application")
    desk_operators: People = Field(
        default=(), description="Who may change things: @ada for a person of GitLab, community/ops for a group"
    )
    desk_readers: People = Field(default=(), description="Who may look, in the same way")
    routing_file: ExistingFile = Field(default=Path("routing.yaml"), validate_default=True, description="The rules")
    macros_file: ExistingFile = Field(default=Path("macros.yaml"), validate_default=True, description="The texts")
    model_folder: Path = Field(default=DEFAULT_MODELS, description="Models of `pointsman train`; else the shipped one")
    llm_url: ModelAddress = Field(
        default="", description="An OpenAI-compatible endpoint, https://llm.example.com/v1, for a second opinion"
    )
    llm_model: str = Field(default="", description="The name of the model there")
    llm_token: SecretStr | None = Field(default=None, description="Its bearer token, if it needs one")
    llm_per_hour: Annotated[int, Field(ge=0)] = Field(default=60, description="Questions an hour, for each process")
    llm_private: bool = Field(default=False, description="May it be sent text from private channels")
    short_links: bool | None = Field(
        default=None, description="Look up where short links lead. Empty: yes, unless Zendesk is the sandbox"
    )
    public_url: AddressIfAny = Field(
        default="", description="Where Zendesk and GitLab reach this service, https://pointsman.example.com"
    )
    host: str = Field(default="127.0.0.1", description="Address to listen on")
    port: Annotated[int, Field(ge=0, le=65535)] = Field(default=8080, description="Port to listen on")
    log_level: LogLevel = Field(default="info", description="How much to log")

    @property
    def desk_origin(self) -> str:
        """As browsers name it; empty where nobody has said it."""
        url = urlsplit(self.desk_url or self.public_url)
        host = url.netloc.lower().removesuffix({"https": ":443", "http": ":80"}.get(url.scheme, ":"))
        return f"{url.scheme}://{host}" if host else ""

    @property
    def follows_short_links(self) -> bool:
        beside_sandbox = _is_loopback(urlsplit(self.zendesk_url).hostname or "")
        return not beside_sandbox if self.short_links is None else self.short_links

    @classmethod
    def missing_together(cls, given: Set[str]) -> list[str]:
        problems = super().missing_together(given)
        if 0 < len(given & _SENTRY) < len(_SENTRY):
            problems.append("set SENTRY_URL, SENTRY_TOKEN and SENTRY_ORG, or none of them.")
        if "chat_url" in given and "chat_token" not in given:
            problems.append("set CHAT_TOKEN to a token of the bot at CHAT_URL, or leave CHAT_URL empty.")
        if given & {*_GITLAB_LOGIN, "desk_operators", "desk_readers"}:
            if not given >= _GITLAB_LOGIN:
                problems.append("set DESK_GITLAB_ID and DESK_GITLAB_SECRET, or neither of them nor who may sign in.")
            if not given & {"desk_operators", "desk_readers"}:
                problems.append("set DESK_OPERATORS or DESK_READERS: else GitLab signs nobody in.")
            if not given & {"desk_url", "public_url"}:
                problems.append("set DESK_URL: GitLab sends people back there.")
        if "llm_url" in given and "llm_model" not in given:
            problems.append("set LLM_MODEL to the name of the model at LLM_URL, or leave LLM_URL empty.")
        return problems


def load(environ: Mapping[str, str]) -> Settings:
    """All settings; `NAME_FILE` names a file that holds NAME's value.

    Raises BadSettings with every problem. No problem shows a value, because most values are secret.
    """
    return _load(Settings, environ)


def zendesk_settings(environ: Mapping[str, str]) -> ZendeskSettings:
    return _load(ZendeskSettings, environ)


def setup_settings(environ: Mapping[str, str]) -> SetupSettings:
    return _load(SetupSettings, environ)


def database_url(environ: Mapping[str, str]) -> str:
    return _load(DatabaseSettings, environ).database_url


SomeSettings = TypeVar("SomeSettings", bound=_FromEnvironment)


def _load(model: type[SomeSettings], environ: Mapping[str, str]) -> SomeSettings:
    found: dict[str, str | dict[str, str]] = {}
    problems: list[str] = []
    unreadable: set[str] = set()
    for field in model.model_fields:
        # An empty file is a variable that is not set, above all where it should hold a secret.
        value = (_values if field.endswith("_") else _value)(field.upper(), environ, problems)
        if value is None:
            unreadable.add(field)
        elif value:
            found[field] = value
    settings = None
    try:
        settings = model.model_validate(found)
    except ValidationError as error:
        for problem in error.errors(include_input=False, include_context=False):
            field = "".join(part for part in problem["loc"] if isinstance(part, str))
            if field in unreadable:  # That it has no value follows from this.
                continue
            if problem["type"] in {"missing", "too_short"}:
                problems.append(f"{field.upper()} is missing: {model.model_fields[field].description}.")
            else:
                said = problem["msg"].removeprefix("Value error, ").replace("Input should be", "must be")
                problems.append(f"{field.upper()}: {said.partition(', unable to')[0]}.")
    problems += model.missing_together(found.keys() | unreadable)
    if settings is None or problems:
        raise BadSettings(problems)
    return settings


def _value(name: str, environ: Mapping[str, str], problems: list[str]) -> str | None:
    """None: its file cannot be read."""
    value, file = environ.get(name, ""), environ.get(f"{name}_FILE", "")
    if value and file:
        problems.append(f"{name}: set it or {name}_FILE, not both.")
    if value or not file:
        return value
    try:
        return Path(file).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        if name.lower() in MADE_BY_SETUP and isinstance(error, FileNotFoundError):
            problems.append(f"{name}_FILE: {file} is not there yet; `pointsman setup apply` writes it.")
        else:
            problems.append(f"{name}_FILE: cannot read {file} ({type(error).__name__}).")
        return None


def _values(prefix: str, environ: Mapping[str, str], problems: list[str]) -> dict[str, str] | None:
    """By what follows the prefix in a variable's name, in lower case. None: a file cannot be read."""
    names = {stem for name in environ if (stem := name.removesuffix("_FILE")).startswith(prefix)}
    given = {name.removeprefix(prefix).lower(): _value(name, environ, problems) for name in sorted(names)}
    read = {name: value for name, value in given.items() if value is not None}
    return {name: value for name, value in read.items() if value} if len(read) == len(given) else None
