"""Each warning: what it finds, and what it leaves alone."""

from __future__ import annotations

import pytest

from app.rules.examples import load_examples
from app.rules.lint import CHECKS, lint
from tests.support.rules import HEAD, MACROS, rules

EXAMPLES = """\
version: 1
tests:
  - {name: a, ticket: {body: x}, expect: {archetype: bug_report}}
  - {name: b, ticket: {body: x}, expect: {archetype: mention}}
  - {name: c, ticket: {body: x}, expect: {archetype: non_english}}
"""
USED = HEAD.replace("  product: {project: gitlab-org/gitlab}", "  {}").replace("trackers:\n  {}", "trackers: {}")


def found(
    routes: str = "[]", *, more: str = "", head: str = USED, macros: str = MACROS, examples: str = EXAMPLES
) -> list[tuple[str, str]]:
    """Names and messages. Single letters stand for words here."""
    loaded = rules(routes, more=more, head=head, macros=macros)
    findings = [(finding.name, finding.message) for finding in lint(loaded, load_examples(examples))]
    return [one for one in findings if one[0] != "one_letter_phrase"]


def names(routes: str = "[]", **given: str) -> list[str]:
    return [name for name, _ in found(routes, **given)]


def test_every_warning_is_documented_and_named_once() -> None:
    assert len({check.__name__ for check in CHECKS}) == len(CHECKS)
    assert all((check.__doc__ or "").endswith(".") for check in CHECKS)


def test_clean_rules_have_no_warnings() -> None:
    assert names("[{name: a, archetype: mention, when: {phrases: x}}]") == []


def test_a_warning_says_where() -> None:
    loaded = rules("[{name: a, archetype: mention, when: {phrases: [x, x y]}}]", head=USED)
    finding = lint(loaded, load_examples(EXAMPLES))[-1]
    line = USED.count("\n") + 1
    assert str(finding) == (
        f"routing.yaml:{line}:60: contained_phrase: routes[0].when.phrases[1]: `x y` adds nothing: `x` finds it too"
    )


@pytest.mark.parametrize(
    ("earlier", "later"),
    [
        ("{phrases: [x, y]}", "{phrases: x}"),
        ("{phrases: x}", "{phrases: x, channel: forum}"),
        ("{phrases: x}", "{phrases: [x y, z x]}"),
        ("{phrases: down*}", "{phrases: downtime}"),
        ("{phrases: x}", "{all: [{phrases: x}, {public: true}]}"),
        ("{any: [{phrases: x}, {phrases: z}]}", "{phrases: x}"),
        ("{phrases: [x, z]}", "{any: [{phrases: x}, {phrases: z}]}"),
        ("{phrases: x, in: both}", "{phrases: x, in: subject}"),
        ("{patterns: [a, b]}", "{patterns: b, tags: t}"),
        ("{length: {max_words: 9}}", "{length: {max_words: 5, min_words: 1}}"),
        ("{none: [{phrases: x}]}", "{phrases: y, none: [{phrases: [x, z]}]}"),
        ("{phrases: $bad}", "{phrases: slow}"),
        ("{requester: {role: agent}}", "{requester: {role: agent}, phrases: x}"),
    ],
)
def test_a_route_that_an_earlier_one_takes_is_never_reached(earlier: str, later: str) -> None:
    routes = f"""
    - {{name: early, archetype: mention, when: {earlier}}}
    - {{name: late, archetype: bug_report, when: {later}}}
    """
    assert "shadowed_route" in names(routes, more="vocabulary: {bad: [slow, down]}\n")


@pytest.mark.parametrize(
    ("earlier", "later"),
    [
        ("{phrases: x}", "{phrases: [x, y]}"),
        ("{phrases: x, channel: forum}", "{phrases: x}"),
        ("{phrases: x y}", "{phrases: x}"),
        ("{phrases: down}", "{phrases: downtime}"),
        ("{phrases: x, in: subject}", "{phrases: x}"),
        ("{phrases: x, none: [{phrases: z}]}", "{phrases: x}"),
        ("{phrases: x, none: [{phrases: [z, w]}]}", "{phrases: x, none: [{phrases: z}]}"),
        ("{all: [{phrases: x}, {phrases: y}]}", "{phrases: x}"),
        ("{length: {max_words: 5}}", "{length: {max_words: 9}}"),
        ("{phrases: x}", "{patterns: x}"),
    ],
)
def test_a_route_that_can_be_reached_is_left_alone(earlier: str, later: str) -> None:
    routes = f"""
    - {{name: early, archetype: mention, when: {earlier}}}
    - {{name: late, archetype: bug_report, when: {later}}}
    """
    assert "shadowed_route" not in names(routes)


def test_routes_before_the_language_are_asked_first_wherever_they_stand() -> None:
    routes = """
    - {name: one, archetype: mention, when: {phrases: x}}
    - {name: two, archetype: bug_report, before: language, when: {phrases: x}}
    """
    assert found(routes) == [
        ("shadowed_route", f"`one` is never reached: `two` (line {USED.count(chr(10)) + 3}) takes all of it")
    ]


def test_a_route_for_comments_is_reached_by_them() -> None:
    routes = """
    - {name: opening, archetype: mention, when: {phrases: x}}
    - {name: later, archetype: bug_report, when: {phrases: x, event: comment}}
    """
    assert names(routes) == []


def test_a_route_in_shadow_takes_nothing() -> None:
    routes = """
    - {name: tried, archetype: mention, mode: shadow, when: {phrases: x}}
    - {name: old, archetype: bug_report, when: {phrases: x}}
    """
    assert names(routes) == []


def test_names_are_unique() -> None:
    routes = """
    - {name: a, archetype: mention, when: {phrases: x}}
    - {name: a, archetype: mention, when: {phrases: y}}
    """
    assert names(routes) == ["duplicate_name"]
    twice = EXAMPLES + "  - {name: a, ticket: {body: y}, expect: {archetype: mention}}\n"
    assert names(examples=twice) == ["duplicate_name"]


def test_what_nothing_refers_to_is_unused() -> None:
    macros = (
        "version: 1\nmacros: {'A::B': {text: {default: x}, placeholders: [name]}}\ntemplates: {'C::D': {text: y}}\n"
    )
    said = names(head=HEAD, macros=macros, more="vocabulary: {bad: [x]}\n")
    assert sorted(said) == ["unused_list", "unused_macro", "unused_macro", "unused_placeholder", "unused_tracker"]


@pytest.mark.parametrize(
    ("phrases", "warned"),
    [
        ("[down, gitlab is down]", True),
        ("[gitlab is down, down]", True),
        ("[down, Down]", True),
        ("[down, downtime]", False),
        ("[down*, downtime]", True),
        ("[down, down*]", True),
        ("[a b, b c]", False),
        ("[gitlab, gitlab-ce]", True),
    ],
)
def test_a_phrase_that_contains_another_adds_nothing(phrases: str, warned: bool) -> None:
    said = names(f"[{{name: a, archetype: mention, when: {{any: [{{phrases: {phrases}}}]}}}}]")
    assert said == (["contained_phrase"] if warned else [])


@pytest.mark.parametrize(
    ("phrases", "name", "message"),
    [
        ("\n        - git #bug", "cut_phrase", "YAML takes `#bug` for a comment; write 'git #bug' in quotes"),
        ("[\u0435rror page]", "lookalike_letter", "`\u0435rror` has a Cyrillic \u0435 in it"),
        ("[\u201cerror page\u201d]", "quoted_phrase", "the quotes are part of it; write error page"),
        ("['\"error page\"']", "quoted_phrase", "the quotes are part of it; write error page"),
        ("[c]", "one_letter_phrase", "`c` is a single letter"),
    ],
)
def test_a_phrase_that_cannot_be_meant_so_is_named(phrases: str, name: str, message: str) -> None:
    routes = f"- name: a\n  archetype: mention\n  when:\n    phrases: {phrases}"
    loaded = rules(routes, head=USED)
    assert (name, message) in [(one.name, one.message) for one in lint(loaded, load_examples(EXAMPLES))]


@pytest.mark.parametrize(
    "phrases",
    [
        "\n        - git # said often",
        "['#bug']",
        "[c++, c#]",
        "[gitlab\u304c]",
        "[\u043e\u0448 gitlab]",
        "['\"quoted\" word']",
        "[\u6f22]",
    ],
)
def test_a_phrase_that_can_be_meant_so_is_left_alone(phrases: str) -> None:
    assert names(f"- name: a\n  archetype: mention\n  when:\n    phrases: {phrases}") == []


def test_lists_of_the_vocabulary_are_looked_at_too() -> None:
    routes = "[{name: a, archetype: mention, when: {phrases: $bad}}]"
    assert names(routes, more="vocabulary: {bad: [down, is down]}\n") == ["contained_phrase"]


def test_an_archetype_needs_an_example() -> None:
    assert found(examples="version: 1\ntests: []\n")[0] == (
        "archetype_without_example",
        "no example expects `bug_report`",
    )


REPLY = "version: 1\nmacros: {'A::B': {text: {default: x}}}\n"


def replying(reply: str, more: str = "") -> list[str]:
    head = USED.replace("mention: {description: praise}", f"mention: {{description: praise, reply: {reply}{more}}}")
    return names(head=head, macros=REPLY)


def test_a_live_reply_needs_a_channel_that_can_be_answered() -> None:
    assert replying("{macro: 'A::B', live_on: [forum]}", ", caps: {reply: 5}") == ["reply_cannot_be_sent"]
    assert replying("{macro: 'A::B', mode: live}", ", caps: {reply: 5}") == ["reply_cannot_be_sent"]
    assert replying("{macro: 'A::B', live_on: [twitter]}", ", caps: {reply: 5}") == []


@pytest.mark.parametrize(
    ("confidential", "text", "warnings"),
    [
        ("always", "See ${issue_url}", ["reply_never_names_issue"]),
        ("always", "Thank you", []),
        ("auto", "See ${issue_url}", []),
    ],
)
def test_a_reply_names_no_issue_where_all_are_confidential(confidential: str, text: str, warnings: list[str]) -> None:
    issue = f"{{tracker: product, template: 'T::U', confidential: {confidential}}}"
    action = f"{{description: praise, issue: {issue}, reply: {{macro: 'A::B'}}}}"
    declared = "placeholders: [issue_url], " if "$" in text else ""
    macros = (
        f"version: 1\nmacros: {{'A::B': {{{declared}text: {{default: '{text}'}}}}}}\n"
        "templates: {'T::U': {text: x}}\n"
    )
    assert names(head=HEAD.replace("mention: {description: praise}", f"mention: {action}"), macros=macros) == warnings


def test_a_live_reply_needs_a_cap() -> None:
    assert replying("{macro: 'A::B', live_on: [twitter]}") == ["live_reply_without_cap"]
    assert replying("{macro: 'A::B'}") == []


@pytest.mark.parametrize(
    ("address", "warned"),
    [
        ("security@example.com", True),
        ("Security <security@mail.example.org>", True),
        ("a@x.test", True),
        ("a@example", True),
        ("security@gitlab.com", False),
        ("a@example.com.au", False),
        ("a@attest.com", False),
    ],
)
def test_a_forward_to_an_address_that_nobody_reads_is_named(address: str, warned: bool) -> None:
    head = HEAD.replace("{description: praise}", f"{{description: praise, forward: {{to: '{address}'}}}}")
    found = [finding.name for finding in lint(rules(head=head), ())]
    assert ("example_address" in found) is warned
