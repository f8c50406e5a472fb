"""What people do about failures: try again, all of a time at once, or leave one be. For the API and the command."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from app.records.database import Along, Connection
from app.records.failures import Failure, Failures
from app.work.jobs.attempt import retry_work
from app.work.jobs.fault import WRITE_BUDGET
from app.work.messages import MESSAGES, Work

AT_ONCE = 100


class CannotRetry(Exception):
    """`reason`: no_such_failure, retried_already, nothing_to_retry or not_open."""

    def __init__(self, message: str, reason: str) -> None:
        super().__init__(message)
        self.reason = reason


@dataclass(frozen=True)
class Retried:
    retried: int
    nothing_to_retry: int
    """Failures that hold no work: a delivery that nobody can read, a message to the chat."""


@dataclass(frozen=True)
class DeadLetters:
    failures: Failures
    accept: Callable[[Sequence[Work], Along], object]
    now: Callable[[], datetime]

    def retry(self, failure_id: int) -> Failure:
        """Raises CannotRetry, and CannotStore when the queue did not take it: then nothing was changed."""
        failure = self._known(failure_id)
        if failure.state == "retried":
            raise CannotRetry(f"Failure {failure_id} is being tried again already, or was.", "retried_already")
        if failure.payload is None:
            raise CannotRetry(
                f"Failure {failure_id} holds nothing that could be tried again; mend its cause instead.",
                "nothing_to_retry",
            )
        self._retry([failure])
        return self._known(failure_id)

    def retry_since(self, since: datetime) -> Retried:
        """All open ones that failed then or later, the oldest first."""
        retried = nothing = last = 0
        moment = since.astimezone(UTC).isoformat()
        while batch := self.failures.open_since(moment, after=last, limit=AT_ONCE):
            last = batch[-1].id or 0
            able = [one for one in batch if one.payload is not None]
            self._retry(able)
            retried, nothing = retried + len(able), nothing + len(batch) - len(able)
        return Retried(retried, nothing)

    def retry_cause(self, source: str, step: str, reason: str, *, upto: int) -> int:
        """Those open ones with one cause that hold work and whose id is not above `upto`, at most AT_ONCE of them."""
        able = self.failures.of_cause(source, step, reason, upto=upto, limit=AT_ONCE, holding_work=True)
        self._retry(able)
        return len(able)

    def ignore(self, failure_id: int, because: str) -> Failure:
        """Kept, with the reason, and counted as dealt with. Raises CannotRetry: it is not open any more."""
        self._known(failure_id)
        if not self.failures.ignore(failure_id, because):
            raise CannotRetry(f"Failure {failure_id} is not open any more: it was retried, or ignored.", "not_open")
        return self._known(failure_id)

    def _known(self, failure_id: int) -> Failure:
        failure = self.failures.by_id(failure_id)
        if failure is None:
            raise CannotRetry(f"There is no failure {failure_id}.", "no_such_failure")
        return failure

    def _retry(self, chosen: Sequence[Failure]) -> None:
        wanted = {one.id or 0: one for one in chosen}
        # Releasing a ticket is for all that its budget kept back.
        released = {one.ticket_id for one in chosen if one.reason == WRITE_BUDGET and one.ticket_id is not None}
        for ticket_id in released:
            wanted |= {one.id or 0: one for one in self.failures.open_of_ticket(ticket_id, WRITE_BUDGET)}
        works = [
            retry_work(MESSAGES.validate_python(one.payload), self.now())
            for one in wanted.values()
            if one.payload is not None
        ]

        def let_go(connection: Connection) -> None:
            self.failures.mark_retried(connection, wanted)

        # All in one transaction: marked without its work it would never be tried again, and a latch that is still open
        # would stop the work that it lets go.
        self.accept(works, let_go)
