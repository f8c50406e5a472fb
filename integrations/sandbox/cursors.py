"""Opaque places in a list, as both services hand them out for the next page."""

import base64
import json
from typing import Any


def write_cursor(*place: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(place).encode()).decode().rstrip("=")


def read_cursor(cursor: str) -> tuple[Any, ...]:
    """Raises ValueError for what `write_cursor` did not write."""
    match json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))):
        case [*place]:
            return tuple(place)
        case _:
            raise ValueError("a cursor holds a list")
