"""An advocate solves a ticket; the next one that asks the same shows what was answered."""

from __future__ import annotations

from integrations.sandbox.zendesk.state import ADVOCATE_ID
from tests.support.harness import Harness, wait_until

ASKED = "How do I make the runner keep its docker cache between two pipelines?"
ANSWER = "Mount a docker volume in config.toml."


def test_the_advocates_answer_stands_in_the_note_of_the_next_ticket(harness: Harness) -> None:
    _, first = harness.triaged(ASKED)
    zendesk, texts = harness.sandbox.zendesk, harness.service.deps.records.searched_texts
    zendesk.add_comment(first["id"], ANSWER, author=ADVOCATE_ID)
    zendesk.set_status(first["id"], "solved")
    harness.deliver(first["id"], event="ticket.updated")
    wait_until(texts.count)
    harness.service.texts.update()
    _, second = harness.triaged("@gitlab how can I make a runner keep the docker cache between pipelines?")
    assert "Answered before" in second["comments"][-1]["html_body"]
    assert ANSWER in second["comments"][-1]["html_body"]
