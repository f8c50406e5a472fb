"""What the service itself looks at every hour: the doctor's cheap checks."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import structlog

from app.metrics import SETUP_PROBLEMS
from app.records.setup_objects import SetupObject
from app.setup.doctor.diagnosis import Diagnosis
from app.setup.doctor.examination import examine
from app.setup.objects import Account
from app.setup.plan import Step
from app.setup.planner import make_plan
from integrations.errors import IntegrationError

HEALTH_SECONDS = 3600

log = structlog.get_logger(__name__)


@dataclass
class SetupHealth:
    account: Callable[[], Account] | None
    """None without PUBLIC_URL: then nobody knows what the webhooks should call."""
    problems: Sequence[Diagnosis] = ()
    """Of the last look."""
    steps: Sequence[Step] = ()
    """What `pointsman setup` would do, as it was when somebody last asked."""
    planned_at: str = ""

    def plan(self, recorded: Callable[[str], Mapping[str, SetupObject]], now: str) -> None:
        """Read both sides and keep the plan. Writes nothing. `recorded`: of an instance. Raises IntegrationError."""
        if self.account is not None:
            account = self.account()
            self.steps = make_plan(account, recorded(account.instance)).steps
            self.planned_at = now

    def look(self) -> None:
        if self.account is None:
            return
        try:
            found = [*examine(self.account(), only_cheap=True)]
        except IntegrationError as error:  # the next look is in an hour; other probes say that the service is away
            log.info("setup_not_checked", cause=error.reason)
            return
        self.problems = [one for one in found if one.state != "ok"]
        SETUP_PROBLEMS.clear()
        for one in self.problems:
            SETUP_PROBLEMS.labels(one.name, one.state).set(1)
            log.warning("setup_problem", check=one.name, said=one.said, remedy=one.remedy)

    def sentences(self) -> list[tuple[str, str]]:
        """`(check, sentence)` for the chat."""
        return [(one.name, f"{one.name}: {one.said}. {one.remedy}") for one in self.problems]

    def said(self) -> str:
        """One line; empty: nothing is wrong, as far as was looked."""
        return "; ".join(f"{one.name}: {one.said}" for one in self.problems)
