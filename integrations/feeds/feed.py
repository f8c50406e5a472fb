"""What every feed gives: posts, how far it was read, and how long to leave it alone."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Annotated, Any, Protocol, TypeVar, runtime_checkable

import httpx
import structlog
from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    Field,
    ValidationError,
    ValidatorFunctionWrapHandler,
    WrapValidator,
    model_validator,
)

from integrations.errors import NotFound
from integrations.http import Reader, http_client
from integrations.outbound import UNGUARDED, Outbound
from integrations.waits import retry_after

TIMEOUT = (10.0, 30.0)
MOST_BYTES = 8 * 2**20

log = structlog.get_logger(__name__)

SomeAnswer = TypeVar("SomeAnswer", bound=BaseModel)
SomeItem = TypeVar("SomeItem")


class Told(BaseModel):
    """Part of an answer. What a source does not know it leaves out, or writes null for it."""

    @model_validator(mode="before")
    @classmethod
    def _without_nulls(cls, given: Any) -> Any:
        if not isinstance(given, Mapping):
            return given
        needed = {field.alias or name for name, field in cls.model_fields.items() if field.is_required()}
        return {key: value for key, value in given.items() if value is not None or key in needed}


def _good_ones(items: Any, read: ValidatorFunctionWrapHandler) -> Any:
    try:
        return read(items)
    except ValidationError as error:
        odd = {one["loc"][0] for one in error.errors(include_input=False, include_url=False) if one["loc"]}
        good = [item for number, item in enumerate(items) if number not in odd] if odd else []
        if not good:
            raise
        log.warning("feed_posts_odd", posts=len(odd))
        return read(good)


GoodOnes = Annotated[list[SomeItem], WrapValidator(_good_ones)]
"""An odd item holds up no other. Where all are odd, the answer cannot be read: the source has changed."""


def in_utc(moment: datetime) -> datetime:
    """Raises ValueError."""
    try:
        return moment.astimezone(UTC)
    except OverflowError:  # the first or last hours of the calendar
        raise ValueError("must be a time between the years 1 and 9999") from None


Moment = Annotated[AwareDatetime, AfterValidator(in_utc)]
Epoch = Annotated[int, Field(ge=0, lt=2**32)]


@dataclass(frozen=True, slots=True)
class FeedPost:
    """One post or comment, with the source's own id."""

    id: str
    url: str
    published_at: datetime | None
    """None: the source does not say."""
    author_name: str = ""
    author_handle: str = ""
    author_url: str = ""
    title: str = ""
    text: str = ""
    html: str = ""
    thread_id: str = ""
    thread_url: str = ""
    thread_title: str = ""
    in_reply_to: str = ""
    score: int | None = None
    """None: the source has none."""

    deleted: bool = False
    """By its author or a moderator; what it said does not count."""


@dataclass(frozen=True, slots=True)
class FeedPosition:
    """How far a feed was read, in its own terms."""

    after: str = ""
    etag: str = ""
    modified: str = ""


@dataclass(frozen=True, slots=True)
class FeedPage:
    posts: tuple[FeedPost, ...] = ()
    position: FeedPosition = field(default_factory=FeedPosition)
    wait: float = 0.0
    """Seconds that the source asks to be left alone."""


class Feed(Protocol):
    def read(self, position: FeedPosition, since: datetime) -> FeedPage:
        """What came after `position`, and nothing older than `since`; some may be known. Raises IntegrationError."""


@runtime_checkable
class AsksAgain(Protocol):
    """A feed whose source can be asked for posts by id."""

    def gone(self, ids: Sequence[str]) -> set[str]:
        """Those that were deleted since; what the source does not say is not gone. Raises IntegrationError."""


@dataclass(frozen=True, slots=True)
class OlderPosts:
    """One page of what was posted before."""

    posts: tuple[FeedPost, ...]
    before: str = ""
    """Where the next page begins; empty: there is none."""
    wait: float = 0.0


@runtime_checkable
class ReadsBack(Protocol):
    """A feed whose source gives what was posted long ago."""

    def older(self, before: str, since: datetime) -> OlderPosts:
        """`before`: as the last page named it; empty: from the newest on. Some posts may be older than `since`.

        Raises IntegrationError.
        """


def part_of(before: str) -> tuple[int, str]:
    """Of a feed that is read part by part (a query, a tag): which one, and where in it."""
    number, _, rest = before.partition(":")
    return int(number or 0), rest


def next_part(number: int, rest: str, parts: int) -> str:
    """`rest`: where this part goes on; empty: it has ended."""
    if rest:
        return f"{number}:{rest}"
    return f"{number + 1}:" if number + 1 < parts else ""


def feed_reader(service: str, url: str, outbound: Outbound = UNGUARDED) -> Reader:
    """`service`: of this feed alone, so that its failure delays no other."""
    return Reader(
        service,
        httpx.URL(url),
        http_client(TIMEOUT),
        seconds=60.0,
        most_bytes=MOST_BYTES,
        outbound=outbound,
        wait=retry_after,
        unpacks=True,
    )


def read_json(reader: Reader, answer: type[SomeAnswer], method: str = "GET", **request: Any) -> SomeAnswer:
    """Raises IntegrationError, also for what is no such answer: a page for robots, a login."""
    return reader.ask(method, lambda _response, body: from_json(answer, body), **request)


def from_json(answer: type[SomeAnswer], body: bytes) -> SomeAnswer:
    """Also where a text ends in half an emoji, as sites cut it that count in UTF-16. Raises ValueError."""
    try:
        return answer.model_validate_json(body)
    except ValueError:
        try:
            mended = json.dumps(json.loads(body), ensure_ascii=False).encode("utf-8", "replace")
        except RecursionError:
            raise ValueError("nested too deeply") from None
        return answer.model_validate_json(mended)


def is_gone(reader: Reader, **request: Any) -> bool:
    """Does the source answer that there is no such post (any more)? Raises IntegrationError for all else."""
    try:
        return reader.ask("GET", lambda _response, _body: False, **request)
    except NotFound:
        return True


def from_epoch(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
