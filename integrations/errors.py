"""What can go wrong when we call another service. Each error says whether the call took effect.

Messages hold a service, a method, a path, ids and field names: never a body, a search word or a secret.
"""

from collections.abc import Mapping
from typing import ClassVar


class IntegrationError(Exception):
    """`reason` is snake_case, for metrics and audits. `retryable`: the caller may repeat the same call later."""

    retryable: ClassVar[bool] = False
    default_reason: ClassVar[str] = "integration_error"

    def __init__(self, service: str, message: str, reason: str | None = None) -> None:
        self.service = service
        self.message = message
        self.reason = reason or self.default_reason
        super().__init__(service, message, self.reason)

    def __str__(self) -> str:
        return f"{self.service}: {self.message}"


class NotFound(IntegrationError):
    """404: it does not exist, or the token may not see it."""

    default_reason = "not_found"


class _Explained(IntegrationError):
    """`fields`: what the service said, by field; under `base` what is about none.

    Its texts may quote what people wrote: show them where the ticket may be shown, do not log them.
    """

    def __init__(
        self, service: str, message: str, reason: str | None = None, fields: Mapping[str, tuple[str, ...]] | None = None
    ) -> None:
        super().__init__(service, message, reason)
        self.fields = dict(fields or {})
        self.args = (service, message, self.reason, self.fields)


class Refused(_Explained):
    """401, 403, a redirect, or a request for another host than ours: a person has to change something."""

    default_reason = "refused"


class Invalid(_Explained):
    """400, 422: the request will never be accepted as it is."""

    default_reason = "invalid"


class Unreadable(IntegrationError):
    """What was asked for is there, in a form that we cannot read: asking again gives the same."""

    default_reason = "unreadable_answer"


class Conflict(IntegrationError):
    """409: it changed since it was read. Read again, decide again, write."""

    default_reason = "conflict"


class _Later(IntegrationError):
    """Not carried out. `retry_after`: the seconds to wait that the service named, or None."""

    retryable = True

    def __init__(self, service: str, message: str, reason: str | None = None, retry_after: float | None = None) -> None:
        super().__init__(service, message, reason)
        self.retry_after = retry_after
        self.args = (service, message, self.reason, retry_after)


class RateLimited(_Later):
    """429: not carried out; wait `retry_after` seconds."""

    default_reason = "rate_limited"


class Unavailable(_Later):
    """Definitely not applied: no connection, or a read that got no usable answer."""

    default_reason = "unavailable"


class NotSent(Unavailable):
    """Not sent: the service is down, or our share of its limit is used up.

    `retry_after` says when to come back. This does not count as a failed try.
    """

    default_reason = "not_sent"


class UnknownOutcome(IntegrationError):
    """A write whose answer was lost or unreadable: it may have happened. Look it up before sending it again."""

    default_reason = "unknown_outcome"


NOT_CARRIED_OUT = (Refused, Invalid, NotFound, RateLimited, Unavailable)
"""A creation that ends in one of these created nothing."""
