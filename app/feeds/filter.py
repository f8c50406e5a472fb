"""What a feed brings and nobody asked for: left out with a reason, which is kept and counted."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, time, timedelta

from app.feeds.mention import Mention
from app.feeds.ticket_text import body_text
from app.rules.conditions.context import Hit
from app.rules.folding import fold
from app.rules.matching.text_search import Terms, TextSearch
from app.rules.schema.feeds import WantedConfig
from app.rules.team import bare_handle, fits

BEFORE_START = "older than the first look"
BY_US = "by one of us"
NO_WORDS = "no words"
TOO_FEW_POINTS = "too few points"
"""For now: the next look may find more."""
OLD = timedelta(days=7)
"""A post that turns up later than that is an old one that slid back into view."""


class FeedFilter:
    def __init__(self, feed: WantedConfig, own_handles: Sequence[str], first_look: datetime) -> None:
        """`own_handles`: the team's, wherever they write."""
        self._minimum_score: int | None = getattr(feed, "minimum_score", None)  # a hook has none
        self._feed = feed
        self._wanted = _search(feed.look_for)
        self._unwanted = _search(feed.leave_out)
        self._own_handles = own_handles
        self.start = datetime.combine(feed.since, time(), UTC) if feed.since else first_look

    def why_left_out(self, mention: Mention, score: int | None, now: datetime) -> str:
        """Empty: it is to become a ticket."""
        said = fold(f"{mention.title}\n{body_text(mention)}")
        checks: tuple[tuple[str, Callable[[], bool]], ...] = (
            (BEFORE_START, lambda: (mention.published_at or now) < self.start),
            ("older than a week", lambda: self._feed.since is None and (mention.published_at or now) < now - OLD),
            (BY_US, lambda: is_written_by(self._own_handles, mention)),
            ("by an author who is left out", lambda: self._has_unwanted_author(mention)),
            ("names nothing that is looked for", lambda: bool(self._feed.look_for) and not self._wanted(said)),
            ("names what is left out", lambda: self._unwanted(said)),
            (TOO_FEW_POINTS, lambda: self._has_too_few(score)),
            (NO_WORDS, lambda: not said.strip()),
        )
        return next((why for why, holds in checks if holds()), "")

    def _has_unwanted_author(self, mention: Mention) -> bool:
        names = (bare_handle(mention.author.handle), mention.author.name.strip())
        return any(_fits_any(self._feed.leave_out_authors, name) for name in names)

    def _has_too_few(self, score: int | None) -> bool:
        return self._minimum_score is not None and score is not None and score < self._minimum_score


def says_nothing(mention: Mention) -> bool:
    """Only markup, or characters that nobody sees."""
    return not fold(f"{mention.title}\n{body_text(mention)}").strip()


def is_written_by(handles: Sequence[str], mention: Mention) -> bool:
    """Does one fit its author's handle? Anybody can take our name, so that counts only where no handle is told."""
    told = bare_handle(mention.author.handle) or mention.author.name.strip()
    return _fits_any(handles, told)


def _fits_any(patterns: Sequence[str], name: str) -> bool:
    return bool(name) and any(fits(bare_handle(pattern), name) for pattern in patterns)


def _search(phrases: Sequence[str]) -> Callable[[str], bool]:
    """Whether one of the phrases stands in a folded text: whole words, as routes match them."""
    terms = Terms()
    for phrase in phrases:
        terms.phrase(fold(phrase))
    search: TextSearch = terms.search()

    def found(folded: str) -> bool:
        hits: dict[int, list[Hit]] = {}
        search.into(hits, "body", folded, "")
        return bool(hits)

    return found
