"""A post was edited or deleted since its ticket was made: what its advocates are told, and what is decided again.

Only a ticket that no person has touched is decided again: else their choice, their answer or their issue would be
overwritten. Then there is a note alone.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from app.feeds.mention import Mention
from app.feeds.ticket_text import body_text, subject_line, ticket_body
from app.records.decisions import Decision
from app.records.mentions import REMOVED, WHOLE, StoredMention
from app.rules.actions.action import Action
from app.rules.actions.note import Note
from app.rules.actions.tags import Tags
from app.rules.loading import Rules
from app.rules.verdict import Previous, Verdict
from app.tags import ARCHETYPE_TAG
from app.ticket import Ticket
from app.triage.deciders import chosen_by_person
from app.triage.judge import Judged, Judgement, judge, with_verdict
from app.work.decisions.derived_decision import Earlier, derived
from app.work.jobs.dependencies import Dependencies
from app.work.jobs.forget_post import forget_post
from app.work.messages import TicketDecision, TicketMessage
from app.work.snapshot import ticket_from
from integrations.zendesk.snapshots import TicketSnapshot

TWEET_REMOVED: Final = "tweet_removed"
DECIDED_BY: Final = "source"
CHANGED = "The author changed the post"
WHOLE_POST = "The whole post"
"""An alert had brought an excerpt."""
GONE = "The post was deleted"
NOBODY = "There may be nobody left to answer."


@dataclass(frozen=True)
class PostNews:
    title: str
    ticket: Ticket
    """As it is kept: without what was deleted."""
    quote: str = ""
    next: tuple[str, ...] = ()
    judged: Judged | None = None
    """The ticket is decided again."""

    def noted(
        self, message: TicketMessage, snapshot: TicketSnapshot, last: Decision, rules: Rules, now: datetime
    ) -> TicketDecision:
        """A note alone."""
        actions: list[Action] = [Tags(add=()), Note(title=self.title, next=self.next, quote=self.quote)]
        earlier = replace(Earlier.of(snapshot, last, rules), ticket=self.ticket)
        snapshot = replace(snapshot, subject=self.ticket.subject, description=self.ticket.body)
        return derived(message, snapshot, earlier, rules, why=f"{self.title}.", actions=actions, now=now)


@dataclass(frozen=True)
class PostChanges:
    deps: Dependencies
    judgement: Judgement

    def news(self, snapshot: TicketSnapshot, mention: StoredMention, last: Decision, rules: Rules) -> PostNews:
        """Raises IntegrationError."""
        untouched = self._is_untouched(snapshot, last)
        if mention.news == REMOVED:
            forget_post(self.deps, mention)
            return self._removed(snapshot, mention.url, last, rules, untouched=untouched)
        return self._edited(snapshot, mention, last, rules, untouched=untouched)

    def _edited(
        self, snapshot: TicketSnapshot, stored: StoredMention, last: Decision, rules: Rules, *, untouched: bool
    ) -> PostNews:
        title = WHOLE_POST if stored.news.startswith(WHOLE) else CHANGED
        mention = Mention.model_validate(stored.mention)
        channel = rules.routing.channels.get(mention.source)
        body = ticket_body(mention, channel.title if channel else mention.source)
        ticket = replace(ticket_from(snapshot, event="updated"), post_url=stored.url)
        ticket = replace(ticket, subject=subject_line(mention), body=body)
        said = dict.fromkeys(filter(None, (mention.title, body_text(mention))))
        news = PostNews(title, ticket, quote="\n\n".join(said))
        if not untouched:
            return news
        previous = Previous(last.archetype, last.tags)
        judged = judge(rules, ticket, self.judgement, now=self.deps.now(), previous=previous)
        if judged.verdict.archetype in {None, last.archetype}:
            return news
        return replace(news, judged=_with_note(judged, title, news.quote))

    def _removed(
        self, snapshot: TicketSnapshot, post_url: str, last: Decision, rules: Rules, *, untouched: bool
    ) -> PostNews:
        ticket = replace(ticket_from(snapshot, event="updated"), post_url=post_url)
        news = PostNews(GONE, replace(ticket, subject="", body=""), next=(NOBODY,))
        if not untouched or TWEET_REMOVED not in rules.routing.archetypes:
            return news
        # Nobody is left to be told of its issue.
        self.deps.records.links.follow(snapshot.id, "paused", now=self.deps.now().isoformat())
        previous = Previous(last.archetype, last.tags)
        judged = judge(rules, ticket, self.judgement, now=self.deps.now(), previous=previous)
        verdict = Verdict(TWEET_REMOVED, "high", DECIDED_BY, rules.mode_of(TWEET_REMOVED), f"{GONE}.")
        judged = with_verdict(rules, ticket, judged, verdict, previous=previous)
        return replace(news, judged=replace(judged, verdict=replace(verdict, trace=())))

    def _is_untouched(self, snapshot: TicketSnapshot, last: Decision) -> bool:
        """No person chose, took, answered or solved it. One GET."""
        if last.decided_by == "person" or chosen_by_person(
            ticket_from(snapshot, event="updated"), Previous(last.archetype, last.tags)
        ):
            return False
        if last.archetype and ARCHETYPE_TAG + last.archetype not in snapshot.tags:
            return False
        if snapshot.status in {"solved", "pending"}:
            return False
        if snapshot.assignee_id is not None and not any(one["kind"] == "assign" for one in last.actions):
            return False
        us = self.deps.identity.zendesk_id
        comments = self.deps.zendesk.comments(snapshot.id)[1:]
        return all(one.author_id == us and not one.public for one in comments)


def _with_note(judged: Judged, title: str, quote: str) -> Judged:
    """What it is now, with what was said."""
    actions = tuple(
        one.model_copy(update={"title": f"{title}: {one.title}", "quote": quote}) if isinstance(one, Note) else one
        for one in judged.plan.actions
    )
    return replace(judged, plan=judged.plan.model_copy(update={"actions": actions}))
