"""Putting in, taking out and finding; and that the way an issue came in makes no difference."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from threading import Event, Thread
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.similarity.index import IndexedText, SimilarityIndex, SimilarText, TextKey
from app.similarity.terms import counted
from app.similarity.vectors import VECTOR_NAME, Vector, VectorError, vectors
from tests.app.similarity.issues import ISSUES, PROJECT, LetterEncoder

NOW = datetime(2026, 11, 1, tzinfo=UTC)
WORDS = "runner pipeline registry login redirect saml backup wiki token push clone badge NoMethodError /etc/x.rb 502"
texts = st.lists(st.sampled_from(WORDS.split()), max_size=12).map(" ".join)
issues = st.builds(
    IndexedText,
    group=st.just(PROJECT),
    number=st.integers(1, 12),
    title=texts,
    description=texts,
    closed_at=st.sampled_from([None, NOW]),
)


def of(*known: IndexedText) -> SimilarityIndex:
    index = SimilarityIndex()
    index.add_all(known)
    return index


def found(index: SimilarityIndex, subject: str, body: str = "") -> dict[int, float]:
    return {similar.key.number: similar.score for similar in index.search(subject, body, group=PROJECT)}


def the_same(scores: dict[int, float]) -> Any:
    """Sums of the same numbers differ in the last place with their order."""
    return pytest.approx(scores, abs=1e-6)


def iids(similars: list[SimilarText]) -> list[int]:
    return [similar.key.number for similar in similars]


def test_the_issue_that_speaks_of_the_same_comes_first() -> None:
    index = of(*ISSUES)
    near = index.search("Mattermost SSO redirect loop in 9.2", "back to login, around and around", group=PROJECT)
    assert near[0].key.number == 1
    assert near[0].score > 2 * max((one.score for one in near[1:]), default=0.0)
    assert near[0].bm25 == pytest.approx(near[0].score)
    assert near[0].semantic is None


def test_says_which_words_are_shared_as_the_ticket_spells_them() -> None:
    near = of(*ISSUES).search("Runners ignoring PowerShell's exit code", group=PROJECT)[0]
    assert {"Runners", "ignoring", "PowerShell", "exit", "code"} == set(near.shared)


def test_the_name_of_an_exception_tells_more_than_words_do() -> None:
    near = of(*ISSUES).search("My page is broken", "I see OpenSSL::Cipher::CipherError there", group=PROJECT)[0]
    assert near.key.number == 3
    assert near.shared[0] == "ciphererror"


def test_the_same_long_text_is_almost_certain_and_a_few_shared_words_are_not() -> None:
    report = "Clicking play on one parallel manual job starts every job of that stage, since 10.6 on our server. " * 3
    index = of(*ISSUES, IndexedText(PROJECT, 6, "All parallel manual jobs start when I play one", report))
    assert index.search("All parallel manual jobs start when I play one", report, group=PROJECT)[0].score > 0.75
    assert index.search("manual jobs", group=PROJECT)[0].score < 0.65


def test_scores_mean_the_same_in_a_small_and_in_a_large_index() -> None:
    few = of(*ISSUES)
    others = (f"part{iid} on piece{iid} after product{iid} does not do thing{iid}" for iid in range(10, 3010))
    many = of(*ISSUES, *(IndexedText(PROJECT, 10 + n, text, text * 2) for n, text in enumerate(others)))
    small, large = (one.search("Mattermost login redirect loop", group=PROJECT)[0].score for one in (few, many))
    assert small == pytest.approx(large, abs=0.08)


def test_finds_open_issues_and_those_closed_lately_of_the_project() -> None:
    old, new = NOW - timedelta(days=400), NOW - timedelta(days=3)
    index = of(
        replace(ISSUES[0], number=1),
        replace(ISSUES[0], number=2, closed_at=new),
        replace(ISSUES[0], number=3, closed_at=old),
        replace(ISSUES[0], group=8),
    )
    month = NOW - timedelta(days=30)

    def asked(**terms: object) -> list[int]:
        return iids(index.search("mattermost", group=PROJECT, **terms))  # type: ignore[arg-type]  # test's brevity

    assert asked() == [1, 2, 3]
    assert asked(closed_after=month) == [1, 2]
    assert asked(closed_after=month.replace(tzinfo=None)) == [1, 2]
    assert asked(k=2) == [1, 2]
    assert asked(k=0) == []
    index.add_all([replace(ISSUES[0], number=3)])
    assert asked(closed_after=month) == [1, 2, 3], "it was opened again"


@pytest.mark.parametrize("text", ["", "  \n", "the and of it", "<!-- nothing -->", "!!! ??? 1 2", "@someone #42"])
def test_a_text_without_words_finds_nothing(text: str) -> None:
    [vector] = vectors(LetterEncoder(), [("a", "b")])
    index = of(*(replace(issue, vector=vector) for issue in ISSUES), IndexedText(PROJECT, 9, ""))
    assert index.search(text, group=PROJECT, vector=vector) == []


def test_an_empty_index_finds_nothing() -> None:
    assert SimilarityIndex().search("mattermost", group=PROJECT) == []


def test_meaning_finds_what_shares_no_word() -> None:
    made = vectors(LetterEncoder(), [(issue.title, issue.description) for issue in ISSUES])
    index = of(*(replace(issue, vector=vector) for issue, vector in zip(ISSUES, made, strict=True)))
    [asked] = vectors(LetterEncoder(), [(ISSUES[3].title, ISSUES[3].description)])
    near = index.search("zebra", group=PROJECT, vector=asked)
    assert near[0].key.number == 4
    assert near[0].semantic == pytest.approx(1.0, abs=0.01)
    assert near[0].bm25 == 0
    assert near[0].score == pytest.approx(0.5, abs=0.01)


def test_issues_with_and_without_vector_are_ranked_together() -> None:
    [vector] = vectors(LetterEncoder(), [(ISSUES[0].title, ISSUES[0].description)])
    index = of(replace(ISSUES[0], vector=vector), *ISSUES[1:])
    near = index.search(ISSUES[0].title, ISSUES[0].description, group=PROJECT, vector=vector)
    assert iids(near)[0] == 1
    assert {similar.semantic is None for similar in near} <= {True, False}


def test_a_vector_of_another_encoder_is_as_good_as_none() -> None:
    [vector] = vectors(LetterEncoder(), [("a", "b")])
    other = Vector("word-lists/3", b"")
    index = of(replace(ISSUES[0], vector=other), replace(ISSUES[1], vector=vector))
    asked = index.search("mattermost powershell", group=PROJECT, vector=vector)
    assert {near.key.number: near.semantic is None for near in asked} == {1: True, 2: False}
    assert index.search("powershell", group=PROJECT, vector=other)[0].semantic is None


def test_a_broken_vector_is_refused_and_changes_nothing() -> None:
    index = of(*ISSUES)
    with pytest.raises(VectorError, match="compute it again"):
        index.add_all([IndexedText(PROJECT, 20, "wiki"), replace(ISSUES[0], vector=Vector(VECTOR_NAME, b"12"))])
    assert len(index) == len(ISSUES)
    assert TextKey(PROJECT, 20) not in index


@given(st.lists(issues, max_size=30), texts, texts, st.lists(st.integers(1, 12), max_size=6))
def test_one_by_one_is_the_same_as_all_at_once(
    known: list[IndexedText], subject: str, body: str, removed: list[int]
) -> None:
    keys = [TextKey(PROJECT, iid) for iid in removed]
    step_by_step = SimilarityIndex()
    for issue in known:
        step_by_step.add_all([issue])
    for key in keys:
        step_by_step.remove(key)
    latest = {issue.key: issue for issue in known}
    at_once = of(*(issue for key, issue in latest.items() if key not in keys))
    assert found(step_by_step, subject, body) == the_same(found(at_once, subject, body))
    assert len(step_by_step) == len(at_once)
    assert step_by_step.frequency("runner") == at_once.frequency("runner")


@given(st.lists(issues, max_size=20), issues, texts)
def test_putting_in_and_taking_out_leaves_no_trace(known: list[IndexedText], passing: IndexedText, text: str) -> None:
    passing = replace(passing, number=99)
    index = of(*known)
    before = found(index, text)
    index.add_all([passing])
    index.remove(passing.key)
    index.remove(passing.key)
    assert found(index, text) == the_same(before)
    assert passing.key not in index


@given(issues, issues, texts)
def test_what_is_put_in_again_replaces_what_was_there(first: IndexedText, second: IndexedText, text: str) -> None:
    second = replace(second, number=first.number)
    index = of(first)
    index.add_all([second])
    assert len(index) == 1
    assert found(index, text) == the_same(found(of(second), text))


@given(st.lists(issues, max_size=12), texts, texts)
def test_few_texts_score_as_many_do(known: list[IndexedText], subject: str, body: str) -> None:
    """Few are compared one by one, many are chosen from first."""
    index = of(*known)
    one_by_one = found(index, subject, body)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("app.similarity.index.FEW", -1)
        assert found(index, subject, body) == the_same(one_by_one)


def test_who_looked_before_looks_only_at_what_changed_since() -> None:
    index = of(*(replace(ISSUES[0], number=number) for number in (1, 2, 3)))
    before = index.revision

    def changed() -> list[int]:
        return iids(index.search("mattermost", group=PROJECT, changed_after=before))

    assert changed() == []
    index.add_all([replace(ISSUES[0], number=2), replace(ISSUES[0], number=4)])
    assert changed() == [2, 4]
    index.touch(TextKey(PROJECT, 1))
    assert changed() == [1, 2, 4]
    assert index.revision > before
    index.touch(TextKey(PROJECT, 9))  # nobody has it
    assert iids(index.search("mattermost", group=PROJECT, changed_after=index.revision)) == []


@given(st.text(max_size=400), st.text(max_size=400))
def test_no_text_makes_it_fail(title: str, body: str) -> None:
    index = of(*ISSUES, IndexedText(PROJECT, 9, title, body))
    for near in index.search(title, body, group=PROJECT):
        assert 0 < near.score <= 1
        assert 0 <= near.bm25 <= 1


def test_common_words_still_order_what_rare_words_found(monkeypatch: pytest.MonkeyPatch) -> None:
    many = [IndexedText(PROJECT, iid, "gitlab pipeline", f"rare{iid % 7}") for iid in range(1, 200)]
    index = of(*many, IndexedText(PROJECT, 500, "gitlab pipeline rare3", "rare3"))
    whole = found(index, "gitlab pipeline rare3 hanging")
    monkeypatch.setattr("app.similarity.postings.MOST_POSTINGS", 40)
    assert found(index, "gitlab pipeline rare3 hanging") == the_same(whole)


def test_a_search_does_not_wait_for_a_batch(monkeypatch: pytest.MonkeyPatch) -> None:
    index, reached, go_on = of(*ISSUES), Event(), Event()

    def slow(title: str, body: str) -> Counter[str]:
        if title == "the second":
            reached.set()
            assert go_on.wait(10)
        return counted(title, body)

    monkeypatch.setattr("app.similarity.index.counted", slow)
    batch = Thread(
        target=index.add_all, args=([IndexedText(PROJECT, 20, "wiki"), IndexedText(PROJECT, 21, "the second")],)
    )
    batch.start()
    assert reached.wait(10)
    assert iids(index.search("Mattermost login", group=PROJECT)) == [1]
    assert iids(index.search("wiki", group=PROJECT)) == [20]
    go_on.set()
    batch.join()
    assert TextKey(PROJECT, 21) in index


def test_many_read_while_one_writes() -> None:
    index = of(*ISSUES)
    failures: list[BaseException] = []
    done = False

    def read() -> None:
        try:
            while not done:
                near = index.search("Mattermost login redirect loop", group=PROJECT)
                assert near[0].key.number == 1
        except BaseException as failure:  # noqa: BLE001  # the thread's failure is shown by the test
            failures.append(failure)

    readers = [Thread(target=read) for _ in range(3)]
    for reader in readers:
        reader.start()
    for iid in range(100, 300):
        index.add_all([IndexedText(PROJECT, iid, f"Wiki page {iid} lost", f"word{iid}")])
        index.remove(TextKey(PROJECT, iid - 40))
    done = True
    for reader in readers:
        reader.join()
    assert failures == []
    assert len(index) == len(ISSUES) + 40
