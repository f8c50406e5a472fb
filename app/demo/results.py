"""What became of each sample ticket, beside what its sample expects."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from rich import box
from rich.markup import escape
from rich.table import Table

from app.demo.samples import PostSample, Sample


@dataclass(frozen=True)
class SampleResult:
    ticket_id: int
    cells: tuple[str, ...]
    """Channel, archetype, decided by, done, issue."""
    issue: str
    """`group/project#7`, or empty."""
    differences: tuple[str, ...]
    """Empty when the ticket ended as its sample expects."""


def result_of(sample: Sample | PostSample, decision: dict[str, Any], ticket: dict[str, Any]) -> SampleResult:
    """Compares the service's API (`decision`) and the sandbox's own view of the ticket with the sample."""
    links = decision["links"]
    issue = f"{links[0]['project']}#{links[0]['iid']}" if links else ""
    shown = [
        _in_short(one["kind"], one["detail"])
        for one in decision["actions"]
        if one["state"] in {"done", "waiting"} and one["kind"] not in {"tags", "note"}
    ]
    archetype = decision["archetype"] or "needs triage"
    cells = (decision["channel"], archetype, decision["decided_by"], ", ".join(shown) or "tags and note", issue)
    return SampleResult(decision["ticket_id"], cells, issue, tuple(_differences(sample, decision, ticket)))


WIDTH = 80


def table(results: Sequence[SampleResult], waiting: int) -> Table:
    """At most 80 columns wide: whoever needs to know which rule decided, finds it on the ticket's page."""
    shown = Table(
        box=box.SIMPLE_HEAD,
        pad_edge=False,
        padding=(0, 1, 0, 0),
        collapse_padding=True,
        width=WIDTH,
        caption=f"{waiting} tickets are not done yet" if waiting else None,
    )
    shown.add_column("", no_wrap=True, width=1)
    shown.add_column("ticket", no_wrap=True, width=6)
    shown.add_column("channel", no_wrap=True, width=13)
    shown.add_column("archetype", no_wrap=True, width=19, style="bold")
    shown.add_column("done, and why", ratio=1, overflow="fold")
    for one in results:
        channel, archetype, decided_by, done, issue = one.cells
        mark = "[red]x[/]" if one.differences else "[green]\N{CHECK MARK}[/]"
        rule = decided_by.removeprefix("route:")
        why = "" if rule == "none" else f"[dim]{escape(rule)}[/]"
        parts = filter(None, (escape(done), f"[cyan]{escape(issue)}[/]" if issue else "", why))
        shown.add_row(mark, str(one.ticket_id), channel, archetype, " · ".join(parts))
    return shown


def _in_short(kind: str, detail: str) -> str:
    """`opened issue`, `suggested reply`, `hold`: the table has no room for more."""
    first = detail.split(" ", maxsplit=1)[0].rstrip(";")
    short = {
        "issue": f"{first} issue" if first in {"opened", "linked"} else "issue waits",
        "incident": "linked incident" if first == "linked" else "no incident found",
        "reply": f"{first} reply",
        "docs": "suggested reply" if first == "suggested" else detail,
        "assign": f"to {detail}",
        "forward": f"forward {detail}",
        "spam": "marked as spam",
        "solve_parent": f"solved {detail}",
    }
    return short.get(kind, detail)


def _differences(sample: Sample | PostSample, decision: dict[str, Any], ticket: dict[str, Any]) -> Iterator[str]:
    expect = sample.expect
    compared: dict[str, tuple[object, object]] = {
        "state": ("done", decision["state"]),
        "archetype": (expect.archetype, decision["archetype"]),
        "issue": (expect.issue, _how_linked(decision)),
        "status": (expect.status or ticket["status"], ticket["status"]),
        "tags that are missing": ([], sorted(set(expect.tags) - set(ticket["tags"]))),
        "comments written": (expect.comments, len(ticket["comments"]) - 1),
    }
    for what, (expected, found) in compared.items():
        if expected != found:
            yield f"{what}: expected {expected}, got {found}"


def _how_linked(decision: dict[str, Any]) -> str:
    details = [one["detail"] for one in decision["actions"] if one["kind"] in {"issue", "incident"}]
    return next((how for how in ("opened", "linked") if any(detail.startswith(how) for detail in details)), "none")
