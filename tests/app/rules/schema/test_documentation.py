"""`docs:` of routing.yaml: what is wrong in it is named, with its place."""

import pytest

from app.rules.loading import load
from app.rules.parsing.positions import BadRules
from tests.support.rules import routing

GOOD = {"source": "docs", "base_url": "https://d.org", "archetypes": "mention"}
MACROS = """\
version: 1
macros:
  A::Docs: {description: d, placeholders: [docs_url], text: {default: "See ${docs_url}"}}
  A::Issue: {description: d, placeholders: [issue_url], text: {default: "See ${issue_url}"}}
"""


def problems(head: str = "", **keys: str) -> list[str]:
    docs = ", ".join(f"{key}: '{value}'" for key, value in {**GOOD, **keys}.items())
    text = routing(more=f"docs: {{{docs}}}\n").replace("{description: praise}", f"{{description: praise{head}}}")
    try:
        load(text, MACROS)
    except BadRules as bad:
        return [f"{problem.path}: {problem.message}" for problem in bad.problems]
    return []


@pytest.mark.parametrize(
    ("keys", "told"),
    [
        ({}, ""),
        ({"source": "https://d.org/a.zip"}, ""),
        ({"source": "http://127.0.0.1:8080/a.zip"}, ""),
        ({"source": "http://d.org/a.zip"}, "docs.source"),
        ({"source": "ftp://d.org/a.zip"}, "docs.source"),
        ({"source": "https://user:password@d.org/a.zip"}, "docs.source"),
        ({"source": ""}, "docs.source"),
        ({"base_url": "d.org"}, "docs.base_url"),
        ({"archetypes": "mentions"}, "docs.archetypes"),
        ({"reply": "A::Docs"}, ""),
        ({"reply": "A::Doc"}, "docs.reply"),
        ({"reply": "A::Issue"}, "docs.reply"),
    ],
)
def test_wrong_values_are_named(keys: dict[str, str], told: str) -> None:
    found = problems(**keys)
    assert [one.startswith(told) for one in found] == ([True] if told else []), found


def test_a_reply_may_name_a_section_where_some_are_looked_for() -> None:
    own = ", reply: {macro: 'A::Docs'}"
    assert problems(own) == []
    assert "there is no documentation here" in problems(own, archetypes="bug_report")[0]
