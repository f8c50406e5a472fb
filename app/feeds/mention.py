"""A mention: what somebody wrote elsewhere, as a feed or an automation service hands it over."""

import hashlib
import json
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from types import MappingProxyType
from typing import Annotated, Any, Final, Self
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StrictBool,
    StringConstraints,
    TypeAdapter,
    ValidationError,
    model_validator,
)

from app.feeds.addresses import is_address

MOST_AT_ONCE = 100
LONGEST_ID = 200
LONGEST_LINE = 1000
LONGEST_ADDRESS = 2000
LONGEST_TEXT = 60_000
"""Zendesk cuts a comment at 64 kB."""
NO_PATHS: Final[Mapping[str, str]] = MappingProxyType({})
_MAIL_DATE: Final = re.compile(r"(?:[A-Za-z]{3}, )?\d{1,2} [A-Za-z]{3} \d{4} ")
_TIMES: Final = ("%Y-%m-%d %H:%M:%S %z", "%Y-%m-%d %H:%M:%S UTC", "%B %d, %Y at %I:%M%p", "%b %d, %Y %I:%M %p")
"""Zapier's and IFTTT's."""
# What no database takes: control characters, and halves of surrogate pairs, which JSON can spell.
UNSTORABLE: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
_ODD_IN_ADDRESS: Final = re.compile(r"[\s\\\x00-\x1f\x7f\ud800-\udfff]")
_NEEDED: Final = frozenset({"source", "id", "url", "text", "html", "deleted"})
"""Without one of these it is another mention; what else is odd is left out of it."""


class NoMentions(Exception):
    """The body holds no mention that can be read: says which item and field is wrong, one sentence each."""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__(" ".join(problems))
        self.problems = tuple(problems)


def _storable(value: object) -> object:
    return UNSTORABLE.sub("\ufffd", value) if isinstance(value, str) else value


def _line(value: str) -> str:
    return " ".join(value.split())


def _address(value: str) -> str:
    """Also none that shows another host than it leads to, `https://good.example@bad.example`."""
    value = value.strip()
    if not is_address(value) or _ODD_IN_ADDRESS.search(value) or "@" in urlsplit(value).netloc:
        raise ValueError("must be an address like https://example.com/post/7")
    return value


def _read_time(value: object) -> object:
    """In the forms of mail and feeds, and of automation services; others are read as ISO 8601."""
    if not isinstance(value, str):
        return value
    text = value.strip()[:64]
    if not text:
        return None
    if _MAIL_DATE.match(text):
        try:
            return parsedate_to_datetime(text)
        except (ValueError, OverflowError):
            return value
    for form in _TIMES:
        try:
            return datetime.strptime(text, form)  # noqa: DTZ007  # without a zone it is UTC, below
        except ValueError:
            continue
    return value


def _aware(value: datetime) -> datetime:
    try:
        return value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)
    except OverflowError:  # the first or last hours of the calendar
        raise ValueError("must be a time between the years 1 and 9999") from None


Line = Annotated[str, StringConstraints(max_length=LONGEST_LINE), AfterValidator(_line), BeforeValidator(_storable)]
Address = Annotated[str, StringConstraints(max_length=LONGEST_ADDRESS), AfterValidator(_address)]
AddressIfAny = Annotated[
    str,
    StringConstraints(max_length=LONGEST_ADDRESS),
    AfterValidator(lambda value: _address(value) if value else value),
]
Text = Annotated[str, StringConstraints(max_length=LONGEST_TEXT), BeforeValidator(_storable)]


class _Part(BaseModel):
    # Services add keys of their own; what we do not know, we do not need.
    model_config = ConfigDict(frozen=True, extra="ignore", str_strip_whitespace=True)

    @model_validator(mode="before")
    @classmethod
    def _without_nulls(cls, given: Any) -> Any:
        """Services write null for what they do not know. What is needed is still told as wrong."""
        if not isinstance(given, Mapping):
            return given
        fields = cls.model_fields
        return {
            key: value
            for key, value in given.items()
            if value is not None or (key in fields and fields[key].is_required())
        }


def native_id(value: str) -> str:
    """It, or what stands for it where it is too long."""
    return value if len(value) <= LONGEST_ID else hashlib.sha256(value.encode("utf-8", "replace")).hexdigest()


class Author(_Part):
    name: Line = ""
    handle: Line = Field(default="", description="As it is written there, with or without @.")
    url: AddressIfAny = ""


class Thread(_Part):
    """The post or topic that a comment belongs to."""

    id: Line = ""
    url: AddressIfAny = ""
    title: Line = ""


class Mention(_Part):
    """One post or comment of somebody."""

    source: Annotated[str, StringConstraints(pattern=r"^[a-z0-9_]{1,32}$")] = Field(
        description="A channel of routing.yaml."
    )
    id: Annotated[
        str, StringConstraints(min_length=1, max_length=LONGEST_ID), AfterValidator(_line), BeforeValidator(_storable)
    ] = Field(description="What the source calls the post. The same one again is the same mention.")
    url: Address = Field(description="Where it can be read and answered.")
    author: Author = Author()
    title: Line = ""
    text: Text = Field(default="", description="Plain text. Either this or `html`.")
    html: Text = ""
    published_at: Annotated[Annotated[datetime, AfterValidator(_aware)] | None, BeforeValidator(_read_time)] = Field(
        default=None, description="ISO 8601; without a zone it is UTC."
    )
    thread: Thread = Thread()
    in_reply_to: Line = Field(default="", description="The `id`, or the address, of the post that it answers.")
    deleted: StrictBool = Field(default=False, description="The post is gone. It needs no text then.")

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if self.text and self.html:
            raise ValueError("give `text` or `html`, not both")
        if not (self.text or self.html or self.title or self.deleted):
            raise ValueError("one of `text`, `html` and `title` must say something")
        return self

    @property
    def external_id(self) -> str:
        """What Zendesk knows the ticket by."""
        return f"mention:{self.source}:{self.id}"


def mention_schema() -> dict[str, Any]:
    """Of one mention or a list of them: what POST /webhooks/mentions takes."""
    one_or_many: TypeAdapter[Any] = TypeAdapter(Mention | Annotated[list[Mention], Field(max_length=MOST_AT_ONCE)])
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **one_or_many.json_schema()}


def read_mentions(body: bytes) -> tuple[list[Mention], list[str]]:
    """The mentions in a request's body, and a sentence for what is wrong in an item.

    Raises NoMentions where there is not one.
    """
    given = read_json(body)
    items = given if isinstance(given, list) else [given]
    return checked_mentions(items, numbered=isinstance(given, list))


def read_json(body: bytes) -> object:
    """Raises NoMentions."""
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        raise NoMentions(["The body is no JSON."]) from None


def checked_mentions(
    items: Sequence[object],
    *,
    numbered: bool,
    read: Callable[[object], object] = lambda item: item,
    paths: Mapping[str, str] = NO_PATHS,
) -> tuple[list[Mention], list[str]]:
    """As `read_mentions`. `read` makes a mention of an item; `paths`: by field, where its value stands there."""
    if len(items) > MOST_AT_ONCE:
        raise NoMentions([f"The list has {len(items)} items; send at most {MOST_AT_ONCE} at once."])
    found: list[Mention] = []
    problems: list[str] = [] if items else ["The list is empty."]
    for number, item in enumerate(items, 1):
        given = read(item)
        try:
            found.append(Mention.model_validate(given))
        except ValidationError as error:
            mended = _without(given, error)
            found += [mended] if mended else []
            item_name, taken = f"Item {number}: " if numbered else "", " It was taken without." if mended else ""
            problems += [f"{item_name}{sentence}{taken}" for sentence in _sentences(error, paths)]
    if not found:
        raise NoMentions(problems)
    return found, problems


def _without(given: object, error: ValidationError) -> Mention | None:
    """The mention without its odd parts; None: it needs one of them."""
    places = [one["loc"] for one in error.errors(include_input=False, include_context=False, include_url=False)]
    if not isinstance(given, Mapping) or any(not place or place[0] in _NEEDED for place in places):
        return None
    left = dict(given)
    for name, *part in places:
        inner = left.get(str(name))
        if part and isinstance(inner, Mapping):
            left[str(name)] = {key: value for key, value in inner.items() if key != part[0]}
        else:
            left.pop(str(name), None)
    try:
        return Mention.model_validate(left)
    except ValidationError:
        return None


def _sentences(error: ValidationError, paths: Mapping[str, str]) -> list[str]:
    """By field. None quotes a value: they may be private."""
    problems = error.errors(include_input=False, include_context=False, include_url=False)
    return [_sentence(one, paths) for one in problems]


def _sentence(problem: Any, paths: Mapping[str, str]) -> str:
    name = ".".join(map(str, problem["loc"]))
    field = f"`{name}`" + (f" ({paths[name]})" if name in paths else "") if name else ""
    if problem["type"] == "missing":
        return f"{field} is missing."
    if problem["type"] == "model_type":
        return f"{field or 'It'} must be an object."
    said = problem["msg"].removeprefix("Value error, ")
    return f"{field}: {said}." if field else f"{said[:1].upper()}{said[1:]}."
