"""Pages out of a zip or tar.gz, in memory and within bounds: what somebody else packed is never written to disk."""

import gzip
import io
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Final

MOST_UNPACKED: Final = 256 * 2**20
"""Bytes of all files, also of those that are no pages."""
MOST_FILES: Final = 50_000
LONGEST_PAGE: Final = 2 * 2**20
_ZIP: Final = b"PK\x03\x04"
_GZIP: Final = b"\x1f\x8b"


class BadArchive(ValueError):
    """Says what is wrong, without its content."""

    reason = "archive_unusable"


def pages_in(archive: bytes, ends: tuple[str, ...], folder: str = "") -> dict[str, bytes]:
    """Files by their path below `folder`, or below the one folder that holds them all. Raises BadArchive."""
    unpack = _of_zip if archive.startswith(_ZIP) else _of_tar if archive.startswith(_GZIP) else None
    if unpack is None:
        raise BadArchive("it is neither a zip nor a tar.gz")
    found, tops = dict[str, bytes](), set[str]()
    try:
        for path, content in unpack(archive):
            tops.add(path.partition("/")[0] if "/" in path else "")
            if path.lower().endswith(ends):
                found[path] = content
    except (zipfile.BadZipFile, tarfile.TarError, zlib.error, EOFError, OSError, RuntimeError, NotImplementedError):
        raise BadArchive("it cannot be unpacked") from None
    pages = below(found, folder)
    if len(tops) == 1 and tops != {""} and not (folder and pages):
        # Git servers put all into one folder that is named after the project and the commit.
        pages = below(found, f"{tops.pop()}/{folder}")
    return pages


def below(files: dict[str, bytes], folder: str) -> dict[str, bytes]:
    start = f"{folder.strip('/')}/" if folder.strip("/") else ""
    return {path.removeprefix(start): content for path, content in files.items() if path.startswith(start)}


def _of_zip(archive: bytes) -> Iterator[tuple[str, bytes]]:
    with zipfile.ZipFile(io.BytesIO(archive)) as opened:
        left, members = MOST_UNPACKED, opened.infolist()
        _check_count(len(members))
        for member in members:
            if member.is_dir() or not _is_safe(member.filename) or member.file_size > LONGEST_PAGE:
                continue
            with opened.open(member) as file:
                content = file.read(LONGEST_PAGE + 1)  # what the directory says of its size may be a lie
            left -= len(content)
            _check_size(left)
            if len(content) <= LONGEST_PAGE:
                yield member.filename, content


def _of_tar(archive: bytes) -> Iterator[tuple[str, bytes]]:
    with (
        gzip.GzipFile(fileobj=io.BytesIO(archive)) as unpacked,
        tarfile.open(fileobj=_Bounded(unpacked), mode="r|") as opened,
    ):
        for count, member in enumerate(opened, 1):
            _check_count(count)
            if not member.isreg() or member.sparse or not _is_safe(member.name) or member.size > LONGEST_PAGE:
                continue
            file = opened.extractfile(member)
            if file is not None:
                yield member.name, file.read()


class _Bounded(io.RawIOBase):
    """Reads no further than MOST_UNPACKED: names and headers count as well, and can be as large as files."""

    def __init__(self, file: io.BufferedIOBase) -> None:
        self._file = file
        self._left = MOST_UNPACKED

    def read(self, size: int = -1) -> bytes:
        content = self._file.read(min(size, self._left + 1) if size >= 0 else self._left + 1)
        self._left -= len(content)
        _check_size(self._left)
        return content


def _is_safe(name: str) -> bool:
    path = PurePosixPath(name)
    return (
        not path.is_absolute() and ".." not in path.parts and "\\" not in name and "\0" not in name and ":" not in name
    )


def _check_count(count: int) -> None:
    if count > MOST_FILES:
        raise BadArchive(f"it has more than {MOST_FILES} files")


def _check_size(left: int) -> None:
    if left < 0:
        raise BadArchive(f"unpacked it is larger than {MOST_UNPACKED // 2**20} MiB")
