"""Whether a post says something else than before, and whether its author said the same elsewhere."""

import hashlib
import re
from dataclasses import dataclass

from app.feeds.mention import Mention
from app.feeds.ticket_text import body_text
from app.rules.folding import fold

SHORTEST_REPOST = 20
"""Letters. Shorter ones ("thanks, gitlab") are said twice and meant twice."""
_BETWEEN_WORDS = re.compile(r"[\W_]+")
_ADDRESS = re.compile(r"https?://[^\s)\]]{1,2000}")
_CUT = ("…", "...", "[...]", "(cut)")


@dataclass(frozen=True, slots=True)
class PostWording:
    """A post's letters and digits: case, spaces, punctuation and markup are typography."""

    letters: str
    without_links: str
    """Each copy of a crosspost has links of its own."""
    is_cut: bool
    """It ends as excerpts do."""
    author: str

    @classmethod
    def of(cls, mention: Mention) -> "PostWording":
        text = body_text(mention)
        title = mention.title if mention.title != text else ""
        author = mention.author.handle.removeprefix("@") or mention.author.url or mention.author.name
        said = fold(f"{title}\n{text}")
        letters, without_links = (_BETWEEN_WORDS.sub("", one) for one in (said, _ADDRESS.sub("", said)))
        return cls(letters, without_links, text.rstrip().endswith(_CUT), author.casefold())

    @property
    def digest(self) -> str:
        return hashlib.sha256(self.letters.encode()).hexdigest()[:32]

    @property
    def repost_digest(self) -> str:
        """The same for the same words by the same author; empty: too short, or nobody is named."""
        if len(self.without_links) < SHORTEST_REPOST or not self.author:
            return ""
        return hashlib.sha256(f"{self.author}\n{self.without_links}".encode()).hexdigest()[:32]

    def is_excerpt_of(self, other: "PostWording") -> bool:
        return self.is_cut and other.letters.startswith(self.letters)
