"""Commands that a person gives by a tag, or by an issue's address in an internal note.

`open_issue`, `link_issue_<iid>`: decide what the service left open. `unlink_issue`, `pause_issue`, `resume_issue`, each
also with `_<iid>`: what becomes of the links. The tag is taken off again once it is carried out.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from app.records.decisions import Decision
from app.records.links import Following
from app.rules.actions.action import Action
from app.rules.actions.issue import Issue, IssueConfig
from app.rules.actions.note import Note
from app.rules.actions.reply import Reply
from app.rules.actions.status import Status
from app.rules.actions.tags import Tags
from app.rules.loading import Rules
from app.rules.verdict import spoken
from app.tags import LINKED_TAG
from app.work.decisions.derived_decision import Earlier, derived
from app.work.jobs.dependencies import Dependencies
from app.work.messages import TicketDecision, TicketMessage
from app.work.provenance import Provenance
from integrations.zendesk.snapshots import TicketSnapshot

OPEN_ISSUE_TAG = "open_issue"
LINK_ISSUE_TAG = "link_issue_"
_FOLLOWING: dict[str, Following] = {"unlink": "removed", "pause": "paused", "resume": "active"}
_FOLLOWING_TAG = re.compile(r"\A(unlink|pause|resume)_issue(?:_(\d{1,18}))?\Z")
_DONE = {
    "removed": "was removed",
    "paused": "is paused: Pointsman tells the ticket nothing of the issue",
    "active": "is active again",
}


@dataclass(frozen=True, slots=True)
class Command:
    sentence: str
    tags: tuple[str, ...] = ()
    """The tags that asked for it."""
    issue: str = ""
    """As `app.rules.actions.issue.Issue.command`; empty: no issue is asked for."""
    unlinked: bool = False
    """No link is left."""


@dataclass(frozen=True)
class TagCommands:
    deps: Dependencies
    provenance: Provenance

    def given(self, actor_id: str, snapshot: TicketSnapshot, last: Decision, rules: Rules) -> Command | None:
        """Most tags cost no call; the notes are only read when somebody of the team changed the ticket."""
        return self._by_tag(snapshot, last, rules) or self._by_address(actor_id, snapshot, rules)

    def _by_tag(self, snapshot: TicketSnapshot, last: Decision, rules: Rules) -> Command | None:
        policy = issue_policy(last, rules)
        for tag in snapshot.tags:
            if found := _FOLLOWING_TAG.match(tag):
                return self._follow(snapshot.id, tag, _FOLLOWING[found[1]], int(found[2]) if found[2] else None)
            if tag == OPEN_ISSUE_TAG:
                return Command("A person asked for a new issue.", (tag,), "open")
            number = tag.removeprefix(LINK_ISSUE_TAG)
            if tag.startswith(LINK_ISSUE_TAG) and number.isdecimal() and policy:
                project = rules.routing.trackers[policy.tracker].project
                return Command(f"A person chose the issue {project}#{number}.", (tag,), f"link:{project}#{number}")
            if policy and policy.open_when == f"tagged:{tag}" and _waits(last):
                # It stays on the ticket: set by a bot, it must not keep people from what else they ask for.
                if self.provenance.not_a_person(snapshot.id, tag, rules.routing.team):
                    continue
                return Command(f"A person set the tag {tag}.", (), "look")
        return None

    def _follow(self, ticket_id: int, tag: str, following: Following, iid: int | None) -> Command:
        """Carried out here: it is ours alone, and doing it twice does no harm."""
        now = self.deps.now().isoformat()
        found = [link for link in self.deps.records.links.of_ticket(ticket_id) if iid is None or link.iid == iid]
        if following != "removed":  # what was removed stays so; that it is done twice must not be said to be nothing
            found = [link for link in found if link.following != "removed"]
        for link in found:
            if link.iid is not None:
                self.deps.records.links.follow(ticket_id, following, now=now, issue=(link.project_id, link.iid))
        left = any(link.following != "removed" for link in self.deps.records.links.of_ticket(ticket_id))
        names = ", ".join(f"{link.project}#{link.iid}" for link in found)
        sentence = f"The link to {names} {_DONE[following]}." if found else "This ticket has no such link."
        return Command(sentence, (tag,), unlinked=not left)

    def _by_address(self, actor_id: str, snapshot: TicketSnapshot, rules: Rules) -> Command | None:
        own = self.deps.identity.zendesk_id
        if not actor_id or own is None or actor_id in {str(own), str(snapshot.requester.id)}:
            return None
        known = {(link.project, link.iid) for link in self.deps.records.links.of_ticket(snapshot.id)}
        projects = {tracker.project for tracker in rules.routing.trackers.values()}
        for comment in reversed(self.deps.zendesk.comments(snapshot.id)):
            if not comment.is_internal_note or comment.author_id == own:
                continue
            for project, iid in issue_addresses(comment.body, self.deps.settings.gitlab_url):
                if project in projects and (project, iid) not in known:
                    if self.provenance.bot_wrote(comment, rules.routing.team):
                        break
                    return Command(f"A person named {project}#{iid} in a note.", (), f"link:{project}#{iid}")
        return None


def command_tag(tags: Iterable[str]) -> str:
    """The tag that gives a command, and stays until it is carried out; empty: there is none."""
    commands = (
        tag for tag in tags if tag == OPEN_ISSUE_TAG or tag.startswith(LINK_ISSUE_TAG) or _FOLLOWING_TAG.match(tag)
    )
    return next(commands, "")


def issue_policy(last: Decision, rules: Rules) -> IssueConfig | None:
    archetype = rules.routing.archetypes.get(last.archetype or "")
    return archetype.issue if archetype else None


def _waits(last: Decision) -> bool:
    return any(action["kind"] == "issue" and action["state"] == "waiting" for action in last.actions)


def issue_addresses(text: str, gitlab_url: str) -> Iterator[tuple[str, int]]:
    """`(project, iid)` of each address of an issue in `text`, in both of GitLab's forms."""
    pattern = re.escape(gitlab_url.rstrip("/")) + r"/([\w.-]+(?:/[\w.-]+)+?)/-/(?:issues|work_items)/(\d{1,18})\b"
    for found in re.finditer(pattern, text):
        yield found[1], int(found[2])


def carried_out(
    message: TicketMessage, snapshot: TicketSnapshot, rules: Rules, command: Command, *, last: Decision, now: datetime
) -> TicketDecision:
    """The command as a decision: the archetype's reply comes with the issue, as it would have the first time."""
    earlier = Earlier.of(snapshot, last, rules)
    archetype = rules.routing.archetypes.get(last.archetype or "")
    stale = (*command.tags, *([LINKED_TAG] if command.unlinked else []))
    actions: list[Action] = []
    advice: tuple[str, ...] = ()
    # Of a text that is kept no longer nobody knows whether it might have been private.
    channel = replace(earlier.channel, public=earlier.channel.public and not last.forgotten)
    if command.issue:
        policy = issue_policy(last, rules) or (None if command.issue == "open" else _only_to_link(rules))
        if policy:
            actions.append(Issue.of(policy, channel, command.issue))
        else:
            archetype_name = spoken(last.archetype) if last.archetype else "tickets without an archetype"
            by_hand = f"Open the issue by hand: routing.yaml names no tracker for {archetype_name}."
            secret = not channel.public or (archetype is not None and archetype.private)
            advice = (by_hand, "It must be confidential.") if secret else (by_hand,)
    actions.append(Tags(add=(), remove=tuple(tag for tag in stale if tag in snapshot.tags)))
    if command.issue and archetype and archetype.issue:
        if archetype.reply and not archetype.never_reply:
            actions.append(Reply(macro=archetype.reply.macro, sent=False))
        if archetype.status:
            actions.append(Status(status=archetype.status))
    actions.append(Note(title=command.sentence, next=advice))
    return derived(message, snapshot, earlier, rules, why=command.sentence, actions=actions, now=now)


def _only_to_link(rules: Rules) -> IssueConfig | None:
    """For a ticket whose archetype asks for no issue: a person may link one and nothing is said there."""
    tracker = next(iter(rules.routing.trackers), None)
    policies: list[IssueConfig] = [one.issue for one in rules.routing.archetypes.values() if one.issue]
    if tracker is None or not policies:
        return None
    return policies[0].model_copy(update={"comment_on_linked": False, "thumbs_up": False})
