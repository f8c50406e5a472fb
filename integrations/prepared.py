"""A request as it is sent, made without what `requests` asks of any address in the world each time."""

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from requests import PreparedRequest
from requests.structures import CaseInsensitiveDict

# What needs no other spelling: neither non-ASCII signs, nor parts that begin with a dot, nor a query of its own.
PLAIN_PATH = re.compile(r"(?:/(?!\.)(?:[\w.~-]|%2F)*)*", re.ASCII)


def prepared(
    method: str,
    base_url: str,
    url: str,
    *,
    headers: CaseInsensitiveDict[str | bytes],
    params: Mapping[str, Any] | None = None,
    json: Any = None,
) -> PreparedRequest:
    """A request without credentials. Raises `requests.RequestException` for what cannot be sent."""
    request = PreparedRequest()
    request.method = method.upper()
    if url.startswith(base_url) and PLAIN_PATH.fullmatch(url, len(base_url)):
        request.url = f"{url}?{_query(params)}" if params else url
    else:
        request.prepare_url(url, params or {})
    request.prepare_headers(headers)
    request.prepare_body(None, None, json)
    return request


def _query(params: Mapping[str, Any]) -> str:
    """Of several values each by itself; without those that are None."""
    return urlencode({name: value for name, value in params.items() if value is not None}, doseq=True)
