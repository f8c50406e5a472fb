"""Reads the documentation where it is: from disk, or by one conditional GET of an archive."""

import hashlib
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path
from typing import Final

import httpx

from integrations.documentation.archive import LONGEST_PAGE, MOST_FILES, MOST_UNPACKED, BadArchive, below, pages_in
from integrations.errors import Invalid, NotFound, Refused, Unavailable
from integrations.http import NOT_MODIFIED, Reader, http_client
from integrations.outbound import UNGUARDED, Outbound

SERVICE: Final = "documentation"
MOST_BYTES: Final = 64 * 2**20
SECONDS: Final = 120.0
TIMEOUT: Final = (10.0, 30.0)


@dataclass(frozen=True, slots=True)
class Documentation:
    """`pages`: by path; None: nothing changed since `version`."""

    version: str
    """The ETag, or what stands for one."""
    pages: Mapping[str, bytes] | None


def read_documentation(
    source: str, folder: str, ends: tuple[str, ...], known: str = "", outbound: Outbound = UNGUARDED
) -> Documentation:
    """`known`: the version that was read last. Raises IntegrationError."""
    try:
        if source.startswith(("https://", "http://")):
            return _download(source, folder, ends, known, outbound)
        return _from_disk(Path(source), folder, ends, known)
    except BadArchive as error:
        raise Invalid(SERVICE, f"the archive cannot be used: {error}", error.reason) from None
    except FileNotFoundError:
        raise NotFound(SERVICE, "the path that routing.yaml names is not there") from None
    except OSError as error:
        raise Unavailable(SERVICE, f"the path cannot be read ({type(error).__name__})", "path_unreadable") from None


def _download(source: str, folder: str, ends: tuple[str, ...], known: str, outbound: Outbound) -> Documentation:
    url = httpx.URL(source)
    _check_host(url)
    reader = Reader(SERVICE, url, http_client(TIMEOUT), seconds=SECONDS, most_bytes=MOST_BYTES, outbound=outbound)
    try:
        etag, body = reader.ask(
            "GET",
            lambda response, body: (
                response.headers.get("ETag", ""), None if response.status_code == NOT_MODIFIED else body
            ),
            headers={"If-None-Match": known} if known else {},
        )  # fmt: skip
    finally:
        reader.close()
    if body is None:
        return Documentation(known, None)
    version = etag or hashlib.sha256(body).hexdigest()
    return Documentation(version, None if version == known else pages_in(body, ends, folder))


def _check_host(url: httpx.URL) -> None:
    """Only what anybody can reach: an address in routing.yaml must not read what stands beside this service."""
    if url.scheme == "http":  # routing.yaml takes it for loopback only
        return
    try:
        found = {entry[4][0] for entry in socket.getaddrinfo(url.host, url.port or 443, type=socket.SOCK_STREAM)}
    except OSError:
        raise Unavailable(SERVICE, f"the name {url.host} is not known", "no_address") from None
    if any(not ip_address(str(address).partition("%")[0]).is_global for address in found):
        raise Refused(SERVICE, f"{url.host} is in a private network; name a path instead", "private_address")


def _from_disk(path: Path, folder: str, ends: tuple[str, ...], known: str) -> Documentation:
    if path.is_dir():
        files = _in_folder(path, ends)
        digest = hashlib.sha256()
        for name, content in files.items():
            digest.update(f"{len(name)}:{name}:{len(content)}:".encode() + content)
        version = digest.hexdigest()
        return Documentation(version, None if version == known else below(files, folder))
    with path.open("rb") as file:
        archive = file.read(MOST_BYTES + 1)
    if len(archive) > MOST_BYTES:
        raise BadArchive(f"it is larger than {MOST_BYTES // 2**20} MiB")
    version = hashlib.sha256(archive).hexdigest()
    return Documentation(version, None if version == known else pages_in(archive, ends, folder))


def _in_folder(root: Path, ends: tuple[str, ...]) -> dict[str, bytes]:
    """Links to elsewhere are not followed."""
    files, size = dict[str, bytes](), 0
    for path in sorted(root.rglob("*")):
        if path.is_symlink() or not path.name.lower().endswith(ends) or not path.is_file():
            continue
        if not path.resolve().is_relative_to(root.resolve()) or path.stat().st_size > LONGEST_PAGE:
            continue
        content = path.read_bytes()
        size += len(content)
        if len(files) == MOST_FILES or size > MOST_UNPACKED:
            raise BadArchive("the folder is too large")
        files[path.relative_to(root).as_posix()] = content
    return files
