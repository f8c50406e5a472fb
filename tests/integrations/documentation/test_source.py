"""Documentation from disk and from the web: unchanged is said so, and nothing beside this service is read."""

import socket
from pathlib import Path
from typing import Any

import httpx
import pytest
import respx

from integrations.documentation.source import read_documentation
from integrations.errors import IntegrationError, Invalid, NotFound, Refused, Unavailable
from tests.integrations.documentation.test_archive import tarred, zipped

URL = "https://docs.example.com/archive.tar.gz"
ARCHIVE = tarred({"docs-main/a.md": b"text"})


@pytest.fixture(autouse=True)
def _public(monkeypatch: pytest.MonkeyPatch) -> None:
    addresses(monkeypatch, "93.184.216.34")


def addresses(monkeypatch: pytest.MonkeyPatch, *found: str) -> None:
    def getaddrinfo(*_: Any, **__: Any) -> list[Any]:
        return [(0, 0, 0, "", (one, 443)) for one in found]

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)


def read(source: str | Path, known: str = "") -> Any:
    return read_documentation(str(source), "", (".md",), known)


@respx.mock
def test_an_archive_on_the_web_is_fetched_once_for_each_etag() -> None:
    route = respx.get(URL).mock(return_value=httpx.Response(200, content=ARCHIVE, headers={"ETag": '"1"'}))
    first = read(URL)
    assert (first.version, first.pages) == ('"1"', {"a.md": b"text"})
    route.mock(return_value=httpx.Response(304))
    again = read(URL, first.version)
    assert (again.version, again.pages) == ('"1"', None)
    assert route.calls.last.request.headers["If-None-Match"] == '"1"'


@respx.mock
def test_without_an_etag_the_content_says_whether_it_changed() -> None:
    respx.get(URL).mock(return_value=httpx.Response(200, content=ARCHIVE))
    assert read(URL, read(URL).version).pages is None


@respx.mock
@pytest.mark.parametrize(
    ("response", "error"),
    [
        (httpx.Response(302, headers={"Location": "http://169.254.169.254/"}), Refused),
        (httpx.Response(404), NotFound),
        (httpx.Response(503), Unavailable),
        (httpx.Response(200, content=b"<html>please sign in"), Invalid),
    ],
)
def test_what_is_no_archive_is_an_error(response: httpx.Response, error: type[IntegrationError]) -> None:
    respx.get(URL).mock(return_value=response)
    with pytest.raises(error):
        read(URL)


PRIVATE = ("10.0.0.7", "169.254.169.254", "::1", "fd00::1", "::ffff:10.0.0.1", "fe80::1%eth0", "100.64.0.1")


@pytest.mark.parametrize("found", [*([one] for one in PRIVATE), ["93.184.216.34", "192.168.1.1"]])
def test_nothing_is_fetched_from_a_private_network(monkeypatch: pytest.MonkeyPatch, found: list[str]) -> None:
    addresses(monkeypatch, *found)
    with respx.mock(assert_all_called=False) as web:
        route = web.get(URL)
        with pytest.raises(Refused, match="private network"):
            read(URL)
        assert not route.called


def test_a_folder_and_archives_on_disk_are_read(tmp_path: Path) -> None:
    (tmp_path / "docs" / "ci").mkdir(parents=True)
    (tmp_path / "docs" / "ci" / "a.md").write_text("text")
    (tmp_path / "docs" / "secret.md").symlink_to("/etc/passwd")
    (tmp_path / "docs" / "logo.png").write_bytes(b"x")
    (tmp_path / "docs.zip").write_bytes(zipped({"a.md": b"text"}))
    found = read(tmp_path / "docs")
    assert found.pages == {"ci/a.md": b"text"}
    assert read(tmp_path / "docs", found.version).pages is None
    assert read(tmp_path / "docs.zip").pages == {"a.md": b"text"}
    with pytest.raises(NotFound):
        read(tmp_path / "nowhere")
