"""What comes out of an archive: pages below their folder, and nothing that could do harm."""

import gzip
import io
import stat
import tarfile
import zipfile
from collections.abc import Mapping

import pytest

from integrations.documentation import archive as archives
from integrations.documentation.archive import BadArchive, pages_in

MARKDOWN = (".md",)


def zipped(files: Mapping[str, bytes]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return packed.getvalue()


def tarred(files: Mapping[str, bytes], *odd: tarfile.TarInfo) -> bytes:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        for member in odd:
            archive.addfile(member)
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return packed.getvalue()


def link(name: str, to: str, kind: bytes) -> tarfile.TarInfo:
    member = tarfile.TarInfo(name)
    member.type, member.linkname = kind, to
    return member


@pytest.mark.parametrize("pack", [zipped, tarred])
def test_pages_are_found_below_the_one_folder_that_holds_all(pack: type) -> None:
    files = {"docs-main-1a2b/ci/yaml.md": b"a", "docs-main-1a2b/logo.png": b"b", "docs-main-1a2b/index.MD": b"c"}
    assert pages_in(pack(files), MARKDOWN) == {"ci/yaml.md": b"a", "index.MD": b"c"}


@pytest.mark.parametrize("pack", [zipped, tarred])
def test_a_folder_within_is_all_that_counts(pack: type) -> None:
    files = {"top/doc/ci.md": b"a", "top/README.md": b"b", "top/documents/x.md": b"c"}
    assert pages_in(pack(files), MARKDOWN, "doc") == {"ci.md": b"a"}
    assert pages_in(pack({"doc/ci.md": b"a"}), MARKDOWN, "/doc/") == {"ci.md": b"a"}


@pytest.mark.parametrize("pack", [zipped, tarred])
@pytest.mark.parametrize("name", ["../out.md", "/etc/out.md", "a/../../out.md", "..\\out.md", "C:out.md"])
def test_paths_that_lead_elsewhere_are_left_out(pack: type, name: str) -> None:
    assert pages_in(pack({name: b"x", "a/in.md": b"y", "b/in.md": b"z"}), MARKDOWN) == {
        "a/in.md": b"y",
        "b/in.md": b"z",
    }


def test_links_and_devices_are_left_out() -> None:
    odd = [
        link("a/passwd.md", "/etc/passwd", tarfile.SYMTYPE),
        link("a/hard.md", "a/in.md", tarfile.LNKTYPE),
        link("a/device.md", "", tarfile.CHRTYPE),
        link("a/pipe.md", "", tarfile.FIFOTYPE),
    ]
    assert pages_in(tarred({"a/in.md": b"y", "b/in.md": b"z"}, *odd), MARKDOWN) == {"a/in.md": b"y", "b/in.md": b"z"}
    symlink = zipfile.ZipInfo("a/link.md")
    symlink.external_attr = (stat.S_IFLNK | 0o777) << 16
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr(symlink, "/etc/passwd")
    assert pages_in(packed.getvalue(), MARKDOWN) == {
        "link.md": b"/etc/passwd"
    }  # the text of the link, never its target


@pytest.mark.parametrize("pack", [zipped, tarred])
def test_bombs_are_refused(pack: type, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "MOST_UNPACKED", 300_000)
    with pytest.raises(BadArchive, match="larger than"):
        pages_in(pack({f"{number}.md": b"0" * 100_000 for number in range(5)}), MARKDOWN)
    monkeypatch.setattr(archives, "MOST_FILES", 3)
    with pytest.raises(BadArchive, match="more than 3 files"):
        pages_in(pack({f"{number}.md": b"0" for number in range(5)}), MARKDOWN)


def test_what_is_no_page_counts_as_well(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "MOST_UNPACKED", 300_000)
    with pytest.raises(BadArchive, match="larger than"):
        pages_in(tarred({"film.mp4": b"0" * 1_000_000, "a.md": b"x"}), MARKDOWN)


def test_a_page_that_is_too_long_is_left_out_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "LONGEST_PAGE", 10)
    for pack in (zipped, tarred):
        assert pages_in(pack({"a/long.md": b"0" * 11, "b/short.md": b"0" * 10}), MARKDOWN) == {"short.md": b"0" * 10}


WHOLE_TAR, WHOLE_ZIP = tarred({"a.md": b"text" * 99}), zipped({"a.md": b"text" * 99})
BROKEN = {
    "empty": b"",
    "page": b"<html>sign in",
    "half a tar": WHOLE_TAR[:40],
    "half a zip": WHOLE_ZIP[:40],
    "no tar": gzip.compress(b"no tar"),
    "no directory": WHOLE_ZIP[:-30] + b"x" * 30,
}


@pytest.mark.parametrize("broken", [*BROKEN])
def test_what_is_no_archive_is_refused(broken: str) -> None:
    with pytest.raises(BadArchive):
        pages_in(BROKEN[broken], MARKDOWN)
