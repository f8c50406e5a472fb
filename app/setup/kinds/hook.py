"""A webhook in the project of each tracker, with our secret. GitLab never shows it, and forgets it with the URL."""

from collections.abc import Sequence
from typing import Any, ClassVar

from app.setup.marker import Marker
from app.setup.names import key_of
from app.setup.objects import Account, ObjectKind, Remote, Wanted
from app.setup.secret_files import new_signing_token
from app.setup.values import Values, text
from app.signatures import SIGNING_PREFIX
from integrations.errors import Invalid, NotFound, Refused
from integrations.gitlab.admin import Json

EVENTS = ("issues_events", "confidential_issues_events", "note_events", "confidential_note_events")


class GitLabHook(ObjectKind):
    name = "hook"
    service = "gitlab"
    lost = "GitLab's events of this project come no more."
    deactivated: ClassVar[Values] = dict.fromkeys(EVENTS, False)

    def wanted(self, account: Account) -> Sequence[Wanted]:
        routing = account.rules.routing
        if not routing.setup.hooks:
            return []
        wanted = []
        for name, tracker in {one.project: (name, one) for name, one in reversed(routing.trackers.items())}.values():
            values = {
                "project": tracker.project,
                "name": "Pointsman",
                "url": f"{account.public_url}/webhooks/gitlab",
                **dict.fromkeys(EVENTS, True),
                "push_events": False,
                "enable_ssl_verification": account.public_url.startswith("https:"),
                "secret": account.gitlab_secret.fingerprint,
            }
            secret = account.gitlab_secret
            missing = "" if secret.values else secret.why_not
            if tracker.project not in account.projects:
                missing = f"GitLab shows the token no project {tracker.project}."
            elif tracker.project in account.hidden_hooks:
                missing = f"The token may not see the hooks of {tracker.project}: make the bot a Maintainer there."
            wanted.append(
                Wanted(key_of(self.name, tracker.project), values, account.place("trackers", name), manual=missing)
            )
        return wanted

    def read(self, account: Account) -> Sequence[Remote]:
        """Also in the projects of hooks that we made and that the YAML does not name any more."""
        found: list[Remote] = []
        for path, project_id in _projects(account).items():
            try:
                found += [self._found(path, row) for row in account.gitlab.hooks(project_id)]
            except (Refused, NotFound):
                account.hidden_hooks.add(path)
        return found

    def read_one(self, account: Account, remote_id: str) -> Remote | None:
        """From the list: not every GitLab shows one by its id."""
        project_id = int(remote_id.partition(":")[0])
        path = next(path for path, known in _projects(account).items() if known == project_id)
        rows = account.gitlab.hooks(project_id)
        return next((one for row in rows if (one := self._found(path, row)).remote_id == remote_id), None)

    def mark(self, account: Account, found: Remote, marker: Marker) -> Remote:
        return self._sent(account, found, {"description": marker.added_to(found.raw.get("description"))})

    def deactivate(self, account: Account, found: Remote) -> Remote:
        return self._sent(account, found, dict(self.deactivated))

    def _sent(self, account: Account, found: Remote, body: dict[str, Any]) -> Remote:
        """With the address as it is: GitLab wants one, and another one would cost the secret."""
        project_id, _, hook_id = found.remote_id.partition(":")
        row = account.gitlab.change_hook(int(project_id), hook_id, {"url": found.raw["url"], **body})
        return self._found(found.values["project"], row)

    def prepared(self, account: Account, values: Values) -> Values:
        """With our secret, which the first hook makes."""
        secret = account.gitlab_secret
        if not secret.values:
            secret.put(new_signing_token())
        return {**values, "secret": secret.fingerprint}

    def create(self, account: Account, key: str, values: Values, marker: Marker) -> Remote:
        del key
        project_id = account.projects[values["project"]]
        body = {**_body(values), "description": str(marker)}
        row = account.gitlab.create_hook(project_id, body | _secret(account))
        return self._checked(account, values, row, body)

    def change(self, account: Account, found: Remote, values: Values, marker: Marker) -> Remote:
        """Always with the secret: another URL makes GitLab forget it."""
        project_id, _, hook_id = found.remote_id.partition(":")
        body = {**_body(values), "description": marker.added_to(found.raw.get("description"))}
        row = account.gitlab.change_hook(int(project_id), hook_id, body | _secret(account))
        return self._checked(account, values, row, body)

    def delete(self, account: Account, found: Remote) -> None:
        project_id, _, hook_id = found.remote_id.partition(":")
        account.gitlab.delete_hook(int(project_id), hook_id)

    def _checked(self, account: Account, values: Values, row: Json, body: Json) -> Remote:
        """GitLab before 19.0 drops a signing token without a word: then it gets a plain one."""
        secret = account.gitlab_secret
        if secret.value.startswith(SIGNING_PREFIX) and row.get("signing_token_present") is not True:
            plain = secret.value.removeprefix(SIGNING_PREFIX)
            secret.also(plain)
            row = account.gitlab.change_hook(int(row["project_id"]), text(row["id"]), {**body, "token": plain})
        if row.get("signing_token_present") is not True and row.get("token_present") is False:
            raise Invalid("gitlab", "GitLab did not take the secret of the hook", "no_secret")
        found = self._found(values["project"], row)
        return Remote(
            found.remote_id,
            found.title,
            {**found.values, "secret": secret.fingerprint},
            found.marker,
            raw=found.raw,
        )

    def _found(self, path: str, row: Json) -> Remote:
        values: dict[str, Any] = {
            "project": path,
            "name": text(row.get("name")),
            "url": text(row.get("url")),
            **{event: bool(row.get(event)) for event in EVENTS},
            "push_events": bool(row.get("push_events")),
            "enable_ssl_verification": bool(row.get("enable_ssl_verification", True)),
        }
        return Remote(
            f"{row.get('project_id')}:{row.get('id')}",
            text(row.get("name") or row.get("url")),
            values,
            Marker.in_text(row.get("description")),
            raw=row,
        )


def _projects(account: Account) -> dict[str, int]:
    """Those of the trackers, and those of hooks that we made for trackers of before."""
    hooks = [one for key, one in account.recorded.items() if key.startswith(f"{GitLabHook.name}/")]
    left = {str(one.last_applied.get("project")): int(one.remote_id.partition(":")[0]) for one in hooks}
    return {**left, **account.projects}


def _body(values: Values) -> dict[str, Any]:
    return {name: value for name, value in values.items() if name not in {"project", "secret"}}


def _secret(account: Account) -> dict[str, str]:
    secret = account.gitlab_secret.value
    return {"signing_token" if secret.startswith(SIGNING_PREFIX) else "token": secret}
