"""What is vendored is what its lock says, and a change is found."""

from __future__ import annotations

import shutil
from pathlib import Path

from app.desk.vendor import PACKAGES, VENDORED, check, main


def test_the_files_are_as_locked() -> None:
    assert check(VENDORED) == []
    assert main(["check"]) == 0


def test_each_package_brings_its_licence() -> None:
    folders = {target.partition("/")[0] for one in PACKAGES for target in one.files.values()}
    assert all((VENDORED / folder / "LICENSE").is_file() for folder in folders)


def test_what_is_missing_changed_or_added_is_named(tmp_path: Path) -> None:
    copy = tmp_path / "vendored"
    shutil.copytree(VENDORED, copy)
    (copy / "htmx" / "htmx.js").write_text("changed")
    (copy / "ace" / "ace.js").unlink()
    (copy / "more.js").write_text("added")
    assert check(copy) == [
        "ace/ace.js is in the lock and not there",
        "more.js is not in the lock",
        "htmx/htmx.js was changed",
    ]


def test_anything_but_its_two_words_is_refused() -> None:
    assert main([]) == 64
