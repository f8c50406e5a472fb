"""Sessions: an opaque cookie, kept as its digest, that ends when idle, when old, or with the token that began it.

Not a signed cookie: nothing could be revoked then, and the audit needs to know who it was.
"""

import hashlib
import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from app.records.sessions import Role, Session, Sessions

PERSON = "@"
"""With it begin the names that GitLab vouches for, and no other."""
IDLE = timedelta(hours=2)
LONGEST = timedelta(hours=12)
# How often a session that is used is written down as used.
SEEN_EVERY = timedelta(minutes=1)
# How long an open page is believed to be signed in still. It is over here at once when it ends here; when another
# process ends it, after this.
RECALLED = timedelta(seconds=30)
MOST_RECALLED = 1000


@dataclass(frozen=True)
class Visitor:
    """Who looks at the desk."""

    name: str
    role: Role
    digest: str
    """Of the session."""

    @property
    def is_checked(self) -> bool:
        """GitLab vouches for the name."""
        return self.name.startswith(PERSON)

    @property
    def may_operate(self) -> bool:
        return self.role == "operate"


@dataclass(frozen=True)
class SessionBook:
    """Begins, finds and ends sessions. `tokens`: what vouches for each role; a role without one has no entry.

    `people`: what vouches for those whom GitLab knows, in the same way.
    """

    sessions: Sessions
    tokens: Mapping[Role, str]
    people: Mapping[Role, str] = field(default_factory=dict)
    _found: dict[str, tuple[datetime, Visitor]] = field(default_factory=dict)
    """By the digest of the cookie, with when it was looked up."""

    def role_of(self, token: str) -> Role | None:
        """Takes the same time however much of the token is right."""
        given = token.encode()
        matches = [role for role, own in self.tokens.items() if hmac.compare_digest(given, own.encode())]
        return matches[0] if matches else None

    def begin(self, name: str, role: Role, now: datetime, *, by_gitlab: bool = False) -> str:
        """The cookie's value, which is stored nowhere."""
        value = secrets.token_urlsafe(32)
        digest = digest_of(value)
        self.sessions.end_idle(seen_before=(now - IDLE).isoformat(), now=now.isoformat())
        self.sessions.add(
            Session(
                digest=digest,
                name=name,
                role=role,
                vouched_by=_voucher((self.people if by_gitlab else self.tokens)[role], digest),
                begun_at=now.isoformat(),
                seen_at=now.isoformat(),
                ends_at=(now + LONGEST).isoformat(),
            )
        )
        return value

    def find(self, value: str, now: datetime, *, uses: bool) -> Visitor | None:
        """None: there is none, or it is over. `uses`: a person did this, so that it is not idle."""
        session = self.sessions.of(digest_of(value)) if value else None
        if session is None or not self._holds(session, now):
            return None
        if uses and now - datetime.fromisoformat(session.seen_at) >= SEEN_EVERY:
            self.sessions.seen(session.digest, now.isoformat())
        visitor = Visitor(session.name, session.role, session.digest)
        if len(self._found) >= MOST_RECALLED:
            self._found.clear()
        self._found[session.digest] = (now, visitor)
        return visitor

    def recall(self, value: str, now: datetime) -> Visitor | None:
        """As it was found a moment ago, without a query. None: look it up."""
        found_at, visitor = self._found.get(digest_of(value), (now, None))
        return visitor if found_at <= now < found_at + RECALLED else None

    def end(self, value: str) -> None:
        self.sessions.end(digest_of(value))
        self._found.pop(digest_of(value), None)

    def end_all_of(self, visitor: Visitor) -> int:
        """All sessions of that name, on whatever machine; how many there were.

        Of a name that somebody typed only those with the same role: who may only look could take another's name.
        """
        roles: tuple[Role, ...] = ("operate", "read") if visitor.is_checked else (visitor.role,)
        count = self.sessions.end_all_of(visitor.name, roles)
        self._found.clear()
        return count

    def _holds(self, session: Session, now: datetime) -> bool:
        is_in_time = now < datetime.fromisoformat(session.ends_at)
        is_in_use = now - datetime.fromisoformat(session.seen_at) < IDLE
        vouchers = [known[session.role] for known in (self.tokens, self.people) if session.role in known]
        is_vouched_for = any(hmac.compare_digest(session.vouched_by, _voucher(one, session.digest)) for one in vouchers)
        return is_in_time and is_in_use and is_vouched_for


def _voucher(secret: str, digest: str) -> str:
    return hmac.new(secret.encode(), digest.encode(), hashlib.sha256).hexdigest()


def digest_of(value: str) -> str:
    return hashlib.sha256(value.encode()).hexdigest()
