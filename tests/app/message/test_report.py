"""What a report says of version, edition, steps and error text, and what it lacks."""

from __future__ import annotations

import pytest

from app.message.report import report_details

ASKED = ("version", "edition", "steps", "log")


@pytest.mark.parametrize(
    ("text", "version", "edition"),
    [
        ("since 11.4 the Web IDE eats my tabs", "11.4", ""),
        ("GitLab 11.5.0-ee, reproducible with:", "11.5.0", "EE"),
        ("we run 15.3.2-ee.0 behind nginx", "15.3.2", "EE"),
        ("@gitlab 8.14.2 omnibus EE: LDAP", "8.14.2", "EE"),
        ("gitlab-ce 12.1.3 from the package", "12.1.3", "CE"),
        ("GitLab Community Edition 12.1.3", "12.1.3", "CE"),
        ("after the upgrade to 10.6.3 it fails", "10.6.3", ""),
        ("updated to GitLab 16.9", "16.9", ""),
        ("Version: 15.3.2", "15.3.2", ""),
        ("it fails on gitlab.com", "", "GitLab.com"),
        ("see https://gitlab.com/a/b", "", ""),
        ("our server at 10.0.0.12 fails", "", ""),
    ],
)
def test_finds_version_and_edition(text: str, version: str, edition: str) -> None:
    details = report_details(text)
    assert (details.version, details.edition) == (version, edition)


@pytest.mark.parametrize(
    ("text", "steps"),
    [
        ("It fails.\n1. Open it\n2. Close it\nThanks", "1. Open it\n2. Close it"),
        ("Step 1: open it\nStep 2: close it", "Step 1: open it\nStep 2: close it"),
        ("1) open the board 2) drag a card 3) reload", "1) open the board 2) drag a card 3) reload"),
        ("GitLab 11.5, reproducible with:\n\n```yaml\nx:\n  parallel: 5\n```\nThanks", "x:\n  parallel: 5"),
        ("## Steps to reproduce\n\n- open\n- close\n\n## What happens\n\nNothing", "- open\n- close"),
        ("**How to reproduce**: push a tag, delete it.\n\nBye", "push a tag, delete it."),
        ("To reproduce it:\n * open\n * close", "* open\n * close"),
        ("## Steps to reproduce\n\n## What happens\n\nNothing", ""),
        ("Steps to reproduce: n/a\n\nIt fails", ""),
        ("Steps to reproduce\n\n(How one can reproduce it: this is very important)", ""),
        ("it is reproducible by anyone", ""),
        ("Version 1. It fails since 2. of May", ""),
    ],
)
def test_finds_the_steps(text: str, steps: str) -> None:
    assert report_details(text).steps == steps


@pytest.mark.parametrize(
    ("text", "log"),
    [
        ('Log says "Cannot remove last owner" and then removes them', "Cannot remove last owner"),
        ('the backup fails: "tar: file changed as we read it"', "tar: file changed as we read it"),
        ("```\nTraceback (most recent call last):\n  File x\n```", "Traceback (most recent call last):\n  File x"),
        ("2024-01-02 10:11:12 worker died\nmore\n\nBye", "2024-01-02 10:11:12 worker died\nmore"),
        ("when I push:\nremote: denied\nBye", "remote: denied\nBye"),
        ("I get NoMethodError when I push", "I get NoMethodError when I push"),
        ("Since 17.3 I cannot push. Logs say: NoMethodError: x. Help", "Logs say: NoMethodError: x. Help"),
        ("Error: cannot open it", "Error: cannot open it"),
        ("it shows 502 Bad Gateway", "shows 502"),
        ("I get a 500 on every push", "get a 500"),
        ("I got 500 emails from you", ""),
        ("we have 500 users", ""),
        ('My favourite is "the quick brown fox"', ""),
    ],
)
def test_finds_the_error_text(text: str, log: str) -> None:
    assert report_details(text).log == log


@pytest.mark.parametrize(
    ("text", "asked", "missing"),
    [
        ("it fails", ASKED, ["version", "steps", "log"]),
        ("GitLab.com fails", ASKED, ["steps", "log"]),
        ("since 11.4 it fails. 1) open it 2) close it", ASKED, []),
        ('since 11.4 it fails: "cannot open the board"', ASKED, ["steps"]),
        ("it fails", ("version", "edition"), []),
    ],
    ids=["nothing is said", "one version for all", "the steps show the error", "only steps", "asks for no steps"],
)
def test_what_is_missing_is_what_the_template_asks_for(text: str, asked: tuple[str, ...], missing: list[str]) -> None:
    assert report_details(text).missing(asked) == missing
