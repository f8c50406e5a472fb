"""Steps inside a workflow: what a step answers is stored, and never computed twice."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any, Protocol, TypeVar, get_type_hints

from pydantic import TypeAdapter

from app.work.messages import Work

T = TypeVar("T")


class Runner(Protocol):
    """The engine, as far as a workflow needs it."""

    def step(self, name: str, function: Callable[..., T], *args: object, answers: object = None) -> T:
        """Run `function(*args)` as a step; its return annotation (or `answers`) says what is stored."""
        ...

    def later(self, work: Work) -> None:
        """Queue more work, stored with this one: a crash leaves both or neither."""
        ...


def answer_type(function: Callable[..., object]) -> object:
    """What a function is annotated to return."""
    return get_type_hints(getattr(function, "__func__", function)).get("return", object)


@cache
def adapter_of(answers: Any) -> TypeAdapter[Any]:
    return TypeAdapter(answers)
