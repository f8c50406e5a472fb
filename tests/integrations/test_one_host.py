"""What is sent is what requests would send, made with less work."""

from __future__ import annotations

from typing import Any

import pytest
import requests
from requests.structures import CaseInsensitiveDict

from integrations.one_host import prepared

BASE = "https://gitlab.example:8443/sub"


@pytest.mark.parametrize(
    ("method", "path", "params", "json"),
    [
        ("get", "/api/v4/projects/gitlab-org%2Fgitlab", None, None),
        ("GET", "/api/v4/projects/1/issues", {"search": "käse & c++ 100%", "iids": [1, 2], "state": None}, None),
        ("GET", "/api/v2/tickets/7.json", {"page[size]": "100", "include": "users,groups", "~": "-._"}, None),
        ("GET", "", None, None),
        ("PUT", "/api/v2/tickets/7.json", None, {"ticket": {"comment": "ü"}}),
        ("POST", "/api/v2/tickets", {}, {}),
        ("DELETE", "/api/v4/projects/gruppe%2fprojekt%2Ex", {"a": "b"}, None),
        ("POST", "/a/../b/./c.json", {"a": "b"}, []),
        ("GET", "/wörter mit blanks/%7Euser?page=2#top", {"a": "b"}, None),
        ("GET", "//evil.example/x", None, None),
    ],
)
def test_a_request_is_the_one_of_requests(method: str, path: str, params: dict[str, Any] | None, json: Any) -> None:
    headers = {"PRIVATE-TOKEN": "t0ken", "Content-type": "application/json"}
    theirs = requests.Request(method, BASE + path, headers=headers, params=params or {}, json=json).prepare()
    ours = prepared(method, BASE, BASE + path, headers=CaseInsensitiveDict(headers), params=params, json=json)
    assert (ours.method, ours.url, ours.headers, ours.body) == (
        theirs.method,
        theirs.url,
        theirs.headers,
        theirs.body,
    )


def test_an_address_elsewhere_is_read_as_requests_reads_it() -> None:
    ours = prepared("GET", BASE, "https://gitlab.example:8443@evil.example/", headers=CaseInsensitiveDict())
    assert ours.url == "https://gitlab.example:8443@evil.example/"


def test_a_header_that_would_begin_another_is_refused() -> None:
    with pytest.raises(requests.RequestException):
        prepared("GET", BASE, f"{BASE}/x", headers=CaseInsensitiveDict({"Idempotency-Key": "a\r\nX-Other: b"}))
