"""What a route asks for by the type of its parameter."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Path, Request

from app.records.audit import AuditEntry
from app.records.records import Records
from app.service import Service

# Zendesk's ids are 64-bit, and so is the column.
TicketId = Annotated[int, Path(ge=1, le=2**63 - 1)]


async def _service(request: Request) -> Service:
    service: Service = request.app.state.service
    return service


ServiceDep = Annotated[Service, Depends(_service)]


@dataclass(frozen=True)
class ApiAudit:
    """Notes what is changed through the API: whoever has the token may change all."""

    service: Service

    def __call__(self, what: str, about: str, *, before: object = None, after: object = None, by: str = "api") -> None:
        at = self.service.deps.now().isoformat()
        entry = AuditEntry(at=at, name=by, role="operate", what=what, about=about, before=before, after=after)
        self.service.deps.records.audit.add(entry)


async def _audit(service: ServiceDep) -> ApiAudit:
    return ApiAudit(service)


AuditDep = Annotated[ApiAudit, Depends(_audit)]


async def _records(service: ServiceDep) -> Records:
    return service.deps.records


RecordsDep = Annotated[Records, Depends(_records)]
