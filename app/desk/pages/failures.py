"""What could not be done, by its cause, and what waits: tried again one by one or all of a cause, or ignored."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from typing import Annotated, Any, Literal

from fastapi import HTTPException, Path, Query
from pydantic import BaseModel, ConfigDict, Field

from app.desk.access import safe_next
from app.desk.page import Content, Deed, FormDep, Page, Visit, VisitDep
from app.desk.query import digits
from app.desk.render import with_query
from app.desk.work_state import work_state
from app.records.failures import Failure
from app.records.pauses import WHATS, Pause, What
from app.work.messages import CannotStore
from app.work.operations.dead_letters import AT_ONCE, CannotRetry

SHOWN = 50
HOME = "/desk/failures"
FailureId = Annotated[int, Path(ge=1, le=2**31 - 1)]
Word = Annotated[str, Field(max_length=64)]
NEWEST = 2**31 - 1


class FailureQuery(BaseModel):
    """What the address says. `source`, `step` and `reason` together: the failures of one cause."""

    model_config = ConfigDict(frozen=True)

    source: Word = ""
    step: Word = ""
    reason: Word = ""
    state: Literal["open", "retried", "ignored", "all"] = "open"
    before: Annotated[str, Field(pattern=r"^([0-9T:.+-]{19,40}_[0-9]{1,9})?$")] = ""
    """When the last one of the page before failed, and its id."""
    said: Word = ""

    @property
    def cause(self) -> tuple[str, str, str] | None:
        cause = (self.source, self.step, self.reason)
        return cause if all(cause) else None

    @property
    def end(self) -> tuple[str, int] | None:
        at, _, number = self.before.partition("_")
        return (at, int(number)) if number else None

    def given(self) -> dict[str, str]:
        return self.model_dump(exclude_defaults=True, exclude={"said", "before"})


def read(visit: VisitDep, query: Annotated[FailureQuery, Query()]) -> Content:
    """The causes, what waits, and failures one by one, page by page: those of one cause, or all."""
    causes = visit.records.failures.causes()
    state = None if query.state == "all" else query.state
    found = visit.records.failures.page(cause=query.cause, state=state, before=query.end, limit=SHOWN + 1)
    shown = found[:SHOWN]
    return {
        "work": work_state(visit.service, visit.now),
        "causes": [{**asdict(one), "at_once": min(one.can_retry, AT_ONCE)} for one in causes],
        "filters": query.given(),
        "state": query.state,
        "failures": _rows(visit, shown),
        "before": f"{shown[-1].failed_at}_{shown[-1].id}" if len(found) > SHOWN else "",
        "is_first_page": query.end is None,
        "count_open": sum(one.count for one in causes),
        "said": query.said if _SAID.fullmatch(query.said) else "",
    }


_RETRIED = "retried-"
# It becomes a sentence of ours: a link must not be able to put words into it.
_SAID = re.compile(rf"ignored|paused|resumed|{_RETRIED}[0-9]{{1,3}}")


def _rows(visit: Visit, shown: list[Failure]) -> list[dict[str, Any]]:
    tries = visit.records.attempts.of([one.key for one in shown])
    names = ("id", "source", "ticket_id", "step", "reason", "message", "attempts", "state", "failed_at", "because")
    return [
        {
            **{name: getattr(one, name) for name in names},
            "can_retry": one.payload is not None and one.state == "open",
            "tries": [
                {
                    "at": attempt.at,
                    "number": attempt.number,
                    "step": attempt.step,
                    "reason": attempt.reason,
                    "message": attempt.message,
                }
                for attempt in tries.get(one.key, ())
            ],
        }
        for one in shown
    ]


def retry(visit: VisitDep, failure_id: FailureId, form: FormDep) -> str:
    visit.note("retry", f"failure {failure_id}")
    with _refusals():
        visit.service.dead_letters.retry(failure_id)
    return _back(form, f"{_RETRIED}1")


def retry_cause(visit: VisitDep, form: FormDep) -> str:
    """As many as the button said, and none that failed since."""
    source, step, reason = (form.get(name, "") for name in ("source", "step", "reason"))
    upto = digits(form.get("upto", ""), most=NEWEST)
    if upto is None:
        raise HTTPException(422, "The page that asked for this is not of this version: load it again.")
    visit.note("retry", f"failures: {source}, {step}, {reason}", after={"up to": upto})
    with _refusals():
        count = visit.service.dead_letters.retry_cause(source, step, reason, upto=upto)
    return _back(form, f"{_RETRIED}{count}")


def ignore(visit: VisitDep, failure_id: FailureId, form: FormDep) -> str:
    because = form.get("reason", "").strip()[:1000]
    if not because:
        raise HTTPException(422, "Say why it can be ignored: somebody will ask.")
    visit.note("ignore", f"failure {failure_id}", after={"reason": because})
    with _refusals():
        visit.service.dead_letters.ignore(failure_id, because)
    return _back(form, "ignored")


def pause(visit: VisitDep, form: FormDep) -> str:
    what, reason = _what(form), form.get("reason", "").strip()[:1000]
    if what is None:
        raise HTTPException(422, "Say what to pause: all, issues or replies.")
    visit.note("pause", what, after={"reason": reason})
    visit.records.pauses.set(Pause(what, visit.now.isoformat(), visit.visitor.name, reason))
    return _back(form, "paused")


def resume(visit: VisitDep, form: FormDep) -> str:
    """Without a name: whatever is paused."""
    what, reason = _what(form), form.get("reason", "").strip()[:1000]
    before = [asdict(one) for one in visit.records.pauses.current()]
    visit.note("resume", what or "all that is paused", before=before, after={"reason": reason} if reason else None)
    visit.records.pauses.lift(what)
    return _back(form, "resumed")


def _what(form: dict[str, str]) -> What | None:
    return next((one for one in WHATS if one == form.get("what")), None)


def _back(form: dict[str, str], said: str) -> str:
    """To the page with the button."""
    back = form.get("back", "")
    return safe_next(back) if back else with_query(HOME, {"said": said})


@contextmanager
def _refusals() -> Iterator[None]:
    try:
        yield
    except CannotRetry as error:
        raise HTTPException(404 if error.reason == "no_such_failure" else 409, str(error)) from error
    except CannotStore as error:
        raise HTTPException(503, "The queue cannot be written to; try again.") from error


PAGE = Page(HOME, "Failures", "failures.html", read, nav="Failures", key="f")
DEEDS = (
    Deed("/desk/failures/retry", retry_cause),
    Deed("/desk/failures/{failure_id}/retry", retry),
    Deed("/desk/failures/{failure_id}/ignore", ignore),
    Deed("/desk/pause", pause),
    Deed("/desk/resume", resume),
)
