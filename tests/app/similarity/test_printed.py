"""Reports that share what is pasted below them are not alike, in an index that could learn nothing; same bugs are."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from app.similarity.index import IndexedText, SimilarityIndex
from app.similarity.printed import PRINTED, without_usual_lines
from app.similarity.text import plain
from tests.app.similarity.issues import ISSUES, PROJECT

LINK_AT, SUGGEST_AT = 0.7, 0.5
PASTES = dict(
    part.split("\n", 1)
    for part in re.split(
        r"^=== ", Path(__file__).with_name("pastes.txt").read_text(encoding="utf-8"), flags=re.MULTILINE
    )[1:]
)
# Title, text, and how somebody else says the same.
BUGS = (
    (
        "Artifacts expire too early",
        "My artifacts are gone after an hour although expire_in is a week.",
        "Artifacts vanish: expire_in says one week and they are gone after an hour",
    ),
    (
        "Masked variable is printed",
        "A masked variable is shown in clear when it is echoed.",
        "echo of a masked variable prints it in clear",
    ),
    (
        "Wiki sidebar vanishes in Safari",
        "When a heading is edited the wiki sidebar disappears.",
        "In Safari the sidebar of the wiki vanishes after I edit a heading",
    ),
)
ERROR = "remote: GitLab: LFS objects are missing. Ensure LFS is properly set up or try a manual push."


def scores(known: tuple[str, str], subject: str, body: str) -> float:
    index = SimilarityIndex()
    index.add_all([*ISSUES, IndexedText(PROJECT, 99, *known)])
    found = index.search(subject, index.without_boilerplate(body), group=PROJECT)
    return next((one.score for one in found if one.key.number == 99), 0.0)


@pytest.mark.parametrize("pasted", PASTES.values(), ids=PASTES)
def test_two_bugs_with_one_paste_are_not_alike(pasted: str) -> None:
    for title, text, _ in BUGS:
        known = (title, f"{text}\n\n{pasted}")
        for other, said, shorter in BUGS:
            if other != title:
                assert scores(known, other, f"{said}\n\n{pasted}") < SUGGEST_AT
                assert scores(known, "", f"{shorter}\n\n{pasted}") < SUGGEST_AT


@pytest.mark.parametrize("pasted", PASTES.values(), ids=PASTES)
def test_one_bug_with_two_pastes_is_found(pasted: str) -> None:
    others = PASTES["npm, failed"] if "npm" not in pasted else PASTES["pip"]
    for title, text, shorter in BUGS:
        assert scores((title, f"{text}\n\n{pasted}"), "", f"{shorter}\n\n{others}") >= SUGGEST_AT
        assert scores((title, f"{text}\n\n{pasted}"), title, f"{text}\n\n{others}") >= 0.6


def test_an_error_message_below_other_words_is_found() -> None:
    known = ("Push is rejected", f"Since the migration nobody can push.\n\n{ERROR}")
    assert scores(known, "", f"my colleagues get this from the server:\n{ERROR}") >= SUGGEST_AT


@pytest.mark.parametrize("said", ["", "it fails:\n"])
def test_a_log_without_words_of_its_author_is_looked_for_itself(said: str) -> None:
    log = f"{said}2024-05-01 10:00:00 worker=7 quota_checker gave up on shard-4711\nquota_checker shard-4711 restarts"
    assert scores(("Quota checker gives up", log), "", log) >= LINK_AT


@pytest.mark.parametrize(
    "said",
    [
        "Restoring cache fails with 403 since 15.8",
        "Uploading artifacts ends in ERROR: Job failed: exit code 1\nafter ten minutes",
        "Checking out a tag is slow\nPreparing environment takes an hour",
        "Steps:\n- open the merge request\n- click Merge",
        "Step 1: open the wiki\nStep 2: edit a heading\nStep 3: look at the sidebar",
        "* the board\n* the backlog\n* the epic tree",
        "Fetching the list of runners needs a minute",
    ],
)
def test_a_persons_own_lines_stay_and_are_theirs(said: str) -> None:
    seen = plain(f"Hello\n\n{said}").splitlines()[2:]
    assert seen == said.splitlines()


def test_what_stands_in_a_fence_or_below_a_log_is_a_programs() -> None:
    assert without_usual_lines(["It fails", "2024-05-01 10:00:00 boot", "ready"]) == [
        "It fails",
        f"{PRINTED}2024-05-01 10:00:00 boot",
        f"{PRINTED}ready",
    ]
    assert plain("See\n```\nthe limit is reached\n```\nWhy?").splitlines() == [
        "See",
        f"{PRINTED}the limit is reached",
        "Why?",
    ]
