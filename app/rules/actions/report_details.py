"""What a report says of itself, and what an engineer would ask for next."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

ASKED_FOR: Final = {"version": "version", "steps": "steps", "log": "error text"}
"""The placeholders of an issue's template whose lack people are told of, and how the team calls them."""
HOSTED: Final = "GitLab.com"


@dataclass(frozen=True, slots=True)
class ReportDetails:
    """By the placeholders of an issue's template; empty where the report does not say it."""

    version: str = ""
    edition: str = ""
    steps: str = ""
    log: str = ""

    def given(self) -> list[str]:
        """In words for the internal note: `version 8.14.2 EE`, `steps`, `error text`."""
        which = " ".join(filter(None, (self.version, self.edition)))
        named = f"version {which}" if self.version else which
        return [one for one in (named, self.steps and ASKED_FOR["steps"], self.log and ASKED_FOR["log"]) if one]

    def missing(self, asked: Collection[str]) -> list[str]:
        """What the template asks for and the report lacks. A template without steps asks for nothing.

        GitLab.com has one version for everybody, and whoever can repeat the steps sees the error text.
        """
        if "steps" not in asked:
            return []
        version = self.version or (self.edition if self.edition == HOSTED else "")
        known = {"version": version, "steps": self.steps, "log": self.log or self.steps}
        return [name for name in ASKED_FOR if name in asked and not known[name]]
