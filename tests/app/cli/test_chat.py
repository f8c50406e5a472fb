"""`pointsman ask`: the question waits for the service, and a wrong name is said at once."""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from app.cli import chat
from app.cli.main import cli
from app.work.messages import AskExpert, Work
from tests.support.rules import MACROS, routing

EXPERTS = "chat:\n  experts:\n    ldap: {channel: C1, title: Authentication}\n"


@dataclass
class Queue:
    works: list[Work] = field(default_factory=list)

    def accept(self, works: list[Work]) -> None:
        self.works += works


@pytest.fixture
def queue(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Queue:
    monkeypatch.chdir(tmp_path)
    Path("routing.yaml").write_text(routing(more=EXPERTS))
    Path("macros.yaml").write_text(MACROS)
    queue = Queue()
    monkeypatch.setattr(chat, "queue_open", lambda: nullcontext(queue))
    return queue


def pointsman(*arguments: str) -> Result:
    return CliRunner().invoke(cli, list(arguments))


def test_a_question_waits_for_the_service(queue: Queue) -> None:
    asked = pointsman("ask", "7", "ldap", "--question", "Is this a paid feature?")
    assert (asked.exit_code, asked.stdout) == (
        0,
        "The service asks Authentication in the chat, and writes the link into ticket 7.\n",
    )
    (work,) = queue.works
    assert isinstance(work.message, AskExpert)
    assert (work.message.ticket_id, work.message.question) == (7, "Is this a paid feature?")
    assert work.message.by


@pytest.mark.parametrize(
    ("arguments", "said"),
    [(("ask", "7", "ldpa"), "Did you mean ldap?"), (("ask", "7", "ldap", "--question", "x" * 601), "at most 600")],
    ids=["unknown name", "too long"],
)
def test_what_cannot_be_asked_is_said_at_once(queue: Queue, arguments: tuple[str, ...], said: str) -> None:
    asked = pointsman(*arguments)
    assert asked.exit_code
    assert said in asked.stderr
    assert queue.works == []
