"""Many tickets at once: update_many and the jobs it makes."""

import uuid
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from integrations.sandbox.api import Json, Refused, picked
from integrations.sandbox.zendesk.checks import CheckedRequest, RequestChecks
from integrations.sandbox.zendesk.models import Job, Person
from integrations.sandbox.zendesk.refusals import bad_request, not_found, too_many_values
from integrations.sandbox.zendesk.state import State
from integrations.sandbox.zendesk.translations import in_language
from integrations.sandbox.zendesk.updates import update_ticket

MOST = 100
JOB_TYPE = "Bulk Update Ticket"


def add_routes(checks: RequestChecks) -> None:
    checks.add_route("PUT", "/tickets/update_many", update_many)
    checks.add_route("GET", "/job_statuses/{id}", show_job)


def update_many(request: CheckedRequest) -> Json:
    """A list of tickets with a change each. The work is a job."""
    changes, state = _batch(request), request.state
    waiting = [job for job in state.jobs.values() if _status(request, job) != job.ends]
    if len(waiting) >= request.limits.jobs_waiting:
        body = {"error": "TooManyJobs", "description": f"{len(waiting)} jobs are queued or running"}
        raise Refused(429, body, "too_many_jobs")
    ends, most = state.next_job
    state.next_job = ("completed", MOST)
    results = [
        {"index": index} | _updated(state, ticket_id, change, request.user)
        for index, (ticket_id, change) in enumerate(changes[:most])
    ]
    job = Job(f"V3-{uuid.uuid4().hex}", len(changes), results, state.clock.now(), ends)
    state.jobs[job.id] = job
    return {"job_status": _job_json(request, job, "queued")}


def _batch(request: CheckedRequest) -> list[tuple[int, Json]]:
    given = request.body()
    rows = given.get("tickets")
    if set(given) != {"tickets"} or not isinstance(rows, list):
        raise bad_request("SandboxBody", 'The body must be {"tickets": [...]}')
    if len(rows) > MOST:
        raise too_many_values(MOST)
    if not all(isinstance(row, dict) and isinstance(row.get("id"), int) for row in rows):
        raise bad_request("InvalidValue", "each of the tickets needs its id")
    return [(row["id"], {name: value for name, value in row.items() if name != "id"}) for row in rows]


def _updated(state: State, ticket_id: int, change: Mapping[str, Any], actor: Person) -> Json:
    """One item's result: what cannot be done fails alone, the rest of the job goes on."""
    try:
        update_ticket(state, state.live_ticket(ticket_id), change, actor=actor)
    except Refused as refused:
        error = in_language(state.language, refused.body) if isinstance(refused.body, dict) else {}
        problems = [problem["description"] for listed in error.get("details", {}).values() for problem in listed]
        details = ", ".join(problems) or error.get("description", "")
        failure = {"error": error.get("error", "TicketUpdateFailed"), "details": details}
        return {"id": ticket_id, "action": "update", "status": "Failed"} | failure
    return {"id": ticket_id, "action": "update", "status": "Updated", "success": True}


def _status(request: CheckedRequest, job: Job) -> str:
    """queued, working, and how it ends, by the clock."""
    age = request.state.clock.now() - job.created_at
    takes = timedelta(seconds=request.limits.job_seconds)
    if age >= takes:
        return job.ends
    return "working" if age >= takes / 2 else "queued"


def _job_json(request: CheckedRequest, job: Job, status: str) -> Json:
    done = status == job.ends
    messages = {"queued": None, "working": f"1 of {job.total}", "completed": "Completed"}
    return {
        **picked(job, "id total"),
        "job_type": JOB_TYPE,
        "url": f"{request.state.url}/api/v2/job_statuses/{job.id}.json",
        "progress": len(job.results) if done else None,
        "status": status,
        "message": messages.get(status, f"The job was {status}"),
        "results": job.results if done and status != "killed" else None,
    }


def show_job(request: CheckedRequest) -> Json:
    job = request.state.jobs.get(request.id)
    if job is None:
        raise not_found()
    return {"job_status": _job_json(request, job, _status(request, job))}
