"""What was asked of a service: for counting calls per ticket and for exact query strings."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True)
class Call:
    """One request, listed when it arrives; `status` is 0 until it is answered and stays 0 if the connection was cut."""

    method: str
    path: str
    """Without query; Zendesk's `.json` ending removed, GitLab's `%2F` kept."""
    query: str
    """As sent, without the question mark."""
    status: int = 0
    fault: str = ""
    """The kind of the fault it met, if any."""
    agent: str = ""
    """The caller's User-Agent."""
    began: float = 0.0
    """When it arrived and when it was dealt with, in seconds since 1970; `ended` is 0 until then."""
    ended: float = 0.0
