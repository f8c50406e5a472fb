"""The sandbox's GitLab: its server, its hooks, and the controls for those who play the engineers."""

from functools import partial

from integrations.sandbox.clock import Clock
from integrations.sandbox.gitlab import api_graphql, api_issues, api_notes, api_projects, setup_api
from integrations.sandbox.gitlab.checks import RequestChecks
from integrations.sandbox.gitlab.controls import GitlabControls
from integrations.sandbox.gitlab.limits import Limits
from integrations.sandbox.gitlab.models import BOT_USER_ID, ENGINEER_ID, Event
from integrations.sandbox.gitlab.oauth import APPLICATION_ID, APPLICATION_SECRET, SignIns
from integrations.sandbox.gitlab.pages import page_routes
from integrations.sandbox.gitlab.project_hook import ProjectHook
from integrations.sandbox.gitlab.refusals import unknown_endpoint
from integrations.sandbox.gitlab.setup_controls import SetupControls
from integrations.sandbox.gitlab.state import TOKEN, State
from integrations.sandbox.gitlab.webhooks import SIGNING_TOKEN, WEBHOOK_SECRET, headers_of, hook_name, payload
from integrations.sandbox.hooks import PERMANENT_AFTER, Headers, HookedService

PRODUCT = "community/product"
INFRASTRUCTURE = "community/infrastructure"


class GitlabSandbox(GitlabControls, SetupControls, HookedService):
    counts_failures = True
    token = TOKEN
    webhook_secret = WEBHOOK_SECRET
    signing_token = SIGNING_TOKEN
    application_id = APPLICATION_ID
    application_secret = APPLICATION_SECRET
    bot_user_id = BOT_USER_ID
    engineer_id = ENGINEER_ID

    def __init__(self, clock: Clock, port: int = 0) -> None:
        super().__init__("gitlab", clock, port)
        self.limits = Limits()
        self._state = State(clock, self.url)
        self._state.on_event = self._send_event
        self._state.send_test = self._send_test
        self._state.add_project(PRODUCT)
        self._state.add_project(INFRASTRUCTURE)
        checks = RequestChecks(self._state, self.limits)
        api_issues.add_routes(checks)
        api_notes.add_routes(checks)
        api_projects.add_routes(checks)
        setup_api.add_routes(checks, self._hooks)
        api_graphql.add_routes(checks)
        self._sign_ins = SignIns(self._state)
        self.add_routes(checks.routes, self._sign_ins.routes + page_routes(self._state, self), unknown_endpoint())

    def set_groups(self, username: str, *paths: str) -> None:
        """Of which groups a person is a member, as signing in tells."""
        with self._state.lock:
            self._sign_ins.groups[username] = paths

    def return_only_to(self, *addresses: str) -> None:
        """The redirect addresses of the application; none: any."""
        with self._state.lock:
            self._sign_ins.returns_to = set(addresses)

    @property
    def signing(self) -> bool:
        """Off: as a GitLab before 19.0, which only knows the plain token."""
        return self._state.signs

    @signing.setter
    def signing(self, on: bool) -> None:
        self._state.signs = on
        self._state.version = "19.4.1-ee" if on else "18.11.0-ee"

    def deliver(
        self, project: int | str | None = None, iid: int | None = None, action: str | None = None, times: int = 1
    ) -> list[int]:
        """Send the newest event (of this project, issue, action), `times` times with the same Idempotency-Key.

        action: open, close, reopen, update; for notes create; for emoji award. The statuses (0: no answer).
        """
        with self._state.lock:
            event = self._newest(project, iid, action)
            body, headers = self._parcel(event)
        set_up = [hook for hook in self._hooks_for(event) for _ in range(times)]
        sent = [self.webhook_sender.send(hook.url, body, self._headers(hook, event, body)) for hook in set_up]
        return sent if sent and not self._hooks else sent + self._send(body, headers, times)

    def disable_hooks(self) -> None:
        """As after 40 failures in a row: nothing is sent until a delivery by `deliver` gets a 2xx."""
        for hook in [*self._hooks, *self._state.hooks.values()]:
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

    def _parcel(self, event: Event) -> tuple[bytes, Headers]:
        body = payload(self._state, event)
        return body, lambda _hook: headers_of(
            self._state, event, body, token=WEBHOOK_SECRET, signing_token=SIGNING_TOKEN if self.signing else ""
        )

    def _send_event(self, event: Event) -> None:
        self._send_to_projects_hooks(event)
        if self.auto_deliver:
            self._send_later(*self._parcel(event))

    def _send_to_projects_hooks(self, event: Event) -> None:
        """To those that were made over the API."""
        for hook in self._hooks_for(event):
            self._send_to(hook, event)

    def _hooks_for(self, event: Event) -> list[ProjectHook]:
        project_id, name = self._state.issues[event.issue_id].project_id, hook_name(self._state, event)
        return [hook for hook in self._state.hooks.values() if hook.project_id == project_id and hook.wants(name)]

    def _send_to(self, hook: ProjectHook, event: Event) -> None:
        body = payload(self._state, event)
        headers = self._headers(hook, event, body)
        self.webhook_sender.send_later(hook.url, body, headers, partial(self._answered, hook))

    def _headers(self, hook: ProjectHook, event: Event, body: bytes) -> dict[str, str]:
        return headers_of(self._state, event, body, token=hook.token, signing_token=hook.signing_token)

    def _send_test(self, hook: ProjectHook) -> bool:
        events = [one for one in self._state.events if self._state.issues[one.issue_id].project_id == hook.project_id]
        if events:
            self._send_to(hook, events[-1])
        return bool(events)
