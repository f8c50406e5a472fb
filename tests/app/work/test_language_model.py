"""When a language model is asked and when not; and that nothing it does keeps a ticket from being decided."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest
from prometheus_client import REGISTRY

from app.ticket import Ticket
from app.work.language_model import Asked, SecondOpinion
from integrations.errors import IntegrationError, Invalid, RateLimited, Refused, Unavailable
from tests.support.rules import NOW, rules

RULES = rules()
TICKET = Ticket(id=1, body="hm")
MENTION = '{"archetype": "mention", "why": "praise"}'


@dataclass
class Model:
    """Answers always the same, and counts."""

    says: str | IntegrationError = MENTION
    asked: list[str] = field(default_factory=list)

    def ask(self, system: str, user: str) -> str:
        self.asked.append(user)
        if isinstance(self.says, IntegrationError):
            raise self.says
        return self.says


@dataclass
class Clock:
    at: datetime = NOW

    def __call__(self) -> datetime:
        return self.at


def ask(model: Model | None, *, public: bool = True, per_hour: int = 60, allow_private: bool = False) -> Asked | None:
    second = SecondOpinion(model, per_hour, allow_private=allow_private, now=Clock())
    return second.ask(TICKET, channel_public=public, rules=RULES)


@pytest.fixture
def counted() -> Callable[[str], float]:
    """What the test has added to the metric so far, by outcome."""
    before = _counts()
    return lambda outcome: _counts()[outcome] - before[outcome]


def _counts() -> dict[str, float]:
    name = "pointsman_second_opinions_total"
    outcomes = ("opinion", "no_opinion", "private", "over_budget", "failed")
    return {one: REGISTRY.get_sample_value(name, {"outcome": one}) or 0 for one in outcomes}


def test_off_nobody_is_asked_and_nothing_counted() -> None:
    before = _counts()
    assert ask(None) is None
    assert _counts() == before


def test_an_opinion_becomes_a_verdict(counted: Callable[[str], float]) -> None:
    asked = ask(Model())
    assert asked is not None
    assert asked.verdict is not None
    assert (asked.verdict.archetype, asked.verdict.confidence) == ("mention", "medium")
    assert asked.detail == "A language model thinks it is mention: praise."
    assert counted("opinion") == 1


def test_private_text_is_shown_only_if_ops_allow_it(counted: Callable[[str], float]) -> None:
    model = Model()
    refused = ask(model, public=False)
    assert refused == Asked(None, "not asked: the text is private, and LLM_PRIVATE is off")
    assert model.asked == []
    assert counted("private") == 1
    allowed = ask(model, public=False, allow_private=True)
    assert allowed is not None
    assert allowed.verdict is not None


def test_not_more_questions_than_the_budget_in_any_hour(counted: Callable[[str], float]) -> None:
    model, clock = Model(), Clock()
    second = SecondOpinion(model, 2, allow_private=False, now=clock)

    def answered(minutes: int) -> bool:
        clock.at = NOW + timedelta(minutes=minutes)
        asked = second.ask(TICKET, channel_public=True, rules=RULES)
        return asked is not None and asked.verdict is not None

    assert [answered(minutes) for minutes in (0, 30, 40, 59, 60, 61, 90)] == [
        True,
        True,
        False,
        False,
        True,
        False,
        True,
    ]
    assert len(model.asked) == 4
    assert counted("over_budget") == 3


def test_a_budget_of_nothing_asks_nothing() -> None:
    model = Model()
    asked = ask(model, per_hour=0)
    assert asked is not None
    assert asked.verdict is None
    assert model.asked == []


def test_private_tickets_cost_nothing() -> None:
    model = Model()
    second = SecondOpinion(model, 1, allow_private=False, now=Clock())
    second.ask(TICKET, channel_public=False, rules=RULES)
    asked = second.ask(TICKET, channel_public=True, rules=RULES)
    assert asked is not None
    assert asked.verdict is not None


def test_threads_share_the_budget() -> None:
    model = Model()
    second = SecondOpinion(model, 5, allow_private=False, now=Clock())
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: second.ask(TICKET, channel_public=True, rules=RULES), range(40)))
    assert len(model.asked) == 5


@pytest.mark.parametrize(
    "error",
    [Unavailable("llm", "down"), RateLimited("llm", "slowly"), Refused("llm", "no"), Invalid("llm", "what")],
    ids=lambda error: type(error).__name__,
)
def test_an_endpoint_that_fails_is_no_opinion(error: IntegrationError, counted: Callable[[str], float]) -> None:
    assert ask(Model(error)) == Asked(None, "the endpoint gave no answer")
    assert counted("failed") == 1


@pytest.mark.parametrize(
    "says", ["", "mention", '{"archetype": "none", "why": ""}', '{"archetype": "no_such", "why": ""}']
)
def test_garbage_is_no_opinion(says: str, counted: Callable[[str], float]) -> None:
    asked = ask(Model(says))
    assert asked is not None
    assert asked.verdict is None
    assert counted("no_opinion") == 1
