"""The jobs in which Zendesk updates many tickets.

A `completed` job may have failed for some tickets or for all: read each result.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated

from pydantic import BeforeValidator

from integrations.wire import WireModel

# https://developer.zendesk.com/api-reference/ticketing/ticket-management/job_statuses/; before: queued, working.
ENDED = frozenset({"completed", "failed", "killed"})


@dataclass(frozen=True, slots=True)
class JobResult:
    ticket_id: int
    ok: bool
    """Why not says only a sentence in the account's language: the ticket is updated alone then."""


@dataclass(frozen=True, slots=True)
class Job:
    id: str
    status: str
    """queued, working, completed, failed or killed."""
    results: tuple[JobResult, ...]
    """Only the clear ones. For a missing ticket, read the ticket itself."""

    @property
    def ended(self) -> bool:
        return self.status in ENDED


class _Result(WireModel):
    """A malformed row says nothing about its ticket, nor about the others."""

    id: Annotated[int | None, BeforeValidator(lambda value: value if type(value) is int else None)] = None
    success: Annotated[bool | None, BeforeValidator(lambda value: value if type(value) is bool else None)] = None
    error: object = None
    errors: object = None

    def result(self) -> JobResult | None:
        if self.id is None:
            return None
        if self.error or self.errors or self.success is False:
            return JobResult(self.id, ok=False)
        return JobResult(self.id, ok=True) if self.success else None


def _rows(value: object) -> object:
    """null while the job runs; some jobs answer one object for all tickets."""
    return [row for row in value if isinstance(row, dict)] if isinstance(value, list) else ()


class _JobStatus(WireModel):
    id: str
    status: str = ""
    results: Annotated[tuple[_Result, ...], BeforeValidator(_rows)] = ()

    def clear(self) -> Iterator[JobResult]:
        for row in self.results:
            if (result := row.result()) is not None:
                yield result


class WireJob(WireModel):
    """`GET /job_statuses/{id}`, and the answer to what starts a job."""

    job_status: _JobStatus

    def job(self) -> Job:
        status = self.job_status
        return Job(status.id, status.status.lower(), tuple(status.clear()))
