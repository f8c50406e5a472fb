"""The whole scenario: sandbox, service, sender, faults and kills; then quiet, and the outcome."""

from __future__ import annotations

import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from app.work.chat.send_once import STEP as ANNOUNCE
from tests.chaos import engine_records, outcome, posts, questions
from tests.chaos.api import TOKEN as DESK_TOKEN
from tests.chaos.api import ApiClient
from tests.chaos.chat import chat_problems, spikes
from tests.chaos.engine_records import EngineRecords
from tests.chaos.issue_closing import IssueCloser
from tests.chaos.plan import ALWAYS, Plan, chat_fault_schedule, fault_schedule, feed_fault_schedule
from tests.chaos.posts import Post, Posters
from tests.chaos.processes import STOPS_WITHIN, Processes, pause, until
from tests.chaos.questions import Askers
from tests.chaos.sender import Sender, about_ticket, repeats
from tests.chaos.users import INFRASTRUCTURE, KNOWN, KNOWN_TITLE, PROJECT, User, users, users_alike
from tests.support.forked import Forked
from tests.support.loopback import answers
from tests.support.paths import ROOT
from tests.support.processes import RunningSandbox, free_port, sandboxed

ADVOCATE_ID = 9002
STARTS_WITHIN = 90.0
SIGNS_OF_BUGS = ("workflow_crashed", '"reason": "bug"', "cannot")
INJECTED = '"event": "service_not_ready"'
"""Our own faults, met by the first call of a process."""


@dataclass
class Report:
    figures: dict[str, Any] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)


@dataclass
class _Scenario:
    plan: Plan
    sandbox: RunningSandbox
    processes: Processes
    sender: Sender
    records: EngineRecords
    issue_closer: IssueCloser
    posters: Posters
    askers: Askers
    service: str
    restart_database: Callable[[], None]
    elsewhere: list[Post]
    users: dict[int, User] = field(default_factory=dict)
    """By ticket."""
    comments: list[threading.Timer] = field(default_factory=list)


def run(plan: Plan, folder: Path, database_url: str, restart_database: Callable[[], None] = lambda: None) -> Report:
    """Run it; what is in `problems` is broken. `restart_database`: for a plan with restarts."""
    report, began = Report(), time.monotonic()
    with sandboxed(Forked) as sandbox:
        port = free_port()
        service = f"http://127.0.0.1:{port}"
        environ = _environ(plan, sandbox, folder, database_url, port)
        secret, chance = sandbox.environ["ZENDESK_WEBHOOK_SECRET"], random.Random(f"sender {plan.seed}")
        sender = Sender(service, secret, posts.SECRET, chance)
        processes = Processes(environ, folder / "service.log", random.Random(f"processes {plan.seed}"))
        posters = Posters(sandbox, sender, random.Random(f"posters {plan.seed}"))
        elsewhere = list(posts.posts(plan.posts, plan.seed))
        for post in elsewhere if plan.posts_first else ():
            posters.write(post)
        for fault in feed_fault_schedule(plan):
            sandbox.feeds("fault_add", **fault)
        _create_projects(sandbox)
        sandbox.gitlab("subscribe", endpoint_url=f"{service}/webhooks/gitlab")
        processes.start(port, plan.workers)
        try:
            until(
                lambda: answers(f"{service}/healthz") or processes.died_by_themselves(),
                STARTS_WITHIN,
                "the service did not start",
            )
            scenario = _Scenario(
                plan,
                sandbox,
                processes,
                sender,
                EngineRecords(database_url),
                IssueCloser(sandbox, service),
                posters,
                Askers(sandbox, sender, ADVOCATE_ID),
                service,
                restart_database,
                elsewhere,
            )
            until(lambda: scenario.records.issues_known() == 1, STARTS_WITHIN, "the known issue was not read")
            _disturb_while_tickets_come(scenario)
            report.figures["seconds disturbed"] = round(time.monotonic() - began, 1)
            _wait_until_done(scenario, report)
            if plan.news_kills:
                _close_the_known_issue(scenario)
                _wait_until_done(scenario, report)
            sender.stop()
            report.figures["seconds"] = round(time.monotonic() - began, 1)
            _check(scenario, report)
            scenario.records.close()
        finally:
            processes.kill_all()
    _read_log(folder / "service.log", report)
    return report


def _environ(plan: Plan, sandbox: RunningSandbox, folder: Path, database_url: str, port: int) -> dict[str, str]:
    routing = (ROOT / "routing.yaml").read_text()
    for old, new in (*ALWAYS, questions.RULES, *plan.settings):
        if old not in routing:
            raise ValueError(f"routing.yaml should have {old!r}")
        routing = routing.replace(old, new)
    (folder / "routing.yaml").write_text(routing + posts.RULES.format(url=sandbox.feeds_url))
    return {
        **sandbox.environ,
        "DESK_TOKEN": DESK_TOKEN,
        "MENTIONS_WEBHOOK_SECRET": posts.SECRET,
        "QUESTION_SETTLES": str(plan.question_settles),
        "DATABASE_URL": database_url,
        "ROUTING_FILE": str(folder / "routing.yaml"),
        "MACROS_FILE": str(ROOT / "macros.yaml"),
        "PORT": str(port),
        "LOG_LEVEL": "warning",
    }


def _create_projects(sandbox: RunningSandbox) -> None:
    sandbox.zendesk("add_group", name="Support")
    for project in (PROJECT, INFRASTRUCTURE):
        sandbox.gitlab("add_project", path=project, visibility="public")
    sandbox.gitlab("add_issue", project=PROJECT, title=KNOWN_TITLE, description=KNOWN)


def _disturb_while_tickets_come(scenario: _Scenario) -> None:
    plan = scenario.plan
    if plan.updates_per_minute:
        scenario.sandbox.zendesk("set", limits={"updates_per_minute": plan.updates_per_minute})
    _add_faults(scenario)
    for fault in chat_fault_schedule(plan):
        scenario.sandbox.chat("fault_add", **fault)
    scenario.sender.start()
    with ThreadPoolExecutor(2) as threads:
        disrupting = threads.submit(_disrupt, scenario)
        closing = threads.submit(scenario.issue_closer.close_some, scenario.users, plan.closes)
        chance = random.Random(f"users {plan.seed}")
        # Spread over the time that the kills take.
        pace = 2.5 * (plan.kills + plan.stops + plan.freezes + plan.restarts) / plan.tickets
        _write_at_once(scenario, users_alike(plan.alike, plan.tickets))
        elsewhere = _at_even_distances(scenario.elsewhere, plan)
        for number, user in enumerate(users(plan.tickets, plan.seed)):
            _write(scenario, user, chance)
            for post in elsewhere[number]:
                scenario.posters.hand_over(post)
            pause(chance.uniform(0, 2 * pace))
        disrupting.result()
        closing.result()
    for comment in scenario.comments:
        comment.join()
    scenario.askers.join()


def _at_even_distances(written: Iterable[Post], plan: Plan) -> dict[int, list[Post]]:
    """Between which tickets each post is written."""
    found: dict[int, list[Post]] = {number: [] for number in range(plan.tickets)}
    for post in written:
        found[post.user.number * plan.tickets // plan.posts].append(post)
    return found


def _add_faults(scenario: _Scenario) -> None:
    for control in (scenario.sandbox.zendesk, scenario.sandbox.gitlab):
        control("set", latency=0.03)
        control("faults_seed", seed=scenario.plan.seed)
        for fault in fault_schedule(scenario.plan):
            control("fault_add", **fault)


def _write_at_once(scenario: _Scenario, alike: Iterable[User]) -> None:
    zendesk, gitlab = scenario.sandbox.zendesk, scenario.sandbox.gitlab
    # One issue is opened without an answer, and one refusal says nothing of what was done.
    issues = {"method": "POST", "path": r"/api/v4/projects/\d+/issues"}
    gitlab("fault_add", kind="drop_after", **issues)
    gitlab("fault_add", kind="status", status=502, **issues)
    scenario.users |= {zendesk("create_ticket", **user.ticket()): user for user in alike}
    for ticket in [zendesk("ticket", ticket_id=ticket_id) for ticket_id in scenario.users]:
        stamp, requester = ticket["updated_at"], ticket["requester"]["id"]
        scenario.sender.send_ticket(ticket["id"], "ticket.created", updated_at=stamp, actor_id=requester, delays=[0.0])


def _write(scenario: _Scenario, user: User, chance: random.Random) -> None:
    """A ticket comes in; of some an advocate or a trigger changes something while we work on it."""
    zendesk = scenario.sandbox.zendesk
    ticket_id = zendesk("create_ticket", **user.ticket())
    scenario.users[ticket_id] = user
    ticket = zendesk("ticket", ticket_id=ticket_id)
    requester, stamp = ticket["requester"]["id"], ticket["updated_at"]
    send = scenario.sender.send_ticket
    send(ticket_id, "ticket.created", updated_at=stamp, actor_id=requester, delays=repeats(chance))
    if chance.random() < 0.3:
        send(ticket_id, "ticket.updated", updated_at=stamp, actor_id=requester, delays=repeats(chance))
    if user.kind.archetype != "spam" and len(scenario.askers.asked) < scenario.plan.asks:
        scenario.askers.ask_later(ticket_id, chance.uniform(0, 3), repeats(chance))
    if chance.random() < 0.2 and user.kind.archetype != "spam":
        comment = threading.Timer(chance.uniform(0, 3), _comment, (scenario, ticket_id, repeats(chance)))
        scenario.comments.append(comment)
        comment.start()


def _comment(scenario: _Scenario, ticket_id: int, delays: list[float]) -> None:
    zendesk = scenario.sandbox.zendesk
    zendesk("add_comment", ticket_id=ticket_id, body="I am on it", author=ADVOCATE_ID, public=False)
    stamp = zendesk("ticket", ticket_id=ticket_id)["updated_at"]
    scenario.sender.send_ticket(ticket_id, "ticket.updated", updated_at=stamp, actor_id=ADVOCATE_ID, delays=delays)


def _disrupt(scenario: _Scenario) -> None:
    plan, processes = scenario.plan, scenario.processes
    chance = random.Random(f"disruptions {plan.seed}")
    disruptions = ["kill"] * plan.kills + ["stop"] * plan.stops + ["freeze"] * plan.freezes
    disruptions += ["restart"] * plan.restarts
    chance.shuffle(disruptions)
    for disruption in disruptions:
        # A third of them hits a service that is still starting.
        if chance.random() < 0.33:
            pause(chance.uniform(0.2, 2.0))
        else:
            until(lambda: answers(f"{scenario.service}/healthz"), STARTS_WITHIN, "the service did not come back")
            pause(chance.uniform(0.1, 2.0))
        if disruption == "restart":
            _restart_database(scenario)
            continue
        process = processes.any()
        if disruption == "kill":
            processes.kill(process)
        elif disruption == "stop":
            processes.stop(process)
        else:
            processes.freeze(process, chance.uniform(1.0, 5.0))


def _restart_database(scenario: _Scenario) -> None:
    # One that is still starting has no lock to lose.
    until(scenario.processes.all_up, STARTS_WITHIN, "not all processes came back")
    pause(1.0)
    scenario.processes.replace_after(scenario.restart_database)


def _close_the_known_issue(scenario: _Scenario) -> None:
    """Only now: what is reported after that is not linked to it. Its tickets are many, and told by a bulk job."""
    chance = random.Random(f"news {scenario.plan.seed}")
    _add_faults(scenario)
    scenario.issue_closer.close(_known(scenario)["iid"])
    for _ in range(scenario.plan.news_kills):
        pause(chance.uniform(0.1, 1.5))
        scenario.processes.kill(scenario.processes.any())
        until(lambda: answers(f"{scenario.service}/healthz"), STARTS_WITHIN, "the service did not come back")


def _known(scenario: _Scenario) -> dict[str, Any]:
    issues: list[dict[str, Any]] = scenario.sandbox.gitlab("issues", project=PROJECT)
    return next(issue for issue in issues if issue["title"] == KNOWN_TITLE)


def _wait_until_done(scenario: _Scenario, report: Report) -> None:
    """No more faults: what was taken must be done now."""
    patience = scenario.plan.patience
    sandbox = scenario.sandbox
    for control in (sandbox.zendesk, sandbox.gitlab, sandbox.chat, sandbox.feeds):
        control("faults_clear")
    try:
        until(scenario.sender.idle, 90, "the sender did not end")
        until(lambda: answers(f"{scenario.service}/healthz"), STARTS_WITHIN, "the service did not come back")
        # Those that only the feed has come with its next look.
        written = len(scenario.elsewhere)
        until(lambda: scenario.records.posts_with_tickets() >= written, patience, "posts have no tickets")
        until(lambda: scenario.records.unfinished() == 0, patience, "the queue did not become empty")
    except TimeoutError as late:
        report.problems.append(str(late))


def _check(scenario: _Scenario, report: Report) -> None:
    zendesk, gitlab = scenario.sandbox.zendesk, scenario.sandbox.gitlab
    api = ApiClient(scenario.service)
    written, accepted = scenario.elsewhere, scenario.sender.accepted
    of_posts = posts.tickets_of(written, scenario.sandbox, scenario.users)
    report.problems += posts.post_problems(written, of_posts, accepted)
    everybody = {**scenario.users, **posts.users_of(written, of_posts)}
    seen = [_outcome_of(scenario, api, ticket_id, user) for ticket_id, user in everybody.items()]
    failures = api.failures()
    api.close()
    for one in seen:
        if one.ticket["id"] in scenario.users and not accepted[about_ticket(one.ticket["id"])]:
            report.problems.append(f"ticket {one.ticket['id']}: no delivery was ever accepted")
        report.problems += [f"ticket {one.ticket['id']}: {problem}" for problem in outcome.ticket_problems(one)]
    report.problems += [
        f"failure: {one['step']} {one['reason']} {one['message']}" for one in failures if one["step"] != ANNOUNCE
    ]
    report.problems += outcome.issue_problems(seen, gitlab("issues", project=PROJECT), _known(scenario))
    unsure = sum(one["step"] == ANNOUNCE for one in failures)
    said = scenario.sandbox.chat("messages")
    asked = {one.ticket["id"]: one.ticket for one in seen if one.asked}
    report.problems += questions.question_problems(asked, said)
    report.problems += chat_problems(said, scenario.records.announcements(), spikes(seen), failures=unsure)
    runs, calls = scenario.records.runs(), zendesk("calls")
    report.problems += engine_records.problems(runs, scenario.records.steps())
    report.problems += outcome.overlap_problems(runs, calls, scenario.processes.lifetimes, asked)
    report.problems += scenario.plan.missed(scenario.processes.done)
    report.problems += scenario.processes.died_by_themselves()
    scenario.processes.end()
    if scenario.processes.slowest_stop > STOPS_WITHIN:
        report.problems.append(f"a stop took {scenario.processes.slowest_stop:.1f} s")
    _count(scenario, report, runs, [*calls, *gitlab("calls"), *scenario.sandbox.chat("calls")])


def _outcome_of(scenario: _Scenario, api: ApiClient, ticket_id: int, user: User) -> outcome.Seen:
    decision = api.decision(ticket_id)
    news = any(link["iid"] in scenario.issue_closer.closed for link in decision.get("links", ()))
    return outcome.Seen(
        user,
        scenario.sandbox.zendesk("ticket", ticket_id=ticket_id),
        decision,
        news,
        asked=ticket_id in scenario.askers.asked,
        made=ticket_id not in scenario.users,
    )


def _count(scenario: _Scenario, report: Report, runs: list[engine_records.Run], calls: list[dict[str, Any]]) -> None:
    report.figures |= {
        "tickets": len(scenario.users),
        "posts elsewhere": len(scenario.elsewhere),
        "questions to experts": len(scenario.askers.asked),
        **scenario.processes.done,
        "slowest stop": round(scenario.processes.slowest_stop, 1),
        "deliveries by answer": dict(sorted(scenario.sender.answers.items())),
        "given up by the sender": scenario.sender.given_up,
        "pieces of work": len(runs),
        "calls": len(calls),
        "issues closed": len(scenario.issue_closer.closed),
        "bulk jobs": sum("update_many" in call["path"] for call in calls),
        "messages in the chat": len(scenario.sandbox.chat("messages")),
        "faults": dict(sorted(Counter(call["fault"] for call in calls if call["fault"]).items())),
        "problems": len(report.problems),
    }


def _read_log(log: Path, report: Report) -> None:
    bad = (line for line in _lines(log) if any(sign in line for sign in SIGNS_OF_BUGS))
    report.problems += [f"log: {line[:400]}" for line in bad if INJECTED not in line]


def _lines(log: Path) -> Iterator[str]:
    with log.open(encoding="utf-8", errors="replace") as lines:
        yield from lines
