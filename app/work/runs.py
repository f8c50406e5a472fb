"""What a run is called in a ticket's audits."""

from __future__ import annotations

import hashlib


def run_id(key: str) -> str:
    """Of the work with this key; every try of the same work is the same run."""
    return "pm" + hashlib.sha256(key.encode()).hexdigest()[:24]
