"""Anchors are what GitLab and GitHub make of a heading."""

import pytest

from app.documentation.anchors import Anchors, AnchorStyle


@pytest.mark.parametrize(
    ("style", "headings", "expected"),
    [
        ("gitlab", ["Use a `pages` job"], ["use-a-pages-job"]),
        ("gitlab", ["CI/CD & runners"], ["cicd-runners"]),
        ("github", ["CI/CD & runners"], ["cicd--runners"]),
        ("gitlab", ["x509: unknown authority"], ["x509-unknown-authority"]),
        ("gitlab", ["Über uns_2"], ["über-uns_2"]),
        ("gitlab", ["Example", "Example", "Example"], ["example", "example-1", "example-2"]),
        ("gitlab", ["Limits {#size-limits}"], ["size-limits"]),
    ],
)
def test_an_anchor_is_made_of_the_heading(style: AnchorStyle, headings: list[str], expected: list[str]) -> None:
    anchors = Anchors(style)
    assert [anchors.of(heading.replace("`", ""))[1] for heading in headings] == expected


def test_an_anchor_of_its_own_counts_and_leaves_the_heading() -> None:
    anchors = Anchors("gitlab")
    assert anchors.of("Limits {#size}") == ("Limits", "size")
    assert anchors.of("Limits", "given") == ("Limits", "given")
