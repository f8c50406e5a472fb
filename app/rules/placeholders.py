"""The placeholders `${name}` of macros and templates.

Only a declared one is replaced, once, by plain text: a `${name}` within a value stays as it is.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from string import Template
from typing import Final, Literal

Needs = Literal["issue", "incident", "answer", "documentation"]


@dataclass(frozen=True, slots=True)
class Placeholder:
    """One placeholder: what it means, and what it needs."""

    meaning: str
    needs: Needs | None = None
    """It is only known where there is an issue, an incident, an answer or documentation."""
    longest: int = 0
    """Characters that it may have; 0: nobody knows, or the text does without."""
    is_link: bool = False

    @property
    def example(self) -> str:
        """As long as it may be."""
        return "https://example.com/".ljust(self.longest, "x") if self.is_link else "x" * self.longest


REPLY_PLACEHOLDERS: Final[dict[str, Placeholder]] = {
    "name": Placeholder("the person's first name; where none is known, the text is shown without it"),
    "ticket_url": Placeholder("the ticket in Zendesk; for internal texts", longest=80, is_link=True),
    "channel": Placeholder("the channel's title", longest=30),
    "link": Placeholder(
        "the post that is answered, or the channel's title when it is not known", longest=200, is_link=True
    ),
    "issue_url": Placeholder("the linked issue", needs="issue", longest=120, is_link=True),
    "issue_title": Placeholder("its title", needs="issue", longest=255),
    "incident_url": Placeholder("the incident that explains it", needs="incident", longest=120, is_link=True),
    "incident_title": Placeholder("its title", needs="incident", longest=255),
    "over_since": Placeholder("when the incident ended", needs="incident", longest=24),
    "missing": Placeholder(
        "what the report lacks, in the words of `missing:`; where it lacks nothing, the line goes",
        needs="issue",
        longest=100,
    ),
    "asks": Placeholder("what `asks:` of a remark wants to know; where it asks nothing, the line goes"),
    "docs_url": Placeholder(
        "the section that answers, when one surely does", needs="documentation", longest=120, is_link=True
    ),
    "docs_title": Placeholder("its page and heading", needs="documentation", longest=120),
    "docs_excerpt": Placeholder("the sentence in it that fits the question", needs="documentation", longest=300),
    "answer": Placeholder("what a team member wrote on the issue with /tell-reporter", needs="answer"),
}
TEMPLATE_PLACEHOLDERS: Final[dict[str, Placeholder]] = {
    "report": Placeholder("what the person wrote, quoted so that nothing in it has an effect"),
    "channel": Placeholder("the channel's title"),
    "version": Placeholder("the version that the text names"),
    "edition": Placeholder("CE, EE or GitLab.com, when the text names one"),
    "steps": Placeholder("steps to reproduce, when the text has any"),
    "log": Placeholder("the error or log lines, when the text has any"),
    "missing": Placeholder("which of version, steps and log the report lacks"),
    "ticket_url": Placeholder("the ticket; only team members can open it"),
}

ISSUE_NAMES: Final = frozenset({"issue_url", "issue_title", "incident_url", "incident_title"})
"""They name the issue: a stranger may not read these of a confidential one."""
DOCS_NAMES: Final = frozenset(name for name, one in REPLY_PLACEHOLDERS.items() if one.needs == "documentation")


_AN: Final[Mapping[Needs, str]] = {
    "issue": "an issue", "incident": "an incident", "answer": "an answer", "documentation": "documentation"
}  # fmt: skip


def meanings(placeholders: Mapping[str, Placeholder]) -> str:
    """One sentence each, for the JSON Schema."""
    return " ".join(
        f"`{name}`: {one.meaning}{f' (only where there is {_AN[one.needs]})' if one.needs else ''}."
        for name, one in placeholders.items()
    )


class Text(Template):
    """`${name}`, and `$$` for a dollar sign."""

    pattern = r"\$(?:(?P<escaped>\$)|(?P<named>(?!))|\{(?P<braced>[a-z][a-z0-9_]*)\}|(?P<invalid>))"  # type: ignore[assignment]  # typeshed knows only the compiled form
    flags = re.NOFLAG
