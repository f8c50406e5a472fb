"""The anchor of a heading, as GitLab and GitHub make it."""

import re
from collections import Counter
from typing import Final, Literal

AnchorStyle = Literal["gitlab", "github"]
_OWN: Final = re.compile(r"[ \t]{0,5}\{#([\w.:-]{1,200})\}\Z")
_NO_SIGNS: Final = re.compile(r"[^\w\- ]")
_HYPHENS: Final = re.compile(r"-{2,}")


class Anchors:
    """Of one page: a heading that stands there twice gets a number the second time."""

    def __init__(self, style: AnchorStyle) -> None:
        self._style = style
        self._given = Counter[str]()

    def of(self, heading: str, own: str = "") -> tuple[str, str]:
        """The heading without an anchor of its own (`{#name}`), and its anchor."""
        if found := _OWN.search(heading):
            return heading[: found.start()], found[1]
        if own:
            return heading, own
        anchor = _NO_SIGNS.sub("", heading.lower()).replace(" ", "-")
        if self._style == "gitlab":
            anchor = _HYPHENS.sub("-", anchor)
        before = self._given[anchor]
        self._given[anchor] += 1
        return heading, f"{anchor}-{before}" if before else anchor
