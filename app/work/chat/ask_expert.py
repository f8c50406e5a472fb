"""The workflow: an expert is asked in the chat about a ticket, and the link to the message stands in a note."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches
from functools import partial

import structlog

from app.records.decisions import Decision
from app.rules.loading import Rules
from app.rules.schema.base import ExpertConfig
from app.tags import ARCHETYPE_TAG, ASK_TAG, ASKED_TAG
from app.work.chat.question_text import TicketQuestion, question_text
from app.work.chat.questions import Questions, QuestionSent
from app.work.decisions.derived_decision import Earlier
from app.work.jobs.dependencies import Dependencies
from app.work.jobs.fault import fault_of
from app.work.jobs.job import attempt, crashed
from app.work.messages import AskExpert, ExpertAsked, Stored, TriageTicket, Work
from app.work.provenance import Provenance
from integrations.errors import IntegrationError, Invalid, NotFound, NotSent, Refused
from integrations.zendesk.snapshots import TicketSnapshot

log = structlog.get_logger(__name__)

POINTSMAN = "pointsman"
# Two minutes: a first look that waits longer for a service must not keep an expert from being asked.
WAIT_SECONDS, MOST_WAITS = 5.0, 24
SOMEBODY = "An advocate"
NO_CHAT = "Nobody was asked: neither CHAT_TOKEN nor CHAT_WEBHOOK_URL is set."
REFUSED = "Nobody was asked, because the chat refused the message: {}."
NO_LINK = "There is no link to the message: CHAT_TOKEN is not set, and a webhook gives none."
UNKNOWN = "The message may be there: the chat's answer was lost. It is not sent again, so please look."
LEFT_OUT = "The message has no text, only the link: what stands in a private ticket stays here."


class AskResult(Stored):
    key: str = ""
    """Of the question: one for each time that the tag was set."""
    note: ExpertAsked | None = None
    """None: there is nothing to ask, or nothing may be written."""


class NothingToAsk(Exception):
    """Says why. Nothing is written into the ticket."""

    reason = "nothing_to_ask"


class NotDecidedYet(NotSent):
    """Whether the ticket is private is known after its first look."""


@dataclass(frozen=True, slots=True)
class _Asked:
    key: str
    by: str
    snapshot: TicketSnapshot
    last: Decision | None


def register(deps: Dependencies, provenance: Provenance) -> None:
    clients, records = deps.clients, deps.records
    questions = Questions(clients.chat_channels, clients.chat, records.announcements, records.failures, deps.now)
    deps.engine.register(AskExpert, ExpertQuestions(deps, provenance, questions).run, partial(crashed, deps))


@dataclass(frozen=True)
class ExpertQuestions:
    deps: Dependencies
    provenance: Provenance
    questions: Questions

    def run(self, message: AskExpert) -> None:
        asked = attempt(self.deps, message, "ask", self.ask, message)
        if asked is None or asked.note is None:
            return
        note = TriageTicket(
            key=f"{asked.key}:note", accepted_at=message.accepted_at, ticket_id=message.ticket_id, cause=asked.note
        )
        self.deps.engine.later(Work(note, once=True))

    def ask(self, message: AskExpert) -> AskResult:
        """Raises IntegrationError."""
        rules = self.deps.rulebook.current()
        try:
            asked = self._asked(message, rules)
        except NothingToAsk as why:
            log.info("expert_not_asked", ticket_id=message.ticket_id, expert=message.expert, cause=str(why))
            return AskResult()
        return AskResult(key=asked.key, note=self._note(message, asked, rules))

    def _asked(self, message: AskExpert, rules: Rules) -> _Asked:
        """Raises NothingToAsk, and IntegrationError."""
        try:
            snapshot = self.deps.zendesk.read_ticket(message.ticket_id)
        except NotFound:
            raise NothingToAsk("the ticket is gone") from None
        if snapshot.status in {"closed", "deleted"}:
            raise NothingToAsk(f"the ticket is {snapshot.status}")
        decided = self.deps.records.decisions.of_ticket(message.ticket_id)
        last = next((row for row in decided if row.ticket), None)
        if last is None and message.waits < MOST_WAITS:
            raise NotDecidedYet(POINTSMAN, "the ticket's first look has not ended", "not_decided_yet", WAIT_SECONDS)
        if (last.mode if last and last.mode else rules.routing.defaults.mode) == "shadow":
            raise NothingToAsk("shadow mode writes nothing")
        if message.by:
            return _Asked(f"question:{message.run_id}", message.by, snapshot, last)
        tag = ASK_TAG + message.expert
        if tag not in snapshot.tags:
            raise NothingToAsk("the tag is no longer there")
        who = self.provenance.who_asked(message.ticket_id, tag, rules.routing.team)
        if who.why_not:
            raise NothingToAsk(who.why_not)
        setting = f"{message.ticket_id}:{who.audit_id}:{message.expert[:64]}" if who.audit_id else message.run_id
        return _Asked(f"question:{setting}", who.name or SOMEBODY, snapshot, last)

    def _note(self, message: AskExpert, asked: _Asked, rules: Rules) -> ExpertAsked:
        ask = (ASK_TAG + message.expert,)
        expert = rules.routing.chat.experts.get(message.expert)
        if expert is None:
            return ExpertAsked(sentence=unknown_expert(message.expert, rules), remove=ask)
        question = self._question(message, asked, expert, rules)
        try:
            sent = self.questions.send(asked.key, expert, question_text(question), message.accepted_at)
        except (Refused, NotFound, Invalid) as error:
            log.warning("expert_not_asked", ticket_id=message.ticket_id, expert=message.expert, cause=str(error))
            return ExpertAsked(sentence=REFUSED.format(error.message), remove=ask)
        return _note(message.expert, question, sent)

    def _question(self, message: AskExpert, asked: _Asked, expert: ExpertConfig, rules: Rules) -> TicketQuestion:
        snapshot, last = asked.snapshot, asked.last
        channel = Earlier.of(snapshot, last, rules).channel
        known = rules.routing.channels.get(channel.name)
        # By what we decided, and by what a person chose since.
        names = {tag.removeprefix(ARCHETYPE_TAG) for tag in snapshot.tags} | {last.archetype if last else None}
        private = any(one.private for name, one in rules.routing.archetypes.items() if name in names)
        # What was not decided, or whose text is too old to be kept, nobody has called public.
        public = last is not None and channel.public and snapshot.is_public and not private
        requester = snapshot.requester
        return TicketQuestion(
            by=asked.by,
            expert=title_of(message.expert, expert),
            channel=known.title if known else channel.name,
            url=snapshot.url,
            subject=snapshot.subject,
            body=snapshot.description,
            question=message.question,
            names=[name for name in (requester.name, requester.handle, requester.email) if name],
            issues=self._public_issues(message.ticket_id) if public else (),
            public=public,
        )

    def _public_issues(self, ticket_id: int) -> tuple[str, ...]:
        """A question does not wait for GitLab."""
        found = []
        for link in self.deps.records.links.of_ticket(ticket_id):
            if link.iid is None or link.following == "removed":
                continue
            try:
                issue = self.deps.gitlab.issue(link.project_id, link.iid)
                if self.deps.visibility.is_public(issue):
                    found.append(link.url)
            except IntegrationError as error:
                log.info("issue_not_named", ticket_id=ticket_id, cause=fault_of(error).reason)
        return tuple(found)


def title_of(name: str, expert: ExpertConfig) -> str:
    return expert.title or name.replace("_", " ")


def unknown_expert(name: str, rules: Rules) -> str:
    names = rules.routing.chat.experts
    near = get_close_matches(name, names, n=1)
    meant = f" Did you mean {near[0]}?" if near else ""
    known = f" It has {', '.join(sorted(names))}." if names else ""
    return f"Nobody was asked: `chat.experts` of routing.yaml has no {name[:64]}.{meant}{known}"


def _note(name: str, asked: TicketQuestion, sent: QuestionSent) -> ExpertAsked:
    ask, done = ASK_TAG + name, (ASKED_TAG + name,)
    left_out = () if asked.public else (LEFT_OUT,)
    match sent.outcome:
        case "off":
            return ExpertAsked(sentence=NO_CHAT, remove=(ask,))
        case "unknown":
            sentence = f"{asked.by} asks {asked.expert} in the chat."
            return ExpertAsked(sentence=sentence, next=(UNKNOWN,), add=done, remove=(ask,))
    sentence = f"{asked.by} asked {asked.expert} in the chat"
    if sent.link:
        return ExpertAsked(sentence=f"{sentence}: {sent.link}", next=left_out, add=done, remove=(ask,))
    return ExpertAsked(sentence=f"{sentence}.", next=(NO_LINK, *left_out), add=done, remove=(ask,))
