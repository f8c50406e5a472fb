"""Calls of a session to its one address: what requests looks up for each of them is kept."""

import re
import ssl
import threading
from collections.abc import Mapping
from functools import cache
from typing import Any
from urllib.parse import urlencode

from requests import PreparedRequest, Response
from requests.adapters import HTTPAdapter
from requests.structures import CaseInsensitiveDict
from requests.utils import DEFAULT_CA_BUNDLE_PATH, get_encoding_from_headers
from urllib3 import BaseHTTPResponse
from urllib3.connectionpool import ConnectionPool

# What needs no other spelling: neither non-ASCII signs, nor parts that begin with a dot, nor a query of its own.
PLAIN_PATH = re.compile(r"(?:/(?!\.)(?:[\w.~-]|%2F)*)*", re.ASCII)


_reading = threading.Lock()


def authorities() -> ssl.SSLContext:
    """Who may vouch for a certificate: those of requests. For all connections of the process."""
    with _reading:
        return _authorities()


@cache
def _authorities() -> ssl.SSLContext:
    return ssl.create_default_context(cafile=DEFAULT_CA_BUNDLE_PATH)


class OneHostAdapter(HTTPAdapter):
    """Always the host of its first request. Checks certificates, asks no proxy, reads no cookies."""

    _pool: ConnectionPool | None = None

    def get_connection_with_tls_context(self, request: PreparedRequest, *_: Any, **__: Any) -> ConnectionPool:
        pool = self._pool
        if pool is None:
            pool = self._pool = super().get_connection_with_tls_context(request, verify=True)
        return pool

    def build_connection_pool_key_attributes(self, request: PreparedRequest, *_: Any, **__: Any) -> Any:
        """requests would have each connection read all authorities anew: 17 ms, and 0.7 MB for each that stays open."""
        host, _settings = super().build_connection_pool_key_attributes(request, verify=True)
        return host, {"ssl_context": authorities(), "cert_reqs": "CERT_REQUIRED"}

    def cert_verify(self, conn: ConnectionPool, url: str, verify: Any, cert: Any) -> None:
        """Nothing: the pool has its authorities."""

    def request_url(self, request: PreparedRequest, proxies: Any) -> str:  # noqa: ARG002 - the names are requests' own
        return request.path_url

    def build_response(self, req: PreparedRequest, resp: BaseHTTPResponse) -> Response:
        response = Response()
        response.status_code = resp.status
        response.headers = CaseInsensitiveDict(resp.headers)
        response.encoding = get_encoding_from_headers(response.headers)
        response.raw = resp
        response.reason = resp.reason or ""
        response.url = req.url or ""
        response.request = req
        response.connection = self
        return response

    def close(self) -> None:
        """A session that is used again opens new connections."""
        super().close()
        self._pool = None


def prepared(
    method: str,
    base_url: str,
    url: str,
    *,
    headers: CaseInsensitiveDict[str | bytes],
    params: Mapping[str, Any] | None = None,
    json: Any = None,
) -> PreparedRequest:
    """A request as it is sent, without credentials. Raises `requests.RequestException` for what cannot be sent."""
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
