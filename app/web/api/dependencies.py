"""What a route asks for by the type of its parameter."""

from typing import Annotated

from fastapi import Depends, Path, Request

from app.records.records import Records
from app.service import Service

# Zendesk's ids are 64-bit, and so is the column.
TicketId = Annotated[int, Path(ge=1, le=2**63 - 1)]


async def _service(request: Request) -> Service:
    service: Service = request.app.state.service
    return service


ServiceDep = Annotated[Service, Depends(_service)]


async def _records(service: ServiceDep) -> Records:
    return service.deps.records


RecordsDep = Annotated[Records, Depends(_records)]
