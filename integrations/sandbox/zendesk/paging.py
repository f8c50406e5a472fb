"""Zendesk's two ways of paging: cursors (`page[size]`) and offsets (`page`, `per_page`)."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Sequence
from typing import Any, TypeVar
from urllib.parse import urlencode

from integrations.sandbox.zendesk.checks import CheckedRequest
from integrations.sandbox.zendesk.refusals import bad_request

Item = TypeVar("Item")
MAX_PAGE = 100


def page_of(request: CheckedRequest, name: str, items: Sequence[Item], show: Callable[[Item], Any]) -> dict[str, Any]:
    """`{name: [...]}` with what the chosen way of paging puts beside it. Links name the sandbox's own host."""
    url = f"{request.state.url}{request.http.path}.json"
    if request.one("page[size]"):
        return _by_cursor(request, name, items, show, url)
    size = _number(request, "per_page", MAX_PAGE)
    number = _number(request, "page", 1)
    start = (number - 1) * size
    more = start + size < len(items)
    return {
        name: [show(item) for item in items[start : start + size]],
        "count": len(items),
        "next_page": f"{url}?{urlencode({'page': number + 1, 'per_page': size})}" if more else None,
        "previous_page": f"{url}?{urlencode({'page': number - 1, 'per_page': size})}" if number > 1 else None,
    }


def _by_cursor(
    request: CheckedRequest, name: str, items: Sequence[Item], show: Callable[[Item], Any], url: str
) -> dict[str, Any]:
    size = _number(request, "page[size]", MAX_PAGE)
    start = _place(request.one("page[after]")) if request.one("page[after]") else 0
    end = min(start + size, len(items))
    more = end < len(items)
    after = _cursor(end)
    following = urlencode({"page[after]": after, "page[size]": size})
    return {
        name: [show(item) for item in items[start:end]],
        "meta": {"has_more": more, "after_cursor": after if more else None, "before_cursor": None},
        "links": {"next": f"{url}?{following}" if more else None, "prev": None},
    }


def _number(request: CheckedRequest, name: str, default: int) -> int:
    given = request.one(name)
    if not given:
        return default
    if not given.isdecimal() or int(given) < 1:
        raise bad_request("InvalidPaginationParameter", f"{name} must be a positive number")
    return min(int(given), MAX_PAGE) if name != "page" else int(given)


def _cursor(place: int) -> str:
    return base64.urlsafe_b64encode(f"at {place}".encode()).decode().rstrip("=")


def _place(cursor: str) -> int:
    try:
        word, _space, place = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode().partition(" ")
        if word == "at":
            return int(place)
    except (binascii.Error, ValueError):
        pass
    raise bad_request("InvalidPaginationParameter", "page[after] is not a cursor of this list")
