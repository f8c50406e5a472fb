"""Tickets of one post belong together, where `one_thread_per: post` of the channel says so."""

from collections.abc import Iterator
from dataclasses import dataclass

from app.feeds.addresses import thread_address
from app.records.decisions import FOLLOWING, ThreadDecision
from app.rules.actions.note import Note
from app.rules.actions.solve_parent import SolveParent
from app.rules.actions.tags import Tags
from app.rules.channels import ChannelOf
from app.tags import search_address, thread_tag
from app.work.jobs.dependencies import Dependencies
from app.work.messages import TicketDecision

MOST_NAMED = 10
MOST_ASKED = 100


@dataclass(frozen=True)
class PostThreads:
    deps: Dependencies

    def thread_of(self, ticket_id: int, channel: ChannelOf) -> str:
        """Empty: the ticket stands alone. What a feed brought knows its post; of other tickets the link tells it."""
        mention = self.deps.records.mentions.of_ticket(ticket_id)
        if mention is not None:
            return mention.thread
        return thread_address(channel.link) if channel.link else ""

    def placed(self, decision: TicketDecision) -> TicketDecision:
        """With the tag of its post, the other tickets of the post in its note, and the one that it answers."""
        if decision.event in FOLLOWING:
            return decision
        own, others = self._decided(decision)
        tag = thread_tag(decision.channel, decision.thread)
        if not any(one.update_state == "applied" for one in own):  # who took it off wants it off
            decision = _with_tag(decision, tag)
        if not others:
            return decision
        statuses = self.deps.zendesk.statuses([*others][:MOST_ASKED])
        changes: dict[str, object] = {}
        if any(isinstance(one, SolveParent) for one in decision.plan.wanted()):
            changes["parent"] = self._parent(decision, others, statuses)
        beside = tuple(_beside(others, statuses))
        said = {"beside": beside, "beside_url": search_address(self.deps.settings.zendesk_url, tag)}
        actions = tuple(one.model_copy(update=said) if isinstance(one, Note) else one for one in decision.plan.actions)
        changes["plan"] = decision.plan.model_copy(update={"actions": actions})
        return decision.model_copy(update=changes)

    def _decided(self, decision: TicketDecision) -> tuple[list[ThreadDecision], dict[int, list[ThreadDecision]]]:
        """All decisions about the ticket itself, and about each other of the post; the newest first.

        None yet about one that came in the same moment.
        """
        found: dict[int, list[ThreadDecision]] = {}
        for one in self.deps.records.decisions.of_thread(decision.thread, decision.channel):
            found.setdefault(one.ticket_id, []).append(one)
        for mention in self.deps.records.mentions.of_thread(decision.channel, decision.thread):
            if mention.ticket_id is not None:
                found.setdefault(mention.ticket_id, [])
        return found.pop(decision.ticket.id, []), found

    def _parent(
        self, decision: TicketDecision, others: dict[int, list[ThreadDecision]], statuses: dict[int, str]
    ) -> int | None:
        """The ticket that this one answers: as the post itself says, else the only one that waits. Nobody guesses."""
        mentions = self.deps.records.mentions
        answer = mentions.of_ticket(decision.ticket.id)
        if answer is not None:
            parent = mentions.answered_by(answer)
            return parent.ticket_id if parent else None
        waiting = [
            ticket_id
            for ticket_id, rows in others.items()
            if not (rows and rows[0].archetype == decision.archetype)
            and not _answer(rows)
            and statuses.get(ticket_id, "gone") not in {"solved", "closed", "gone"}
        ]
        return waiting[0] if len(waiting) == 1 else None


def _with_tag(decision: TicketDecision, tag: str) -> TicketDecision:
    actions = tuple(
        one.model_copy(update={"add": (*one.add, tag)}) if isinstance(one, Tags) else one
        for one in decision.plan.actions
    )
    return decision.model_copy(update={"plan": decision.plan.model_copy(update={"actions": actions})})


def _answer(rows: list[ThreadDecision]) -> ThreadDecision | None:
    return next((one for one in rows if one.is_answer), None)


def _beside(others: dict[int, list[ThreadDecision]], statuses: dict[int, str]) -> Iterator[str]:
    for ticket_id, rows in [*others.items()][:MOST_NAMED]:
        answer = _answer(rows)
        how = f" {answer.summary}" if answer else ""
        yield f"ticket {ticket_id}: {statuses.get(ticket_id, 'gone')}.{how}"
    if len(others) > MOST_NAMED:
        yield f"and {len(others) - MOST_NAMED} more"
