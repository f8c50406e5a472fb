"""Keyset paging: from each answer only the cursor of the next page is taken, never its address."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import requests


def next_cursor(response: requests.Response) -> str:
    """Empty after the last page. Raises ValueError for a next page without a cursor: that is another way of paging."""
    following = response.links.get("next")
    if following is None:
        return ""
    cursors = parse_qs(urlsplit(following["url"]).query).get("cursor", [])
    if len(cursors) != 1:
        raise ValueError("the next page has no cursor")
    return cursors[0]
