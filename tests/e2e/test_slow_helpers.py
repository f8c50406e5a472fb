"""Sentry, the language model and the chat when they hang: soon nobody waits for them, and one call finds them again.

The clients are made as the service makes them, on a clock that only the test moves.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import httpx
import pytest
import respx
from prometheus_client import REGISTRY

from app.clients import Clients
from app.records.announcements import Announcements
from app.records.database import make_engine
from app.records.failures import Failures
from app.records.tables import metadata
from app.settings import load
from app.ticket import Ticket
from app.triage.judge import Judgement, judge
from app.triage.language import Language
from app.work.chat.send_once import Announcer
from app.work.decisions.language_model import LanguageModelFallback
from app.work.issues.incidents import IncidentFinder
from app.work.limits.circuit_breaker import FAILURES, RAMP_SECONDS
from integrations.errors import IntegrationError, Unavailable
from integrations.sentry import SentryClient
from tests.support.limiters import Workers
from tests.support.rules import rules

DEAD = "http://127.0.0.1:9"
SENTRY, LLM, CHAT = "https://sentry.example", "https://llm.example/v1", "https://chat.example/hooks/x"
ENVIRON = {
    "ZENDESK_URL": DEAD,
    "ZENDESK_EMAIL": "bot@example.org",
    "ZENDESK_TOKEN": "zendesk-token",
    "ZENDESK_WEBHOOK_SECRET": "zendesk-secret",
    "GITLAB_URL": DEAD,
    "GITLAB_TOKEN": "gitlab-token",
    "GITLAB_WEBHOOK_SECRET": "gitlab-secret",
    "DESK_TOKEN": "desk-token-of-the-tests",
    "SENTRY_URL": SENTRY,
    "SENTRY_TOKEN": "sentry-token",
    "SENTRY_ORG": "acme",
    "LLM_URL": LLM,
    "LLM_MODEL": "tiny",
    "CHAT_WEBHOOK_URL": CHAT,
}
SERVICES = ("zendesk", "gitlab", "sentry", "llm", "chat")
STATUSES = ("2xx", "4xx", "5xx", "none")
SINCE = datetime(2026, 11, 1, tzinfo=UTC)
HANGS = httpx.ReadTimeout("")
ISSUES = f"{SENTRY}/api/0/organizations/acme/issues/"
OPINION = {"choices": [{"message": {"content": '{"archetype": "mention", "why": "praise"}'}}]}


@pytest.fixture
def clients(workers: Workers) -> Iterator[Clients]:
    clients = Clients.of(load(ENVIRON), workers.outbound())
    yield clients
    clients.close()


@pytest.fixture
def now(workers: Workers) -> Callable[[], datetime]:
    return lambda: datetime.fromtimestamp(workers.clock(), UTC)


@pytest.fixture
def counted() -> Callable[[str, str], float]:
    """Calls that the test has added, by service and class of status."""
    before = {(service, status): _calls(service, status) for service in SERVICES for status in STATUSES}
    return lambda service, status: _calls(service, status) - before[service, status]


def _calls(service: str, status: str) -> float:
    return REGISTRY.get_sample_value("pointsman_calls_total", {"service": service, "status": status}) or 0.0


@respx.mock
def test_a_sentry_that_hangs_holds_up_five_complaints_and_no_more(
    workers: Workers, clients: Clients, now: Callable[[], datetime], counted: Callable[[str, str], float]
) -> None:
    # Of all that it looks for only the errors.
    incidents = IncidentFinder(cast("Any", SimpleNamespace(clients=clients)), cast("Any", None))

    def hints() -> int:
        return len(incidents._errors(SINCE))

    asked = respx.get(ISSUES).mock(side_effect=HANGS)
    assert [hints() for _ in range(50)] == [0] * 50
    assert asked.call_count == FAILURES
    workers.clock.advance(5)
    hints()
    assert asked.call_count == FAILURES + 1, "one asks whether it is back"
    hints()
    assert asked.call_count == FAILURES + 1
    assert counted("sentry", "none") == FAILURES + 1

    respx.get(ISSUES).respond(200, json=[])
    workers.clock.advance(10)
    hints()
    workers.clock.advance(RAMP_SECONDS + 1)
    for _ in range(10):
        hints()
    assert counted("sentry", "2xx") == 11


@respx.mock
def test_a_language_model_that_hangs_is_left_alone_and_what_was_not_asked_is_not_spent(
    workers: Workers, clients: Clients, now: Callable[[], datetime], counted: Callable[[str, str], float]
) -> None:
    model = LanguageModelFallback(clients.language_model, FAILURES + 1, allow_private=False, now=now)
    ticket, english = Ticket(id=1, body="hm", channel="twitter"), Judgement(lambda _: Language("en", "plain"))
    undecided = judge(rules(), ticket, english, now=now())

    def answered() -> bool:
        return model.judge(rules(), ticket, undecided).verdict.archetype is not None

    endpoint = respx.post(f"{LLM}/chat/completions").mock(side_effect=HANGS)
    assert not any(answered() for _ in range(50))
    assert endpoint.call_count == FAILURES
    respx.post(f"{LLM}/chat/completions").respond(200, json=OPINION)
    workers.clock.advance(5)
    assert answered(), "one prompt of the hour is left"
    assert not answered(), "and now it is spent"
    assert (counted("llm", "none"), counted("llm", "2xx")) == (FAILURES, 1)


@respx.mock
def test_what_the_chat_may_have_got_is_not_sent_again_and_what_comes_later_waits(
    tmp_path: Path, workers: Workers, clients: Clients, now: Callable[[], datetime]
) -> None:
    engine = make_engine(f"sqlite:///{tmp_path / 'records.db'}")
    metadata.create_all(engine)
    announcer = Announcer(clients.chat, Announcements(engine), Failures(engine), now)
    hook = respx.post(CHAT).mock(side_effect=HANGS)

    def say(number: int) -> str:
        return announcer.announce("spike", f"spike:{number}", "12 complaints").outcome

    assert [say(number) for number in range(FAILURES)] == ["unknown"] * FAILURES
    waiting = announcer.announce("spike", "spike:5", "12 complaints")
    assert waiting.outcome == "later"
    assert waiting.fault is not None
    assert waiting.fault.untried, "no try is used up"
    assert waiting.fault.retry_after
    assert hook.call_count == FAILURES
    assert Failures(engine).count_open() == FAILURES, "of those that may be there, a person is told"

    hook = respx.post(CHAT).respond(200, text="ok")
    workers.clock.advance(5)
    assert [say(number) for number in range(FAILURES + 1)] == ["known"] * FAILURES + ["sent"]
    engine.dispose()


@respx.mock
@pytest.mark.parametrize(("status", "asked"), [(500, FAILURES), (429, 20), (403, 20), (404, 20)])
def test_who_refuses_is_not_down(clients: Clients, status: int, asked: int) -> None:
    route = respx.get(ISSUES).respond(status)
    assert clients.sentry is not None
    for _ in range(20):
        with pytest.raises(IntegrationError):
            clients.sentry.unresolved(SINCE)
    assert route.call_count == asked


@respx.mock
def test_an_answer_that_does_not_come_to_its_end_in_time_is_none(workers: Workers) -> None:
    sentry = SentryClient(SENTRY, "acme", "", timeout=(1, 0), outbound=workers.outbound())
    route = respx.get(ISSUES).respond(200, json=[])
    for _ in range(20):
        with pytest.raises(Unavailable):
            sentry.unresolved(SINCE)
    assert route.call_count == FAILURES
    sentry.close()


@pytest.mark.parametrize("service", ["zendesk", "gitlab"])
def test_a_call_without_an_answer_is_counted(
    clients: Clients, counted: Callable[[str, str], float], service: str
) -> None:
    ask: dict[str, Callable[[], object]] = {
        "zendesk": lambda: clients.zendesk.group_id("x"),
        "gitlab": clients.gitlab.token_scopes,
    }
    with pytest.raises(IntegrationError):
        ask[service]()
    assert counted(service, "none") == 1


@respx.mock
def test_each_call_is_counted_once_by_the_class_of_its_status(
    clients: Clients, counted: Callable[[str, str], float]
) -> None:
    assert clients.chat is not None
    for status in (200, 403, 503):
        respx.post(CHAT).respond(status)
        try:
            clients.chat.post("hello")
        except IntegrationError:
            continue
    assert [counted("chat", status) for status in STATUSES] == [1, 1, 1, 0]


def test_metrics_name_what_is_configured(clients: Clients) -> None:
    assert set(clients.services) == {"zendesk", "gitlab", "sentry", "chat", "llm"}
    without = {name: value for name, value in ENVIRON.items() if not name.startswith(("SENTRY", "LLM", "CHAT"))}
    assert Clients.of(load(without)).services == ("zendesk", "gitlab")
