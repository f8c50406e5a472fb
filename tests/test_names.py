"""One word for one thing: no two public classes share a name, and no private word for a standard term comes back."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from pathlib import Path

from tests.support.paths import ROOT

ALLOWED: dict[str, str] = {}
"""Name -> why two modules may use it."""
PRIVATE_WORDS = re.compile(
    r"\b(?:purse|errand|handful|valve|reaper|lanes?|unsettled|parked|strange work|battle|crowd|postman|happenings)\b",
    re.IGNORECASE,
)


def sources() -> list[Path]:
    return [path for folder in ("app", "integrations") for path in sorted((ROOT / folder).rglob("*.py"))]


def test_no_two_public_classes_share_a_name() -> None:
    """The sandbox plays other programs, whose names are theirs."""
    homes = defaultdict(list)
    for path in sources():
        if "sandbox" in path.parts:
            continue
        for node in ast.parse(path.read_text("utf-8")).body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                homes[node.name].append(str(path.relative_to(ROOT)))
    clashes = {name: places for name, places in homes.items() if len(places) > 1 and name not in ALLOWED}
    assert clashes == {}


def test_no_private_word_stands_for_a_standard_term() -> None:
    """See the table of words in CONTRIBUTING.md."""
    texts = [*sources(), *(ROOT / "docs").rglob("*.md"), ROOT / "README.md"]
    found = [
        f"{path.relative_to(ROOT)}:{number}: {word[0]}"
        for path in texts
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1)
        if (word := PRIVATE_WORDS.search(line))
    ]
    assert found == []
