"""The whole test: sandbox, service, sender, faults and kills; then quiet, and the outcome."""

from __future__ import annotations

import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from app.work.chat.send_once import STEP as ANNOUNCE
from tests.chaos import books, outcome
from tests.chaos.books import Books
from tests.chaos.chat import chat_problems, waves
from tests.chaos.crowd import INFRASTRUCTURE, KNOWN, KNOWN_TITLE, PROJECT, Person, crowd
from tests.chaos.desk import TOKEN as DESK_TOKEN
from tests.chaos.desk import Desk
from tests.chaos.engineers import Engineers
from tests.chaos.fleet import STOPS_WITHIN, Fleet, pause, until
from tests.chaos.plan import ALWAYS, Plan, chat_weather, weather
from tests.chaos.sender import Sender, repeats
from tests.support.loopback import answers
from tests.support.paths import ROOT
from tests.support.processes import RunningSandbox, free_port, sandboxed

ADVOCATE_ID = 9002
STARTS_WITHIN = 90.0
SIGNS_OF_BUGS = ("workflow_crashed", '"reason": "bug"', "cannot")


@dataclass
class Report:
    figures: dict[str, Any] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)


@dataclass
class _Field:
    plan: Plan
    sandbox: RunningSandbox
    fleet: Fleet
    sender: Sender
    books: Books
    engineers: Engineers
    service: str
    restart_database: Callable[[], None]
    people: dict[int, Person] = field(default_factory=dict)
    """By ticket."""
    comments: list[threading.Timer] = field(default_factory=list)


def fight(plan: Plan, folder: Path, database_url: str, restart_database: Callable[[], None] = lambda: None) -> Report:
    """Run it; what is in `problems` is broken. `restart_database`: for a plan with restarts."""
    report, began = Report(), time.monotonic()
    with sandboxed() as sandbox:
        port = free_port()
        service = f"http://127.0.0.1:{port}"
        environ = _environ(plan, sandbox, folder, database_url, port)
        sender = Sender(
            f"{service}/webhooks/zendesk",
            sandbox.environ["ZENDESK_WEBHOOK_SECRET"],
            random.Random(f"sender {plan.seed}"),
        )
        fleet = Fleet(environ, folder / "service.log", random.Random(f"fleet {plan.seed}"))
        _furnish(sandbox)
        sandbox.gitlab("subscribe", endpoint_url=f"{service}/webhooks/gitlab")
        fleet.start(port, plan.workers)
        try:
            until(
                lambda: answers(f"{service}/healthz") or fleet.died_by_themselves(),
                STARTS_WITHIN,
                "the service did not start",
            )
            engineers = Engineers(sandbox, service)
            ground = _Field(plan, sandbox, fleet, sender, Books(database_url), engineers, service, restart_database)
            until(lambda: ground.books.issues_known() == 1, STARTS_WITHIN, "the known issue was not read")
            _fight(ground)
            report.figures["harm"] = round(time.monotonic() - began, 1)
            _calm(ground, report)
            if plan.news_kills:
                _close_the_known_issue(ground)
                _calm(ground, report)
            sender.stop()
            report.figures["seconds"] = round(time.monotonic() - began, 1)
            _read(ground, report)
            ground.books.close()
        finally:
            fleet.abandon()
    _read_log(folder / "service.log", report)
    return report


def _environ(plan: Plan, sandbox: RunningSandbox, folder: Path, database_url: str, port: int) -> dict[str, str]:
    routing = (ROOT / "routing.yaml").read_text()
    for old, new in (*ALWAYS, *plan.settings):
        if old not in routing:
            raise ValueError(f"routing.yaml should have {old!r}")
        routing = routing.replace(old, new)
    (folder / "routing.yaml").write_text(routing)
    return {
        **sandbox.environ,
        "DESK_TOKEN": DESK_TOKEN,
        "DATABASE_URL": database_url,
        "ROUTING_FILE": str(folder / "routing.yaml"),
        "MACROS_FILE": str(ROOT / "macros.yaml"),
        "PORT": str(port),
        "LOG_LEVEL": "warning",
    }


def _furnish(sandbox: RunningSandbox) -> None:
    sandbox.zendesk("add_group", name="Support")
    for project in (PROJECT, INFRASTRUCTURE):
        sandbox.gitlab("add_project", path=project, visibility="public")
    sandbox.gitlab("add_issue", project=PROJECT, title=KNOWN_TITLE, description=KNOWN)


def _fight(ground: _Field) -> None:
    plan = ground.plan
    if plan.updates_per_minute:
        ground.sandbox.zendesk("set", limits={"updates_per_minute": plan.updates_per_minute})
    _harm(ground)
    for fault in chat_weather(plan):
        ground.sandbox.chat("fault_add", **fault)
    ground.sender.start()
    with ThreadPoolExecutor(2) as threads:
        mischief = threads.submit(_mischief, ground)
        closing = threads.submit(ground.engineers.close_some, ground.people, plan.closes)
        chance = random.Random(f"people {plan.seed}")
        # Spread over the time that the kills take.
        pace = 2.5 * (plan.kills + plan.stops + plan.freezes + plan.restarts) / plan.tickets
        for person in crowd(plan.tickets, plan.seed):
            _write(ground, person, chance)
            pause(chance.uniform(0, 2 * pace))
        mischief.result()
        closing.result()
    for comment in ground.comments:
        comment.join()


def _harm(ground: _Field) -> None:
    for control in (ground.sandbox.zendesk, ground.sandbox.gitlab):
        control("set", latency=0.03)
        control("faults_seed", seed=ground.plan.seed)
        for fault in weather(ground.plan):
            control("fault_add", **fault)


def _write(ground: _Field, person: Person, chance: random.Random) -> None:
    """A ticket comes in; of some an advocate or a trigger changes something while we work on it."""
    zendesk = ground.sandbox.zendesk
    ticket_id = zendesk("create_ticket", **person.ticket())
    ground.people[ticket_id] = person
    ticket = zendesk("ticket", ticket_id=ticket_id)
    requester, stamp = ticket["requester"]["id"], ticket["updated_at"]
    ground.sender.send(ticket_id, "ticket.created", updated_at=stamp, actor_id=requester, delays=repeats(chance))
    if chance.random() < 0.3:
        ground.sender.send(ticket_id, "ticket.updated", updated_at=stamp, actor_id=requester, delays=repeats(chance))
    if chance.random() < 0.2 and person.kind.archetype != "spam":
        comment = threading.Timer(chance.uniform(0, 3), _comment, (ground, ticket_id, repeats(chance)))
        ground.comments.append(comment)
        comment.start()


def _comment(ground: _Field, ticket_id: int, delays: list[float]) -> None:
    zendesk = ground.sandbox.zendesk
    zendesk("add_comment", ticket_id=ticket_id, body="I am on it", author=ADVOCATE_ID, public=False)
    stamp = zendesk("ticket", ticket_id=ticket_id)["updated_at"]
    ground.sender.send(ticket_id, "ticket.updated", updated_at=stamp, actor_id=ADVOCATE_ID, delays=delays)


def _mischief(ground: _Field) -> None:
    plan, fleet = ground.plan, ground.fleet
    chance = random.Random(f"mischief {plan.seed}")
    deeds = ["kill"] * plan.kills + ["stop"] * plan.stops + ["freeze"] * plan.freezes
    deeds += ["restart"] * plan.restarts
    chance.shuffle(deeds)
    for deed in deeds:
        # A third of them hits a service that is still starting.
        if chance.random() < 0.33:
            pause(chance.uniform(0.2, 2.0))
        else:
            until(lambda: answers(f"{ground.service}/healthz"), STARTS_WITHIN, "the service did not come back")
            pause(chance.uniform(0.1, 2.0))
        if deed == "restart":
            _restart_database(ground)
            continue
        member = fleet.any()
        if deed == "kill":
            fleet.kill(member)
        elif deed == "stop":
            fleet.stop(member)
        else:
            fleet.freeze(member, chance.uniform(1.0, 5.0))


def _restart_database(ground: _Field) -> None:
    # One that is still starting has no lock to lose.
    until(ground.fleet.all_up, STARTS_WITHIN, "not all processes came back")
    pause(1.0)
    ground.fleet.outlive(ground.restart_database)


def _close_the_known_issue(ground: _Field) -> None:
    """Only now: what is reported after that is not linked to it. Its tickets are many, and told by a bulk job."""
    chance = random.Random(f"news {ground.plan.seed}")
    _harm(ground)
    ground.engineers.close(_known(ground)["iid"])
    for _ in range(ground.plan.news_kills):
        pause(chance.uniform(0.1, 1.5))
        ground.fleet.kill(ground.fleet.any())
        until(lambda: answers(f"{ground.service}/healthz"), STARTS_WITHIN, "the service did not come back")


def _known(ground: _Field) -> dict[str, Any]:
    issues: list[dict[str, Any]] = ground.sandbox.gitlab("issues", project=PROJECT)
    return next(issue for issue in issues if issue["title"] == KNOWN_TITLE)


def _calm(ground: _Field, report: Report) -> None:
    """No more faults: what was taken must be done now."""
    for control in (ground.sandbox.zendesk, ground.sandbox.gitlab, ground.sandbox.chat):
        control("faults_clear")
    try:
        until(ground.sender.idle, 90, "the sender did not end")
        until(lambda: answers(f"{ground.service}/healthz"), STARTS_WITHIN, "the service did not come back")
        until(lambda: ground.books.unfinished() == 0, ground.plan.patience, "the queue did not become empty")
    except TimeoutError as late:
        report.problems.append(str(late))


def _read(ground: _Field, report: Report) -> None:
    zendesk, gitlab = ground.sandbox.zendesk, ground.sandbox.gitlab
    desk = Desk(ground.service)
    seen = [_seen(ground, desk, ticket_id, person) for ticket_id, person in ground.people.items()]
    failures = desk.failures()
    desk.close()
    for one in seen:
        if not ground.sender.accepted[one.ticket["id"]]:
            report.problems.append(f"ticket {one.ticket['id']}: no delivery was ever accepted")
        report.problems += [f"ticket {one.ticket['id']}: {problem}" for problem in outcome.ticket_problems(one)]
    report.problems += [
        f"failure: {one['step']} {one['reason']} {one['message']}" for one in failures if one["step"] != ANNOUNCE
    ]
    report.problems += outcome.issue_problems(seen, gitlab("issues", project=PROJECT), _known(ground))
    unsure = sum(one["step"] == ANNOUNCE for one in failures)
    said = ground.sandbox.chat("messages")
    report.problems += chat_problems(said, ground.books.announcements(), waves(seen), failures=unsure)
    runs, calls = ground.books.runs(), zendesk("calls")
    report.problems += books.problems(runs, ground.books.steps())
    report.problems += outcome.hand_problems(runs, calls, ground.fleet.lives)
    report.problems += ground.plan.undone(ground.fleet.done)
    report.problems += ground.fleet.died_by_themselves()
    ground.fleet.end()
    if ground.fleet.slowest_stop > STOPS_WITHIN:
        report.problems.append(f"a stop took {ground.fleet.slowest_stop:.1f} s")
    _count(ground, report, runs, [*calls, *gitlab("calls"), *ground.sandbox.chat("calls")])


def _seen(ground: _Field, desk: Desk, ticket_id: int, person: Person) -> outcome.Seen:
    decision = desk.decision(ticket_id)
    news = any(link["iid"] in ground.engineers.closed for link in decision.get("links", ()))
    return outcome.Seen(person, ground.sandbox.zendesk("ticket", ticket_id=ticket_id), decision, news)


def _count(ground: _Field, report: Report, runs: list[books.Run], calls: list[dict[str, Any]]) -> None:
    report.figures |= {
        "tickets": len(ground.people),
        **ground.fleet.done,
        "slowest stop": round(ground.fleet.slowest_stop, 1),
        "deliveries by answer": dict(sorted(ground.sender.answers.items())),
        "given up by the sender": ground.sender.given_up,
        "pieces of work": len(runs),
        "calls": len(calls),
        "issues closed": len(ground.engineers.closed),
        "bulk jobs": sum("update_many" in call["path"] for call in calls),
        "messages in the chat": len(ground.sandbox.chat("messages")),
        "faults": dict(sorted(Counter(call["fault"] for call in calls if call["fault"]).items())),
        "problems": len(report.problems),
    }


def _read_log(log: Path, report: Report) -> None:
    report.problems += [f"log: {line[:400]}" for line in _lines(log) if any(sign in line for sign in SIGNS_OF_BUGS)]


def _lines(log: Path) -> Iterator[str]:
    with log.open(encoding="utf-8", errors="replace") as lines:
        yield from lines
