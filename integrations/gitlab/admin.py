"""A project's webhooks and labels, and the token's own state: plain JSON through python-gitlab."""

from collections.abc import Mapping, Sequence
from typing import Any

from gitlab.exceptions import GitlabParsingError

from integrations.gitlab.calls import Calls
from integrations.gitlab.errors import SERVICE

Json = Mapping[str, Any]


class GitLabAdmin(Calls):
    def version(self) -> str:
        """`19.4.1-ee`. One GET."""
        return str(self._read("/version").get("version", ""))

    def token(self) -> Json:
        """Of a personal, project or group token: name, scopes, expires_at. One GET."""
        return self._read("/personal_access_tokens/self")

    def project(self, path: str) -> Json:
        """With `permissions`. One GET."""
        return self._read(f"/projects/{_quoted(path)}")

    def hooks(self, project_id: int) -> Sequence[Json]:
        return self._list(f"/projects/{project_id}/hooks")

    def deliveries(self, project_id: int, hook_id: str) -> Sequence[str]:
        """What we answered to the newest 20, such as `200` or `internal error`. Without what was sent. One GET."""
        rows = self._call(
            lambda: self._gitlab.http_list(
                f"/projects/{project_id}/hooks/{hook_id}/events", get_all=False, per_page=20
            ),
            f"GET /projects/{project_id}/hooks/{hook_id}/events",
        )
        return [str(_as_object(row).get("response_status")) for row in rows]

    def create_hook(self, project_id: int, body: Json) -> Json:
        return self._write("POST", f"/projects/{project_id}/hooks", body)

    def change_hook(self, project_id: int, hook_id: str, body: Json) -> Json:
        """`url` is needed each time; another one makes GitLab forget both tokens."""
        return self._write("PUT", f"/projects/{project_id}/hooks/{hook_id}", body)

    def delete_hook(self, project_id: int, hook_id: str) -> None:
        self._call(
            lambda: self._gitlab.http_delete(f"/projects/{project_id}/hooks/{hook_id}"),
            f"DELETE /projects/{project_id}/hooks/{hook_id}",
        )

    def test_hook(self, project_id: int, hook_id: str) -> None:
        """GitLab delivers the newest issue of the project as an event. It needs one."""
        self._write("POST", f"/projects/{project_id}/hooks/{hook_id}/test/issues_events", {})

    def labels(self, project_id: int) -> Sequence[Json]:
        """With those of the groups above it."""
        return self._list(f"/projects/{project_id}/labels")

    def create_label(self, project_id: int, body: Json) -> Json:
        return self._write("POST", f"/projects/{project_id}/labels", body)

    def _read(self, path: str) -> Json:
        return self._object(lambda: self._gitlab.http_get(path), f"GET {path}")

    def _write(self, method: str, path: str, body: Json) -> Json:
        send = self._gitlab.http_put if method == "PUT" else self._gitlab.http_post
        return self._object(lambda: send(path, post_data=dict(body)), f"{method} {path}")

    def _list(self, path: str) -> Sequence[Json]:
        def rows() -> list[Json]:
            return [_as_object(row) for row in self._gitlab.http_list(path, iterator=False, get_all=True, per_page=100)]

        return self._call(rows, f"GET {path}")

    def _object(self, call: Any, name: str) -> Json:
        return self._call(lambda: _as_object(call()), name)


def _as_object(answer: object) -> Json:
    if not isinstance(answer, dict):
        raise GitlabParsingError(f"{SERVICE} answered no object")
    return answer


def _quoted(path: str) -> str:
    return path.replace("/", "%2F")
