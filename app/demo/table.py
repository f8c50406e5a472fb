"""The demo's live table."""

from __future__ import annotations

from collections.abc import Sequence

from rich.table import Table

from app.demo.outcome import Outcome


def table(outcomes: Sequence[Outcome], waiting: int) -> Table:
    shown = Table(caption=f"{waiting} tickets on their way" if waiting else None, expand=False, pad_edge=False)
    for heading, options in (
        ("ticket", {"justify": "right"}),
        ("channel", {}),
        ("archetype", {"style": "bold"}),
        ("decided by", {}),
        ("done", {"overflow": "fold"}),
        ("issue", {"style": "cyan"}),
        ("as expected", {"justify": "center"}),
    ):
        shown.add_column(heading, **options)  # type: ignore[arg-type]  # a table of keyword arguments
    for one in outcomes:
        verdict = "[red]" + "\n".join(one.differences) + "[/]" if one.differences else "[green]yes[/]"
        shown.add_row(str(one.ticket_id), one.channel, one.archetype, one.decided_by, one.done, one.issue, verdict)
    return shown
