"""test, explain and classify: decide about tickets without acting on them."""

import json
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

from rich.console import Console

from app.cli.console import print_line
from app.cli.rules import examples_beside
from app.clients import zendesk_client
from app.rules.files import read_rules
from app.rules.loading import Rules
from app.settings import ZendeskSettings
from app.triage.explanation import Explanation, as_text, explanation
from app.triage.rule_tests import run_rule_tests
from app.triage.shipped import shipped_judgement
from app.work.operations.dry_run import DryRun


def test_files(out: Console, routing: Path, macros: Path, *, show_all: bool) -> int:
    """The exit code: 1 when an example does not pass."""
    rules = read_rules(routing, macros)
    examples = examples_beside(routing, rules)
    if rules.routing.defaults.mode == "shadow":
        print_line(out, "The default mode is `shadow`; the examples run as if it was `live`.")
    outcomes = run_rule_tests(rules, examples, dry_run_of(rules).judge_by)
    failed = [outcome for outcome in outcomes if not outcome.passed]
    for outcome in outcomes if show_all else failed:
        print_line(out, str(outcome), style="" if outcome.passed else "red")
    passed = f"{len(outcomes) - len(failed)} of {len(outcomes)} examples passed."
    print_line(out, passed, style="red" if failed else "green")
    return 1 if failed else 0


def explained_text(routing: Path, macros: Path, text: str, channel: str | None) -> Explanation:
    dry_run = dry_run_of(read_rules(routing, macros))
    _, judged = dry_run.written_down({"body": text, **({"channel": channel} if channel else {})})
    return explanation(judged, dry_run.rules().hash)


def explained_ticket(routing: Path, macros: Path, ticket_id: int, settings: ZendeskSettings) -> Explanation:
    """Reads the ticket, and writes nothing. Raises IntegrationError."""
    dry_run = dry_run_of(read_rules(routing, macros))
    _, judged = dry_run.real(ticket_id, zendesk_client(settings))
    return explanation(judged, dry_run.rules().hash)


def print_explanation(out: Console, said: Explanation, *, as_json: bool) -> None:
    if as_json:
        out.file.write(said.model_dump_json(indent=2) + "\n")
        return
    first, *rest = as_text(said)
    print_line(out, first, style="bold")
    for line in rest:
        print_line(out, line)


def classify_lines(lines: Iterable[str], out: IO[str], routing: Path, macros: Path) -> None:
    for answer in _classified(dry_run_of(read_rules(routing, macros)), lines):
        out.write(json.dumps(answer, ensure_ascii=False) + "\n")


def _classified(dry_run: DryRun, lines: Iterable[str]) -> Iterator[dict[str, Any]]:
    """One answer for each line. A line that cannot be read gets an `error`, and the next one is read."""
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            ticket, judged = dry_run.written_down({"id": number, **_object(json.loads(line))})
        except (ValueError, TypeError, RecursionError) as error:
            yield {"id": number, "error": f"line {number}: {error}"}
            continue
        yield {
            "id": ticket.id,
            "archetype": judged.verdict.archetype,
            "confidence": judged.verdict.confidence,
            "decided_by": judged.verdict.decided_by,
            "trace": list(judged.verdict.trace),
        }


def _object(given: object) -> dict[str, Any]:
    if isinstance(given, dict):
        return given
    raise TypeError(f"a ticket is an object, with keys such as `body`; found {type(given).__name__}")


def dry_run_of(rules: Rules) -> DryRun:
    return DryRun(lambda: rules, shipped_judgement(), lambda: datetime.now(UTC))
