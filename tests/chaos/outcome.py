"""Reads the outcome as people would see it, and lists everything that is not as promised."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from integrations.zendesk.client import RUN_KEY
from tests.chaos.engine_records import Run, by_partition
from tests.chaos.processes import Lifetime
from tests.chaos.users import PROJECT, User

TICKET = re.compile(r"/api/v2/tickets/(\d+)(?:/.*)?")
BOT_ID = 9001
CLOSED = "was closed as done"


@dataclass(frozen=True)
class Seen:
    """One ticket at the end."""

    user: User
    ticket: Mapping[str, Any]
    """`ticket_view` of the sandbox."""
    decision: Mapping[str, Any]
    """The answer of the API; empty when there is none."""
    news: bool = False
    """Its issue was closed: it was told so, once."""
    asked: bool = False
    """Somebody was asked about it, and a note says so."""
    made: bool = False
    """We made the ticket itself, of what its requester wrote elsewhere."""


def ticket_problems(seen: Seen) -> Iterator[str]:
    kind, ticket, decision = seen.user.kind, seen.ticket, seen.decision
    if decision.get("state") != "done":
        yield f"state {decision.get('state')}: {decision.get('summary')}"
    unfinished = {row["state"] for row in decision.get("history", ())} - {"done"}
    if unfinished:
        yield f"an earlier decision is left {unfinished}"
    if decision.get("archetype") != kind.archetype:
        yield f"archetype {decision.get('archetype')} instead of {kind.archetype}"
    if f"archetype__{kind.archetype}" not in ticket["tags"] or "pointsman_done" not in ticket["tags"]:
        yield f"tags {ticket['tags']}"
    if kind.archetype == "spam" and not ticket["spam"]:
        yield "not marked as spam"
    told = sum(CLOSED in comment["body"] for comment in ticket["comments"])
    if told != seen.news:
        yield f"told {told} times that its issue is closed instead of {int(seen.news)}"
    if ("issue_closed" in ticket["tags"]) != seen.news:
        yield f"tags {ticket['tags']} with {int(seen.news)} closed issues"
    yield from _doubled(seen)


def _doubled(seen: Seen) -> Iterator[str]:
    audits = [audit for audit in seen.ticket["audits"] if audit["author_id"] == BOT_ID]
    runs = [audit["metadata"]["custom"].get(RUN_KEY) for audit in audits]
    stamped = [run for run in runs if run]
    for run, times in Counter(stamped).items():
        if times > 1:
            yield f"run {run} wrote {times} times"
    links = sum(run.endswith("-link") for run in stamped)
    if len(stamped) != 1 + links + seen.news + seen.asked + seen.made or links > 1:
        yield f"{len(stamped)} writes: {stamped}"
    comments = [one for one in seen.ticket["comments"] if one["author_id"] == BOT_ID]
    replies = sum(one["public"] for one in comments)
    if replies != seen.user.kind.replies:
        yield f"{replies} replies instead of {seen.user.kind.replies}"
    if len(comments) != len(stamped) - seen.made:
        yield f"{len(comments)} comments in {len(stamped)} writes"
    added = Counter(tag for audit in audits for tag in _added_tags(audit))
    twice = [tag for tag, times in added.items() if times > 1]
    if twice:
        yield f"tags added twice: {twice}"


def _added_tags(audit: Mapping[str, Any]) -> set[str]:
    return {
        tag
        for event in audit["events"]
        if event["type"] == "Change" and event["field_name"] == "tags"
        for tag in set(event["value"]) - set(event["previous_value"])
    }


def issue_problems(
    seen: Sequence[Seen], issues: Sequence[Mapping[str, Any]], known: Mapping[str, Any]
) -> Iterator[str]:
    """Each report has its one issue, and each issue its one report, or all those that are alike."""
    for one in seen:
        wanted, links = one.user.kind.issue, one.decision.get("links", [])
        name = f"ticket {one.ticket['id']}"
        if len(links) != (wanted != "none"):
            yield f"{name}: {len(links)} links"
        if wanted in {"opened", "shared"}:
            about = [issue["iid"] for issue in issues if one.user.word in issue["description"]]
            if len(about) != 1 or [link["iid"] for link in links] != about:
                yield f"{name}: issues {about}, links {[link['iid'] for link in links]}"
        if wanted == "linked" and [link["iid"] for link in links] != [known["iid"]]:
            yield f"{name}: linked to {[link['iid'] for link in links]}, not to #{known['iid']}"
    opened = len({one.user.word for one in seen if one.user.kind.issue in {"opened", "shared"}})
    if len(issues) != opened + 1:
        yield f"{len(issues) - 1} issues in {PROJECT} for {opened} reports"
    linked = sum(one.user.kind.issue == "linked" for one in seen)
    marks = Counter(note["body"].partition("\n")[0] for note in known["notes"] if not note["system"])
    # One for each report, and one that counts them.
    if len(marks) != linked + (linked > 1) or any(times > 1 for times in marks.values()):
        yield f"{sum(marks.values())} notes on the known issue, {len(marks)} different ones, for {linked} reports"
    said = [note["body"] for note in known["notes"] if "community reports" in note["body"]]
    if linked > 1 and not any(f"**{linked} community reports**" in body for body in said):
        yield f"the known issue's count says {said} for {linked} reports"


def overlap_problems(
    runs: Sequence[Run], calls: Sequence[Mapping[str, Any]], lifetimes: Sequence[Lifetime], asked: Collection[int]
) -> Iterator[str]:
    """While one run goes on, a process that lost the ticket to another must not call Zendesk about it again.

    `asked`: tickets that whoever asks an expert reads beside it.
    """
    gone = {lifetime.agent: lifetime.ended for lifetime in lifetimes}
    by_ticket: dict[str, list[Mapping[str, Any]]] = {}
    for call in sorted(calls, key=lambda call: call["began"]):
        if found := TICKET.fullmatch(call["path"]):
            if call["method"] == "GET" and int(found[1]) in asked:
                continue
            by_ticket.setdefault(f"ticket:{found[1]}", []).append(call)
            if call["began"] > gone.get(call["agent"], call["began"]):
                yield f"ticket {found[1]}: {call['agent']} called after it was gone"
    for partition, own in by_partition(list(runs)).items():
        for run in own:
            agents = [call["agent"] for call in by_ticket.get(partition, ()) if run.began <= call["began"] <= run.ended]
            turns = [agent for agent, before in zip(agents, ["", *agents], strict=False) if agent != before]
            if len(turns) != len(set(turns)):
                yield f"{partition}: worked on by {turns} during {run.key}"
