"""The lists that come with Pointsman: as well written as one's own, all in use, and named where they decide."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest

from app.rules.lint import lint
from app.rules.parsing.positions import BadRules
from app.rules.phrase_lint import all_conditions
from app.rules.re2_patterns import check_pattern
from app.rules.shipped_lists import LISTS, named, pattern_lists, phrase_lists, via_lists
from app.word_lists import lines_of
from integrations.zendesk.via import DOCUMENTED
from tests.support.rules import asked, holds, routing, rules, rules_when
from tests.support.shipped import ROUTING, SHIPPED

FILES = sorted(LISTS.iterdir())
EVERY = {**phrase_lists(), **pattern_lists(), **via_lists()}


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_each_file_says_what_it_holds_and_where_it_comes_from(file: Path) -> None:
    about, origin = file.read_text(encoding="utf-8").splitlines()[:2]
    assert about.startswith("# ")
    assert origin.startswith(("# Written by ", "# From https://"))
    assert origin.endswith(" 2026.")


def test_no_name_is_taken_twice() -> None:
    heads = [line for file in FILES for line in lines_of(file) if line.startswith("[") and "] " in line]
    names = Counter(head[1:].partition("]")[0] for head in heads)
    assert set(names) == set(EVERY)
    assert set(names.values()) == {1}


def test_each_has_terms_and_says_in_a_sentence_what_they_say() -> None:
    assert [one.name for one in EVERY.values() if not one.terms or not one.about.endswith(".")] == []


def test_none_is_there_that_the_shipped_rules_do_not_use() -> None:
    conditions = [when for _, when in all_conditions(SHIPPED)]
    used = {named(term) for when in conditions for term in (*(when.phrases or ()), *(when.patterns or ()))}
    assert set(phrase_lists()) | set(pattern_lists()) == used - {"", *SHIPPED.routing.vocabulary}
    assert all(f"via: ${name}" in ROUTING for name in via_lists())


def test_the_phrases_pass_the_checks_of_ones_own() -> None:
    own = json.dumps({name: one.terms for name, one in phrase_lists().items()}, ensure_ascii=False)
    findings = lint(rules(more=f"vocabulary: {own}\n"), ())
    ours = [str(one) for one in findings if "vocabulary" in one.path and one.name != "unused_list"]
    assert ours == []


def test_the_patterns_are_such_as_the_file_itself_may_have() -> None:
    assert [check_pattern(term) for one in pattern_lists().values() for term in one.terms]


def test_every_way_in_is_one_that_zendesk_documents() -> None:
    # "mobile" and "symphony" are names of types, too.
    known = {*DOCUMENTED["types"], *DOCUMENTED["names"], *DOCUMENTED["rel"]}
    ways = {way for one in via_lists().values() for way in one.terms}
    assert ways <= known


def test_the_trace_names_the_list_beside_the_words() -> None:
    (trace,) = asked(rules_when("{phrases: [never, $away]}"), body="all pages time out, bad gateway").trace()
    assert trace.detail == "phrase `bad gateway` of $away in body"
    assert trace.path == "routes[0].when.phrases[1]"


def test_a_pattern_of_a_list_is_named_in_the_trace() -> None:
    (trace,) = asked(rules_when("{patterns: $version}"), body="on 11.4.3 it fails").trace()
    assert trace.matched
    assert trace.detail.endswith(" of $version in body")
    assert trace.text == "11.4.3"


def test_a_list_in_the_file_takes_the_place_of_ours() -> None:
    assert holds("{phrases: $away}", body="bad gateway")
    assert not holds("{phrases: $away}", more="vocabulary: {away: [gone fishing]}\n", body="bad gateway")
    assert holds("{phrases: $away}", more="vocabulary: {away: [gone fishing]}\n", body="Gone fishing.")


def test_words_of_ones_own_stand_beside_a_list() -> None:
    assert holds("{phrases: [$away, gone fishing]}", body="gone fishing")


def test_a_phrase_that_a_list_has_already_is_warned_of() -> None:
    findings = lint(rules_when("{phrases: [$away, bad gateway]}"), ())
    assert "`bad gateway` adds nothing: `$away` finds it too" in [one.message for one in findings]


@pytest.mark.parametrize(
    ("when", "said"),
    [
        ("{phrases: $awya}", "there is no list of phrases `awya`; did you mean `away`?"),
        ("{phrases: $version}", "there is no list of phrases `version`"),
        ("{patterns: $versoin}", "there is no list of patterns `versoin`; did you mean `version`?"),
    ],
)
def test_a_name_that_is_none_is_an_error_with_what_was_meant(when: str, said: str) -> None:
    with pytest.raises(BadRules) as caught:
        rules_when(when)
    assert said in str(caught.value)


def test_ways_in_are_unfolded_where_a_channel_recognises_by_them() -> None:
    head = "  sms: {title: SMS, recognise: {via: [$messaging, fax]}}\n"
    channels = rules(
        head=routing().replace("routes: []\n", "").replace("channels:\n", f"channels:\n{head}")
    ).routing.channels
    assert {"whatsapp", "fax"} <= set(channels["sms"].recognise[0].via)
    with pytest.raises(BadRules, match=r"there is no list \$messages; there are \$messaging"):
        rules(head=routing().replace("routes: []\n", "").replace("{via: twitter}", "{via: $messages}"))
