"""What the adapters over httpx share: a client that gives nothing away, and reading one address of a service.

No error or log holds the address, the token, the question or the answer.
"""

import logging
import time
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import httpx

from integrations.content_encoding import unpacking
from integrations.errors import IntegrationError, RateLimited, Unavailable
from integrations.outbound import Call, Outbound
from integrations.session import Timeout, cause_of, status_error, user_agent
from integrations.waits import retry_after

_Answer = TypeVar("_Answer")
NOT_MODIFIED = 304
"""Only for who asks with an ETag or a date."""


def http_client(timeout: Timeout, headers: Mapping[bytes, bytes] | None = None, *, token: str = "") -> httpx.Client:
    """Follows no redirect with the token, and reads no proxy or password from the environment."""
    # At INFO httpx writes the whole URL of each request into the log.
    for name in ("httpx", "httpcore"):
        logging.getLogger(name).setLevel(logging.WARNING)
    connect, read = timeout
    # Identity, because most readers count the raw bytes: a small compressed answer can be a very large one.
    said = {b"User-Agent": user_agent().encode(), b"Accept-Encoding": b"identity", **(headers or {})}
    if token:
        # As bytes, because httpx quotes a text that it cannot encode in its error.
        said[b"Authorization"] = b"Bearer " + token.encode("utf-8", "replace")
    return httpx.Client(
        timeout=httpx.Timeout(read, connect=connect), follow_redirects=False, trust_env=False, headers=said
    )


def http_address(url: str, refusal: str) -> httpx.URL:
    """Raises ValueError with the text `refusal`, which does not show the address: it may hold a secret."""
    try:
        address = httpx.URL(url)
    except httpx.InvalidURL:
        address = httpx.URL()
    if address.scheme not in {"http", "https"} or not address.host:
        raise ValueError(refusal)
    return address


class Reader:
    """Sends requests that only read, so the caller may repeat each of them."""

    def __init__(
        self,
        service: str,
        address: httpx.URL,
        client: httpx.Client,
        *,
        seconds: float,
        most_bytes: int,
        outbound: Outbound,
        wait: Callable[[httpx.Headers], float | None] = retry_after,
        unpacks: bool = False,
    ) -> None:
        """`seconds` and `most_bytes`: for the whole of an answer's body; `wait`: when a 429 says to come back.

        `unpacks`: whatever was asked for, a compressed answer is unpacked, within those bytes.
        """
        self._service = service
        self._address = address
        self._client = client
        self._seconds = seconds
        self._most_bytes = most_bytes
        self._outbound = outbound
        self._wait = wait
        self._unpacks = unpacks

    def ask(self, method: str, understand: Callable[[httpx.Response, bytes], _Answer], **request: Any) -> _Answer:
        """What `understand` makes of the answer; it raises ValueError if it cannot. Raises IntegrationError."""
        sent = self._send(method, request)
        # Both raised outside the except: the library's error holds the request, and with it address, token and text.
        if isinstance(sent, IntegrationError):
            raise sent
        try:
            return understand(*sent)
        except ValueError:
            failure = self._unavailable("the answer cannot be read", "unreadable_answer")
        raise failure

    def at(self, url: str) -> "Reader":
        """The same for another address of the service. Only for clients that hold no token."""
        return Reader(
            self._service,
            httpx.URL(url),
            self._client,
            seconds=self._seconds,
            most_bytes=self._most_bytes,
            outbound=self._outbound,
            wait=self._wait,
            unpacks=self._unpacks,
        )

    def close(self) -> None:
        self._client.close()

    def _send(self, method: str, request: Mapping[str, Any]) -> tuple[httpx.Response, bytes] | IntegrationError:
        try:
            with (
                self._outbound.call(self._service, method) as call,
                self._client.stream(method, self._address, **request) as response,
            ):
                call.status = response.status_code
                return self._refusal(response) or self._read(response, call)
        except httpx.HTTPError as error:
            return self._unavailable(f"no answer ({cause_of(error)})", "no_answer")

    def _read(self, response: httpx.Response, call: Call) -> tuple[httpx.Response, bytes] | IntegrationError:
        until = time.monotonic() + self._seconds
        body = bytearray()
        try:
            unpack = unpacking(response.headers.get("Content-Encoding", "") if self._unpacks else "")
            for part in response.iter_raw():
                body += unpack(part, self._most_bytes - len(body))
                if len(body) > self._most_bytes:
                    longest = f"{self._most_bytes // 1024} KiB"
                    return self._unavailable(f"the answer is longer than {longest}", "answer_too_long")
                if time.monotonic() > until:
                    call.status = None
                    return self._unavailable(f"the answer took longer than {self._seconds:g} s", "answer_too_slow")
        except ValueError as error:
            return self._unavailable(f"the answer cannot be unpacked: it has {error}", "unreadable_answer")
        return response, bytes(body)

    def _refusal(self, response: httpx.Response) -> IntegrationError | None:
        status, headers = response.status_code, response.headers
        if 200 <= status < 300 or status == NOT_MODIFIED:
            return None
        said = f"answered {status}"
        if status == 429:
            return RateLimited(self._service, said, retry_after=self._wait(headers))
        return status_error(self._service, status, said, headers, write=False)

    def _unavailable(self, why: str, reason: str) -> Unavailable:
        return Unavailable(self._service, why, reason)
