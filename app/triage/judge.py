"""Ticket -> verdict -> plan. The order is fixed: a person, a text without a person's words, routes before language,
language, routes, model, abstain.

The same call serves live work, dry runs, shadow mode, the YAML's own tests and backtests: nothing here acts. Only live
work goes on to ask a language model, where one is set up, about what was abstained from.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

from app.message.message import WrittenMessage, read_message
from app.message.short_links import place_as_written, spelled_out
from app.model.model_verdict import ModelVerdict
from app.rules.channels import ChannelOf, describe_channel
from app.rules.conditions.context import Facts
from app.rules.loading import Rules
from app.rules.matching.matching import Matching, match
from app.rules.routing import GuardConfig
from app.rules.verdict import Choice, Previous, Verdict
from app.ticket import Ticket
from app.triage.deciders import (
    abstain,
    by_language,
    by_model,
    by_person,
    by_route,
    doubted,
    guessed_topic,
    if_live,
    may_be_private,
    nobody_wrote,
    too_slow,
)
from app.triage.language import Language
from app.triage.plan import Plan, plan
from app.triage.trace import link_entries, trace

FEWEST_WORDS = 2
LONGEST = 20_000
"""Characters of a text that are judged: what a person wants stands before that, and logs come after it."""
_NO_WORDS = re.compile(r"https?://\S+|[@#]\w+")
_WORD = re.compile(r"\w+")

Detect = Callable[[str], Language]
AskModel = Callable[[Ticket, str], ModelVerdict]
"""Takes a ticket and its channel's name."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """What is needed to judge beside the rules. Each answers the same for the same text."""

    detect: Detect
    model: AskModel | None = None
    """None: without a model the service works, and abstains more often."""
    seconds: float = 5.0
    """What judging may take: a hundred times what it takes. A ticket past it is left to a person."""
    clock: Callable[[], float] = lambda: 0.0
    """Stands still, so that the same text always gets the same answer; live work has one that goes."""


@dataclass(frozen=True, slots=True)
class Judged:
    verdict: Verdict
    plan: Plan
    channel: ChannelOf
    language: Language
    matching: Matching
    message: WrittenMessage


def judge(
    rules: Rules,
    ticket: Ticket,
    judgement: Judgement,
    *,
    now: datetime,
    previous: Previous | None = None,
    choice: Choice | None = None,
) -> Judged:
    """Decide about one ticket. Pure, but for a ticket that takes too long."""
    began = judgement.clock()
    body = spelled_out(ticket.body, ticket.short_links)
    channel = describe_channel(rules.routing.channels, replace(ticket, body=body))
    known = rules.routing.channels.get(channel.name)
    is_notification = known is not None and known.reply == "elsewhere"
    message = read_message(ticket.subject, body[:LONGEST], is_notification=is_notification)
    # Judged is what its author wrote; what is planned and noted is about all of it.
    read = replace(ticket, body=message.words)
    language = judgement.detect(f"{read.subject}\n{read.body}")

    def place_in_body(start: int, end: int) -> tuple[int, int]:
        return place_as_written(ticket.body, ticket.short_links, *message.place(start, end))

    matching = match(rules.matcher, read, Facts(language=language.code), now, place_in_body=place_in_body)
    said: ModelVerdict | None = None
    guards: tuple[GuardConfig, ...] = ()
    is_late = judgement.clock() - began > judgement.seconds
    verdict = (
        by_person(rules, ticket, previous, choice)
        or nobody_wrote(rules, message)
        or (too_slow(rules, judgement.seconds) if is_late else None)
        or by_route(rules, matching.first("before language"))
        or by_language(rules, language)
        or by_route(rules, matching.first("after language"))
    )
    asks = verdict is None or verdict.decided_by.startswith(("route:", "language"))
    if judgement.model is not None and asks and _is_for_the_model(read):
        guards = matching.guards()
        guarded = {name for guard in guards for name in guard.archetypes}
        said = judgement.model(read, channel.name).without(guarded | rules.routing.not_of(channel.name))
    if verdict and verdict.decided_by == "language":
        verdict = guessed_topic(verdict, matching.first("after language"), said)
    elif verdict:
        verdict = doubted(rules, verdict, said)
    else:
        verdict = by_model(rules, said) or abstain(rules, matching, said)
    if may_be_private(rules, matching, said):
        channel = replace(channel, public=False)
    planned = partial(_plan, rules, ticket, matching=matching, channel=channel, previous=previous)
    shadows = {one.route: planned(if_live(one)) for one in matching.shadows()}
    entries = trace(matching, verdict, message=message, language=language, said=said, guards=guards, shadows=shadows)
    entries = (*link_entries(ticket.short_links), *entries)
    return Judged(replace(verdict, trace=entries), planned(verdict), channel, language, matching, message)


def _is_for_the_model(ticket: Ticket) -> bool:
    """A later comment is judged by the routes that ask for comments; and of a single word nobody can be sure."""
    if ticket.event == "comment":
        return False
    return len(_WORD.findall(_NO_WORDS.sub(" ", f"{ticket.subject} {ticket.body}"))) >= FEWEST_WORDS


def with_verdict(
    rules: Rules, ticket: Ticket, judged: Judged, verdict: Verdict, *, previous: Previous | None = None
) -> Judged:
    """The same ticket with another verdict, planned again; the trace stays. Pure."""
    planned = _plan(rules, ticket, verdict, matching=judged.matching, channel=judged.channel, previous=previous)
    return replace(judged, verdict=replace(verdict, trace=judged.verdict.trace), plan=planned)


def _plan(
    rules: Rules, ticket: Ticket, verdict: Verdict, *, matching: Matching, channel: ChannelOf, previous: Previous | None
) -> Plan:
    remarks = matching.remarks(verdict.archetype or "")
    return plan(rules.routing, ticket, verdict, channel=channel, remarks=remarks, previous=previous)
