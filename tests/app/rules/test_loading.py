"""Every problem of both files at once, each with its place, and the nearest known name."""

from __future__ import annotations

import pytest

from app.rules.loading import hash_of, load
from app.rules.parsing.positions import BadRules
from tests.support.rules import HEAD, MACROS, routing, rules


def problems(routes: str = "[]", *, more: str = "", macros: str = MACROS, head: str = HEAD) -> list[str]:
    with pytest.raises(BadRules) as refused:
        rules(routes, more=more, macros=macros, head=head)
    return [str(problem) for problem in refused.value.problems]


def only(routes: str = "[]", *, more: str = "", macros: str = MACROS, head: str = HEAD) -> str:
    said = problems(routes, more=more, macros=macros, head=head)
    assert len(said) == 1, said
    return said[0]


ROUTES_LINE = HEAD.count("\n") + 1
"""Where `routes:` stands."""


def test_an_unknown_key_names_the_nearest_one() -> None:
    said = only("[{name: a, archetype: mention, when: {phrases: x}, confidense: high}]")
    assert said == (
        f"routing.yaml:{ROUTES_LINE}:60: routes[0].confidense: `confidense`: unknown key; did you mean `confidence`?"
    )


def test_an_unknown_condition_names_the_nearest_one() -> None:
    said = problems("[{name: a, archetype: mention, when: {phrase: x, any: [{chanel: forum}]}}]")
    assert "`phrase`: unknown key; did you mean `phrases`?" in said[0]
    assert "routes[0].when.any[0].chanel: `chanel`: unknown key; did you mean `channel`?" in said[1]


def test_an_unknown_key_like_no_other_lists_them() -> None:
    assert "expected one of `version`" in only(more="zzz: 1\n")


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        ("mode: lve", "found `lve`; expected `live`, `suggest` or `shadow`; did you mean `live`?"),
        ("confidence: 1", "routes[0].confidence: not one of the choices; found `1`"),
        ("tags: [A b]", "routes[0].tags[0]: has the wrong form; found `A b`; expected a tag"),
        ("before: lunch", "found `lunch`; expected `language`"),
    ],
)
def test_says_what_a_route_may_have(keys: str, said: str) -> None:
    assert said in only(f"[{{name: a, archetype: mention, when: {{phrases: x}}, {keys}}}]")


@pytest.mark.parametrize(
    ("when", "said"),
    [
        ("{phrases: [502]}", 'phrases[0]: not a text; found `502`; expected a text; put it in quotes: "502"'),
        ("{phrases: [a*b]}", "`*` stands only at the very end"),
        ("{phrases: ['*']}", "nothing is left of it"),
        ("{phrases: []}", "when.phrases: is empty"),
        ("{phrases: $lots}", "there is no list of phrases `lots`"),
        ("{patterns: '(?=x)'}", "when.patterns: not an RE2 pattern (invalid perl operator: (?=)"),
        ("{patterns: [a, 'x*']}", "when.patterns[1]: fits the empty text"),
        ("{requester: {}}", "when.requester: is empty"),
        ("{}", "routes[0].when: has no condition, so it would match every ticket"),
        ("{any: [{}]}", "routes[0].when.any[0]: has no condition"),
        ("{channel: forum, in: subject}", "routes[0].when.in: applies only to"),
        ("{channel: [forum, twiter]}", "channel[1]: there is no channel `twiter`; did you mean `twitter`?"),
        ("{public: yes}", "has the wrong form; found `yes`; expected true or false"),
        ("{event: creatd}", "did you mean `created`?"),
        ("{length: {max_words: -1}}", "greater than or equal to 0"),
        ("{time_of_day: {timezone: Belgrad, from: '09:00'}}", "not a time zone of the IANA list"),
        ("{time_of_day: {timezone: UTC, from: '9am'}}", 'expected a time in quotes, such as "09:00"'),
        ("{time_of_day: {timezone: UTC}}", "give at least one of `from`, `until` and `weekdays`"),
        ("5", "routes[0].when: has the wrong form; found `5`; expected a mapping"),
    ],
)
def test_says_what_a_condition_may_be(when: str, said: str) -> None:
    assert said in only(f"[{{name: a, archetype: mention, when: {when}}}]")


@pytest.mark.parametrize(
    ("routes", "said"),
    [
        ("[{name: a, archetype: mention}]", "routes[0]: `when` is missing"),
        ("[{name: A b, archetype: mention, when: {phrases: x}}]", "routes[0].name: has the wrong form; found `A b`"),
        ("[{name: a, archetype: mentoin, when: {phrases: x}}]", "no archetype `mentoin`; did you mean `mention`?"),
        ("[{name: a, archetype: mention, before: language, when: {language: de}}]", "when.language: is not known yet"),
        ("[5]", "routes[0]: has the wrong form; found `5`; expected a mapping"),
    ],
)
def test_says_what_was_found_and_what_was_expected(routes: str, said: str) -> None:
    assert said in only(routes)


@pytest.mark.parametrize(
    ("archetype", "said"),
    [
        ("issue: {tracker: prodct, template: 'A::B'}", "there is no tracker `prodct`; did you mean `product`?"),
        ("issue: {tracker: product, template: 'A::C'}", "there is no template `A::C`"),
        ("issue: {tracker: product, template: 'A::B', link_at: often}", "found `often`; expected a number or `never`"),
        (
            "issue: {tracker: product, template: 'A::B', open_when: sometimes}",
            "expected `always`, `never` or `tagged:TAG`",
        ),
        ("reply: {macro: 'A::Replly'}", "there is no macro `A::Replly`; did you mean `A::Reply`?"),
        ("reply: {macro: 'A::Reply', live_on: [forums]}", "there is no channel `forums`; did you mean `forum`?"),
        ("channels: [forums]", "there is no channel `forums`; did you mean `forum`?"),
        ("reply: {macro: 'A::Linked'}", "macro `A::Linked` needs `issue_url`, but there is no issue here"),
        ("forward: {}", "give `to`, `group` or both"),
        ("never_reply: true\n    reply: {macro: 'A::Reply'}", "says `never_reply`, and has a reply"),
        ("tags: [Not A Tag]", "expected a tag: lower-case letters"),
        ("caps: {reply: many}", "found `many`; expected a whole number"),
    ],
)
def test_checks_what_archetypes_refer_to(archetype: str, said: str) -> None:
    macros = """\
version: 1
macros:
  A::Reply: {text: {default: hello}}
  A::Linked: {text: {default: 'see ${issue_url}'}, placeholders: [issue_url]}
templates:
  A::B: {text: a}
"""
    head = HEAD.replace("  mention: {description: praise}\n", f"  mention:\n    description: praise\n    {archetype}\n")
    assert said in only(macros=macros, head=head)


@pytest.mark.parametrize(
    ("macro", "said"),
    [
        ("{text: {default: 'hi ${nme}'}}", "`${nme}`: unknown placeholder; did you mean `name`?"),
        ("{text: {default: 'hi ${name}'}}", "`${name}` is not declared; expected `name` under `placeholders:`"),
        (
            "{text: {default: 'costs $5'}}",
            "a `$` that begins no placeholder; expected `${name}`, or `$$` for a dollar sign",
        ),
        ("{text: {default: hi}, placeholders: [nmae]}", 'macros["A::B"].placeholders[0]: `nmae`: unknown placeholder'),
        ("{text: {twitter: hi}}", "has no `default`"),
        ("{text: {default: hi, twiter: hi}}", "there is no channel `twiter`; did you mean `twitter`?"),
        ("{text: {default: ''}}", "is empty"),
        ("{text: {default: hi}, without_issue: {twitter: hi}}", "has no `default`"),
        (
            "{text: {default: hi}, placeholders: [issue_url], without_issue: {default: '${issue_url}'}}",
            "names the issue by issue_url, but it is for confidential issues",
        ),
        ("{text: {default: '${asks}'}, placeholders: [asks]}", "`${asks}` needs a line of its own"),
        ("{text: {default: 'add ${missing}'}, placeholders: [missing]}", "`${missing}` needs a line of its own"),
        (
            '{text: {default: "hi\\n${link} add ${missing}"}, placeholders: [link, missing]}',
            "`${missing}` needs a line of its own",
        ),
        ("{text: {default: hi}, language: portuguese}", "language"),
    ],
)
def test_checks_macros(macro: str, said: str) -> None:
    assert said in only(macros=f"version: 1\nmacros:\n  A::B: {macro}\n")
    assert only(macros=f"version: 1\nmacros:\n  A::B: {macro}\n").startswith("macros.yaml:3:")


def test_a_macro_needs_a_parent() -> None:
    assert "expected a macro's name, `Parent::Child`" in only(
        macros="version: 1\nmacros: {Hello: {text: {default: x}}}\n"
    )


def test_tells_problems_of_form_and_of_reference_in_both_files_at_once() -> None:
    said = problems(
        """
        - {name: a, archetype: nothing, when: {phrases: x}}
        - {name: b, archetype: mention, whn: {phrases: x}}
        """,
        macros="version: 1\nmacros: {'A::B': {text: {default: 'x ${nope}'}}, 'C::D': {txt: y}}\n",
    )
    assert len(said) == 6
    assert [line.split(":", 1)[0] for line in said] == ["routing.yaml"] * 3 + ["macros.yaml"] * 3


def test_a_name_that_exists_in_a_wrong_entry_is_not_called_unknown() -> None:
    head = HEAD.replace("  mention: {description: praise}", "  mention: {descriptoin: praise}")
    said = problems("[{name: a, archetype: mention, when: {phrases: x}}]", head=head)
    assert not [line for line in said if "there is no archetype" in line]


@pytest.mark.parametrize("text", ["", "- a\n", "5\n", "null\n"])
def test_a_file_that_is_no_mapping_is_refused(text: str) -> None:
    with pytest.raises(BadRules, match="the file is"):
        load(text, MACROS)


def test_broken_yaml_in_one_file_does_not_hide_the_other() -> None:
    with pytest.raises(BadRules) as refused:
        load("a: b: c\n", "version: 1\nmacros: {A: {}}\n")
    assert {problem.file for problem in refused.value.problems} == {"routing.yaml", "macros.yaml"}


def test_names_of_the_files_are_as_given() -> None:
    with pytest.raises(BadRules, match=r"^etc/other\.yaml:1:1: "):
        load("", MACROS, routing_name="etc/other.yaml")


def test_the_hash_names_the_content_of_both_files() -> None:
    text = routing()
    assert rules().hash == hash_of(text, MACROS)
    assert len(rules().hash) == 16
    assert hash_of(text, MACROS) != hash_of(text + "\n", MACROS)
    assert hash_of("ab", "c") != hash_of("a", "bc")
    assert (rules().routing_text, rules().macros_text) == (text, MACROS)


def test_the_mode_is_the_routes_else_the_archetypes_else_the_default() -> None:
    loaded = rules(
        """
        - {name: own, archetype: mention, mode: live, when: {phrases: x}}
        - {name: its, archetype: bug_report, when: {phrases: y}}
        """,
        head=HEAD.replace("mention: {", "mention: {mode: shadow, "),
    )
    assert loaded.mode_of("mention", loaded.routing.routes[0].mode) == "live"
    assert loaded.mode_of("mention") == "shadow"
    assert loaded.mode_of("bug_report", loaded.routing.routes[1].mode) == "suggest"
