"""Zendesk's two ways of paging: cursors (`page[size]`) and offsets (`page`, `per_page`)."""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar
from urllib.parse import urlencode

from integrations.sandbox.api import Json
from integrations.sandbox.cursors import read_cursor, write_cursor
from integrations.sandbox.zendesk.checks import CheckedRequest
from integrations.sandbox.zendesk.refusals import bad_request

Item = TypeVar("Item")
MAX_PAGE = 100


def page_of(request: CheckedRequest, name: str, items: Sequence[Item], show: Callable[[Item], Any]) -> Json:
    """`{name: [...]}` with what the chosen way of paging puts beside it. Links name the sandbox's own host."""
    by_cursor = bool(request.one("page[size]"))
    size = _number(request, "page[size]" if by_cursor else "per_page", MAX_PAGE)
    number = _number(request, "page", 1)
    start = _place(request.one("page[after]")) if by_cursor else (number - 1) * size
    end = start + size
    more = end < len(items)
    rows = {name: [show(item) for item in items[start:end]]}
    if by_cursor:
        after = write_cursor("after", min(end, len(items)))
        following = _link(request, {"page[after]": after, "page[size]": size}, wanted=more)
        meta = {"has_more": more, "after_cursor": after if items else None, "before_cursor": None}
        return rows | {"meta": meta, "links": {"next": following, "prev": None}}
    return rows | {
        "count": len(items),
        "next_page": _link(request, {"page": number + 1, "per_page": size}, wanted=more),
        "previous_page": _link(request, {"page": number - 1, "per_page": size}, wanted=number > 1),
    }


def _link(request: CheckedRequest, query: dict[str, object], *, wanted: bool) -> str | None:
    return f"{request.state.url}{request.http.path}.json?{urlencode(query)}" if wanted else None


def _number(request: CheckedRequest, name: str, default: int) -> int:
    given = request.one(name)
    if not given:
        return default
    if not given.isdecimal() or int(given) < 1:
        raise bad_request("InvalidPaginationParameter", f"{name} must be a positive number")
    return min(int(given), MAX_PAGE) if name != "page" else int(given)


def _place(cursor: str) -> int:
    if not cursor:
        return 0
    try:
        word, place = read_cursor(cursor)
        if word == "after" and isinstance(place, int):
            return place
    except ValueError:
        pass
    raise bad_request("InvalidPaginationParameter", "page[after] is not a cursor of this list")
