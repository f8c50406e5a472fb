"""Structured logs on standard error, one JSON object a line. They hold ids and reasons, never what people wrote."""

import json
import logging
import sys
import traceback
from collections.abc import Mapping, MutableMapping
from datetime import UTC, datetime
from typing import Any

import structlog

# httpx and urllib3 log addresses, which may be secret; the others log payloads.
_VERBOSE = ("httpx", "urllib3", "zenpy", "gitlab")
LONGEST_MESSAGE = 1000


def configure(level: str) -> None:
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _without_messages,
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level.upper()]),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )
    # Libraries log through the standard module: only warnings and errors, whatever our own level is.
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(LibraryFormatter())
    logging.basicConfig(level=logging.WARNING, handlers=[handler])
    for name in _VERBOSE:
        logging.getLogger(name).setLevel(logging.WARNING)


def shape_of(error: BaseException) -> list[dict[str, Any]]:
    """The types and places of the error and its causes, outermost first, without messages, source lines or values.

    A message may quote anything: SQLAlchemy's has the statement's parameters, pydantic's the input.
    """
    shapes: list[dict[str, Any]] = []
    seen: set[int] = set()
    current: BaseException | None = error
    while current is not None and id(current) not in seen:
        seen.add(id(current))
        frames = traceback.StackSummary.extract(traceback.walk_tb(current.__traceback__), lookup_lines=False)
        at = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames]
        shapes.append({"type": f"{type(current).__module__}.{type(current).__qualname__}", "at": at})
        current = current.__cause__ or (None if current.__suppress_context__ else current.__context__)
    return shapes


def _without_messages(_: object, __: str, event: MutableMapping[str, Any]) -> Mapping[str, Any]:
    given = event.pop("exc_info", None)
    error = given if isinstance(given, BaseException) else given[1] if isinstance(given, tuple) else None
    if given is True:
        error = sys.exc_info()[1]
    if error is not None:
        event["exception"] = shape_of(error)
    return event


class LibraryFormatter(logging.Formatter):
    """Writes a library's message as one JSON object, with its exception in the same shape as ours."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "event": "library",
            "level": record.levelname.lower(),
            "timestamp": datetime.fromtimestamp(record.created, UTC).isoformat(),
            "logger": record.name,
            "message": record.getMessage()[:LONGEST_MESSAGE],
        }
        error = record.exc_info[1] if record.exc_info else None
        if error is not None:
            line["exception"] = shape_of(error)
        return json.dumps(line, default=str)
