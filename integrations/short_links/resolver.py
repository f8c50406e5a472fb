"""Follows a short link by hand: every address is checked before it is connected to, and that very one is connected to.

A name that is looked up again for the connection could give another address the second time (DNS rebinding).
"""

import re
import socket
import ssl
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from html import unescape
from importlib.resources import files
from threading import BoundedSemaphore, Thread
from typing import Final

import httpx

from integrations.session import user_agent
from integrations.short_links.networks import is_public
from integrations.visible import visible

HOSTS: Final = frozenset(
    line
    for line in files("integrations.short_links").joinpath("hosts.txt").read_text(encoding="utf-8").splitlines()
    if line and not line.startswith("#")
)
MOST_HOPS: Final = 5
MOST_BYTES: Final = 128 * 1024
"""The title stands in a page's head."""
MOST_AT_ONCE: Final = 16
"""Links that are followed at one time in this process."""
LONGEST_ADDRESS: Final = 2000
LONGEST_TITLE: Final = 200
_HEADERS: Final = {"User-Agent": user_agent(), "Accept": "text/html", "Accept-Encoding": "identity"}
_PORTS: Final = {"http": 80, "https": 443}
_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
_NO_HEAD: Final = frozenset({400, 403, 404, 405, 406, 410, 429, 500, 501, 503})
"""What servers answer that know no HEAD."""
_TITLE: Final = re.compile(r"<title(?:\s[^<>]{0,200})?>([^<]{0,2000})<", re.IGNORECASE)
_HOST: Final = re.compile(rb"[a-z0-9_.-]{1,253}|\[?[0-9a-f:.]{2,45}\]?")
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\s]+")

Lookup = Callable[[str, int], Sequence[str]]


class NotResolved(Exception):
    """Where the link leads is not known. The text says why, for people."""


class Busy(NotResolved):
    """It was not asked."""


@dataclass(frozen=True, slots=True)
class LinkTarget:
    url: str
    title: str
    """Empty: the page has none, or did not answer."""


@dataclass(frozen=True, slots=True)
class _Answer:
    status: int
    location: str
    html: str


def look_up(host: str, port: int) -> list[str]:
    """Every address of a name. Raises OSError."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(address[0]) for *_, address in found))


class ShortLinkResolver:
    """Sends no cookie and no token, reads no proxy from the environment, and keeps no connection.

    Not by httpx's client: that makes the next request of a redirect itself, although it does not send it.
    """

    def __init__(self, lookup: Lookup = look_up, *, seconds: float = 4.0) -> None:
        """`seconds`: for each link in all."""
        self._lookup = lookup
        self._seconds = seconds
        self._free = BoundedSemaphore(MOST_AT_ONCE)

    def resolve(self, links: Sequence[str]) -> list[LinkTarget | NotResolved]:
        """All at once, and never longer than the seconds: what has not answered then is given up."""
        found: dict[str, LinkTarget | NotResolved] = {}
        transports: list[httpx.HTTPTransport] = []
        threads: list[Thread] = []
        until = time.monotonic() + self._seconds
        for link in dict.fromkeys(links):
            if not self._free.acquire(blocking=False):
                found[link] = Busy("too many links are looked up at once")
                continue
            transports.append(transport := self._transport())
            threads.append(Thread(target=self._keep, args=(found, link, transport, until), daemon=True))
            threads[-1].start()
        for thread in threads:
            thread.join(max(0.0, until - time.monotonic()))
        for transport in transports:
            transport.close()  # also under one that a server keeps busy
        late = NotResolved(f"no answer in {self._seconds:g} seconds")
        return [found.get(link, late) for link in links]

    def _keep(
        self, found: dict[str, LinkTarget | NotResolved], link: str, transport: httpx.HTTPTransport, until: float
    ) -> None:
        try:
            found[link] = self._follow(link, transport, until)
        except NotResolved as error:
            found[link] = error
        except Exception as error:  # noqa: BLE001  # whatever a stranger's server makes a library do
            found[link] = NotResolved(f"it cannot be read ({type(error).__name__})")
        finally:
            self._free.release()

    def _follow(self, link: str, transport: httpx.HTTPTransport, until: float) -> LinkTarget:
        url = _checked(link)
        for _ in range(MOST_HOPS + 1):
            try:
                answer = self._ask("HEAD", url, transport, until)
                if answer.status in _NO_HEAD or answer.status < 300:
                    answer = self._ask("GET", url, transport, until)
            except httpx.HTTPError as error:
                # Where it leads is known already, only the page does not answer.
                if str(url) != link and url.host not in HOSTS:
                    return LinkTarget(str(url), "")
                raise NotResolved(f"no answer ({type(error).__name__})") from None
            if answer.status in _REDIRECTS and answer.location:
                url = _checked(answer.location, url)
            elif url.host in HOSTS:
                raise NotResolved(f"the shortener answered {answer.status} and leads nowhere")
            else:
                return LinkTarget(str(url), _title(answer.html))
        raise NotResolved(f"more than {MOST_HOPS} redirects")

    def _ask(self, method: str, url: httpx.URL, transport: httpx.HTTPTransport, until: float) -> _Answer:
        if time.monotonic() > until:
            raise NotResolved("it took too long")
        # To the address that was checked; the name goes into the Host header and the certificate's check.
        address = self._public_address(url)
        request = httpx.Request(
            method,
            url.copy_with(host=f"[{address}]" if ":" in address else address),
            headers={"Host": url.netloc.decode("ascii"), **_HEADERS},
            extensions={
                "sni_hostname": url.raw_host.decode("ascii"),
                "timeout": dict.fromkeys(("connect", "read", "write", "pool"), min(3.0, self._seconds)),
            },
        )
        response = transport.handle_request(request)
        try:
            location = response.headers.get("Location", "")
            html = "" if method == "HEAD" or location else _beginning(response, until)
            return _Answer(response.status_code, location[: LONGEST_ADDRESS + 1], html)
        finally:
            response.close()

    def _public_address(self, url: httpx.URL) -> str:
        host = url.raw_host.decode("ascii").strip("[]")
        try:
            addresses = self._lookup(host, _PORTS[url.scheme])
        except (OSError, UnicodeError):
            addresses = []
        if not addresses:
            raise NotResolved("its host has no address")
        if not all(map(is_public, addresses)):
            raise NotResolved("it leads into a private network")
        return addresses[0]

    @cached_property
    def _tls(self) -> ssl.SSLContext:
        return httpx.create_ssl_context(trust_env=False)

    def _transport(self) -> httpx.HTTPTransport:
        # No connection is kept: the next name may have the same address, and must show its own certificate.
        return httpx.HTTPTransport(verify=self._tls, trust_env=False, limits=httpx.Limits(max_keepalive_connections=0))


def _checked(address: str, base: httpx.URL | None = None) -> httpx.URL:
    """Raises NotResolved for all but a plain address of the web. `base`: of the page that leads there."""
    if len(address) > LONGEST_ADDRESS:
        raise NotResolved("its address is too long")
    try:
        url = base.join(address) if base else httpx.URL(address)
    except (httpx.InvalidURL, ValueError, UnicodeError):
        raise NotResolved("it leads to what is no address") from None
    if url.scheme not in _PORTS or not _HOST.fullmatch(url.raw_host):
        raise NotResolved("it leads to what is no web page")
    if url.userinfo or url.port not in {None, *_PORTS.values()}:
        raise NotResolved("its address has a password or an odd port")
    return url.copy_with(fragment=None) if url.host in HOSTS else url


def _beginning(response: httpx.Response, until: float) -> str:
    """Of a page in HTML."""
    kind = response.headers.get("Content-Type", "text/html").partition(";")[0].strip().lower()
    if (
        kind not in {"text/html", "application/xhtml+xml"}
        or response.headers.get("Content-Encoding", "identity") != "identity"
    ):
        return ""
    body = bytearray()
    for part in response.iter_raw():
        body += part
        if len(body) > MOST_BYTES or time.monotonic() > until or b"</title" in body[-len(part) - 8 :].lower():
            break
    try:
        return bytes(body[:MOST_BYTES]).decode(response.charset_encoding or "utf-8", "replace")
    except LookupError:
        return bytes(body[:MOST_BYTES]).decode("utf-8", "replace")


def _title(html: str) -> str:
    found = _TITLE.search(html)
    title = _CONTROL.sub(" ", visible(unescape(found[1]))).strip() if found else ""
    return title if len(title) <= LONGEST_TITLE else f"{title[: LONGEST_TITLE - 1].rstrip()}…"
