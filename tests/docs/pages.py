"""The pages that people read, and what the tests ask of their text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from tests.support.paths import ROOT

DOCS = ROOT / "docs"
PAGES = (
    ROOT / "README.md",
    ROOT / "CONTRIBUTING.md",
    ROOT / "CHANGELOG.md",
    *sorted(DOCS.rglob("*.md")),
    ROOT / "integrations" / "sandbox" / "README.md",
)


def text(page: Path) -> str:
    return page.read_text(encoding="utf-8")


def name_of(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


def without_code(page: Path) -> str:
    """Without blocks of code, which keep to rules of their own."""
    return re.sub(r"^```.*?^```$", "", text(page), flags=re.DOTALL | re.MULTILINE)


def paragraphs(page: Path) -> Iterator[str]:
    """Prose without headings and tables; each item of a list is one."""
    for block in re.split(r"\n\s*\n|\n(?=\s*(?:[-*]|\d+\.) )", without_code(page)):
        lines = [line.strip() for line in block.splitlines() if not line.startswith(("|", "#", "!", "<"))]
        if lines:
            yield " ".join(lines)


def cells(page: Path) -> Iterator[str]:
    for line in without_code(page).splitlines():
        if line.startswith("|") and not re.fullmatch(r"[|\s:-]+", line):
            yield from (cell.strip() for cell in line.strip("|").split("|"))


def anchors(page: Path) -> set[str]:
    """Where a link can lead to in a page, as GitLab and GitHub name its headings."""
    headings = re.findall(r"^#+ (.+)$", without_code(page), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}
