"""From a verdict to the list of actions, as the archetype in routing.yaml says."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from app.rules.channels import ChannelOf
from app.rules.routing import RoutingConfig
from app.rules.schema.archetypes import ArchetypeConfig, IssueConfig
from app.rules.schema.base import ChannelConfig
from app.tags import ABSTAINED_TAG, ARCHETYPE_TAG, CONFIDENCE_TAG, DONE_TAG
from app.ticket import Ticket
from app.triage.actions import (
    Action,
    Assign,
    Forward,
    Incident,
    Issue,
    Note,
    Plan,
    Reply,
    SolveParent,
    Spam,
    Status,
    Tags,
)
from app.triage.verdict import Previous, Verdict

HELD_SHADOW = "mode is `shadow`: only recorded"
HELD_SUGGEST = "mode is `suggest`: tags and an internal note only"


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What a plan depends on beside the verdict."""

    channel: ChannelOf
    remark_tags: tuple[str, ...] = ()
    remark_notes: tuple[str, ...] = ()
    previous: Previous | None = None


def plan(routing: RoutingConfig, ticket: Ticket, verdict: Verdict, circumstances: Circumstances) -> Plan:
    """All actions, in the order in which they are done; those that the mode holds back say so."""
    archetype = routing.archetypes.get(verdict.archetype) if verdict.archetype else None
    channel = routing.channels.get(circumstances.channel.name)
    actions: list[Action] = []
    if archetype and archetype.issue:
        actions.append(
            Issue(policy=archetype.issue, confidential=_confidential(archetype.issue, circumstances.channel))
        )
    if archetype and archetype.incidents:
        actions.append(Incident(incidents=archetype.incidents))
    if _marks_spam(archetype, verdict):
        actions.append(Spam())
    actions.append(_tags(archetype, channel, ticket, verdict, circumstances))
    if archetype:
        actions += _what_follows(routing, archetype, circumstances.channel)
    actions.append(Note(sentences=_sentences(archetype, verdict, circumstances)))
    return Plan(mode=verdict.mode, actions=tuple(_held(action, verdict.mode) for action in actions))


def _held(action: Action, mode: str) -> Action:
    if mode == "shadow":
        return action.model_copy(update={"held": HELD_SHADOW})
    if mode == "suggest":
        if isinstance(action, Reply):
            return action.model_copy(update={"sent": False})
        if not isinstance(action, Tags | Note):
            return action.model_copy(update={"held": HELD_SUGGEST})
    return action


def _confidential(policy: IssueConfig, channel: ChannelOf) -> bool:
    """`auto` opens a public issue only for what anybody could read where it was written."""
    return policy.confidential == "always" or (policy.confidential == "auto" and not channel.public)


def _marks_spam(archetype: ArchetypeConfig | None, verdict: Verdict) -> bool:
    if not archetype or not archetype.spam or archetype.spam.mark_at == "never":
        return False
    if verdict.decided_by.startswith("route:"):
        return verdict.confidence == "high"
    bar = archetype.spam.mark_at
    return isinstance(bar, float) and verdict.probability is not None and verdict.probability >= bar


def _tags(
    archetype: ArchetypeConfig | None,
    channel: ChannelConfig | None,
    ticket: Ticket,
    verdict: Verdict,
    circumstances: Circumstances,
) -> Tags:
    add: list[str] = []
    if archetype:
        add += [ARCHETYPE_TAG + str(verdict.archetype), CONFIDENCE_TAG + verdict.confidence, *archetype.tags]
        if archetype.spam and not _marks_spam(archetype, verdict) and verdict.decided_by != "person":
            add.append(archetype.spam.else_tag)
    else:
        add.append(ABSTAINED_TAG)
    add += [*verdict.tags, *(channel.tags if channel else ()), *circumstances.remark_tags, DONE_TAG]
    ours = set(circumstances.previous.tags) if circumstances.previous else set()
    # A tag that we set before and that is gone was removed by a person: it is not put back. The archetype that the
    # verdict stands for is no such tag, because it was chosen by the same look at the ticket.
    removed = ours - set(ticket.tags) - {ARCHETYPE_TAG + str(verdict.archetype)}
    wanted = [tag for tag in _unique(add) if tag not in removed]
    stale = [tag for tag in ticket.tags if tag in ours and tag not in wanted]
    if archetype and verdict.decided_by == "person":
        stale += [tag for tag in ticket.tags if _outdated(tag, str(verdict.archetype)) and tag not in stale]
    return Tags(add=tuple(wanted), remove=tuple(stale))


def _outdated(tag: str, archetype: str) -> bool:
    """Once a person has chosen, the other archetype and the call for a decision go."""
    return tag == ABSTAINED_TAG or (tag.startswith(ARCHETYPE_TAG) and tag != ARCHETYPE_TAG + archetype)


def _what_follows(routing: RoutingConfig, archetype: ArchetypeConfig, channel: ChannelOf) -> Iterable[Action]:
    if archetype.group or archetype.assignee:
        yield Assign(group=archetype.group or "", assignee=archetype.assignee or "")
    if archetype.forward:
        forward = archetype.forward
        yield Forward(to=forward.to or "", group=forward.group or "", macro=forward.macro or "")
    if archetype.reply and not archetype.never_reply:
        reply = archetype.reply
        live = (reply.mode or routing.defaults.reply) == "live" or channel.name in reply.live_on
        answerable = channel.reply == "zendesk"
        title = routing.channels[channel.name].title if channel.name in routing.channels else channel.name
        yield Reply(macro=reply.macro, sent=live and answerable, where="" if answerable else channel.link or title)
    if archetype.status:
        yield Status(status=archetype.status)
    if archetype.solve_parent:
        yield SolveParent()


def _sentences(archetype: ArchetypeConfig | None, verdict: Verdict, circumstances: Circumstances) -> tuple[str, ...]:
    sentences = [verdict.why]
    sentences += [f"It may be {one.archetype}: {one.because}" for one in verdict.candidates]
    if archetype and archetype.note:
        sentences.append(archetype.note)
    return (*sentences, *circumstances.remark_notes)


def _unique(tags: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(tags))
