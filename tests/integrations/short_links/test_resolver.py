"""A short link is followed hop by hop, and no hop reaches what a stranger must not reach."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator, Mapping

import httpx
import pytest
import respx

from integrations.short_links import resolver as module
from integrations.short_links.resolver import HOSTS, LinkTarget, NotResolved, ShortLinkResolver

PUBLIC = "93.184.216.34"
PRIVATE = {"intranet.example": ["10.0.0.5"], "both.example": [PUBLIC, "127.0.0.1"], "six.example": ["::ffff:10.0.0.5"]}
PAGE = "https://about.example.com/blog/16-4"
HTML = "<html><head><title>\n GitLab 16.4 &amp; more\u202e</title></head>"


def look_up(host: str, port: int) -> list[str]:
    del port
    try:
        return [str(address[0]) for *_, address in socket.getaddrinfo(host, None, flags=socket.AI_NUMERICHOST)]
    except OSError:
        return PRIVATE.get(host, [] if host.endswith(".invalid") else [PUBLIC])


class Web:
    """By address without scheme: where it redirects to, or its page."""

    def __init__(self, mock: respx.MockRouter, pages: Mapping[str, str | int]) -> None:
        self.pages = pages
        self.asked: list[tuple[str, str]] = []
        self.hosts: set[str] = set()
        self.names: set[object] = set()
        mock.route().mock(side_effect=self._answer)

    def _answer(self, request: httpx.Request) -> httpx.Response:
        path = request.url.raw_path.decode()
        name = f"{request.headers['Host']}{path}"
        self.asked.append((request.method, name))
        self.hosts.add(request.url.host)
        self.names.add(request.extensions.get("sni_hostname"))
        page = self.pages.get(name, 404)
        if isinstance(page, int):
            return httpx.Response(page)
        if page.startswith("<"):
            return httpx.Response(200, html=page)
        return httpx.Response(301, headers={"Location": page})


@pytest.fixture
def mock() -> Iterator[respx.MockRouter]:
    with respx.mock(assert_all_called=False) as router:
        yield router


def follow(link: str) -> LinkTarget | str:
    (found,) = ShortLinkResolver(look_up).resolve([link])
    return found if isinstance(found, LinkTarget) else str(found)


def test_a_link_leads_to_its_page_with_the_title(mock: respx.MockRouter) -> None:
    web = Web(mock, {"t.co/a": "https://bit.ly/b", "bit.ly/b": PAGE, "about.example.com/blog/16-4": HTML})
    assert follow("https://t.co/a") == LinkTarget(PAGE, "GitLab 16.4 & more")
    assert [method for method, _ in web.asked] == ["HEAD", "HEAD", "HEAD", "GET"]


def test_the_checked_address_is_connected_to_under_the_name(mock: respx.MockRouter) -> None:
    web = Web(mock, {"t.co/a": PAGE, "about.example.com/blog/16-4": HTML})
    follow("https://t.co/a")
    assert web.hosts == {PUBLIC}
    assert web.names == {"t.co", "about.example.com"}


def test_a_name_is_looked_up_once_for_each_request(mock: respx.MockRouter) -> None:
    Web(mock, {"t.co/a": "https://rebind.example/", "rebind.example/": HTML})
    answers = {"t.co": [[PUBLIC]], "rebind.example": [[PUBLIC], ["127.0.0.1"]]}
    (found,) = ShortLinkResolver(lambda host, _port: answers[host].pop(0)).resolve(["https://t.co/a"])
    assert str(found) == "it leads into a private network"


@pytest.mark.parametrize(
    ("target", "why"),
    [
        *((f"http://{host}/", "it leads into a private network") for host in PRIVATE),
        ("http://127.0.0.1/", "it leads into a private network"),
        ("http://169.254.169.254/latest/meta-data/", "it leads into a private network"),
        ("http://[::1]/", "it leads into a private network"),
        ("http://[::ffff:7f00:1]/", "it leads into a private network"),
        ("http://2130706433/", "it leads into a private network"),
        ("http://0x7f.1/", "it leads into a private network"),
        ("http://about.example.com:8080/", "its address has a password or an odd port"),
        ("http://about.example.com:22/", "its address has a password or an odd port"),
        ("http://user:pass@about.example.com/", "its address has a password or an odd port"),
        ("ftp://about.example.com/", "it leads to what is no web page"),
        ("file:///etc/passwd", "it leads to what is no web page"),
        ("gopher://about.example.com/", "it leads to what is no web page"),
        ("javascript:alert(1)", "it leads to what is no web page"),
        ("http://", "it leads to what is no web page"),
        ("mailto:a@about.example.com", "it leads to what is no web page"),
        ("https://exa mple.com/", "it leads to what is no web page"),
        ("https://example.com:x/", "it leads to what is no address"),
        ("https://gone.invalid/", "its host has no address"),
        ("https://about.example.com/" + "a" * 3000, "its address is too long"),
    ],
)
@pytest.mark.parametrize("hops", [1, 4])
def test_no_hop_leads_where_a_stranger_must_not_reach(mock: respx.MockRouter, target: str, why: str, hops: int) -> None:
    pages = {f"t.co/{hop}": f"/{hop + 1}" for hop in range(hops - 1)} | {f"t.co/{hops - 1}": target}
    web = Web(mock, pages)
    assert follow("https://t.co/0") == why
    assert {name.partition("/")[0] for _, name in web.asked} == {"t.co"}


@pytest.mark.parametrize(
    ("pages", "found"),
    [
        ({"t.co/a": PAGE}, LinkTarget(PAGE, "")),
        ({"t.co/a": PAGE, "about.example.com/blog/16-4": "<p>no title"}, LinkTarget(PAGE, "")),
        ({"t.co/a": PAGE, "about.example.com/blog/16-4": 403}, LinkTarget(PAGE, "")),
        ({"t.co/a": "http://about.example.com/x#note_7"}, LinkTarget("http://about.example.com/x#note_7", "")),
        ({"t.co/a": 404}, "the shortener answered 404 and leads nowhere"),
        ({"t.co/a": "<title>Are you a robot?</title>"}, "the shortener answered 200 and leads nowhere"),
        ({"t.co/a": "https://t.co/a"}, "more than 5 redirects"),
        (
            {"t.co/a": "/1"} | {f"t.co/{one}": f"/{one + 1}" for one in range(1, 5)} | {"t.co/5": PAGE},
            "more than 5 redirects",
        ),
        (
            {"t.co/a": "/1"} | {f"t.co/{one}": f"/{one + 1}" for one in range(1, 4)} | {"t.co/4": PAGE},
            LinkTarget(PAGE, ""),
        ),
        (
            {"t.co/a": PAGE, "about.example.com/blog/16-4": f"<title>{'x' * 500}</title>"},
            LinkTarget(PAGE, "x" * 199 + "…"),
        ),
    ],
)
def test_what_is_found_depends_on_the_page(
    mock: respx.MockRouter, pages: dict[str, str | int], found: LinkTarget | str
) -> None:
    Web(mock, pages)
    assert follow("https://t.co/a") == found


def test_links_are_followed_side_by_side_and_each_says_why_not(mock: respx.MockRouter) -> None:
    Web(mock, {"t.co/a": PAGE, "t.co/b": "http://10.0.0.1/"})
    links = ["https://t.co/a", "https://t.co/b", "https://t.co/a"]
    found = ShortLinkResolver(look_up).resolve(links)
    assert [isinstance(one, LinkTarget) for one in found] == [True, False, True]


def test_a_link_that_never_answers_is_given_up() -> None:
    stuck = threading.Event()

    def never(host: str, port: int) -> list[str]:
        stuck.wait(5)
        return look_up(host, port)

    started = time.monotonic()
    (found,) = ShortLinkResolver(never, seconds=0.1).resolve(["https://t.co/a"])
    stuck.set()
    assert isinstance(found, NotResolved)
    assert str(found) in {"no answer in 0.1 seconds", "it took too long"}
    assert time.monotonic() - started < 2


def test_a_server_that_sends_a_header_for_ever_holds_nobody_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "is_public", lambda _address: True)
    with socket.create_server(("127.0.0.1", 0)) as server:
        monkeypatch.setitem(module._PORTS, "http", port := server.getsockname()[1])

        def drip() -> None:
            connection, _ = server.accept()
            with connection:
                try:
                    while True:
                        connection.sendall(b"HTTP/1.1 200 OK\r\nX: " if not connection.recv(1) else b"a")
                        time.sleep(0.01)
                except OSError:
                    pass

        threading.Thread(target=drip, daemon=True).start()
        started = time.monotonic()
        resolver = ShortLinkResolver(lambda _host, _port: ["127.0.0.1"], seconds=0.3)
        (found,) = resolver.resolve([f"http://t.co:{port}/a"])
    assert isinstance(found, NotResolved)
    assert time.monotonic() - started < 3


def test_the_hosts_are_plain_names() -> None:
    assert {"t.co", "bit.ly", "goo.gl", "ow.ly", "buff.ly", "lnkd.in", "tinyurl.com"} <= HOSTS
    assert all(host == host.lower() and "." in host and "/" not in host for host in HOSTS)
