"""Pages can be read: links lead somewhere, paths exist, lines end, and no sentence or cell is a paragraph."""

from __future__ import annotations

import re
import runpy
import tomllib
from pathlib import Path

import pytest

from tests.docs.pages import DOCS, PAGES, anchors, cells, name_of, paragraphs, text, without_code
from tests.support.paths import ROOT

LONGEST_LINE = 120
LONGEST_CELL = 110
LONGEST_SENTENCE = 45
"""Words."""
LARGEST_PICTURE = 200_000
OWN_FOLDERS = ("app/", "integrations/", "tests/", "bench/", "docs/", "schemas/", "requirements/", ".ci/")
DECISIONS = sorted((DOCS / "decisions").glob("0*.md"))
every_page = pytest.mark.parametrize("page", PAGES, ids=name_of)


@every_page
def test_relative_links_lead_to_files_and_headings(page: Path) -> None:
    for target in re.findall(r"\]\(([^)\s]+)\)", without_code(page)):
        if re.match(r"[a-z]+:", target):
            continue
        path, _, anchor = target.partition("#")
        linked = (page.parent / path).resolve() if path else page
        assert linked.exists(), target
        if anchor:
            assert anchor in anchors(linked), target


@every_page
def test_paths_of_the_repository_exist(page: Path) -> None:
    for found in re.findall(r"`([\w./-]+)`", without_code(page)):
        if found.startswith(OWN_FOLDERS):
            assert (ROOT / found).exists(), found


@every_page
def test_lines_are_wrapped(page: Path) -> None:
    long = [line for line in without_code(page).splitlines() if len(line) > LONGEST_LINE and line[0] not in "|!"]
    assert long == []


@every_page
def test_no_cell_of_a_table_is_a_paragraph(page: Path) -> None:
    shown = (re.sub(r"\]\([^)]*\)", "]", cell) for cell in cells(page))
    assert [cell for cell in shown if len(cell) > LONGEST_CELL] == []


@every_page
def test_no_sentence_has_two_semicolons_or_too_many_words(page: Path) -> None:
    sentences = [one for part in paragraphs(page) for one in re.split(r"(?<=[.!?:])\s+", re.sub("`[^`]*`", "X", part))]
    assert [one for one in sentences if one.count(";") > 1 or len(one.split()) > LONGEST_SENTENCE] == []


@every_page
def test_no_page_waits_to_be_filled_in(page: Path) -> None:
    """A word in capitals alone on a line stands where a table was to come."""
    assert not re.search(r"^(?:TODO|[A-Z_]{4,})$", text(page), re.MULTILINE)


def test_the_index_names_every_page() -> None:
    index = text(DOCS / "README.md")
    for page in DOCS.glob("*.md"):
        assert page.name == "README.md" or f"({page.name})" in index, page.name


def test_the_readme_is_read_in_a_minute() -> None:
    assert len(text(ROOT / "README.md").splitlines()) <= 80


def test_pictures_are_small_and_shown() -> None:
    shown = "".join(map(text, PAGES))
    pictures = sorted((DOCS / "pictures").glob("*.png"))
    assert pictures
    for picture in pictures:
        assert picture.stat().st_size < LARGEST_PICTURE, picture.name
        assert f"pictures/{picture.name}" in shown, picture.name


@pytest.mark.parametrize("record", DECISIONS, ids=name_of)
def test_a_decision_is_short_complete_and_listed(record: Path) -> None:
    written = text(record)
    assert len(written.splitlines()) <= 40
    assert re.findall(r"^## (.+)$", written, re.MULTILINE) == ["Context", "Decision", "Consequences"]
    assert written.startswith(f"# {record.name[:4]}. ")
    assert f"[{record.name[:4]}]({record.name})" in text(DOCS / "decisions" / "README.md")


def test_the_changelog_begins_with_the_version_that_stands_in_one_place() -> None:
    version = tomllib.loads(text(ROOT / "pyproject.toml"))["project"]["version"]
    assert re.findall(r"^## (\S+)$", text(ROOT / "CHANGELOG.md"), re.MULTILINE)[0] == version
    repeated = [path for path in (ROOT / "app").rglob("*.py") if f'"{version}"' in text(path)]
    assert repeated == []


@every_page
def test_no_code_in_a_sentence_is_broken_over_two_lines(page: Path) -> None:
    prose = re.sub(r"^ *```.*?^ *```$", "", text(page), flags=re.DOTALL | re.MULTILINE)
    assert [line for line in prose.splitlines() if line.count("`") % 2] == []


def test_the_pictures_wait_for_what_the_demo_says() -> None:
    make = runpy.run_path(str(DOCS / "pictures" / "make.py"))
    said = text(ROOT / "app" / "demo" / "run.py")
    assert all(f'print("{words}' in said or f'print(f"{words}' in said for words in make["ADDRESSES"].values())
    assert make["READY"] in said
    assert {f"{picture.name}.png" for picture in make["PICTURES"]} == {
        p.name for p in (DOCS / "pictures").glob("*.png")
    }
