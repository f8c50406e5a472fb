"""Of the month of sample data: what people wrote elsewhere, what became tickets of it, and what was left out."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from app.demo.month_work import MARK
from app.feeds.filter import BY_US, TOO_FEW_POINTS
from app.feeds.mention import Author, Mention
from app.model.training.labelled import LabelledTicket
from app.records.mentions import REPOST, Mentions, NewMention

SITES: Mapping[str, str] = {
    "hackernews": "https://news.ycombinator.com/item?id=",
    "forum": "https://forum.gitlab.com/t/",
    "disqus": "https://about.gitlab.com/blog/#comment-",
}
"""Channels whose tickets a feed brought, and how addresses begin there."""
NEWEST_DAYS = 5
_OTHERS = (
    ("hackernews", "lena", "Ask HN: where do you host your side projects?", "names nothing that is looked for", 0.3),
    ("forum", "gitlab", "Thanks all, this is fixed with the patch release of today.", BY_US, 0.8),
    ("hackernews", "tobi", "GitLab is down again?", REPOST, 1.4),
    (
        "hackernews",
        "kp",
        "We moved from GitLab to a folder full of patches and never looked back.",
        TOO_FEW_POINTS,
        2.2,
    ),
    ("disqus", "visitor-81", "First!", "names nothing that is looked for", 3.1),
    ("forum", "samira", "", "deleted", 4.5),
)
"""Where, by whom, what, why no ticket was made of it, and how many days ago."""


def ticket_mention(mentions: Mentions, ticket_id: int, channel: str, written: LabelledTicket, at: datetime) -> None:
    """What the feed brought that the ticket was made of."""
    given = Mention(
        source=channel,
        id=f"{MARK}-{ticket_id}",
        url=f"{SITES[channel]}{ticket_id}",
        author=Author(handle=f"visitor-{ticket_id}"),
        title=written.subject,
        text=written.body,
        published_at=at,
    )
    _take(mentions, given, at, ticket_id=ticket_id)


def other_mentions(mentions: Mentions, now: datetime) -> None:
    """Those that became none."""
    for number, (source, author, text, why, days_ago) in enumerate(reversed(_OTHERS)):
        at = now - timedelta(days=days_ago)
        is_gone = not text
        given = Mention(
            source=source,
            id=f"{MARK}-other-{number}",
            url=f"{SITES[source]}{9000 + number}",
            author=Author(handle=author),
            text=text,
            deleted=is_gone,
            published_at=at,
        )
        _take(mentions, given, at, left_out="" if is_gone else why)


def _take(mentions: Mentions, mention: Mention, at: datetime, *, ticket_id: int = 0, left_out: str = "") -> None:
    new = NewMention(
        source=mention.source,
        native_id=mention.id,
        url=mention.url,
        address="",
        thread="",
        mention=mention.model_dump(mode="json", exclude_defaults=True),
        # No feed of the rules: nothing asks a site whether these posts are still there.
        carrier=f"sample-{mention.source}",
        deleted=mention.deleted,
        left_out=left_out,
    )
    stored = mentions.take(
        new, lambda _known, _given: {}, now=at.isoformat(), day_before=(at - timedelta(days=1)).isoformat()
    )
    if ticket_id:
        mentions.created(stored.id, ticket_id)
