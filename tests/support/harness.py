"""What an end-to-end test runs against: the sandbox, and the service over HTTP."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from app.bootstrap import build
from app.service import Service
from app.settings import Settings, load
from app.web.app import create_app
from app.web.serving import serve_in_thread
from app.work.issues.sync import first_sync_done
from integrations.sandbox import Sandbox
from tests.support.loopback import NO_AUTHORITIES
from tests.support.paths import ROOT

DESK_TOKEN = "desk-token-of-the-tests"
PROJECT = "gitlab-org/gitlab"
INFRASTRUCTURE = "gitlab-com/infrastructure"
ASKED_EVERY = 0.05
"""Seconds. The service answers in the process that waits: asked more often, it has less time for its work."""


@dataclass
class Harness:
    sandbox: Sandbox
    service: Service
    web: httpx.Client

    def ticket(self, body: str, **ticket: Any) -> int:
        """A new ticket; by default a tweet."""
        person = {"name": "Ada Example", "email": "ada@example.org", "handle": "@ada"}
        given = {"subject": "", "via_channel": "twitter", "requester": person, **ticket}
        return self.sandbox.zendesk.create_ticket(body=body, **given)

    def deliver(self, ticket_id: int, event: str = "ticket.created", **options: Any) -> list[int]:
        return self.sandbox.zendesk.deliver(ticket_id, event=event, **options)

    def desk(self, path: str, method: str = "GET", **options: Any) -> httpx.Response:
        return self.web.request(method, path, headers={"Authorization": f"Bearer {DESK_TOKEN}"}, **options)

    def decision(self, ticket_id: int, *states: str, seconds: float = 90.0) -> dict[str, Any]:
        """The decision, once it is in one of `states` (by default: ended)."""
        wanted = states or ("done", "failed")
        wait_until(lambda: self.state(ticket_id) in wanted, seconds=seconds, pause=ASKED_EVERY)
        answer: dict[str, Any] = self.desk(f"/api/tickets/{ticket_id}").json()
        return answer

    def state(self, ticket_id: int) -> str:
        """Of the decision, "" if there is none: asked often, so not over HTTP."""
        newest = self.service.deps.records.decisions.of_ticket(ticket_id, limit=1)
        return newest[0].state if newest else ""

    def triaged(self, body: str, **ticket: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        """Create, deliver, wait: the decision, and the ticket as the sandbox shows it."""
        ticket_id = self.ticket(body, **ticket)
        assert self.deliver(ticket_id) == [202]
        decision = self.decision(ticket_id)
        return decision, self.sandbox.zendesk.ticket(ticket_id)

    def known_issue(self, **issue: Any) -> int:
        """An issue that was there before; its iid, once our copy of the tracker has it."""
        iid = self.sandbox.gitlab.add_issue(PROJECT, **issue)
        assert self.sandbox.gitlab.deliver(PROJECT, iid, "open") == [202]
        self.idle()
        return iid

    def idle(self, *, seconds: float = 90.0) -> None:
        """Wait until nothing is queued."""
        wait_until(lambda: self.service.deps.engine.backlog.unfinished() == 0, seconds=seconds, pause=ASKED_EVERY)


def wait_until(true: Callable[[], object], *, seconds: float = 90.0, pause: float = 0.02) -> None:
    """Poll; the deadline is only there so that a failure ends."""
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(pause)


def settings_for(sandbox: Sandbox, folder: Path, **environ: str) -> Settings:
    return load(
        {
            "ZENDESK_URL": sandbox.zendesk.url,
            "ZENDESK_EMAIL": sandbox.zendesk.email,
            "ZENDESK_TOKEN": sandbox.zendesk.token,
            "ZENDESK_WEBHOOK_SECRET": sandbox.zendesk.webhook_secret,
            "GITLAB_URL": sandbox.gitlab.url,
            "GITLAB_TOKEN": sandbox.gitlab.token,
            "GITLAB_WEBHOOK_SECRET": sandbox.gitlab.signing_token,
            "DESK_TOKEN": DESK_TOKEN,
            "DATABASE_URL": f"sqlite:///{folder / 'pointsman.db'}",
            "ROUTING_FILE": str(ROOT / "routing.yaml"),
            "MACROS_FILE": str(ROOT / "macros.yaml"),
            "PORT": "0",
            **environ,
        }
    )


@contextmanager
def running_harness(folder: Path, **environ: str) -> Iterator[Harness]:
    """`CHAT_WEBHOOK_URL="sandbox"`: the sandbox's chat; `CHAT_TOKEN="sandbox"`: it gives links too."""
    with Sandbox.start() as sandbox:
        sandbox.zendesk.add_group("Support")
        sandbox.gitlab.add_project(PROJECT, "public")
        sandbox.gitlab.add_project(INFRASTRUCTURE, "public")
        if environ.get("CHAT_WEBHOOK_URL") == "sandbox":
            environ["CHAT_WEBHOOK_URL"] = sandbox.chat.webhook_url
        if environ.get("CHAT_TOKEN") == "sandbox":
            environ |= {name: sandbox.environment()[name] for name in ("CHAT_TOKEN", "CHAT_URL")}
        service = build(settings_for(sandbox, folder, **environ))
        with (
            serve_in_thread(create_app(service), service.deps.settings) as address,
            httpx.Client(base_url=address, verify=NO_AUTHORITIES) as web,
        ):
            sandbox.zendesk.subscribe(f"{address}/webhooks/zendesk")
            sandbox.gitlab.subscribe(f"{address}/webhooks/gitlab")
            harness = Harness(sandbox, service, web)
            project_id = sandbox.gitlab.project(PROJECT)["id"]
            wait_until(lambda: service.deps.records.progress.of(first_sync_done(project_id)), pause=ASKED_EVERY)
            yield harness
