"""GitLab's two ways of paging, offset and keyset, with their headers."""

from __future__ import annotations

import base64
import binascii
import json
from bisect import bisect_right
from collections.abc import Callable, Sequence
from typing import Any, TypeVar
from urllib.parse import urlencode

from starlette.responses import Response

from integrations.sandbox.api import answer
from integrations.sandbox.gitlab.checks import CheckedRequest
from integrations.sandbox.gitlab.refusals import bad_value

Item = TypeVar("Item")
Key = tuple[Any, ...]
DEFAULT_PAGE = 20
MAX_PAGE = 100
COUNTED_UP_TO = 10_000
"""With more rows GitLab sends no totals and no last page."""


def paged(
    request: CheckedRequest, items: Sequence[Item], show: Callable[[Item], Any], key_of: Callable[[Item], Key]
) -> Response:
    """`items` are in their final order; `key_of` gives that order's ascending or descending sort key."""
    size = min(_number(request, "per_page", DEFAULT_PAGE), MAX_PAGE)
    if request.text("pagination") == "keyset":
        if not request.text("order_by") or not request.text("sort"):
            raise bad_value("sandbox: keyset paging goes with order_by and sort, both mandatory")
        return _keyset(request, items, show, key_of, size)
    if request.text("pagination") not in {"", "offset", "legacy"}:
        raise bad_value("pagination does not have a valid value")
    number = _number(request, "page", 1)
    start = (number - 1) * size
    rows = items[start : start + size]
    pages = max(1, -(-len(items) // size))
    headers = {
        "X-Page": str(number),
        "X-Per-Page": str(size),
        "X-Next-Page": str(number + 1) if number < pages else "",
        "X-Prev-Page": str(number - 1) if number > 1 else "",
    }
    links = {"first": 1}
    if number < pages:
        links["next"] = number + 1
    if number > 1:
        links["prev"] = number - 1
    if len(items) <= COUNTED_UP_TO:
        headers |= {"X-Total": str(len(items)), "X-Total-Pages": str(pages)}
        links["last"] = pages
    headers["Link"] = ", ".join(
        f'<{_url(request, page=str(page), per_page=str(size))}>; rel="{rel}"' for rel, page in links.items()
    )
    return answer([show(row) for row in rows], headers=headers)


def _keyset(
    request: CheckedRequest,
    items: Sequence[Item],
    show: Callable[[Item], Any],
    key_of: Callable[[Item], Key],
    size: int,
) -> Response:
    start = 0
    if request.text("cursor"):
        start = _after(items, key_of, _read_cursor(request.text("cursor")))
    rows = items[start : start + size]
    headers = {"X-Per-Page": str(size)}
    if start + size < len(items):
        cursor = base64.urlsafe_b64encode(json.dumps(key_of(rows[-1])).encode()).decode()
        headers["Link"] = f'<{_url(request, cursor=cursor, per_page=str(size), pagination="keyset")}>; rel="next"'
    return answer([show(row) for row in rows], headers=headers)


def _after(items: Sequence[Item], key_of: Callable[[Item], Key], last: Key) -> int:
    """Where to go on after the row with this key, which may meanwhile be gone or elsewhere."""
    if not items:
        return 0
    if key_of(items[0]) <= key_of(items[-1]):
        return bisect_right(items, last, key=key_of)
    low, high = 0, len(items)
    while low < high:
        middle = (low + high) // 2
        if key_of(items[middle]) < last:
            high = middle
        else:
            low = middle + 1
    return low


def _read_cursor(cursor: str) -> Key:
    try:
        return tuple(json.loads(base64.urlsafe_b64decode(cursor)))
    except (binascii.Error, ValueError, TypeError) as error:
        raise bad_value("cursor is invalid") from error


def _number(request: CheckedRequest, name: str, default: int) -> int:
    given = request.text(name)
    if not given:
        return default
    if not given.isdecimal() or int(given) < 1:
        raise bad_value(f"{name} is invalid")
    return int(given)


def _url(request: CheckedRequest, **replaced: str) -> str:
    kept = [(key, value) for key, value in request.http.query if key not in replaced]
    return f"{request.state.url}{request.http.path}?{urlencode([*kept, *replaced.items()])}"
