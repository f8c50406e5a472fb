"""Why a ticket is treated as it is, and why not otherwise: the same content as JSON and as text."""

from collections.abc import Mapping

from pydantic import BaseModel, Field

from app.rules.conditions.context import TextPiece
from app.rules.matching.trace import RouteTrace
from app.triage.judge import Judged

NEAREST = 3


class RouteOut(BaseModel):
    route: str
    archetype: str
    matched: bool
    detail: str
    text: str = Field(description="The piece of the ticket that made it so.")
    piece: TextPiece | None = Field(
        description="Where that stands: in `subject` or `body`, from character to character."
    )
    path: str = Field(description="The deciding condition's place in routing.yaml.")
    line: int
    match_score: float = Field(description="Share of the route's top conditions that held.")
    error: str | None


class Explanation(BaseModel):
    archetype: str | None
    confidence: str
    decided_by: str
    mode: str
    why: str
    channel: str
    public: bool
    language: str | None
    why_this: RouteOut | None = Field(description="The route that decided, if one did.")
    why_not: list[RouteOut] = Field(description="The routes that came closest and did not fire, the closest first.")
    shadows: list[RouteOut] = Field(description="Shadow routes that would have fired.")
    errors: list[RouteOut] = Field(description="Routes with a condition that could not be evaluated.")
    would: list[str] = Field(description="What would be done, and what would be held back.")
    trace: list[Mapping[str, object]] = Field(description="Everything that was asked, in order.")
    config_hash: str


def explanation(judged: Judged, config_hash: str) -> Explanation:
    verdict, matching = judged.verdict, judged.matching
    name = verdict.decided_by.removeprefix("route:")
    fired = next((one for one in matching.trace() if one.route == name and one.matched), None)
    return Explanation(
        archetype=verdict.archetype,
        confidence=verdict.confidence,
        decided_by=verdict.decided_by,
        mode=verdict.mode,
        why=verdict.why,
        channel=judged.channel.name,
        public=judged.channel.public,
        language=judged.language.code,
        why_this=_route(fired) if fired else None,
        why_not=[_route(one) for one in matching.near_misses(NEAREST)],
        shadows=[_route(one) for one in matching.shadows()],
        errors=[_route(one) for one in matching.errors()],
        would=[_would(action.would(), action.skip_reason) for action in judged.plan.actions],
        trace=list(verdict.trace),
        config_hash=config_hash,
    )


def _would(text: str, skip_reason: str) -> str:
    return f"would not: {text} ({skip_reason})" if skip_reason else f"would: {text}"


def _route(one: RouteTrace) -> RouteOut:
    return RouteOut(
        route=one.route,
        archetype=one.archetype,
        matched=one.matched,
        detail=one.detail,
        text=one.text,
        piece=one.piece,
        path=one.path,
        line=one.line,
        match_score=round(one.match_score, 2),
        error=one.error,
    )


def as_text(said: Explanation, *, routing_file: str = "routing.yaml") -> list[str]:
    """Lines for a terminal, with Rich's markup escaped by the caller."""
    lines = [
        f"{said.archetype or 'needs triage'}  ({said.confidence} confidence, mode {said.mode}, {said.config_hash})"
    ]
    lines.append(
        f"  channel {said.channel}, {'public' if said.public else 'private'}; language {said.language or 'undecided'}"
    )
    lines += ["", f"Why: {said.why}"]
    if said.why_this:
        lines.append(f"  {routing_file}:{said.why_this.line}  {said.why_this.path}: {said.why_this.detail}")
    if said.errors:
        lines += ["", "Could not be evaluated:"]
        lines += [f"  {one.route} ({routing_file}:{one.line}): {one.error}" for one in said.errors]
    if said.why_not:
        lines += ["", "Why not another:"]
        for one in said.why_not:
            lines.append(f"  {one.route} -> {one.archetype} ({one.match_score:.0%} of its conditions held)")
            lines.append(f"    {routing_file}:{one.line}  {one.path}: {one.detail}")
    if said.shadows:
        lines += ["", "In shadow, would have fired:"]
        lines += [f"  {one.route} -> {one.archetype} ({routing_file}:{one.line})" for one in said.shadows]
    return [*lines, "", *said.would]
