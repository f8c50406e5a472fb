"""Sessions: an opaque cookie, kept as its digest, that ends when idle, when old, or with the token that began it.

Not a signed cookie: nothing could be revoked then, and the audit needs to know who it was.
"""

import hashlib
import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.records.sessions import Role, Session, Sessions

IDLE = timedelta(hours=2)
LONGEST = timedelta(hours=12)
# How often a session that is used is written down as used.
SEEN_EVERY = timedelta(minutes=1)


@dataclass(frozen=True)
class Visitor:
    """Who looks at the desk."""

    name: str
    role: Role
    digest: str
    """Of the session."""

    @property
    def may_operate(self) -> bool:
        return self.role == "operate"


@dataclass(frozen=True)
class SessionBook:
    """Begins, finds and ends sessions. `tokens`: what vouches for each role; a role without one has no entry."""

    sessions: Sessions
    tokens: Mapping[Role, str]

    def role_of(self, token: str) -> Role | None:
        """Takes the same time however much of the token is right."""
        given = token.encode()
        matches = [role for role, own in self.tokens.items() if hmac.compare_digest(given, own.encode())]
        return matches[0] if matches else None

    def begin(self, name: str, role: Role, now: datetime) -> str:
        """The cookie's value, which is stored nowhere."""
        value = secrets.token_urlsafe(32)
        digest = _digest(value)
        self.sessions.end_idle(seen_before=(now - IDLE).isoformat(), now=now.isoformat())
        self.sessions.add(
            Session(
                digest=digest,
                name=name,
                role=role,
                vouched_by=self._voucher(role, digest),
                begun_at=now.isoformat(),
                seen_at=now.isoformat(),
                ends_at=(now + LONGEST).isoformat(),
            )
        )
        return value

    def find(self, value: str, now: datetime, *, uses: bool) -> Visitor | None:
        """None: there is none, or it is over. `uses`: a person did this, so that it is not idle."""
        session = self.sessions.of(_digest(value)) if value else None
        if session is None or not self._holds(session, now):
            return None
        if uses and now - datetime.fromisoformat(session.seen_at) >= SEEN_EVERY:
            self.sessions.seen(session.digest, now.isoformat())
        return Visitor(session.name, session.role, session.digest)

    def end(self, value: str) -> None:
        self.sessions.end(_digest(value))

    def _holds(self, session: Session, now: datetime) -> bool:
        is_in_time = now < datetime.fromisoformat(session.ends_at)
        is_in_use = now - datetime.fromisoformat(session.seen_at) < IDLE
        is_vouched_for = session.role in self.tokens and hmac.compare_digest(
            session.vouched_by, self._voucher(session.role, session.digest)
        )
        return is_in_time and is_in_use and is_vouched_for

    def _voucher(self, role: Role, digest: str) -> str:
        return hmac.new(self.tokens[role].encode(), digest.encode(), hashlib.sha256).hexdigest()


def _digest(value: str) -> str:
    return hashlib.sha256(value.encode()).hexdigest()
