"""The internal note as advocates read it: a plan and what was found make it, by value."""

from __future__ import annotations

import re
from html import unescape

import pytest

from app.rules.actions.action import SKIPPED_SUGGEST, Action
from app.rules.actions.assign import Assign
from app.rules.actions.findings import Found, Hint, IssueRef
from app.rules.actions.forward import Forward
from app.rules.actions.incident import Incident
from app.rules.actions.issue import Issue
from app.rules.actions.note import Note
from app.rules.actions.reply import NO_ADDRESS, NOBODY_THERE, Reply
from app.rules.actions.solve_parent import SolveParent
from app.rules.actions.spam import Spam
from app.rules.actions.status import Status
from app.rules.actions.tags import Tags
from app.rules.channels import ChannelOf
from app.ticket import Ticket
from app.triage.plan import Plan
from app.work.messages import TicketDecision, TicketRead
from app.work.tickets.compose import compose
from app.work.tickets.refused_parts import Refusals
from app.work.tickets.render import ticket_update
from integrations.errors import Invalid
from integrations.zendesk.errors import said_by_field
from tests.support.rules import HEAD, rules

MACROS = r"""
version: 1
macros:
  Bug::Thanks: {placeholders: [name, issue_url], tags: [macro__bug], text: {default: "Hi ${name}, see ${issue_url}"}}
  Bug::Asks:
    placeholders: [name, missing]
    text: {default: "Hi ${name}\nPlease add: ${missing}."}
    without_issue: {default: "Hi ${name}, we have it\nPlease add: ${missing}."}
  Bye::All: {placeholders: [name], status: solved, text: {default: "Bye ${name}"}}
  Hello::All: {placeholders: [name], text: {default: "Hello ${name}"}}
  Inside::Only: {visibility: internal, text: {default: "Nothing to do."}}
  Legal::Cover: {visibility: internal, placeholders: [ticket_url], text: {default: "See ${ticket_url}"}}
templates:
  Issue::Bug: {placeholders: [report, version, edition, steps], text: "${report} ${version} ${edition} ${steps}"}
"""
RULES = rules(
    head=HEAD.replace("done: {}", "done: {status: open}").replace(
        "{description: broken}",
        "{description: broken, issue: {tracker: product, template: 'Issue::Bug'}, reply: {macro: 'Bug::Thanks'}}",
    ),
    more="""
    fields: {issue: 77}
    """,
    macros=MACROS,
)
POLICY = RULES.routing.archetypes["bug_report"].issue
INCIDENTS = {
    "trackers": ["product"],
    "found": {"macro": "Hello::All", "status": "hold", "tags": ["incident_linked"]},
    "none": {"macro": "Hello::All", "status": "open"},
}
URL = "https://git.example/6"
KNOWN = IssueRef(project="gitlab-org/gitlab", iid=6, title="LDAP sync", url=URL)
SECRET = KNOWN.model_copy(update={"confidential": True})

ISSUE = Issue(policy=POLICY, confidential=False)
TAGS = Tags(add=("archetype__bug_report",))
REPLY = Reply(macro="Bug::Thanks", sent=False)
HELLO = Reply(macro="Hello::All", sent=False)
NOTE = Note(title="Bug report (sure)", why=("The rule it matched.",))
INCIDENT = Incident.model_validate({"incidents": INCIDENTS})
WAITS = POLICY.model_copy(update={"open_when": "tagged:reproduced"})
NEVER = POLICY.model_copy(update={"confidential": "never"})
RELATED = POLICY.model_copy(update={"open_when": "never"})
NEAR = (KNOWN.model_copy(update={"score": 0.62}), KNOWN.model_copy(update={"iid": 7, "score": 0.5, "state": "closed"}))


def decision(
    *actions: Action,
    event: str = "ticket.created",
    channel: str = "twitter",
    where: str = "",
    parent: int | None = None,
    body: str = "gitlab 8.14.2 EE fails",
) -> TicketDecision:
    read = TicketRead(
        id=5, subject="", body=body, status="new", tags=("vip",), updated_at="now", public=True,
        url="https://zd.example/5", requester_name="Sam Smith",
    )  # fmt: skip
    return TicketDecision(
        run_id="pm1", event=event, ticket=read, channel=channel, where=where, archetype="bug_report",
        confidence="high", decided_by="route:it", why="", plan=Plan(mode="live", actions=actions), trace=(),
        config_hash=RULES.hash, judged=Ticket(5), thread="", parent=parent, decided_at="2026-01-01T00:00:00+00:00",
    )  # fmt: skip


def note(made: TicketDecision, found: Found) -> list[str]:
    """The paragraphs as text; quoted ones begin with `> `, list items with `- `."""
    comment = ticket_update(made, compose(made, found, RULES), None, None, 6000).comment
    assert comment is not None
    assert not comment.public
    html = (
        comment.html_body.replace("<blockquote>", "<p>&gt; ")
        .replace("</blockquote>", "</p>")
        .replace("<li>", "<p>- ")
        .replace("<br>", " | ")
    )
    return [unescape(re.sub(r"<[^>]+>", "", part)) for part in re.findall(r"<p>.*?(?=<p>|$)", html)]


LATER = "Answer: It follows with the issue."
SEND, COMES_BACK = "Send the answer below.", "The ticket comes back by itself when the issue is closed."
WHY, WRONG = "Why: The rule it matched.", "Wrong? Change the tag archetype__bug_report, and Pointsman follows."
TRY_AGAIN = "Add open_issue to try again, or link_issue_N to link issue N."
GIVEN = "Given: version 8.14.2 EE. Missing: steps."
HIDDEN = "The issue is confidential, so the answer does not name it."
ANSWER = [f"Answer for Twitter, {len('Hi Sam, see ' + URL)} characters:", f"> Hi Sam, see {URL}"]

CASES: dict[str, tuple[list[Action], Found, list[str]]] = {
    "an issue was opened": (
        [ISSUE, TAGS, REPLY, NOTE],
        Found(outcome="opened", issue=KNOWN),
        [
            f"Next: {SEND} {COMES_BACK}",
            *ANSWER,
            'Issue: gitlab-org/gitlab#6, open: "LDAP sync" (opened now)',
            GIVEN,
        ],
    ),
    "a similar issue was linked": (
        [ISSUE, TAGS, NOTE],
        Found(outcome="linked", issue=KNOWN.model_copy(update={"score": 0.83})),
        [
            f"Next: Nothing now. {COMES_BACK}",
            'Issue: gitlab-org/gitlab#6, open: "LDAP sync" (83% similar)',
            GIVEN,
        ],
    ),
    "the linked issue is closed already": (
        [ISSUE, TAGS, NOTE],
        Found(outcome="linked", issue=KNOWN.model_copy(update={"state": "closed"})),
        ['Issue: gitlab-org/gitlab#6, closed: "LDAP sync" (linked)', GIVEN],
    ),
    "the issue is confidential": (
        [ISSUE, TAGS, REPLY, NOTE],
        Found(outcome="opened", issue=SECRET),
        [
            f"Next: Answer in your own words: the issue is confidential, and must not be named. {COMES_BACK}",
            'Issue: gitlab-org/gitlab#6, open: "LDAP sync" (opened now, confidential)',
            GIVEN,
        ],
    ),
    "the text is private, and no issue may be confidential": (
        [Issue.of(NEVER, ChannelOf("email", public=False, reply="zendesk", link="")), TAGS, NOTE],
        Found(outcome="none", detail="no related issue found"),
        [
            "Issue: No related issue found. None was opened: the text is private. open_issue opens a confidential one.",
        ],
    ),
    "a person has to choose an issue": (
        [ISSUE, TAGS, REPLY, NOTE],
        Found(outcome="suggested", candidates=NEAR),
        [
            "Next: Add link_issue_N to link one of the issues below, or open_issue to create a new one.",
            LATER,
            "Issue: This may already be reported:",
            "- link_issue_6: LDAP sync (62% similar)",
            "- link_issue_7: LDAP sync (50% similar, closed)",
            GIVEN,
        ],
    ),
    "related issues are only shown": (
        [Issue(policy=RELATED, confidential=False), TAGS, NOTE],
        Found(outcome="suggested", candidates=NEAR[:1]),
        [
            "Issue: These are related. link_issue_N links one of them, open_issue creates a new one.",
            "- link_issue_6: LDAP sync (62% similar)",
        ],
    ),
    "an issue is opened when a person sets a tag": (
        [Issue(policy=WAITS, confidential=False), TAGS, REPLY, NOTE],
        Found(outcome="waits", detail="waits until a person sets the tag reproduced"),
        ["Next: Add the tag reproduced when its issue may be opened.", LATER, GIVEN],
    ),
    "GitLab does not answer": (
        [ISSUE, TAGS, REPLY, NOTE],
        Found(outcome="unreachable", detail="GitLab does not answer"),
        [LATER, "Issue: GitLab does not answer. Pointsman adds the link later, by itself.", GIVEN],
    ),
    "GitLab refused": (
        [ISSUE, TAGS, REPLY, NOTE],
        Found(outcome="failed", detail="403 Forbidden"),
        [
            f"Next: {TRY_AGAIN}",
            LATER,
            "Issue: Pointsman could neither link nor open one: 403 Forbidden.",
            GIVEN,
        ],
    ),
    "a person removed the link": (
        [ISSUE, TAGS, NOTE],
        Found(outcome="none", detail="a person removed the link to a/b#1"),
        ["Issue: A person removed the link to a/b#1.", GIVEN],
    ),
    "there is no issue that the answer could name": (
        [ISSUE, TAGS, REPLY, NOTE],
        Found(outcome="none"),
        ["Next: Answer in your own words: there is no issue to name.", GIVEN],
    ),
    "an incident explains it": (
        [INCIDENT, TAGS, NOTE],
        Found(outcome="linked", issue=KNOWN, detail="both mention 502", hints=(Hint(text="Sentry: X", url=URL),)),
        [
            f"Next: {SEND} The ticket comes back by itself when the incident is over.",
            "Answer for Twitter, 9 characters:",
            "> Hello Sam",
            'Incident: gitlab-org/gitlab#6, open: "LDAP sync" (it explains this: both mention 502)',
            "- Sentry: X",
        ],
    ),
    "no incident explains it": (
        [INCIDENT, TAGS, NOTE],
        Found(outcome="none", detail="no open incident explains it"),
        [
            f"Next: {SEND}",
            "Answer for Twitter, 9 characters:",
            "> Hello Sam",
            "Incident: No open incident explains it.",
        ],
    ),
    "incidents are looked up later": (
        [INCIDENT, TAGS, NOTE],
        Found(outcome="unreachable", detail="GitLab does not answer"),
        ["Incident: GitLab does not answer. Pointsman looks again by itself."],
    ),
    "it is forwarded": (
        [TAGS, Forward(to="legal@example.com", macro="Legal::Cover"), NOTE],
        Found(),
        [
            "Next: Forward this ticket to legal@example.com with the text below.",
            "Text for legal@example.com:",
            "> See https://zd.example/5",
        ],
    ),
    "it is spam": ([Spam(), TAGS, NOTE], Found(), ["Done: marked as spam; Zendesk suspends the sender."]),
    "several things were done": (
        [TAGS, Assign(group="Support"), Status(status="solved"), NOTE],
        Found(),
        ["Done: assigned to Support; status set to solved."],
    ),
    "the reply is for the record only": (
        [TAGS, Reply(macro="Inside::Only", sent=True), NOTE],
        Found(),
        ["Next: Nothing to do."],
    ),
    "the mode is suggest": (
        [ISSUE.suggested(), TAGS, REPLY.suggested(), Status(status="solved").suggested(), NOTE],
        Found(),
        [
            "Next: If this is right, add open_issue to open its issue.",
            LATER,
            GIVEN,
            f"Not done, because the mode is suggest: {ISSUE.would()}; set the status to solved.",
        ],
    ),
    "the answer does not name a confidential issue": (
        [ISSUE, TAGS, REPLY.model_copy(update={"macro": "Bug::Asks"}), NOTE],
        Found(outcome="opened", issue=SECRET),
        [
            f"Next: {SEND} {HIDDEN} {COMES_BACK}",
            "Answer for Twitter, 57 characters:",
            "> Hi Sam, we have it | Please add: the steps that lead to it.",
            'Issue: gitlab-org/gitlab#6, open: "LDAP sync" (opened now, confidential)',
            GIVEN,
        ],
    ),
    "the ticket is solved with the answer": (
        [TAGS, HELLO, Status(status="solved"), NOTE],
        Found(),
        [f"Next: {SEND} Submit it as solved.", "Answer for Twitter, 9 characters:", "> Hello Sam"],
    ),
    "the answer's own macro solves the ticket": (
        [TAGS, Reply(macro="Bye::All", sent=False), Status(status="solved").suggested(), NOTE],
        Found(),
        [f"Next: {SEND} Submit it as solved.", "Answer for Twitter, 7 characters:", "> Bye Sam"],
    ),
    "a ticket on hold waits for its incident, with the answer": (
        [TAGS, HELLO, Status(status="hold"), NOTE],
        Found(),
        [f"Next: {SEND}", "Answer for Twitter, 9 characters:", "> Hello Sam", "Done: status set to hold."],
    ),
    "nobody is there to be answered": (
        [TAGS, Reply(macro="Inside::Only", sent=False), Status(status="solved"), NOTE],
        Found(),
        ["Next: Nothing to do.", "Done: status set to solved."],
    ),
    "a cap is reached": (
        [TAGS, HELLO, NOTE.and_next("Please do by hand what is over its cap: reply (30 an hour).")],
        Found(),
        [
            f"Next: {SEND} Please do by hand what is over its cap: reply (30 an hour).",
            "Answer for Twitter, 9 characters:",
            "> Hello Sam",
        ],
    ),
}


@pytest.mark.parametrize(("actions", "found", "between"), CASES.values(), ids=CASES)
def test_the_note_says_what_to_do_then_what_is_there_then_why(
    actions: list[Action], found: Found, between: list[str]
) -> None:
    assert note(decision(*actions), found) == ["Bug report (sure)", *between, WHY, WRONG]


def test_who_must_choose_an_archetype_gets_the_tags_to_choose_from() -> None:
    choose = Note(title="Needs triage", next=("Please choose.",), choices=(("archetype__mention", "70% likely"),))
    abstained = decision(Tags(add=("needs_triage",)), choose).model_copy(update={"archetype": None})
    assert note(abstained, Found()) == ["Needs triage", "Next: Please choose.", "- archetype__mention: 70% likely"]


def test_an_answer_that_zendesk_cannot_deliver_is_posted_where_they_wrote() -> None:
    there = "https://forum.gitlab.com/t/1"
    made = decision(HELLO, NOTE, channel="forum", where=there)
    change = compose(made, Found(), RULES)
    comment = ticket_update(made, change, None, None, 6000).comment
    assert comment is not None
    assert f'where they wrote: <a href="{there}" rel="noreferrer">{there}</a>.' in comment.html_body


@pytest.mark.parametrize(
    ("body", "answer", "details"),
    [
        (
            "It fails",
            "Hi Sam | Please add: the GitLab version and the steps that lead to it.",
            ["Missing: version, steps."],
        ),
        (
            "On gitlab.com it fails",
            "Hi Sam | Please add: the steps that lead to it.",
            ["Given: GitLab.com. Missing: steps."],
        ),
        ("15.3.2-ee. 1) open it 2) close it", "Hi Sam", ["Given: version 15.3.2 EE, steps."]),
    ],
)
def test_the_answer_asks_only_for_what_is_missing(body: str, answer: str, details: list[str]) -> None:
    made = decision(ISSUE, TAGS, REPLY.model_copy(update={"macro": "Bug::Asks"}), NOTE, body=body)
    said = note(made, Found(outcome="opened", issue=KNOWN))
    assert [line for line in said if line.startswith((">", "Given", "Missing"))] == [f"> {answer}", *details]


def test_an_address_that_is_not_known_is_said_to_be_so() -> None:
    made = decision(HELLO, NOTE, channel="forum")
    assert note(made, Found())[1] == "Next: Post the answer below where they wrote (Forum; the address is not known)."


def test_news_of_an_issue_is_the_title_and_the_issue_is_linked() -> None:
    news = decision(TAGS, REPLY, Status(status="open"), Note(title="The issue was closed."), event="issue_changed")
    assert note(news, Found(outcome="linked", issue=KNOWN)) == [
        "The issue was closed.",
        f"Next: {SEND}",
        *ANSWER,
        'Issue: gitlab-org/gitlab#6: "LDAP sync"',
        "Done: status set to open.",
    ]


def test_what_zendesk_refused_stands_in_the_note_as_text() -> None:
    made = decision(TAGS, Status(status="hold"), NOTE)
    change = compose(made, Found(), RULES)
    said = said_by_field({"errors": [{"title": "<b>no</b> {{ticket.requester.email}}"}]})
    left = Refusals(change).next(Invalid("zendesk", "rejected", "http_422", said))
    assert left is not None
    comment = ticket_update(made, left, None, None, 6000).comment
    assert comment is not None
    assert "&lt;b&gt;no&lt;/b&gt;" in comment.html_body
    assert "{{" not in comment.html_body


def test_a_reply_that_is_sent_is_the_only_comment() -> None:
    made = decision(TAGS, Reply(macro="Hello::All", sent=True), NOTE)
    change = compose(made, Found(), RULES)
    comment = ticket_update(made, change, None, None, 6000).comment
    assert comment is not None
    assert (comment.public, comment.html_body) == (True, "Hello Sam")
    (skipped,) = [one for one in change.outcomes if one.kind == "note"]
    assert (skipped.state, "/api/tickets/5" in skipped.detail) == ("skipped", True)


@pytest.mark.parametrize("sent", [True, False])
def test_who_is_not_there_any_more_is_not_answered(sent: bool) -> None:
    made = decision(Reply(macro="Hello::All", sent=sent), NOTE)
    made = made.model_copy(update={"ticket": made.ticket.model_copy(update={"requester_deleted": True})})
    change = compose(made, Found(), RULES)
    assert not change.reply
    assert change.outcomes[0].state == "skipped"
    assert f"Next: {NOBODY_THERE}" in note(made, Found())


def test_a_reply_that_would_reach_nobody_is_suggested_and_says_so() -> None:
    made = decision(Reply(macro="Hello::All", sent=True), NOTE)
    made = made.model_copy(update={"ticket": made.ticket.model_copy(update={"requester_reached": False})})
    change = compose(made, Found(), RULES)
    assert not change.reply
    assert (change.outcomes[0].state, change.outcomes[0].detail) == ("done", "suggested Hello::All")
    written = note(made, Found())
    assert f"Next: {NO_ADDRESS}" in written
    assert "> Hello Sam" in written


def test_what_the_team_wrote_for_somebody_who_is_not_there_is_kept() -> None:
    made = decision(HELLO, NOTE)
    deleted = made.ticket.model_copy(update={"requester_deleted": True})
    made = made.model_copy(update={"ticket": deleted, "answer": "Try 11.5 please."})
    assert "> Try 11.5 please." in note(made, Found())


def test_where_they_wrote_elsewhere_they_are_answered_without_a_name() -> None:
    made = decision(HELLO, NOTE, channel="forum", where="https://forum.example/t/1")
    made = made.model_copy(update={"ticket": made.ticket.model_copy(update={"requester_deleted": True})})
    assert "> Hello" in note(made, Found())


def test_tags_of_others_stay_and_those_of_a_reply_come_when_it_is_sent() -> None:
    made = decision(
        ISSUE, Tags(add=("archetype__bug_report",), remove=("old",)), REPLY.model_copy(update={"sent": True}), NOTE
    )
    change = compose(made, Found(outcome="opened", issue=KNOWN), RULES)
    assert change.tags(("vip", "old")) == ["vip", "issue_linked", "archetype__bug_report", "macro__bug"]
    assert change.fields == {"77": URL}


def test_a_confidential_issue_fills_no_ticket_field() -> None:
    made = decision(ISSUE, TAGS, NOTE)
    assert compose(made, Found(outcome="opened", issue=SECRET), RULES).fields == {}


@pytest.mark.parametrize(("parent", "state"), [(4, "done"), (None, "skipped")])
def test_the_ticket_that_this_one_answers_is_solved_if_it_is_known(parent: int | None, state: str) -> None:
    change = compose(decision(TAGS, SolveParent(), NOTE, parent=parent), Found(), RULES)
    assert [one.state for one in change.outcomes] == ["done", state, "done"]


def test_what_is_skipped_is_not_carried_out() -> None:
    change = compose(decision(Spam().suggested(), TAGS, NOTE), Found(), RULES)
    assert change.spam is False
    assert (change.outcomes[0].state, change.outcomes[0].detail) == ("skipped", SKIPPED_SUGGEST)
