"""The one `requests.Session` under zenpy and python-gitlab: every answer becomes a result or one of our errors.

Neither library gets to see a failure, because each would do something wrong: re-send a write, sleep in a worker
thread, follow a redirect with the token, or raise whatever its parser raises.
"""

import logging
import ssl
from collections.abc import Callable, Mapping
from importlib.metadata import PackageNotFoundError, version
from typing import Any
from urllib.parse import SplitResult, urlsplit

import requests
from requests.exceptions import ConnectTimeout, RequestException
from requests.structures import CaseInsensitiveDict
from urllib3.exceptions import MaxRetryError, NameResolutionError, NewConnectionError

from integrations.errors import (
    Conflict,
    IntegrationError,
    Invalid,
    NotFound,
    RateLimited,
    Refused,
    Unavailable,
    UnknownOutcome,
)
from integrations.one_host import OneHostAdapter, prepared
from integrations.outbound import UNGUARDED, Outbound
from integrations.waits import retry_after

Timeout = tuple[float, float]
"""Seconds to connect, seconds between two bytes of the answer."""

DEFAULT_TIMEOUT: Timeout = (3.05, 10.0)
MOST_CONNECTIONS = 100
"""That are kept open; more calls at once get one each for themselves."""
READS = frozenset({"GET", "HEAD", "OPTIONS"})
MOST_CAUSES = 10
"""How deep a library wraps what the operating system said."""
DEFAULT_PORTS = {"http": 80, "https": 443}

MEANING: Mapping[int, tuple[type[IntegrationError], str, str]] = {
    401: (Refused, "; check the token", "unauthorized"),
    403: (Refused, "; check the rights of the token's user", "forbidden"),
    404: (NotFound, "", "not_found"),
    409: (Conflict, "", "conflict"),
    410: (NotFound, "", "gone"),
    412: (Conflict, "", "conflict"),
}
"""Status to error, hint and reason, where the status alone decides."""


Explain = Callable[[requests.Response], IntegrationError | None]
"""What a service's own answer means; None when only its status counts."""


def user_agent() -> str:
    try:
        return f"pointsman/{version('pointsman')}"
    except PackageNotFoundError:
        return "pointsman/0"


class VendorSession(requests.Session):
    """Calls one service at one address. Sends each request once; raises `IntegrationError` for all but a good 2xx.

    For any thread: what changes with a call is the call's own, and urllib3's connections are lent to one at a time.
    """

    def __init__(
        self,
        service: str,
        base_url: str,
        *,
        timeout: Timeout = DEFAULT_TIMEOUT,
        explain: Explain | None = None,
        outbound: Outbound = UNGUARDED,
    ) -> None:
        super().__init__()
        # At DEBUG urllib3 writes whole addresses into the log, with the words that were searched for.
        logging.getLogger("urllib3.connectionpool").setLevel(logging.INFO)
        self.service = service
        self.base_url = base_url.rstrip("/")
        self.timeout = timeout
        self._origin = _origin(urlsplit(self.base_url))
        self._explain = explain
        self._outbound = outbound
        # No proxy, certificate bundle or .netrc password from the environment.
        self.trust_env = False
        self.headers["User-Agent"] = user_agent()
        self.headers["Accept"] = "application/json"
        for scheme in ("http://", "https://"):
            self.mount(scheme, OneHostAdapter(max_retries=0, pool_connections=1, pool_maxsize=MOST_CONNECTIONS))

    def request(  # type: ignore[override]  # what both libraries and we ask for by name, instead of requests' sixteen
        self,
        method: str,
        url: str,
        params: Any = None,
        *,
        json: Any = None,
        headers: Mapping[str, Any] | None = None,
        auth: Any = None,
        timeout: Timeout | None = None,
        **other: Any,
    ) -> requests.Response:
        """As `requests.Session.request`, for JSON. Redirects, proxies and certificates are not the caller's to say."""
        if other.get("data") or other.get("files"):
            raise ValueError("only JSON is sent")
        own = CaseInsensitiveDict(self.headers)
        own.update(headers or {})
        request = prepared(method, self.base_url, url, headers=own, params=params, json=json)
        request.prepare_auth(auth or self.auth, request.url or "")
        return self.send(request, timeout=timeout)

    def send(self, request: requests.PreparedRequest, **kwargs: Any) -> requests.Response:
        """Send it once. Raises Refused before sending anything to another host than the configured one."""
        call = _name(request)
        if _origin(urlsplit(request.url or "")) != self._origin:
            raise Refused(
                self.service,
                f"{request.method} was meant for another address than {self.base_url}: not sent",
                "foreign_host",
            )
        timeout = kwargs.get("timeout") or self.timeout
        with self._outbound.call(self.service, request.method or "", urlsplit(request.url or "").path) as outcome:
            response, lost = self._sent(request, timeout)
            if response is not None:
                outcome.status, outcome.headers = response.status_code, response.headers
        # Raised out here, so that the library's error, with its texts, does not travel along as our context.
        if response is None:
            raise _lost(self.service, request, lost or RequestException())
        if response.status_code == 429:
            raise RateLimited(self.service, f"too many requests: {call}", retry_after=retry_after(response.headers))
        failure = self._failure(response, call)
        if failure is not None:
            raise failure
        return response

    def _sent(
        self, request: requests.PreparedRequest, timeout: Timeout
    ) -> tuple[requests.Response | None, RequestException | None]:
        """The answer to the one request: not to what it redirects to, and without its cookies.

        The token says who we are, each time; a session of the vendor's web pages must not get mixed in.
        """
        try:
            response = self.get_adapter(request.url or "").send(request, timeout=timeout)
            for hook in self.hooks["response"]:
                hook(response)
            if response.status_code == 429:
                response.close()  # what it says is of no use
            else:
                response.content  # noqa: B018 - reads it, so that an answer that breaks off is none
        except RequestException as error:
            return None, error
        return response, None

    def _failure(self, response: requests.Response, call: str) -> IntegrationError | None:
        if 200 <= response.status_code < 300:
            return None if _is_readable(response) else unreadable(self.service, response.request, call)
        explained = self._explain(response) if self._explain is not None else None
        return explained or by_status(self.service, response)


def by_status(
    service: str, response: requests.Response, fields: Mapping[str, tuple[str, ...]] | None = None
) -> IntegrationError:
    """As `status_error`, for an answer to this session."""
    said = f"{_host(response.request)} answered {response.status_code} to {_name(response.request)}"
    write = is_write(response.request)
    return status_error(service, response.status_code, said, response.headers, write=write, fields=fields)


def status_error(
    service: str,
    status: int,
    said: str,
    headers: Mapping[str, str],
    *,
    write: bool,
    fields: Mapping[str, tuple[str, ...]] | None = None,
) -> IntegrationError:
    """What a status other than 2xx and 429 means for any service. `fields` goes into `Refused` and `Invalid`."""
    if status >= 500 or status == 408:
        if write:
            return UnknownOutcome(service, f"{said}; it may have been carried out", f"http_{status}")
        return Unavailable(service, said, f"http_{status}", retry_after(headers))
    if status < 400:
        return Refused(service, f"{said}, a redirect; none is followed: configure the final address", "redirect")
    if status in MEANING:
        kind, hint, reason = MEANING[status]
        failure = kind(service, said + hint, reason)
        return Refused(service, failure.message, reason, fields) if isinstance(failure, Refused) else failure
    names = ", ".join(sorted(fields or {}))
    return Invalid(service, f"{said}; rejected: {names}" if names else said, f"http_{status}", fields)


def unreadable(service: str, request: requests.PreparedRequest | str, call: str) -> IntegrationError:
    """A 2xx whose body is not what was asked for. `request`: the request, or its method."""
    method = request if isinstance(request, str) else request.method
    if method in READS:
        return Unavailable(service, f"the answer to {call} cannot be read", "unreadable_answer")
    return UnknownOutcome(
        service, f"the answer to {call} cannot be read; it may have been carried out", "unreadable_answer"
    )


def is_write(request: requests.PreparedRequest) -> bool:
    return request.method not in READS


def _lost(service: str, request: requests.PreparedRequest, error: RequestException) -> IntegrationError:
    call, host, cause = _name(request), _host(request), cause_of(error)
    if _never_sent(error):
        return Unavailable(service, f"no connection to {host} for {call} ({cause})", "no_connection")
    if is_write(request):
        lost = f"no answer from {host} to {call} ({cause}); it may have been carried out"
        return UnknownOutcome(service, lost, "answer_lost")
    return Unavailable(service, f"no answer from {host} to {call} ({cause})", "answer_lost")


def cause_of(error: BaseException) -> str:
    """In the operating system's words ("Connection refused"), which quote nothing; else the error's type."""
    kind, seen = type(error).__name__, 0
    inner: BaseException | None = error
    while inner is not None and seen < MOST_CAUSES:
        if isinstance(inner, ssl.SSLCertVerificationError):
            return f"its certificate is refused: {inner.verify_message}"
        if isinstance(inner, OSError) and inner.errno and inner.strerror:
            return f"{kind}: {inner.strerror}"
        inner, seen = inner.__cause__ or inner.__context__, seen + 1
    return kind


def _never_sent(error: RequestException) -> bool:
    """Did it fail before the first byte of the request left? In doubt: no."""
    if isinstance(error, ConnectTimeout):
        return True
    cause: object = error.args[0] if error.args else None
    if isinstance(cause, MaxRetryError):
        cause = cause.reason
    if isinstance(cause, NewConnectionError | NameResolutionError):
        return True
    inner = cause.args[0] if isinstance(cause, Exception) and cause.args else None
    return isinstance(inner, ssl.SSLCertVerificationError)


def _is_readable(response: requests.Response) -> bool:
    if not response.content:
        return True
    try:
        return isinstance(response.json(), dict | list)
    except ValueError:
        return False


def _host(request: requests.PreparedRequest) -> str:
    return urlsplit(request.url or "").netloc.rpartition("@")[2]


def _name(request: requests.PreparedRequest) -> str:
    # Without the query: it may hold words that a person wrote.
    return f"{request.method} {urlsplit(request.url or '').path}"


def _origin(url: SplitResult) -> tuple[str, str, int | None]:
    return url.scheme, (url.hostname or "").lower(), url.port or DEFAULT_PORTS.get(url.scheme)
