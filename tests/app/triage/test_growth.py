"""No message keeps the service busy: each step takes a text of the longest comment in a part of a second.

Redaction has a test of its own (tests/app/redaction/test_linear.py).
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from app.message.report import report_details
from app.similarity.queries import search_queries
from app.similarity.terms import counted, printed, spellings
from app.ticket import Ticket
from app.triage.judge import judge
from app.triage.shipped import shipped_judgement
from integrations.gitlab import quoting
from tests.support.hostile import SHAPES
from tests.support.shipped import SHIPPED

# Half the longest comment that Zendesk takes.
SIZE = 32_768
# Of the processor. The promise for a whole one is half a second; the tests share their cores.
SECONDS = 0.4
NOW = datetime(2026, 11, 1, tzinfo=UTC)


def ticket(text: str) -> Ticket:
    return Ticket(1, subject=text[:255], body=text, channel="twitter")


STEPS: dict[str, Callable[[str], object]] = {
    "judge": lambda text: judge(SHIPPED, ticket(text), shipped_judgement(), now=NOW),
    "title": quoting.issue_title,
    "description": quoting.fence,
    "details": report_details,
    "search": lambda text: (counted("", text), printed(text), spellings("", text), search_queries("", text)),
}


@pytest.mark.parametrize("step", STEPS)
def test_each_step_takes_any_shape_in_a_part_of_a_second(step: str) -> None:
    run = STEPS[step]
    run("warm up: what is loaded once does not count")
    slow = {}
    for shape in SHAPES:
        text = (shape * (SIZE // len(shape) + 1))[:SIZE]
        began = time.thread_time()
        run(text)
        if (seconds := time.thread_time() - began) > SECONDS:
            slow[shape] = round(seconds, 2)
    assert slow == {}
