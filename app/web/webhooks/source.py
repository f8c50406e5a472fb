"""A sender of webhooks as a value: how it proves who it is, and what work its deliveries lead to."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from pydantic import SecretStr

from app.identity import Identity
from app.settings import Settings
from app.work.messages import Work

Ignored = Literal["event_of_no_interest", "own_update"]
"""Why a delivery leads to no work."""


class NotUnderstood(Exception):
    """Signed, but not readable: kept as a failure that people see."""

    reason = "body_not_understood"


@dataclass(frozen=True, slots=True)
class Received:
    """A request, read to its end."""

    headers: Mapping[str, str]
    """Their names in any case."""
    body: bytes
    at: datetime


@dataclass(frozen=True, slots=True)
class WebhookSource:
    name: str
    """The end of its path, and the label of its deliveries."""
    summary: str
    advice: str
    """What people should check when a delivery cannot be read."""
    secrets: Callable[[Settings], Sequence[SecretStr]]
    """Without one the endpoint is closed: anybody could send."""
    verify: Callable[[Received, Sequence[str]], None]
    """Raises BadSignature unless one of the secrets vouches for the delivery."""
    own_id: Callable[[Identity], int | None]
    """Our own account's id at the sender; None while it is not known."""
    work: Callable[[Received, int | None], Work | Ignored]
    """The work that a delivery leads to, given our own id. Raises NotUnderstood."""
