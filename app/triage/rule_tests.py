"""Runs routing.tests.yaml: each example's ticket is judged, and compared with what was expected. Pure."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from app.rules.examples import Decided, ExampleResult, RuleExample, run
from app.rules.loading import Rules
from app.ticket import Ticket
from app.triage.judge import Judged


def run_rule_tests(
    rules: Rules, examples: Sequence[RuleExample], judge: Callable[[Rules, Ticket], Judged]
) -> list[ExampleResult]:
    """Examples say what becomes of a ticket once the rules act: the default mode `shadow` counts as `live`."""
    acting = as_if_live(rules)
    return run(examples, lambda ticket: _decided(judge(acting, ticket)))


def as_if_live(rules: Rules) -> Rules:
    if rules.routing.defaults.mode != "shadow":
        return rules
    live = rules.routing.defaults.model_copy(update={"mode": "live"})
    return replace(rules, routing=rules.routing.model_copy(update={"defaults": live}))


def _decided(judged: Judged) -> Decided:
    verdict = judged.verdict
    actions: list[str] = []
    for action in judged.plan.wanted():
        actions += [action.kind, *(f"{action.kind}:{detail}" for detail in action.details())]
    route = verdict.decided_by.removeprefix("route:") if verdict.decided_by.startswith("route:") else None
    return Decided(verdict.archetype, route, verdict.mode, tuple(actions))
