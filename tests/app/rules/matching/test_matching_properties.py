"""What must hold for any rules and any ticket."""

from __future__ import annotations

import re
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from app.rules.conditions.context import Facts
from app.rules.folding import fold
from app.rules.implication import implies
from app.rules.loading import Rules, load
from app.rules.matching.matcher import Matcher
from app.rules.matching.matching import Matching, match
from app.rules.parsing.positions import Positions
from app.rules.routing import RoutingConfig
from app.rules.schema.macros import MacrosConfig
from app.ticket import Ticket
from tests.support import strategies
from tests.support.dumping import dump
from tests.support.rules import MACROS, NOW, rules

BASE = rules()
FACTS = st.sampled_from([Facts(), Facts(language="de")])


def with_routes(whens: list[dict[str, Any]], **own: Any) -> Rules:
    """Rules that never saw YAML: the same models, much faster."""
    routing = RoutingConfig.model_validate(
        {
            "version": 1,
            "channels": BASE.routing.model_dump(by_alias=True)["channels"],
            "closing": {key: {} for key in ("done", "not_planned", "duplicate", "moved", "reopened")},
            "archetypes": {"bug_report": {"description": "x"}, "non_english": {"description": "y"}},
            "vocabulary": {"bad": ["slow", "down*"]},
            "routes": [
                {"name": f"r{i}", "archetype": "bug_report", "when": when, **own} for i, when in enumerate(whens)
            ],
        }
    )
    places = Positions("routing.yaml")
    return Rules(routing, MacrosConfig(version=1, macros={}), "", places, places, Matcher(routing, places), "", "")


def ask(given_rules: Rules, ticket: Ticket, facts: Facts) -> Matching:
    return match(given_rules.matcher, ticket, facts, NOW)


@given(st.lists(strategies.conditions(), min_size=1, max_size=4), strategies.tickets, FACTS)
def test_any_ticket_can_be_asked_about_by_any_rules(whens: list[dict[str, Any]], ticket: Ticket, facts: Facts) -> None:
    matching = ask(with_routes(whens), ticket, facts)
    decided, traces = matching.first(), matching.trace()
    assert [trace.index for trace in traces] == list(range(len(whens)))
    for trace in traces:
        assert not (trace.matched and trace.error)
        assert 0 <= trace.match_score <= 1
        assert trace.error or trace.detail
        assert len(trace.text) <= 80
    holding = [trace for trace in traces if trace.matched]
    assert decided == (holding[0] if holding else None)
    failed = [trace for trace in traces if trace.error and (decided is None or trace.index < decided.index)]
    assert list(matching.errors()) == failed
    assert all(not trace.matched for trace in matching.near_misses())


@given(st.lists(strategies.conditions(), min_size=1, max_size=3), st.lists(strategies.tickets, min_size=1, max_size=3))
def test_what_was_asked_before_changes_nothing(whens: list[dict[str, Any]], asked: list[Ticket]) -> None:
    used = with_routes(whens)
    for ticket in asked:
        fresh = ask(with_routes(whens), ticket, Facts()).trace()
        assert ask(used, ticket, Facts()).trace() == fresh
        assert ask(used, ticket, Facts()).trace() == fresh


@given(
    st.permutations(strategies.CHANNELS),
    st.lists(strategies.conditions(depth=1), min_size=3, max_size=3),
    st.permutations([0, 1, 2]),
    strategies.tickets,
    FACTS,
)
def test_moving_routes_that_do_not_overlap_changes_nothing(
    channels: list[str], whens: list[dict[str, Any]], order: list[int], ticket: Ticket, facts: Facts
) -> None:
    apart = [{"all": [{"channel": [channel]}, when]} for channel, when in zip(channels, whens, strict=True)]
    before = ask(with_routes(apart), ticket, facts).first()
    after = ask(with_routes([apart[index] for index in order]), ticket, facts).first()
    assert (before is None) == (after is None)
    if before and after:
        assert order[after.index] == before.index


@given(
    st.lists(st.sampled_from(strategies.WORDS), min_size=1, max_size=3).map(" ".join),
    st.booleans(),
    st.lists(st.sampled_from([*strategies.WORDS, "x", "-", "’", "_", "502x"]), max_size=8),
    st.sampled_from([" ", "", "  \n"]),
)
def test_phrases_are_found_as_a_plain_search_finds_them(
    phrase: str, open_end: bool, words: list[str], gap: str
) -> None:
    body = gap.join(words)
    end = "" if open_end else r"(?!\w)"
    plain = re.search(rf"(?<!\w){re.escape(fold(phrase))}{end}", fold(body)) is not None
    found = ask(with_routes([{"phrases": [phrase + "*" * open_end]}]), Ticket(id=1, body=body), Facts()).first()
    assert (found is not None) == plain


SIMPLE = ("phrases", "patterns", "channel", "public", "tags", "length", "event", "requester", "organization")


@given(strategies.conditions(SIMPLE, depth=1), strategies.conditions(SIMPLE, depth=1), strategies.tickets)
def test_what_is_called_implied_is(narrow: dict[str, Any], wide: dict[str, Any], ticket: Ticket) -> None:
    both = with_routes([narrow, wide, {"all": [narrow, wide]}])
    first, second, joined = (route.when for route in both.routing.routes)
    lists = both.routing.vocabulary
    assert implies(first, first, lists)
    assert implies(joined, second, lists)

    by_narrow, by_wide, _ = ask(both, ticket, Facts()).trace()
    if implies(first, second, lists):
        assert by_wide.matched or not by_narrow.matched
    if implies(second, first, lists):
        assert by_narrow.matched or not by_wide.matched


@given(st.lists(strategies.conditions(), min_size=1, max_size=3))
def test_loading_what_was_dumped_keeps_the_meaning(whens: list[dict[str, Any]]) -> None:
    original = with_routes(whens).routing
    loaded = load(dump(original), MACROS)
    assert loaded.routing == original
    assert load(dump(loaded.routing), dump(loaded.macros)).routing == original
