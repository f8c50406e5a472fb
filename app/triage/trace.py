"""The trace of a decision: one entry for each thing that was asked, in the order in which it was asked."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, fields
from operator import attrgetter
from typing import Any

from app.message.message import WrittenMessage
from app.model.model_verdict import ModelVerdict, Nearest
from app.rules.matching.matching import Matching
from app.rules.matching.trace import RouteTrace
from app.rules.routing import GuardConfig
from app.rules.verdict import Verdict, spoken
from app.ticket import ShortLink
from app.triage.language import Language
from app.triage.plan import Plan

Entry = dict[str, Any]
MOST_SHARES = 5
_OF_ROUTE = [one.name for one in fields(RouteTrace) if one.name not in {"index", "route", "match_score", "piece"}]
_values_of_route = attrgetter(*_OF_ROUTE)
_OF_NEAREST = [one.name for one in fields(Nearest)]
_values_of_nearest = attrgetter(*_OF_NEAREST)


def trace(
    matching: Matching,
    verdict: Verdict,
    *,
    message: WrittenMessage,
    language: Language,
    said: ModelVerdict | None,
    guards: Sequence[GuardConfig],
    shadows: Mapping[str, Plan],
) -> tuple[Entry, ...]:
    """`guards`: those that hold. `shadows`: what routes in shadow would have led to, by their names."""
    entries: list[Entry] = []
    if verdict.decided_by == "person":
        entries.append({"asked": "person", "matched": True, "detail": verdict.why})
    if message.nobody:
        entries.append({"asked": "words", "matched": verdict.decided_by == "none", "detail": f"{message.nobody}."})
    written = matching.matcher.routing.routes
    routes = [(written[one.index].before == "language", one) for one in matching.trace()]
    entries += [_route(one, shadows) for before, one in routes if before]
    detail = f"{language.code or 'undecided'}: {language.reason}"
    entries.append({"asked": "language", "matched": verdict.decided_by == "language", "detail": detail})
    entries += [_route(one, shadows) for before, one in routes if not before]
    for guard in guards:
        detail = f"The model must not say {', '.join(map(spoken, guard.archetypes))}: {guard.why}"
        entries.append({"asked": f"guard:{guard.name}", "matched": False, "detail": detail})
    if said is not None:
        entries.append(_model(said, matched=verdict.decided_by == "model"))
    return tuple(entries)


def link_entries(links: Sequence[ShortLink]) -> tuple[Entry, ...]:
    """Where the short links of the text lead: no rule decides by them alone."""
    return tuple({"asked": "short_link", "matched": False, "detail": _leads(one)} for one in links)


def _leads(link: ShortLink) -> str:
    if not link.url:
        return f"{link.link} was not followed: {link.why_not}"
    return f"{link.link} leads to {link.url}" + (f" ({link.title})" if link.title else "")


def _route(one: RouteTrace, shadows: Mapping[str, Plan]) -> Entry:
    values = zip(_OF_ROUTE, _values_of_route(one), strict=True)
    entry = {"asked": f"route:{one.route}", **dict(values), "match_score": round(one.match_score, 2)}
    if one.piece:
        entry |= asdict(one.piece)
    if one.route in shadows:
        entry["would"] = [f"would: {action.would()}" for action in shadows[one.route].actions]
    return entry


def _model(said: ModelVerdict, *, matched: bool) -> Entry:
    return {
        "asked": "model",
        "matched": matched,
        "detail": f"{said.best} {said.probability:.0%}",
        "probabilities": {name: round(share, 3) for name, share in list(said.probabilities.items())[:MOST_SHARES]},
        "strongest": list(said.strongest),
        "nearest": [dict(zip(_OF_NEAREST, _values_of_nearest(one), strict=True)) for one in said.nearest],
        "model": said.version,
        "with_encoder": said.with_encoder,
    }
