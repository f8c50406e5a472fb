"""The hands of a maintainer who works in GitLab's own settings, and what was made there over the API."""

from dataclasses import asdict
from typing import Any

from integrations.sandbox.api import Json
from integrations.sandbox.gitlab.state import State


class SetupControls:
    _state: State

    def made_objects(self) -> dict[str, dict[str, Json]]:
        """The hooks that were made over the API, and every label."""
        with self._state.lock:
            hooks = {str(hook.id): asdict(hook) for hook in self._state.hooks.values()}
            labels = {
                f"{project.path} {label.name}": asdict(label)
                for project in self._state.projects.values()
                for label in project.labels.values()
            }
        return {"hooks": hooks, "labels": labels}

    def edit_hook(self, number: int | str, **changes: Any) -> None:
        """By hand: `url`, `name`, `description`, or a switch of events. Another address costs the secrets."""
        with self._state.lock:
            hook = self._state.hooks[int(number)]
            if changes.get("url", hook.url) != hook.url:
                hook.token = hook.signing_token = ""
            for name, value in changes.items():
                if name in hook.flags:
                    hook.flags[name] = value
                else:
                    setattr(hook, name, value)

    def delete_hook(self, number: int | str) -> None:
        with self._state.lock:
            del self._state.hooks[int(number)]

    def forget_set_up(self) -> None:
        """No hooks and no labels, and the newest version."""
        with self._state.lock:
            self._state.hooks.clear()
            for project in self._state.projects.values():
                project.labels.clear()
            self.signing = True
