"""Short links are looked up where the channel lets them be, once, and a ticket is judged by where they lead."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, cast

import pytest

from app.records.records import Records
from app.rules.loading import Rules
from app.ticket import Ticket, Via
from app.triage.judge import Judgement, judge
from app.triage.language import Language
from app.work.tickets.short_links import ShortLinkFinder
from integrations.short_links.resolver import LinkTarget, NotResolved
from tests.support.fakes import Clock, dependencies
from tests.support.rules import HEAD, NOW, rules

ARTICLE = LinkTarget("https://forum.gitlab.com/t/release/7", "GitLab 16.4 released")
ROUTE = "[{name: it, archetype: bug_report, when: {linked_page: 'gitlab 16\\.\\d+'}}]"


@dataclass
class FakeResolver:
    found: dict[str, LinkTarget | NotResolved] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def resolve(self, links: Sequence[str]) -> list[LinkTarget | NotResolved]:
        self.asked += links
        return [self.found.get(link, NotResolved("it leads into a private network")) for link in links]


@dataclass
class Finding:
    finder: ShortLinkFinder
    resolver: FakeResolver
    clock: Clock

    def look(self, body: str, given: Rules | None = None, **ticket: Any) -> Ticket:
        return self.finder.looked_up(Ticket(1, body=body, **ticket), (given or rules()).routing)


@pytest.fixture
def finding(tmp_path: Path) -> Iterator[Finding]:
    records = Records.open(f"sqlite:///{tmp_path / 'p.db'}")
    clock, resolver = Clock(), FakeResolver({"https://t.co/a": ARTICLE, "https://bit.ly/a": ARTICLE})
    deps = dependencies(records, clock=clock)
    deps = replace(deps, clients=replace(deps.clients, short_links=cast("Any", resolver)))
    yield Finding(ShortLinkFinder(deps), resolver, clock)
    records.close()


def judged(ticket: Ticket, given: Rules) -> Any:
    return judge(given, ticket, Judgement(lambda _text: Language("en", "said so")), now=NOW)


@pytest.mark.parametrize(
    ("setting", "ticket", "asked"),
    [
        ("", {"channel": "twitter"}, ["https://t.co/a", "https://bit.ly/a"]),
        ("", {"channel": "twitter", "public": False}, []),
        ("", {"channel": "twitter_dm"}, []),
        ("", {"via": Via("email")}, []),
        (", short_links: [bit.ly]", {"channel": "twitter"}, ["https://bit.ly/a"]),
        (", short_links: bit.ly", {"channel": "twitter"}, ["https://bit.ly/a"]),
        (", short_links: []", {"channel": "twitter"}, []),
        (", short_links: [bit.ly]", {"channel": "twitter", "public": False}, []),
        (", short_links: [t.co]", {"channel": "twitter_dm"}, ["https://t.co/a"]),
    ],
)
def test_a_channel_says_whose_links_are_looked_up(
    finding: Finding, setting: str, ticket: dict[str, Any], asked: list[str]
) -> None:
    head = HEAD.replace("reply: zendesk}", f"reply: zendesk{setting}}}")
    finding.look("see https://t.co/a and bit.ly/a", rules(head=head), **ticket)
    assert finding.resolver.asked == asked


def test_a_link_is_followed_once_a_week_and_one_that_failed_once_an_hour(finding: Finding) -> None:
    for seconds in (0, 3000, 3600, 7 * 86400):
        finding.clock.advance(seconds)
        finding.look("https://t.co/a https://t.co/gone", channel="twitter")
    assert finding.resolver.asked.count("https://t.co/a") == 2
    assert finding.resolver.asked.count("https://t.co/gone") == 3


def test_without_a_resolver_a_ticket_stays_as_it_is(finding: Finding) -> None:
    finder = ShortLinkFinder(
        replace(finding.finder.deps, clients=replace(finding.finder.deps.clients, short_links=None))
    )
    ticket = Ticket(1, body="https://t.co/a", channel="twitter")
    assert finder.looked_up(ticket, rules().routing) == ticket


def test_a_ticket_is_judged_by_the_page_and_the_trace_and_note_name_it(finding: Finding) -> None:
    given = rules(ROUTE)
    ticket = finding.look("what does this mean for us? https://t.co/a https://t.co/x", channel="twitter")
    result = judged(ticket, given)
    assert result.verdict.archetype == "bug_report"
    assert [entry["detail"] for entry in result.verdict.trace if entry["asked"] == "short_link"] == [
        "https://t.co/a leads to https://forum.gitlab.com/t/release/7 (GitLab 16.4 released)",
        "https://t.co/x was not followed: it leads into a private network",
    ]
    note = next(action for action in result.plan.actions if action.kind == "note")
    assert [link.title for link in note.links] == ["GitLab 16.4 released"]


def test_the_place_to_answer_at_is_found_behind_a_short_link(finding: Finding) -> None:
    ticket = finding.look("look here please https://t.co/a", channel="forum")
    assert judged(ticket, rules()).channel.link == "https://forum.gitlab.com/t/release/7"


def test_a_title_alone_makes_no_condition_on_the_text_hold(finding: Finding) -> None:
    given = rules("[{name: it, archetype: bug_report, when: {phrases: released}}]")
    ticket = finding.look("what does this mean for us? https://t.co/a", channel="twitter")
    assert judged(ticket, given).verdict.archetype is None


def test_public_addresses_lead_to_their_targets(finding: Finding) -> None:
    addresses = ["https://t.co/a", "https://e.org/long", "https://t.co/gone"]
    assert finding.finder.targets(addresses) == {"https://t.co/a": ARTICLE.url}
