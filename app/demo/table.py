"""The demo's live table."""

from __future__ import annotations

from collections.abc import Sequence

from rich import box
from rich.table import Table

from app.demo.outcome import Outcome


def table(outcomes: Sequence[Outcome], waiting: int) -> Table:
    shown = Table(box=box.SIMPLE_HEAD, pad_edge=False, caption=f"{waiting} tickets on their way" if waiting else None)
    shown.add_column("ticket", justify="right", no_wrap=True)
    shown.add_column("channel", no_wrap=True)
    shown.add_column("archetype", no_wrap=True, style="bold")
    shown.add_column("decided by", no_wrap=True)
    shown.add_column("done")
    shown.add_column("issue", no_wrap=True, style="cyan")
    shown.add_column("", no_wrap=True)
    for one in outcomes:
        verdict = "[red]not as expected[/]" if one.differences else "[green]ok[/]"
        shown.add_row(str(one.ticket_id), one.channel, one.archetype, one.decided_by, one.done, one.issue, verdict)
    return shown
