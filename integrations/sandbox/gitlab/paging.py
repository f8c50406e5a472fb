"""GitLab's two ways of paging, offset and keyset, with their headers."""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from typing import Any, TypeVar
from urllib.parse import urlencode

from integrations.sandbox.api import Json
from integrations.sandbox.cursors import read_cursor, write_cursor
from integrations.sandbox.gitlab.checks import CheckedRequest
from integrations.sandbox.gitlab.refusals import bad_value

Item = TypeVar("Item")
Key = tuple[Any, ...]
DEFAULT_PAGE = 20
MAX_PAGE = 100
COUNTED_UP_TO = 10_000
"""With more rows GitLab sends no totals and no last page."""


def by_id(item: Any) -> Key:
    return (item.id,)


def paged(
    request: CheckedRequest, items: Sequence[Item], show: Callable[[Item], Json], key_of: Callable[[Item], Key]
) -> list[Json]:
    """`items` are in their final order; `key_of` gives that order's ascending or descending sort key."""
    size = min(_number(request, "per_page", DEFAULT_PAGE), MAX_PAGE)
    if request.text("pagination") == "keyset":
        if not request.text("order_by") or not request.text("sort"):
            raise bad_value("sandbox: keyset paging goes with order_by and sort, both mandatory")
        rows = _keyset(request, items, key_of, size)
    elif request.text("pagination") in {"", "offset", "legacy"}:
        rows = _offset(request, items, size)
    else:
        raise bad_value("pagination does not have a valid value")
    return [show(row) for row in rows]


def _offset(request: CheckedRequest, items: Sequence[Item], size: int) -> Sequence[Item]:
    number = _number(request, "page", 1)
    pages = max(1, -(-len(items) // size))
    links = {"first": 1}
    if number < pages:
        links["next"] = number + 1
    if number > 1:
        links["prev"] = number - 1
    headers = {"X-Page": number, "X-Next-Page": links.get("next", ""), "X-Prev-Page": links.get("prev", "")}
    if len(items) <= COUNTED_UP_TO:
        headers |= {"X-Total": len(items), "X-Total-Pages": pages}
        links["last"] = pages
    urls = [f'<{_url(request, page=str(page), per_page=str(size))}>; rel="{rel}"' for rel, page in links.items()]
    request.http.answer_headers |= {name: str(value) for name, value in headers.items()}
    request.http.answer_headers |= {"X-Per-Page": str(size), "Link": ", ".join(urls)}
    return items[(number - 1) * size : number * size]


def _keyset(request: CheckedRequest, items: Sequence[Item], key_of: Callable[[Item], Key], size: int) -> Sequence[Item]:
    start = 0
    if request.text("cursor"):
        try:
            start = _after(items, key_of, read_cursor(request.text("cursor")))
        except (ValueError, TypeError) as error:
            raise bad_value("cursor is invalid") from error
    rows = items[start : start + size]
    request.http.answer_headers["X-Per-Page"] = str(size)
    if start + size < len(items):
        url = _url(request, cursor=write_cursor(*key_of(rows[-1])), per_page=str(size), pagination="keyset")
        request.http.answer_headers["Link"] = f'<{url}>; rel="next"'
    return rows


def _after(items: Sequence[Item], key_of: Callable[[Item], Key], last: Key) -> int:
    """Where to go on after the row with this key, which may meanwhile be gone or elsewhere."""
    if not items:
        return 0
    if key_of(items[0]) <= key_of(items[-1]):
        return bisect_right(items, last, key=key_of)
    ascending = range(len(items) - 1, -1, -1)
    return len(items) - bisect_left(ascending, last, key=lambda place: key_of(items[place]))


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
