"""Looks up where the short links of a text lead, before it is judged. Never for long, and never at any price."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from app.message.short_links import short_links_in
from app.records.short_links import FoundLink, link_digest
from app.rules.channels import is_public, recognise_channel
from app.rules.routing import RoutingConfig
from app.ticket import ShortLink, Ticket
from app.work.jobs.dependencies import Dependencies
from integrations.short_links.resolver import HOSTS, MOST_AT_ONCE, Busy, LinkTarget, NotResolved

FRESH = timedelta(days=7)
FAILED_FRESH = timedelta(hours=1)


@dataclass(frozen=True)
class ShortLinkFinder:
    deps: Dependencies

    def looked_up(self, ticket: Ticket, routing: RoutingConfig) -> Ticket:
        """The ticket with what its short links lead to, as far as its channel lets them be looked up."""
        links = short_links_in(f"{ticket.subject}\n{ticket.body}", _hosts(ticket, routing))
        return replace(ticket, short_links=self._find(links)) if links else ticket

    def targets(self, addresses: Iterable[str]) -> dict[str, str]:
        """Where public addresses lead that are short links, as far as that can be found now."""
        links = [one for one in dict.fromkeys(addresses) if one in short_links_in(one, HOSTS)][:MOST_AT_ONCE]
        return {one.link: one.url for one in self._find(links) if one.url}

    def _find(self, links: Sequence[str]) -> tuple[ShortLink, ...]:
        """A link that was followed lately is not followed again, by whatever ticket it comes."""
        resolver, records, now = self.deps.clients.short_links, self.deps.records.short_links, self.deps.now()
        if resolver is None or not links:
            return ()
        since, failed_since = (now - FRESH).isoformat(), (now - FAILED_FRESH).isoformat()
        known = records.known(links, since=since, failed_since=failed_since)
        new = [link for link in links if link not in known]
        for link, found in zip(new, resolver.resolve([_address(link) for link in new]), strict=True):
            known[link] = _row(link, found, now.isoformat())
            if not isinstance(found, Busy):
                records.keep(known[link])
        rows = [(link, known[link]) for link in links]
        return tuple(ShortLink(link, row.url, row.title, row.why_not) for link, row in rows)


def _row(link: str, found: LinkTarget | NotResolved, now: str) -> FoundLink:
    digest = link_digest(link)
    if isinstance(found, NotResolved):
        return FoundLink(digest, url="", title="", why_not=str(found), found_at=now)
    return FoundLink(digest, found.url, found.title, why_not="", found_at=now)


def _hosts(ticket: Ticket, routing: RoutingConfig) -> frozenset[str]:
    """Whose links may be looked up. That tells their owners that somebody reads them: not in private, unasked."""
    channel = routing.channels.get(recognise_channel(routing.channels, ticket))
    public = is_public(channel, ticket)
    if channel is None or channel.short_links is None:
        return HOSTS if public else frozenset()
    # Of a public channel, what is private is not what ops named the hosts for.
    return frozenset(channel.short_links) if public or not channel.public else frozenset()


def _address(link: str) -> str:
    return link if "://" in link else f"https://{link}"
