"""Ticket -> verdict -> plan. The order is fixed: a person, routes before language, language, routes, abstain.

The same call serves live work, dry runs, shadow mode, the YAML's own tests and backtests: nothing here acts.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from difflib import get_close_matches
from typing import Any

from app.rules.channels import ChannelOf, describe_channel
from app.rules.conditions.scene import Facts
from app.rules.loading import Rules
from app.rules.matching import Matching, RouteTrace, match
from app.rules.schema import Mode
from app.ticket import Ticket
from app.triage.actions import Plan
from app.triage.language import Language
from app.triage.plan import Circumstances, plan
from app.triage.verdict import ABSTAINED_TAG, ARCHETYPE_TAG, Candidate, Previous, Verdict

Detect = Callable[[str], Language]


@dataclass(frozen=True, slots=True)
class Judged:
    verdict: Verdict
    plan: Plan
    channel: ChannelOf
    language: Language
    matching: Matching


def judge(rules: Rules, ticket: Ticket, *, detect: Detect, now: datetime, previous: Previous | None = None) -> Judged:
    """Decide about one ticket. Pure but for `detect`, which must answer the same for the same text."""
    language = detect(f"{ticket.subject}\n{ticket.body}")
    matching = match(rules, ticket, Facts(language=language.code), now)
    channel = describe_channel(rules, ticket)
    verdict = (
        _by_person(rules, ticket, previous)
        or _by_route(rules, matching.first("before language"))
        or _by_language(rules, language)
        or _by_route(rules, matching.first("after language"))
        or _abstain(rules, matching)
    )

    def planned(for_verdict: Verdict) -> Plan:
        remarks = matching.remarks(for_verdict.archetype or "")
        circumstances = Circumstances(
            channel=channel,
            remark_tags=tuple(tag for remark in remarks for tag in remark.tags),
            remark_notes=tuple(remark.note for remark in remarks if remark.note),
            previous=previous,
        )
        return plan(rules.routing, ticket, for_verdict, circumstances)

    shadows = {one.route: planned(_if_live(one)) for one in matching.shadows()}
    trace = tuple(_trace(rules, matching, language, verdict, shadows))
    return Judged(replace(verdict, trace=trace), planned(verdict), channel, language, matching)


def chosen_by_person(ticket: Ticket, previous: Previous | None) -> str | None:
    """The archetype whose tag a person set: one that is on the ticket and that we did not put there."""
    ours = set(previous.tags) if previous else set()
    chosen = [tag for tag in ticket.tags if tag.startswith(ARCHETYPE_TAG) and tag not in ours]
    return chosen[0].removeprefix(ARCHETYPE_TAG) if chosen else None


def _by_person(rules: Rules, ticket: Ticket, previous: Previous | None) -> Verdict | None:
    chosen = chosen_by_person(ticket, previous)
    if chosen is None:
        return None
    if chosen in rules.routing.archetypes:
        return Verdict(chosen, "high", "person", _mode(rules, chosen), f"A person chose {chosen}.")
    near = get_close_matches(chosen, rules.routing.archetypes, n=1)
    meant = f" Did you mean {ARCHETYPE_TAG}{near[0]}?" if near else ""
    return Verdict(
        None,
        "low",
        "person",
        rules.routing.defaults.mode,
        f"The tag {ARCHETYPE_TAG}{chosen} names no archetype of routing.yaml.{meant}",
    )


def _by_route(rules: Rules, fired: RouteTrace | None) -> Verdict | None:
    if fired is None:
        return None
    route = rules.routing.routes[fired.index]
    because = f' ("{fired.text}")' if fired.text else ""
    reason = route.why.rstrip(".") or fired.detail
    return Verdict(
        route.archetype,
        route.confidence,
        f"route:{route.name}",
        _mode(rules, route.archetype, route.mode),
        f"Rule {route.name}: {reason}{because}.",
        tags=route.tags,
    )


def _if_live(shadow: RouteTrace) -> Verdict:
    """What a shadow route would have decided, had it been live."""
    return Verdict(shadow.archetype, "high", f"route:{shadow.route}", "live", shadow.detail)


def _by_language(rules: Rules, language: Language) -> Verdict | None:
    languages = rules.routing.languages
    if language.code is None or language.code in languages.answered:
        return None
    return Verdict(
        languages.archetype,
        "high",
        "language",
        _mode(rules, languages.archetype),
        f"Not in a language that the team answers ({language.reason}).",
        tags=(languages.tag.replace("${language}", language.code),),
    )


def _abstain(rules: Rules, matching: Matching) -> Verdict:
    candidates = tuple(
        Candidate(near.archetype, f"rule {near.route} came close; {near.detail}") for near in matching.nearest(3)
    )
    return Verdict(
        None, "low", "none", rules.routing.defaults.mode, f"No rule fits: {ABSTAINED_TAG}.", candidates=candidates
    )


def _mode(rules: Rules, archetype: str, own: Mode | None = None) -> Mode:
    return own or rules.routing.archetypes[archetype].mode or rules.routing.defaults.mode


def _trace(
    rules: Rules, matching: Matching, language: Language, verdict: Verdict, shadows: Mapping[str, Plan]
) -> list[dict[str, Any]]:
    """What was asked, in the order in which it was asked."""
    routes = [(rules.routing.routes[one.index].before == "language", one) for one in matching.trace()]
    entries: list[dict[str, Any]] = []
    if verdict.decided_by == "person":
        entries.append({"asked": "person", "matched": True, "detail": verdict.why})
    entries += [_entry(one, shadows) for before, one in routes if before]
    entries.append(
        {
            "asked": "language",
            "matched": verdict.decided_by == "language",
            "detail": f"{language.code or 'undecided'}: {language.reason}",
        }
    )
    entries += [_entry(one, shadows) for before, one in routes if not before]
    return entries


def _entry(one: RouteTrace, shadows: Mapping[str, Plan]) -> dict[str, Any]:
    values = asdict(one)
    values.pop("index")
    entry = {"asked": f"route:{values.pop('route')}", **values, "nearness": round(one.nearness, 2)}
    if one.route in shadows:
        entry["would"] = [f"would: {action.would()}" for action in shadows[one.route].actions]
    return entry
