"""Who of GitLab's people may look at the desk, and who may change things."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from app.desk.session import PERSON
from app.records.sessions import Role
from integrations.gitlab.sign_in import GitlabPerson, GitlabSignIn, SignInSecrets

MOST_AT_ONCE = 4
"""Sign-ins that wait for GitLab. Each holds a thread, which pages need too, and strangers can begin one."""


class TooManySignIns(Exception):
    """As many wait for GitLab as may."""


@dataclass(frozen=True)
class GitlabLogin:
    """`lists`: for each role `@name` of people and paths of groups, in lower case as GitLab compares them."""

    client: GitlabSignIn
    secret: str
    lists: Mapping[Role, tuple[str, ...]]
    _at_once: threading.BoundedSemaphore = field(default_factory=lambda: threading.BoundedSemaphore(MOST_AT_ONCE))

    def person(self, code: str, given: SignInSecrets, now: datetime) -> GitlabPerson:
        """Raises TooManySignIns, IntegrationError."""
        if not self._at_once.acquire(blocking=False):
            raise TooManySignIns
        try:
            return self.client.person(code, given, now)
        finally:
            self._at_once.release()

    def role_of(self, person: GitlabPerson) -> Role | None:
        """Exact names, never a part of one: https://github.com/mher/flower/issues/1217 shows why."""
        own = {f"{PERSON}{person.username}".lower(), *(path.lower() for path in person.groups)}
        roles: tuple[Role, ...] = ("operate", "read")
        return next((role for role in roles if own & set(self.lists.get(role, ()))), None)

    @property
    def vouchers(self) -> dict[Role, str]:
        """What vouches for the sessions: changed lists or another secret end them all."""
        known = hashlib.sha256(repr((self.secret, sorted(self.lists.items()))).encode()).hexdigest()
        return {role: f"{role} {known}" for role in self.lists}
