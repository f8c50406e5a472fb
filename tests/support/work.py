"""Work for tests, as webhooks and the clock make it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import cache
from typing import Any, ClassVar, Literal

from pydantic import Field, create_model

from app.work.engine.engine import Engine
from app.work.messages import Message, TicketChanged, TriageTicket, Work

BEGAN = datetime(2026, 1, 1, tzinfo=UTC)


def triage(key: str, ticket_id: int, event: str, now: datetime, *, actor_id: str = "") -> Work:
    cause = TicketChanged.model_validate({"event": event, "actor_id": actor_id})
    return Work(TriageTicket(key=key, accepted_at=now, ticket_id=ticket_id, cause=cause))


def scheduled(message: type[Message], key: str, now: datetime) -> Work:
    """Of messages that say nothing but when."""
    return Work(message.model_validate({"key": key, "accepted_at": now}))


class Example(Message):
    """Work of a workflow that only a test knows: it takes `data` with the key."""

    queue: ClassVar[Literal["tickets", "writing", "bulk"]] = "tickets"
    partition_key: str
    data: dict[str, Any] = Field(default_factory=dict)

    @property
    def partition(self) -> str:
        return self.partition_key


class BulkExample(Example):
    queue: ClassVar[Literal["tickets", "writing", "bulk"]] = "bulk"


@cache
def example(kind: str, base: type[Example] = Example) -> type[Example]:
    return create_model("Example", __base__=base, kind=(str, kind))


def example_work(
    kind: str,
    key: str,
    partition: str,
    data: Mapping[str, object] | None = None,
    *,
    delay: float = 0.0,
    accepted_at: datetime = BEGAN,
    base: type[Example] = Example,
) -> Work:
    given = {"key": key, "partition_key": partition, "data": dict(data or {}), "accepted_at": accepted_at}
    return Work(example(kind, base).model_validate(given), delay=delay)


def register(
    engine: Engine,
    kind: str,
    workflow: Callable[[dict[str, Any]], object],
    crashed: Callable[[dict[str, Any], str], object],
    base: type[Example] = Example,
) -> None:
    """A workflow that takes the data of its message."""
    engine.register(
        example(kind, base),
        lambda message: workflow({**message.data, "key": message.key}),
        lambda message, error: crashed({**message.data, "key": message.key}, error),
    )
