"""ask: puts the question into the service's queue."""

from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

from app.cli.console import out, print_line
from app.cli.errors import NotDone
from app.cli.queue import queue_open, who_runs_it
from app.rules.files import read_rules
from app.work.chat.ask_expert import title_of, unknown_expert
from app.work.messages import AskExpert, Work

LONGEST_QUESTION = 600


def ask(ticket: int, name: str, question: str, *, routing: Path, macros: Path) -> None:
    """Raises NotDone."""
    rules = read_rules(routing, macros)
    expert = rules.routing.chat.experts.get(name)
    if expert is None:
        raise NotDone(unknown_expert(name, rules))
    if len(question) > LONGEST_QUESTION:
        raise NotDone(f"The question has {len(question)} characters. Write at most {LONGEST_QUESTION}.", code=2)
    message = AskExpert(
        key=f"ask:{uuid4().hex}",
        accepted_at=datetime.now(UTC),
        ticket_id=ticket,
        expert=name,
        by=who_runs_it(),
        question=question,
    )
    with queue_open() as queue:
        queue.accept([Work(message, once=True)])
    said = f"The service asks {title_of(name, expert)} in the chat, and writes the link into ticket {ticket}."
    print_line(out, said)
