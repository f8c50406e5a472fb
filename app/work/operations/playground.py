"""Where rules are tried before they are in force: checked, asked about a text, tested, and run over past tickets."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.records.records import Records
from app.rules.draft import CheckedDraft, Draft
from app.rules.examples import ExampleResult, slips, ticket_from_mapping
from app.rules.loading import Rules
from app.triage.backtest import Past
from app.triage.comparison import Difference, differences
from app.triage.explanation import Explanation, explanation
from app.work.operations.backtests import Backtests
from app.work.operations.draft_checks import DraftChecks
from app.work.operations.draft_process import DraftProcess
from app.work.operations.dry_run import DryRun
from app.work.operations.past_tickets import chosen_by_people, past_tickets


@dataclass(frozen=True, slots=True)
class Trial:
    """What both versions of the rules make of a text; `edited` None: the edited ones cannot be loaded."""

    in_force: Explanation
    edited: Explanation | None
    differences: tuple[Difference, ...]


@dataclass(frozen=True)
class Playground:
    drafts: DraftChecks
    backtests: Backtests
    dry_run: DryRun
    test: Callable[[CheckedDraft], Sequence[ExampleResult] | None]
    """Runs the draft's examples; None: they take too long."""
    end_tests: Callable[[], None] = lambda: None
    """Ends what `test` uses."""

    @classmethod
    def of(cls, records: Records, dry_run: DryRun, model: Path) -> Playground:
        """`model`: what the service judges with."""
        # Two: who types does not wait for another one's tests.
        checks, tests = DraftProcess(), DraftProcess(model=model)

        def past(tickets: int) -> Iterator[Past]:
            chosen = chosen_by_people(records.decisions, records.corrections)
            return past_tickets(records.decisions.first_looks(limit=tickets), chosen)

        backtests = Backtests(past, dry_run.judge_by, dry_run.now)
        return cls(DraftChecks(checks.check, checks.stop), backtests, dry_run, tests.test, tests.stop)

    def check(self, draft: Draft, by: str) -> CheckedDraft:
        """Raises Superseded."""
        return self.drafts.checked(draft, by)

    def try_out(self, edited: Rules | None, given: Mapping[str, Any]) -> Trial:
        """`given`: a ticket as people write one down. Raises ValueError with what is wrong in it."""
        in_force = self.dry_run.rules()
        if wrong := slips(given, (edited or in_force).routing.channels):
            raise ValueError("; ".join(wrong))
        ticket = ticket_from_mapping(given)
        before = explanation(self.dry_run.judge_by(in_force, ticket), in_force.hash)
        if edited is None:
            return Trial(before, None, ())
        after = explanation(self.dry_run.judge_by(edited, ticket), edited.hash)
        return Trial(before, after, differences(before, after))

    def stop(self) -> None:
        self.backtests.stop()
        self.drafts.stop()
        self.end_tests()
