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
    did = [f"{one['kind']}: {one['detail']}" for one in decision["actions"] if one["state"] in {"done", "waiting"}]
    return Outcome(
        ticket_id=decision["ticket_id"],
        channel=decision["channel"],
        archetype=decision["archetype"] or "needs triage",
        decided_by=decision["decided_by"],
        done="\n".join(line for line in did if not line.startswith(("tags:", "note:"))) or "tags and note",
        issue=issue,
        differences=tuple(_differences(sample, decision, ticket)),
    )


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
