"""mentions: on the service's database, while it runs or not."""

import json
from datetime import UTC, datetime

from rich.markup import escape
from rich.table import Table

from app.cli.console import out
from app.cli.errors import NotDone
from app.cli.operations import MOST_SHOWN
from app.cli.queue import queue_open, records_beside
from app.records.mentions import MentionState
from app.web.api.mentions import MentionOut
from app.work.mentions.release import CannotTake, release

_LONGEST = 60


def list_mentions(*, state: MentionState, as_json: bool) -> None:
    with records_beside() as records:
        shown = [MentionOut.of(one) for one in records.mentions.newest(limit=MOST_SHOWN, state=state)]
    if as_json:
        out.print_json(json.dumps([one.model_dump(mode="json") for one in shown]))
        return
    if not shown:
        out.print(f"There are no mentions in the state `{state}`.")
        return
    table = Table("id", "seen at", "channel", "post", "author", "why", "ticket")
    for one in shown:
        said = " ".join(f"{one.title} {one.text}".split())[:_LONGEST]
        table.add_row(
            str(one.id),
            one.seen_at[:19],
            one.source,
            escape(said),
            escape(one.author),
            one.why,
            str(one.ticket_id or ""),
        )
    out.print(table)


def take(mention_id: int) -> None:
    with records_beside() as records, queue_open() as store:
        try:
            release(mention_id, records.mentions, store.accept, datetime.now(UTC))
        except CannotTake as error:
            raise NotDone(str(error)) from error
    out.print(f"Mention {mention_id} becomes a ticket, once the service runs.")
