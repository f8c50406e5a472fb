"""A desk over small rules, on which rules are tried, backtested and labelled; without a model and without a process."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

from httpx import Response

from app.records.config_versions import ConfigVersion
from app.rules.draft import CheckedDraft, check_draft
from app.rules.examples import ExampleResult
from app.rules.loading import Rules
from app.triage.judge import Judgement
from app.triage.language import Language
from app.triage.rule_tests import run_rule_tests
from app.work.operations.backtests import Backtests
from app.work.operations.draft_checks import DraftChecks
from app.work.operations.dry_run import DryRun
from app.work.operations.labelling import Labelling
from app.work.operations.links_by_hand import LinksByHand
from app.work.operations.past_tickets import chosen_by_people, past_tickets
from app.work.operations.playground import Playground
from tests.support.desk import OURS, Desk
from tests.support.rules import rules

RULES = rules("- {name: it, why: It says when, archetype: bug_report, when: {phrases: [since]}}")
EDITED = RULES.routing_text.replace("archetype: bug_report, when", "archetype: mention, when")
EXAMPLES = """\
version: 1
tests:
  - {name: one, ticket: {channel: twitter, body: broken since 17.3}, expect: {archetype: bug_report}}
  - {name: two, ticket: {channel: twitter, body: thanks}, expect: {needs_triage: true}}
"""


def with_rules(desk: Desk, given: Rules = RULES, works: list[Any] | None = None) -> None:
    """`works`: where what is queued goes."""
    clock, records = desk.clock, desk.records
    folder = Path(str(records.engine.url.database)).parent / "models"
    routing_file = SimpleNamespace(with_name=lambda _name: SimpleNamespace(read_bytes=EXAMPLES.encode))
    settings = desk.service.deps.settings.model_copy(update={"routing_file": routing_file, "model_folder": folder})
    rulebook = SimpleNamespace(current=lambda: given, problems=list)
    desk.service.deps = replace(desk.service.deps, settings=settings, rulebook=cast("Any", rulebook))
    dry_run = DryRun(lambda: given, Judgement(lambda _text: Language("en", "English")), clock)

    def past(tickets: int) -> Any:
        chosen = chosen_by_people(records.decisions, records.corrections)
        return past_tickets(records.decisions.first_looks(limit=tickets), chosen)

    def tested(checked: CheckedDraft) -> list[ExampleResult]:
        return run_rule_tests(checked.rules or given, checked.examples, dry_run.judge_by)

    desk.service.playground = Playground(
        DraftChecks(check_draft), Backtests(past, dry_run.judge_by, clock), dry_run, tested
    )
    taken: list[Any] = [] if works is None else works
    desk.service.labelling = lambda: Labelling(records.decisions, taken.extend, clock)
    gitlab = settings.gitlab_url
    desk.service.links_by_hand = lambda: LinksByHand(records.decisions, records.links, taken.extend, clock, gitlab)
    records.config_versions.keep(ConfigVersion(given.hash, given.routing_text, given.macros_text, clock().isoformat()))


def send(desk: Desk, path: str, form: Mapping[str, str], **headers: str) -> Response:
    """A form of ours whose fields are files' names."""
    return desk.web.request("POST", path, data=dict(form), headers={**OURS, **headers})
