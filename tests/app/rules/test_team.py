"""Who is one of us, and whose tickets start no work."""

from __future__ import annotations

import pytest

from app.rules.schema.base import BotsConfig, TeamConfig
from app.rules.team import fits, is_bot, is_team_member
from app.ticket import Organization, Requester

TEAM = TeamConfig(
    domains=("GitLab.com",),
    emails=("helper@example.com",),
    handles=("@gitlab",),
    roles=("agent",),
    organization="GitLab",
    bots=BotsConfig(emails=("no-reply@*",), handles=("@zapier",), may_start_work=("no-reply@disqus.net", "zapier")),
)


@pytest.mark.parametrize(
    ("pattern", "text", "fitting"),
    [
        ("a@b", "A@B", True),
        ("*@b", "a@b", True),
        ("a@*", "a@b", True),
        ("*b*", "abc", True),
        ("*", "", True),
        ("a", "ab", False),
        ("*@b", "a@bc", False),
    ],
)
def test_stars_stand_for_anything_at_the_ends(pattern: str, text: str, fitting: bool) -> None:
    assert fits(pattern, text) is fitting


@pytest.mark.parametrize(
    ("requester", "ours"),
    [
        (Requester(email="a@gitlab.com"), True),
        (Requester(email="a@gitlab.com.evil.example"), False),
        (Requester(email="a@notgitlab.com"), False),
        (Requester(email="Helper@example.com"), True),
        (Requester(handle="GitLab"), True),
        (Requester(role="agent"), True),
        (Requester(), False),
    ],
)
def test_any_one_sign_is_enough(requester: Requester, ours: bool) -> None:
    assert is_team_member(TEAM, requester) is ours


def test_by_organization() -> None:
    assert is_team_member(TEAM, Requester(), Organization(name="gitlab"))
    assert not is_team_member(TEAM, Requester(), Organization(name="GitLab fans"))
    assert not is_team_member(TeamConfig(), Requester(), Organization(name=""))


@pytest.mark.parametrize(
    ("requester", "bot"),
    [
        (Requester(email="no-reply@example.com"), True),
        (Requester(email="no-reply@disqus.net"), False),
        (Requester(handle="@Zapier"), False),
        (Requester(email="ann@example.com"), False),
        (Requester(), False),
    ],
)
def test_listed_bots_start_no_work_unless_they_may(requester: Requester, bot: bool) -> None:
    assert is_bot(TEAM, requester) is bot
