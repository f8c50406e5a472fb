"""Which route decides, and what is said of each."""

from __future__ import annotations

from app.rules.conditions.context import Facts
from tests.support.rules import HEAD, asked, rules, rules_when

TWO = """
- {name: first, archetype: mention, when: {phrases: [thank you, great]}}
- {name: second, archetype: bug_report, when: {phrases: great}}
"""


def test_the_first_route_that_holds_decides() -> None:
    decided = asked(rules(TWO), body="Great!").first()
    assert decided is not None
    assert (decided.route, decided.archetype, decided.index) == ("first", "mention", 0)


def test_nothing_decides_when_nothing_holds() -> None:
    assert asked(rules(TWO), body="hm").first() is None


def test_a_trace_says_where_it_was_decided_and_by_what_words() -> None:
    loaded = rules(TWO)
    first, second = asked(loaded, subject="x", body="So it is GREAT…").trace()
    assert first.path == "routes[0].when.phrases[1]"
    assert first.line == HEAD.count("\n") + 2
    assert first.detail == "phrase `great` in body"
    assert first.text == "GREAT"
    assert first.match_score == 1.0
    assert second.line == HEAD.count("\n") + 3
    assert second.matched


def test_a_trace_shows_the_words_as_they_were_written() -> None:
    (trace,) = asked(rules_when("{phrases: can't push}"), body="We CAN’T\n push").trace()
    assert trace.text == "CAN’T push"
    (trace,) = asked(rules_when("{patterns: 'a.*z'}"), body="A" + "b" * 100 + "z").trace()
    assert len(trace.text) == 80
    assert trace.text.endswith("…")


def test_a_trace_points_into_the_vocabulary() -> None:
    more = "vocabulary:\n  bad:\n    - slow\n    - down\n"
    (trace,) = asked(rules_when("{phrases: $bad}", more=more), body="down").trace()
    assert (trace.path, trace.detail) == ("vocabulary.bad[1]", "phrase `down` of $bad in body")
    assert trace.line == HEAD.count("\n") + 4


def test_words_explain_more_than_other_conditions() -> None:
    (trace,) = asked(rules_when("{channel: forum, phrases: slow}"), channel="forum", body="slow").trace()
    assert trace.detail == "phrase `slow` in body"


def test_says_what_kept_a_route_out() -> None:
    (trace,) = asked(rules_when("{phrases: slow, none: [{phrases: our server}]}"), body="slow: our server").trace()
    assert not trace.matched
    assert (trace.detail, trace.text) == ("kept out by phrase `our server` in body", "our server")
    assert trace.path == "routes[0].when.none[0].phrases[0]"


def test_says_which_alternative_held() -> None:
    when = "{any: [{phrases: slow}, {channel: forum, phrases: down}]}"
    (trace,) = asked(rules_when(when), channel="forum", body="down").trace()
    assert trace.path == "routes[0].when.any[1].phrases[0]"
    (trace,) = asked(rules_when(when), channel="forum", body="fine").trace()
    assert (trace.detail, trace.path) == ("none of 2 alternatives holds", "routes[0].when.any")


def test_the_match_score_is_the_share_of_conditions_that_held() -> None:
    loaded = rules(
        """
        - {name: far, archetype: mention, when: {phrases: slow, channel: twitter}}
        - {name: near, archetype: mention, when: {phrases: slow, channel: forum}}
        - {name: nearer, archetype: mention, when: {all: [{phrases: quick}, {channel: forum}, {public: true}]}}
        """
    )
    matching = asked(loaded, channel="forum", body="quick")
    assert [trace.match_score for trace in matching.trace()] == [0.0, 0.5, 1.0]
    assert [trace.route for trace in asked(loaded, channel="forum", body="?").near_misses(1)] == ["nearer"]
    assert [trace.route for trace in asked(loaded, channel="forum", body="?").near_misses()] == ["nearer", "near"]


def test_early_routes_are_asked_before_the_language_is_known() -> None:
    loaded = rules(
        """
        - {name: german, archetype: mention, when: {language: de}}
        - {name: early, archetype: bug_report, before: language, when: {phrases: zwei}}
        """
    )
    matching = asked(loaded, body="zwei")
    early = matching.first("before language")
    assert early is not None
    assert early.route == "early"
    assert matching.first("after language") is None
    late = asked(loaded, Facts(language="de"), body="zwei").first("after language")
    assert late is not None
    assert late.route == "german"


def test_shadow_routes_decide_nothing_and_are_recorded() -> None:
    loaded = rules(
        """
        - {name: tried, archetype: mention, mode: shadow, when: {phrases: great}}
        - {name: old, archetype: bug_report, when: {phrases: great}}
        """
    )
    matching = asked(loaded, body="great")
    decided = matching.first()
    assert decided is not None
    assert decided.route == "old"
    assert [trace.route for trace in matching.shadows()] == ["tried"]
    assert [trace.shadow for trace in matching.trace()] == [True, False]


def test_an_archetype_in_shadow_is_the_same() -> None:
    head = HEAD.replace("mention: {", "mention: {mode: shadow, ")
    assert asked(rules(TWO, head=head), body="thank you").first() is None
    decided = asked(rules(TWO.replace("first, ", "first, mode: live, "), head=head), body="thank you").first()
    assert decided is not None


def test_when_all_is_shadow_routes_decide_and_the_mode_says_the_rest() -> None:
    decided = asked(rules(TWO, more="defaults: {mode: shadow}\n"), body="great").first()
    assert decided is not None
    assert decided.route == "first"


def test_later_comments_are_for_routes_that_ask_for_them() -> None:
    loaded = rules(
        """
        - {name: opening, archetype: mention, when: {phrases: works}}
        - {name: later, archetype: bug_report, when: {phrases: works, event: [created, comment]}}
        """
    )
    matching = asked(loaded, body="works", event="comment")
    decided = matching.first()
    assert decided is not None
    assert decided.route == "later"
    opening = matching.trace()[0]
    assert (opening.matched, opening.match_score) == (False, 0.0)
    assert "opened a ticket" in opening.detail
    assert asked(loaded, body="works").trace()[0].matched


def test_an_archetype_of_some_channels_is_said_of_no_other() -> None:
    head = HEAD.replace("{description: praise}", "{description: praise, channels: [twitter]}")
    loaded = rules(
        """
        - {name: praise, archetype: mention, when: {phrases: great}}
        - {name: other, archetype: bug_report, when: {phrases: great, all: [{phrases: crash}]}}
        """,
        head=head,
    )
    assert [one.route for one in asked(loaded, body="great", channel="twitter").matched()] == ["praise"]
    elsewhere = asked(loaded, body="great", channel="forum")
    assert elsewhere.first() is None
    assert [one.archetype for one in elsewhere.near_misses()] == ["bug_report"]
    assert "not for this channel" in elsewhere.trace()[0].detail
    assert loaded.routing.not_of("forum") == {"mention"}


BROKEN = "{custom_field: {field: gone, value: x}}"


def test_an_error_is_neither_true_nor_false() -> None:
    fields = {"other": "x"}

    def state(when: str) -> bool | str | None:
        (trace,) = asked(rules_when(when), body="yes", custom_fields=fields).trace()
        return "error" if trace.error else trace.matched

    assert state(BROKEN) == "error"
    assert state(f"{{all: [{BROKEN}, {{phrases: 'yes'}}]}}") == "error"
    assert state(f"{{all: [{BROKEN}, {{phrases: 'no'}}]}}") is False
    assert state(f"{{any: [{BROKEN}, {{phrases: 'yes'}}]}}") is True
    assert state(f"{{any: [{BROKEN}, {{phrases: 'no'}}]}}") == "error"
    assert state(f"{{phrases: 'yes', none: [{BROKEN}]}}") == "error"
    assert state(f"{{phrases: 'yes', none: [{BROKEN}, {{phrases: 'yes'}}]}}") is False


def test_errors_are_those_asked_before_the_decision() -> None:
    loaded = rules(
        f"""
        - {{name: before, archetype: mention, when: {BROKEN}}}
        - {{name: decides, archetype: mention, when: {{phrases: 'yes'}}}}
        - {{name: after, archetype: mention, when: {BROKEN}}}
        """
    )
    matching = asked(loaded, body="yes", custom_fields={"other": "x"})
    assert [trace.route for trace in matching.errors()] == ["before"]
    assert [bool(trace.error) for trace in matching.trace()] == [True, False, True]


REMARKS = """\
remarks:
  - {name: anywhere, when: {phrases: down}, tags: [a], note: It is down.}
  - {name: praise-only, when: {phrases: down}, archetypes: [mention]}
  - {name: broken, when: {custom_field: {field: gone, value: x}}}
"""


def test_remarks_are_all_that_hold_for_the_archetype() -> None:
    matching = asked(rules(more=REMARKS), body="down")
    assert [remark.name for remark in matching.remarks("mention")] == ["anywhere", "praise-only"]
    assert [remark.name for remark in matching.remarks("bug_report")] == ["anywhere"]


def test_a_remark_that_cannot_be_evaluated_is_left_out() -> None:
    matching = asked(rules(more=REMARKS), body="down", custom_fields={"other": "x"})
    assert [remark.name for remark in matching.remarks("bug_report")] == ["anywhere"]


def test_routes_without_words_are_asked_too() -> None:
    decided = asked(rules("[{name: a, archetype: mention, when: {none: [{phrases: x}]}}]"), body="y").first()
    assert decided is not None


def test_a_trace_of_a_rejected_route_is_the_same_each_time() -> None:
    matching = asked(rules_when("{phrases: [x, y], none: [{phrases: z}]}"), body="z")
    assert matching.trace() == matching.trace()
    assert matching.trace()[0].detail == "none of 2 phrases in subject or body"
