"""What was read from Sentry, as plain frozen values, and how Sentry's JSON becomes them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AwareDatetime, Field, TypeAdapter

from integrations.wire import WireModel, WireText


@dataclass(frozen=True, slots=True)
class SentryIssue:
    """A group of events. Title and culprit may quote what people typed: they are for the team's eyes only."""

    id: str
    short_id: str
    """Like `PUMP-STATION-1`: what the team calls it."""
    title: str
    culprit: str
    """Where in the code: `Projects::IssuesController#show`."""
    level: str
    """fatal, error, warning, info, ..."""
    count: int
    """Events in all its life."""
    first_seen: datetime
    last_seen: datetime
    permalink: str
    """Only for those who may sign in there; "" where Sentry gave none that a browser can open."""
    project: str
    """Its slug."""


class _WireProject(WireModel):
    slug: WireText = ""


class WireSentryIssue(WireModel):
    """`count` comes as a string. `lastSeen` is null while Sentry's event store lags behind."""

    id: str
    short_id: WireText = Field(default="", alias="shortId")
    title: WireText = ""
    culprit: WireText = ""
    level: WireText = ""
    count: Annotated[int, Field(ge=0)] = 0
    first_seen: AwareDatetime | None = Field(default=None, alias="firstSeen")
    last_seen: AwareDatetime | None = Field(default=None, alias="lastSeen")
    permalink: WireText = ""
    project: _WireProject = _WireProject()

    def issue(self) -> SentryIssue | None:
        """None without any time: nothing could be told from it."""
        first, last = self.first_seen or self.last_seen, self.last_seen or self.first_seen
        if first is None or last is None:
            return None
        return SentryIssue(
            id=self.id,
            short_id=self.short_id,
            title=self.title,
            culprit=self.culprit,
            level=self.level,
            count=self.count,
            first_seen=first,
            last_seen=last,
            permalink=_openable(self.permalink),
            project=self.project.slug,
        )


WIRE_ISSUES: TypeAdapter[list[WireSentryIssue]] = TypeAdapter(list[WireSentryIssue])


def _openable(link: str) -> str:
    try:
        parts = urlsplit(link)
    except ValueError:
        return ""
    return link if parts.scheme in {"http", "https"} and parts.netloc else ""
