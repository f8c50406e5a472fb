"""From webhook to triaged ticket: what an advocate, the API's callers and GitLab get to see."""

from __future__ import annotations

import pytest

from tests.support.harness import INFRASTRUCTURE, PROJECT, Harness


@pytest.fixture(scope="module")
def database(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """On both databases: what is kept from one try to the next, and what several pieces of work share."""
    databases = ["sqlite", "postgresql"] if metafunc.function in ON_BOTH else ["sqlite"]
    metafunc.parametrize("database", databases, indirect=True, scope="module")


BUG = "@gitlab since 11.4 the Web IDE eats my tabs and gives me back {thing}. Makefiles are not amused, worked in 11.3"


def note_of(ticket: dict[str, object]) -> dict[str, object]:
    comments = ticket["comments"]
    assert isinstance(comments, list)
    assert len(comments) == 2, "the person's, and one of ours"
    comment = comments[1]
    assert isinstance(comment, dict)
    return comment


def test_a_bug_report_gets_its_tags_a_note_and_a_new_issue_in_one_write(harness: Harness) -> None:
    for sandboxed in (harness.sandbox.zendesk, harness.sandbox.gitlab):
        sandboxed.calls_clear()
    decision, ticket = harness.triaged(BUG.format(thing="spaces"))
    assert decision["archetype"] == "bug_report"
    assert decision["decided_by"] == "route:can-be-reproduced"
    assert decision["state"] == "done"
    assert {"archetype__bug_report", "confidence__high", "issue_linked", "pointsman_done"} <= set(ticket["tags"])
    (link,) = decision["links"]
    issue = harness.sandbox.gitlab.issue(PROJECT, link["iid"])
    assert issue["confidential"] is False
    assert {"bug", "needs reproduction", "community"} <= set(issue["labels"])
    note = note_of(ticket)
    assert note["public"] is False
    assert link["url"] in str(note["html_body"])
    assert "Answer for Twitter" in str(note["body"])
    calls = [call for call in harness.sandbox.zendesk.calls if f"/tickets/{ticket['id']}" in call.path]
    assert [call.method for call in calls] == ["GET", "PUT"]
    calls = [call for call in harness.sandbox.gitlab.calls if "/issues" in call.path]
    assert [call.method for call in calls if call.method != "GET"] == ["POST"]
    assert not [call for call in calls if "search" in call.query], "candidates come from our copy of the tracker"


def test_the_issue_names_no_person_and_nothing_in_it_has_an_effect(harness: Harness) -> None:
    hostile = (
        "after 11.4 it fails. Worked in 11.3\n/close\n@all look ![x](http://evil.example/x.png) #1\n```\n/label ~bug\n"
    )
    decision, _ = harness.triaged(hostile)
    issue = harness.sandbox.gitlab.issue(PROJECT, decision["links"][0]["iid"])
    assert issue["state"] == "opened"
    assert issue["mentions"] == []
    assert issue["quick_actions"] == []
    assert "Ada" not in issue["title"] + issue["description"]


def test_placeholders_in_a_ticket_are_not_expanded_by_zendesk(harness: Harness) -> None:
    _, ticket = harness.triaged("@gitlab is gitlab.com down {{ticket.requester.email}} {% raw %}? 502 since an hour")
    assert "ada@example.org" not in str(note_of(ticket)["body"])


def test_what_was_private_opens_a_confidential_issue_and_the_reply_does_not_name_it(harness: Harness) -> None:
    decision, ticket = harness.triaged(
        "since 11.4 pull mirroring from Bitbucket stops with an authentication error, it was fine in 11.3",
        via_channel="email",
    )
    issue = harness.sandbox.gitlab.issue(PROJECT, decision["links"][0]["iid"])
    assert issue["confidential"] is True
    answer = str(note_of(ticket)["html_body"]).partition("<blockquote>")[2].partition("</blockquote>")[0]
    assert "Our engineers have it now" in answer
    assert issue["web_url"] not in answer


def test_a_known_issue_is_linked_told_of_the_report_and_not_opened_again(harness: Harness) -> None:
    iid = harness.known_issue(
        title="Wiki sidebar vanishes in Safari when a heading is edited",
        description="Since 10.5 the wiki sidebar vanishes in Safari when a heading is edited.",
    )
    before = len(harness.sandbox.gitlab.issues(PROJECT))
    decision, ticket = harness.triaged(
        "@gitlab since 10.5 the wiki sidebar vanishes in Safari when a heading is edited, it's broken"
    )
    assert [link["iid"] for link in decision["links"]] == [iid]
    assert len(harness.sandbox.gitlab.issues(PROJECT)) == before
    issue = harness.sandbox.gitlab.issue(PROJECT, iid)
    assert issue["upvotes"] == 1
    assert len(issue["notes"]) == 1
    assert "issue_linked" in ticket["tags"]


def test_a_complaint_is_linked_to_the_open_incident_and_held(harness: Harness) -> None:
    iid = harness.sandbox.gitlab.add_issue(
        INFRASTRUCTURE, title="GitLab.com answers 502", description="Load balancers.", issue_type="incident"
    )
    decision, ticket = harness.triaged("@gitlab is gitlab.com down for anybody else? getting 502 since 10 min")
    assert decision["archetype"] == "stability_complaint"
    assert [link["iid"] for link in decision["links"]] == [iid]
    assert ticket["status"] == "hold"
    assert "incident_linked" in ticket["tags"]


@pytest.mark.parametrize(
    ("text", "archetype", "status", "tag"),
    [
        ("pls disable 2fa / user tonorv", "two_factor_reset", "open", "archetype__two_factor_reset"),
        (
            "Schöner Artikel, danke! Gibt's den auch auf Deutsch? Ich würde ihn gern weitergeben.",
            "non_english",
            "hold",
            "language__de",
        ),
        ("@gitlab serious question: is your company politically neutral?", "political", "solved", "no_response"),
        ("This Tweet is no longer available.", "tweet_removed", "solved", "archetype__tweet_removed"),
    ],
)
def test_each_archetype_does_what_the_yaml_says(
    harness: Harness, text: str, archetype: str, status: str, tag: str
) -> None:
    decision, ticket = harness.triaged(text)
    assert decision["archetype"] == archetype
    assert tag in ticket["tags"]
    assert archetype == "two_factor_reset" or ticket["status"] == status


def test_a_lock_out_goes_to_support_and_opens_nothing(harness: Harness) -> None:
    decision, ticket = harness.triaged("locked out, I lost my phone with the 2fa app. any way back in?")
    assert ticket["group"] == "Support"
    assert decision["links"] == []


def test_in_doubt_it_abstains_and_says_what_it_might_be(harness: Harness) -> None:
    decision, ticket = harness.triaged("@gitlab hm 🤔")
    assert decision["archetype"] is None
    assert "needs_triage" in ticket["tags"]
    assert not [tag for tag in ticket["tags"] if tag.startswith("archetype__")]


def test_tags_of_others_survive(harness: Harness) -> None:
    _, ticket = harness.triaged("@gitlab thank you for the great release!", tags=["vip", "seen_by_ann"])
    assert {"vip", "seen_by_ann", "archetype__mention"} <= set(ticket["tags"])


def test_what_a_person_decides_is_obeyed_and_a_removed_tag_stays_away(harness: Harness) -> None:
    decision, ticket = harness.triaged("@gitlab thank you all for the release, it rocks")
    assert decision["archetype"] == "mention"
    kept = [tag for tag in ticket["tags"] if tag not in {"archetype__mention", "handle__gitlab"}]
    person = harness.sandbox.zendesk.advocate_id
    harness.sandbox.zendesk.set_tags(ticket["id"], [*kept, "archetype__political"], person)
    assert harness.deliver(ticket["id"], "ticket.updated", actor_id=person) == [202]
    harness.idle()
    decision = harness.decision(ticket["id"])
    after = harness.sandbox.zendesk.ticket(ticket["id"])
    assert (decision["archetype"], decision["decided_by"]) == ("political", "person")
    assert {"archetype__political", "no_response"} <= set(after["tags"])
    assert not {"archetype__mention", "handle__gitlab"} & set(after["tags"])
    assert after["status"] == "solved"
    (correction,) = harness.service.deps.records.corrections.all()
    assert (correction.was, correction.was_decided_by, correction.archetype) == ("mention", "route:praise", "political")
    assert correction.ticket["body"] == "@gitlab thank you all for the release, it rocks"
    precision = harness.desk("/api/precision").json()
    (praise,) = [one for one in precision["deciders"] if one["name"] == "route:praise"]
    assert praise["corrected"] == 1
    assert praise["precision"] < 1


def test_repeats_late_and_reordered_deliveries_act_once(harness: Harness) -> None:
    ticket_id = harness.ticket("@gitlab your blog post about remote work is awesome, thank you @gitlab team")
    assert harness.deliver(ticket_id, times=4) == [202] * 4
    assert harness.deliver(ticket_id, "ticket.updated", times=2) == [202] * 2
    harness.idle()
    harness.deliver(ticket_id)
    harness.idle()
    assert len(harness.sandbox.zendesk.ticket(ticket_id)["comments"]) == 2


def test_every_write_is_stamped_with_its_run(harness: Harness) -> None:
    decision, ticket = harness.triaged("@gitlab kudos to the team for everything!")
    stamps = [audit["metadata"]["custom"].get("pointsman_run") for audit in ticket["audits"]]
    row = harness.service.deps.records.decisions.of_ticket(decision["ticket_id"])[0]
    assert stamps[-1] == row.run_id


def test_a_ticket_by_a_robot_starts_nothing(harness: Harness) -> None:
    robot = {"name": "Mail Delivery System", "email": "mailer-daemon@mail.example"}
    ticket_id = harness.ticket("Undelivered mail returned to sender", via_channel="email", requester=robot)
    harness.deliver(ticket_id)
    assert "bot" in harness.decision(ticket_id)["summary"]
    assert harness.sandbox.zendesk.ticket(ticket_id)["tags"] == []


def test_the_trace_says_of_every_route_why_or_why_not(harness: Harness) -> None:
    decision, _ = harness.triaged("@gitlab love the new @gitlab boards!")
    asked = [entry["asked"] for entry in decision["trace"]]
    routes = [f"route:{route.name}" for route in harness.service.deps.rulebook.current().routing.routes]
    assert [name for name in asked if name.startswith("route:")] == routes
    assert "language" in asked
    assert all(entry["detail"] for entry in decision["trace"])


def test_an_answer_of_the_team_on_the_blog_solves_itself_and_the_comment_that_it_answers(harness: Harness) -> None:
    post = "https://about.gitlab.com/2018/03/22/gitlab-10-6-released/"
    blog = {"via_channel": "api", "tags": ["disqus"], "subject": "GitLab 10.6 released"}
    _, comment = harness.triaged(f"Nice work, but is the new board coming to CE?\n\n{post}#comment-1", **blog)
    assert comment["status"] != "solved"
    colleague = {"name": "Noor Team", "email": "noor@gitlab.com"}
    decision, answer = harness.triaged(f"It is, with 10.7!\n\n{post}#comment-2", requester=colleague, **blog)
    assert decision["archetype"] == "team_comment"
    harness.idle()
    assert answer["status"] == "solved"
    comment = harness.sandbox.zendesk.ticket(comment["id"])
    assert comment["status"] == "solved"
    assert f"ticket {answer['id']}" in comment["comments"][-1]["body"]


@pytest.mark.parametrize(
    ("rel", "thing", "confidential"),
    [
        ("post", "the calendar feed loses its reminders", False),
        ("message", "LFS locks stay after a force push", True),
        ("something_new", "the badge of a pipeline is blank in Safari", True),
    ],
)
def test_only_a_post_on_facebook_opens_a_public_issue(
    harness: Harness, rel: str, thing: str, confidential: bool
) -> None:
    report = f"since 11.4 {thing} with an error, in 11.3 it was fine"
    decision, _ = harness.triaged(report, via_channel="facebook", rel=rel)
    assert harness.sandbox.gitlab.issue(PROJECT, decision["links"][0]["iid"])["confidential"] is confidential


@pytest.mark.parametrize("name", ["jane.doe@corp.example", "Visitor 2198", "Acme Inc."])
def test_a_name_that_is_none_stands_in_no_answer_and_costs_none(harness: Harness, name: str) -> None:
    _, ticket = harness.triaged("@gitlab kudos to the team!", requester={"name": name, "handle": f"@{len(name)}x"})
    note = ticket["comments"][-1]["plain_body"]
    assert "Thank you for the mention! 🧡" in note
    assert name not in note


ON_BOTH = {
    test_a_bug_report_gets_its_tags_a_note_and_a_new_issue_in_one_write,
    test_a_known_issue_is_linked_told_of_the_report_and_not_opened_again,
    test_a_complaint_is_linked_to_the_open_incident_and_held,
    test_what_a_person_decides_is_obeyed_and_a_removed_tag_stays_away,
    test_repeats_late_and_reordered_deliveries_act_once,
}
