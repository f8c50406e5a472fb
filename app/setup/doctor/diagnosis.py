"""What a check found."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Final, Literal

from app.setup.objects import Account

APPLY: Final = "Run `pointsman setup apply`."
LOG: Final = "See the service's log."
State = Literal["ok", "warn", "fail"]


@dataclass(frozen=True)
class Diagnosis:
    name: str
    """`zendesk/clock`."""
    state: State
    said: str
    remedy: str = ""

    def as_json(self) -> dict[str, Any]:
        return {"name": self.name, "state": self.state, "said": self.said, "remedy": self.remedy}


def ok(name: str, said: str) -> Diagnosis:
    return Diagnosis(name, "ok", said)


def warn(name: str, said: str, remedy: str) -> Diagnosis:
    return Diagnosis(name, "warn", said, remedy)


def fail(name: str, said: str, remedy: str) -> Diagnosis:
    return Diagnosis(name, "fail", said, remedy)


@dataclass(frozen=True)
class Check:
    """`look` only reads. It raises IntegrationError where it cannot; `cheap`: the service does it every hour."""

    name: str
    look: Callable[[Account], Iterable[Diagnosis]]
    cheap: bool = True
