"""The main account answers whatever was addressed; another only what it is for, and only if it was addressed."""

from typing import Any

import pytest

from app.rules.accounts import answering_account, other_accounts
from app.rules.schema.base import ChannelConfig, TeamConfig
from app.ticket import Requester, Ticket, Via

CHANNEL = ChannelConfig(
    title="Twitter",
    public=True,
    reply="zendesk",
    answer_as="@gitlab",
    answer_as_addressed={"@GitLabStatus": ("stability_complaint",)},
)
TEAM = TeamConfig(handles=("@gitlab", "@GitLabStatus", "@gitlabsupport"))


@pytest.mark.parametrize(
    ("ticket", "archetype", "account", "others"),
    [
        ({"body": "@gitlab is great"}, "mention", "@gitlab", ()),
        ({"body": "it is down @GitLabStatus"}, "stability_complaint", "@GitLabStatus", ()),
        ({"body": "it is down @GitLab @GitLabStatus"}, "stability_complaint", "@GitLabStatus", ("@gitlab",)),
        ({"body": "it is down @gitlab"}, "stability_complaint", "@gitlab", ()),
        ({"body": "dark mode please @gitlabstatus"}, "feature_request", "@gitlab", ("@gitlabstatus",)),
        ({"body": "help @gitlabsupport"}, None, "@gitlab", ("@gitlabsupport",)),
        ({"via": Via("twitter", addresses=("@gitlabstatus",))}, None, "@gitlab", ("@gitlabstatus",)),
        ({"body": "me@gitlabstatus.com"}, None, "@gitlab", ()),
        ({"body": "x", "requester": Requester(handle="@gitlabstatus")}, None, "@gitlab", ()),
    ],
)
def test_what_was_addressed_decides_who_answers(
    ticket: dict[str, Any], archetype: str | None, account: str, others: tuple[str, ...]
) -> None:
    given = Ticket(1, **ticket)
    assert answering_account(CHANNEL, given, archetype) == account
    assert other_accounts(CHANNEL, TEAM, given, account) == others


def test_a_channel_without_accounts_leaves_it_open() -> None:
    assert answering_account(None, Ticket(1, body="@gitlab"), None) == ""
    plain = ChannelConfig(title="Forum", public=True, reply="elsewhere")
    assert answering_account(plain, Ticket(1, body="@gitlabstatus"), "mention") == ""
