"""What became of one sample ticket, and whether that is what its sample says."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from app.demo.samples import Sample


@dataclass(frozen=True)
class Outcome:
    ticket_id: int
    channel: str
    archetype: str
    decided_by: str
    done: str
    issue: str
    differences: tuple[str, ...]
    """Empty: it ended as its sample says."""


def outcome(sample: Sample, decision: dict[str, Any], ticket: dict[str, Any]) -> Outcome:
    """From the service's API (`decision`) and from the sandbox's own view of the ticket."""
    links = decision["links"]
    issue = f"{links[0]['project']}#{links[0]['iid']}" if links else ""
    return Outcome(
        ticket_id=decision["ticket_id"],
        channel=decision["channel"],
        archetype=decision["archetype"] or "needs triage",
        decided_by=decision["decided_by"],
        done=", ".join(_in_short(one) for one in decision["actions"] if _is_worth_a_word(one)) or "tags and note",
        issue=issue,
        differences=tuple(_differences(sample, decision, ticket)),
    )


def _is_worth_a_word(action: dict[str, Any]) -> bool:
    return action["state"] in {"done", "waiting"} and action["kind"] not in {"tags", "note"}


def _in_short(action: dict[str, Any]) -> str:
    """`opened issue`, `suggested reply`, `hold`: the table is no place for more."""
    kind, detail = str(action["kind"]), str(action["detail"])
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


def _differences(sample: Sample, decision: dict[str, Any], ticket: dict[str, Any]) -> list[str]:
    expect = sample.expect
    found: list[str] = []

    def compare(what: str, wanted: object, got: object) -> None:
        if wanted != got:
            found.append(f"{what}: expected {wanted}, got {got}")

    compare("state", "done", decision["state"])
    compare("archetype", expect.archetype, decision["archetype"])
    compare("issue", expect.issue, _how_linked(decision))
    if expect.status:
        compare("status", expect.status, ticket["status"])
    missing = sorted(set(expect.tags) - set(ticket["tags"]))
    if missing:
        found.append(f"tags: {', '.join(missing)} missing")
    compare("comments written", expect.comments, len(ticket["comments"]) - 1)
    return found


def _how_linked(decision: dict[str, Any]) -> str:
    details = [one["detail"] for one in decision["actions"] if one["kind"] in {"issue", "incident"}]
    for how in ("opened", "linked"):
        if any(detail.startswith(how) for detail in details):
            return how
    return "none"
