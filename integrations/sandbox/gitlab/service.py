"""The sandbox's GitLab: its server, its hooks, and the controls for those who play the engineers."""

from functools import partial
from typing import Any

from integrations.sandbox.api import picked
from integrations.sandbox.clock import Clock
from integrations.sandbox.gitlab import api_graphql, api_issues, api_notes, api_projects
from integrations.sandbox.gitlab.checks import RequestChecks
from integrations.sandbox.gitlab.controls import GitlabControls
from integrations.sandbox.gitlab.limits import Limits
from integrations.sandbox.gitlab.models import BOT_USER_ID, ENGINEER_ID, Event
from integrations.sandbox.gitlab.pages import page_routes
from integrations.sandbox.gitlab.refusals import unknown_endpoint
from integrations.sandbox.gitlab.state import READ_TOKEN, TOKEN, State
from integrations.sandbox.gitlab.webhooks import (
    PERMANENT_AFTER,
    SIGNING_TOKEN,
    WEBHOOK_SECRET,
    Hook,
    headers_of,
    payload,
)
from integrations.sandbox.service import Service

PRODUCT = "community/product"
INFRASTRUCTURE = "community/infrastructure"


class GitlabSandbox(GitlabControls, Service):
    token = TOKEN
    read_token = READ_TOKEN
    webhook_secret = WEBHOOK_SECRET
    signing_token = SIGNING_TOKEN
    bot_user_id = BOT_USER_ID
    engineer_id = ENGINEER_ID

    def __init__(self, clock: Clock, port: int = 0) -> None:
        super().__init__("gitlab", clock, port, counted="/api/")
        self.limits = Limits()
        self.auto_deliver = False
        self.signing = True
        """Off: as a GitLab before 19.0, which only sends the plain token."""
        self._state = State(clock, self.url)
        self._state.on_event = self._send_event
        self._hooks: list[Hook] = []
        self._state.add_project(PRODUCT)
        self._state.add_project(INFRASTRUCTURE)
        checks = RequestChecks(self._state, self.limits)
        api_issues.add_routes(checks)
        api_notes.add_routes(checks)
        api_projects.add_routes(checks, self._hooks)
        api_graphql.add_routes(checks)
        self.add_routes(checks.routes, page_routes(self._state), unknown_endpoint())

    def subscribe(self, endpoint_url: str) -> None:
        """From now on hooks go there (also)."""
        if all(hook.url != endpoint_url for hook in self._hooks):
            self._hooks.append(Hook(self._state.new_id(), endpoint_url))

    def unsubscribe(self) -> None:
        """No hooks to anybody any more."""
        self._hooks.clear()

    def deliver(
        self, project: int | str | None = None, iid: int | None = None, action: str | None = None, times: int = 1
    ) -> list[int]:
        """Send the newest event (of this project, issue, action), `times` times with the same Idempotency-Key.

        action: open, close, reopen, update; for notes create; for emoji award. The statuses (0: no answer).
        """
        if not self._hooks:
            raise ValueError("nobody subscribed: call subscribe(endpoint_url) first")
        with self._state.lock:
            event = self._newest(project, iid, action)
            body = payload(self._state, event)
        statuses = []
        for _attempt in range(times):
            headers = self._headers(event, body)
            for hook in self._hooks:
                status = self.webhook_sender.send(hook.url, body, headers)
                hook.answered(status, self.clock.now())
                statuses.append(status)
        return statuses

    def events(self) -> list[dict[str, Any]]:
        """What happened so far, oldest first: {uuid, kind, action, project, iid, changes}."""
        with self._state.lock:
            return [self._event_view(event) for event in self._state.events]

    def _event_view(self, event: Event) -> dict[str, Any]:
        issue = self._state.issues[event.issue_id]
        place = {"project": self._state.project_of(issue).path, "iid": issue.iid}
        return picked(event, "uuid kind action changes") | place

    def hook_status(self) -> list[dict[str, Any]]:
        """Per hook: url, failures in a row, and executable, temporarily_disabled or disabled."""
        now = self.clock.now()
        return [{"url": hook.url, "failures": hook.failures, "status": hook.status(now)} for hook in self._hooks]

    def disable_hooks(self) -> None:
        """As after 40 failures in a row: nothing is sent until a delivery by `deliver` gets a 2xx."""
        for hook in self._hooks:
            hook.failures = PERMANENT_AFTER

    def _newest(self, project: int | str | None, iid: int | None, action: str | None) -> Event:
        wanted = self._state.project(project).id if project is not None else None
        for event in reversed(self._state.events):
            issue = self._state.issues[event.issue_id]
            if (
                (wanted is None or issue.project_id == wanted)
                and (iid is None or issue.iid == iid)
                and (action is None or event.action == action)
            ):
                return event
        raise ValueError(f"nothing of the kind happened yet: project={project} iid={iid} action={action}")

    def _headers(self, event: Event, body: bytes) -> dict[str, str]:
        return headers_of(self._state, event, body, signing_token=SIGNING_TOKEN if self.signing else None)

    def _send_event(self, event: Event) -> None:
        if not self.auto_deliver:
            return
        body = payload(self._state, event)
        headers = self._headers(event, body)
        for hook in self._hooks:
            if hook.status(self.clock.now()) == "executable":
                self.webhook_sender.send_later(hook.url, body, headers, partial(self._answered, hook))

    def _answered(self, hook: Hook, status: int) -> None:
        hook.answered(status, self.clock.now())
