"""Small rules for tests: enough of a routing.yaml and a macros.yaml to load, with what a test is about put in."""

from __future__ import annotations

from datetime import UTC, datetime
from textwrap import dedent, indent
from typing import Any

from app.rules.conditions.context import Facts
from app.rules.loading import Rules, load
from app.rules.matching.matching import Matching, match
from app.ticket import Ticket

NOW = datetime(2026, 3, 2, 10, 30, tzinfo=UTC)

HEAD = """\
version: 1
channels:
  twitter_dm: {title: DM, recognise: {via: twitter, rel: direct_message}, public: false, reply: zendesk}
  twitter: {title: Twitter, recognise: {via: twitter}, public: true, reply: zendesk}
  forum: {title: Forum, recognise: {tags: forum}, public: true, reply: elsewhere, where: 'https://forum\\.gitlab\\.com/\\S+'}
team: {domains: [gitlab.com], roles: [agent]}
trackers:
  product: {project: gitlab-org/gitlab}
closing: {done: {}, not_planned: {}, duplicate: {follow: true}, moved: {follow: true}, reopened: {}}
archetypes:
  bug_report: {description: broken}
  mention: {description: praise}
  non_english: {description: other languages}
"""
MACROS = """\
version: 1
macros: {}
"""


def routing(routes: str = "[]", *, more: str = "", head: str = HEAD) -> str:
    """A routing.yaml with these routes."""
    written = dedent(routes).strip()
    listed = f"routes: {written}\n" if written.startswith("[") else f"routes:\n{indent(written, '  ')}\n"
    return f"{head}{dedent(more)}{listed}"


def rules(routes: str = "[]", *, more: str = "", macros: str = MACROS, head: str = HEAD) -> Rules:
    return load(routing(routes, more=more, head=head), macros)


def rules_when(when: str, *, more: str = "") -> Rules:
    """With one route, `it`, that has these conditions."""
    return rules(f"[{{name: it, archetype: bug_report, when: {when}}}]", more=more)


def asked(given: Rules, facts: Facts | None = None, **ticket: Any) -> Matching:
    return match(given.matcher, Ticket(**{"id": 1, **ticket}), facts or Facts(), NOW)


def holds(when: str, facts: Facts | None = None, *, more: str = "", **ticket: Any) -> bool:
    """Whether these conditions hold for the ticket."""
    return asked(rules_when(when, more=more), facts, **ticket).first() is not None
