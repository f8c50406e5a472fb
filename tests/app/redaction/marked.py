"""The examples: texts like real tickets in which everything that must go is marked, `⟦kind|value⟧`.

All that looks secret in them was made up; domains and addresses are those kept for documentation.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from app.redaction import placeholder

_MARK = re.compile(r"⟦(?P<kind>\w+)\|(?P<value>.*?)⟧", re.DOTALL)


@dataclass(frozen=True)
class Example:
    id: str
    marked: str
    names: tuple[str, ...]

    @property
    def text(self) -> str:
        return _MARK.sub(lambda mark: mark["value"], self.marked)

    @property
    def expected(self) -> str:
        return _MARK.sub(lambda mark: placeholder(mark["kind"]), self.marked)

    @property
    def values(self) -> list[tuple[str, str]]:
        """Kind and value of what must go."""
        return [(mark["kind"], mark["value"]) for mark in _MARK.finditer(self.marked)]

    @property
    def kinds(self) -> Counter[str]:
        return Counter(kind for kind, _ in self.values)


def examples() -> list[Example]:
    return [
        Example(row["id"], row["text"], tuple(row.get("names", ())))
        for file in sorted((Path(__file__).parent / "examples").glob("*.jsonl"))
        for row in map(json.loads, file.read_text().splitlines())
    ]


EXAMPLES = examples()
