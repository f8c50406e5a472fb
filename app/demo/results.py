"""What became of each sample ticket, beside what its sample expects."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from rich import box
from rich.table import Table

from app.demo.samples import Sample


@dataclass(frozen=True)
class SampleResult:
    ticket_id: int
    cells: tuple[str, ...]
    """Channel, archetype, decided by, done, issue."""
    issue: str
    """`group/project#7`, or empty."""
    differences: tuple[str, ...]
    """Empty when the ticket ended as its sample expects."""


def result_of(sample: Sample, decision: dict[str, Any], ticket: dict[str, Any]) -> SampleResult:
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


def table(results: Sequence[SampleResult], waiting: int) -> Table:
    shown = Table(
        box=box.SIMPLE_HEAD, pad_edge=False, caption=f"{waiting} tickets are not done yet" if waiting else None
    )
    shown.add_column("ticket", justify="right", no_wrap=True)
    shown.add_column("channel", no_wrap=True)
    shown.add_column("archetype", no_wrap=True, style="bold")
    shown.add_column("decided by", no_wrap=True)
    shown.add_column("done")
    shown.add_column("issue", no_wrap=True, style="cyan")
    shown.add_column("", no_wrap=True)
    for one in results:
        verdict = "[red]not as expected[/]" if one.differences else "[green]ok[/]"
        shown.add_row(str(one.ticket_id), *one.cells, verdict)
    return shown


def _in_short(kind: str, detail: str) -> str:
    """`opened issue`, `suggested reply`, `hold`: the table has no room for more."""
    first = detail.split(" ", maxsplit=1)[0].rstrip(";")
    short = {
        "issue": f"{first} issue" if first in {"opened", "linked"} else "issue waits",
        "incident": "linked incident" if first == "linked" else "no incident found",
        "reply": f"{first} reply",
        "assign": f"to {detail}",
        "forward": f"forward {detail}",
        "spam": "marked as spam",
        "solve_parent": f"solved {detail}",
    }
    return short.get(kind, detail)


def _differences(sample: Sample, decision: dict[str, Any], ticket: dict[str, Any]) -> Iterator[str]:
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
