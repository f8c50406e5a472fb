"""What a page of the desk is, and what it is told."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any
from urllib.parse import parse_qsl

from fastapi import Depends, HTTPException, Request

from app.desk.kept import Kept
from app.desk.session import Visitor
from app.records.audit import AuditEntry
from app.records.records import Records
from app.service import Service

SHORT_DIGEST = 12
"""Enough of a session's digest to tell two people with one name apart."""
Content = Mapping[str, Any]
"""What a page shows; JSON can say all of it."""


@dataclass(frozen=True)
class Visit:
    """Who looks, at what, and when."""

    service: Service
    visitor: Visitor
    now: datetime
    kept: Kept

    @property
    def records(self) -> Records:
        return self.service.deps.records

    def note(self, what: str, about: str, *, before: object = None, after: object = None) -> None:
        """Write down who does what, before it is done."""
        entry = AuditEntry(
            at=self.now.isoformat(),
            session=self.visitor.digest[:SHORT_DIGEST],
            name=self.visitor.name,
            role=self.visitor.role,
            what=what,
            about=about,
            before=before,
            after=after,
        )
        self.records.audit.add(entry)


async def _visit(request: Request) -> Visit:
    service: Service = request.app.state.service
    return Visit(service, request.state.visitor, service.deps.now(), request.app.state.desk_kept)


VisitDep = Annotated[Visit, Depends(_visit)]


async def _form(request: Request) -> dict[str, str]:
    body = (await request.body()).decode(errors="replace")
    try:
        return dict(parse_qsl(body, keep_blank_values=True, max_num_fields=100))
    except ValueError:
        raise HTTPException(422, "No form of the desk has that many fields.") from None


FormDep = Annotated[dict[str, str], Depends(_form)]
"""What a form of the desk sends: each field once."""


@dataclass(frozen=True)
class Page:
    """A page and its `.json` twin."""

    path: str
    title: str
    template: str
    read: Callable[..., Content]
    """A dependency of FastAPI: its parameters are what the address says."""
    nav: str = ""
    """What it is called in the navigation; empty: it has no place there."""
    within: str = ""
    """The path of the page that it belongs to, for the navigation."""
    key: str = ""
    """`g` and this letter lead there."""
    is_live: bool = True
    """Does it ask for news by itself?"""
    as_table: Callable[[Content], Iterable[Sequence[object]]] | None = None
    """The rows of its `.csv` twin, the first one with their names."""
    tick_keeps: tuple[str, ...] = ()
    """What of its dict a tick sends back, as a part of the address."""


@dataclass(frozen=True)
class Deed:
    """What a button does: a POST that answers with where to go."""

    path: str
    do: Callable[..., str]
    """A dependency of FastAPI; returns the address, within the desk, that shows what came of it."""
