"""The desk's pages without a service behind them: the application over records, and a clock that tests turn."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

from httpx import ASGITransport, AsyncClient, Cookies, Response
from pydantic import SecretStr

from app.desk.access import COOKIE, DeskAccess
from app.records.audit import AuditEntry
from app.records.database import Along
from app.records.decisions import Decision
from app.records.failures import Failure
from app.records.records import Records
from app.service import Service
from app.setup.health import SetupHealth
from app.web.app import create_app
from app.work.messages import ReconcileTickets, Work
from app.work.operations.dead_letters import DeadLetters
from tests.support.fakes import NOW, Clock, dependencies

TOKENS = {"operate": "token-to-operate", "read": "token-to-read-only"}
ORIGIN = "https://desk.example.org"
TICK = {"HX-Request": "true", "HX-Request-Type": "partial"}
"""As htmx asks for what is new."""
OURS = {"Sec-Fetch-Site": "same-origin", "Origin": ORIGIN}
"""What browsers send with a form of ours."""

WORK = ReconcileTickets(key="work", accepted_at=NOW).model_dump(mode="json")
"""Some work that a failure holds."""


@dataclass
class Web:
    """An application's client, without a socket: each request is answered before it returns."""

    client: AsyncClient
    runner: asyncio.Runner = field(default_factory=asyncio.Runner)
    """Makes its loop with the first request; the browser's tests make none, and have a loop of their own."""

    @property
    def cookies(self) -> Cookies:
        return self.client.cookies

    def request(self, method: str, path: str, **options: Any) -> Response:
        return self.runner.run(self.client.request(method, path, **options))


@dataclass
class Accepting:
    """An engine that takes work and does none."""

    database: Any = None
    accepted: list[Work] = field(default_factory=list)
    waiting: int = 0

    def accept(self, works: Sequence[Work], along: Along | None = None) -> list[bool]:
        if along is not None:
            with self.database.begin() as connection:
                along(connection)
        self.accepted += works
        return [True] * len(works)

    @property
    def backlog(self) -> Any:
        return SimpleNamespace(waiting=lambda: self.waiting, tickets_accepted=lambda _since, _until: self.waiting)


@dataclass
class Desk:
    records: Records
    clock: Clock
    web: Web
    service: Any
    engine: Accepting
    app: Any
    saved: int = field(default=0)

    def sign_in(self, role: str = "operate", name: str = "") -> None:
        answer = self.post("/login", token=TOKENS[role], name=name)
        assert answer.status_code == 303

    @property
    def access(self) -> DeskAccess:
        access: DeskAccess = self.app.state.desk_access
        return access

    @property
    def cookie(self) -> str:
        return self.web.cookies.get(COOKIE) or ""

    def get(self, path: str, **headers: str) -> Response:
        return self.web.request("GET", path, headers=headers)

    def tick(self, path: str, tag: str = "x") -> Response:
        return self.get(path, **TICK, **{"HX-PTag": tag})

    def post(self, path: str, headers: dict[str, str] | None = None, /, **form: str) -> Response:
        return self.web.request("POST", path, data=form, headers=OURS if headers is None else headers)

    def decision(self, **values: Any) -> Decision:
        """One more, about a ticket of its own."""
        self.saved += 1
        ticket_id = values.pop("ticket_id", 100 + self.saved)
        given: dict[str, Any] = {
            "run_id": f"run-{self.saved}",
            "event": "created",
            "state": "done",
            "archetype": "bug_report",
            "confidence": "high",
            "decided_by": "route:broken-since-a-version",
            "channel": "twitter",
            "summary": "It broke with a version",
            "config_hash": "c0ffee",
            "ticket": {"id": ticket_id, "subject": "", "body": "since 10.4 it is broken"},
            "decided_at": self.clock().isoformat(),
            "finished_at": self.clock().isoformat(),
            **values,
        }
        made = Decision(ticket_id=ticket_id, **given)
        self.records.decisions.save(made)
        return made

    def failure(self, **values: Any) -> Failure:
        """One more, that holds work unless `payload` says otherwise."""
        self.saved += 1
        given: dict[str, Any] = {
            "source": "gitlab",
            "ticket_id": 100,
            "step": "link_issue",
            "reason": "unavailable",
            "message": "GitLab answered 503",
            "attempts": 5,
            "payload": WORK,
            "failed_at": self.clock().isoformat(),
            **values,
        }
        self.records.failures.add(Failure(key=f"failure-{self.saved}", **given))
        found = self.records.failures.by_key(f"failure-{self.saved}")
        assert found
        return found

    def audited(self) -> list[AuditEntry]:
        """What people did, the newest first; signing in is not counted."""
        return [one for one in self.records.audit.newest() if not one.what.startswith("sign")]


@contextmanager
def open_desk(folder: Path, *, settings: Mapping[str, Any] | None = None, **service: Any) -> Iterator[Desk]:
    """`service`: what else of the service the pages under test ask for."""
    records = Records.open(f"sqlite:///{folder / 'pointsman.db'}")
    clock = Clock()
    try:
        engine = Accepting(records.engine)
        deps = dependencies(records, engine=engine, clock=clock)
        given = {
            "zendesk_webhook_secret": (SecretStr("s3cret"),),
            "desk_token": SecretStr(TOKENS["operate"]),
            "desk_read_token": SecretStr(TOKENS["read"]),
            "desk_url": ORIGIN,
        }
        changed = deps.settings.model_copy(update={**given, **(settings or {})})
        made = SimpleNamespace(
            deps=replace(deps, settings=changed),
            dead_letters=DeadLetters(records.failures, engine.accept, clock),
            setup=SetupHealth(None),
            intake=SimpleNamespace(is_busy=lambda: False),
            oldest_waiting=lambda: 0.0,
            feeds=list,
        )
        vars(made).update(service)
        app = create_app(cast("Service", made))
        client = AsyncClient(transport=ASGITransport(app), base_url=ORIGIN)
        web = Web(client)
        yield Desk(records, clock, web, made, engine, app)
        web.runner.close()
    finally:
        records.close()
