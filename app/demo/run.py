"""Starts the sandbox and the service, sends the samples as signed webhooks, and shows the results."""

import secrets
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import httpx
from rich.console import Console
from rich.live import Live

from app import logs
from app.bootstrap import build
from app.demo.closed_issue import close_an_issue
from app.demo.documentation import with_documentation
from app.demo.month import SampleMonth
from app.demo.month_failures import in_zendesk
from app.demo.month_issues import in_sandbox
from app.demo.posts import hand_over, signing_secret, tickets_of_posts, with_feeds_of, write_posts
from app.demo.results import SampleResult, result_of, table
from app.demo.samples import PostSample, Sample, Samples, load_samples
from app.demo.set_up import SetupApply, set_up
from app.desk.access import DeskAccess
from app.rules.parsing.positions import BadRules
from app.service import Service
from app.settings import BadSettings, Settings, load
from app.web.app import create_app
from app.web.serving import serve_in_thread
from app.work.documentation.sync import DocumentationSync
from app.work.messages import SyncDocumentation
from integrations.sandbox import Sandbox

LONGEST_WAIT = 120.0
INTERRUPTED = 130
TRY = """
Try it: open the desk. Write a ticket on Zendesk's page, correct its tag, close
its issue, and see at the desk what became of it, and why. The chat hears of an
outage that ten people report.
Change a phrase in routing.yaml and run the demo again to see the difference.
Ctrl-C ends the demo."""


@dataclass(frozen=True)
class Demo:
    sandbox: Sandbox
    samples: Samples
    tickets: dict[int, Sample]
    """By their number."""
    posts: dict[str, PostSample]
    """By the `external_id` of the ticket that each becomes."""

    @property
    def total(self) -> int:
        return len(self.tickets) + len(self.posts)


def run_demo(console: Console, apply: SetupApply, *, stay: bool, port: int = 0) -> int:
    """0 if every ticket ends as its sample expects, else 1. With `stay` the servers run until Ctrl-C.

    They take free ports; or `port` for the service, and the next three for Zendesk, GitLab and the chat.
    """
    logs.configure("critical")
    try:
        with _interrupted_once():
            return _run(console, apply, stay=stay, port=port)
    except KeyboardInterrupt:
        console.print("The demo was stopped.")
    return INTERRUPTED


@contextmanager
def _interrupted_once() -> Iterator[None]:
    """The first Ctrl-C ends the demo; more of them do not disturb how the servers stop."""

    def interrupt(_number: int, _frame: object) -> None:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGINT, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _run(console: Console, apply: SetupApply, *, stay: bool, port: int) -> int:
    samples = load_samples()
    names = ("zendesk_port", "gitlab_port", "chat_port")
    ports = {name: port + after for after, name in enumerate(names, 1)} if port else {}
    try:
        with Sandbox.start(**ports) as sandbox, TemporaryDirectory(prefix="pointsman-demo-") as folder:
            settings = with_feeds_of(sandbox, _settings(sandbox, Path(folder), port=port), Path(folder))
            demo = _seed(sandbox, samples)
            with console.capture() as said:  # where to look comes first
                settings = set_up(console, sandbox, settings, Path(folder), apply)
            service = build(settings)
            month = ""
            if stay:
                month = _fill_a_month(service, sandbox)
                service.setup.plan(service.deps.records.setup_objects.all, service.deps.now().isoformat())
            now = SyncDocumentation(key="demo", accepted_at=service.deps.now())
            DocumentationSync(service.deps, service.outbound).sync(now)  # before the first question comes
            app = create_app(service)
            with serve_in_thread(app, settings) as address:
                if stay:
                    access: DeskAccess = app.state.desk_access
                    print_addresses(console, sandbox, settings, address, address + access.invite())
                    console.print(month + "\n")
                console.out(said.get(), highlight=False)
                return _play(console, demo, settings, address, stay=stay)
    except BadRules as error:
        for problem in error.problems:
            console.print(str(problem), markup=False, soft_wrap=True)
    except BadSettings as error:
        console.print("Run the demo in the folder with routing.yaml and macros.yaml:", *error.problems, sep="\n  ")
    except OSError as error:
        console.print(f"The demo cannot start: {error.strerror}. Give it another --port, or none.")
    return 1


def _fill_a_month(service: Service, sandbox: Sandbox) -> str:
    """For people who look at the desk's pages; says which tickets are not real."""
    deps = service.deps
    rules, detect = deps.rulebook.current(), service.dry_run().judgement.detect
    month = SampleMonth(deps.records, rules, detect, deps.now(), in_sandbox(sandbox), in_zendesk(sandbox))
    numbers = month.fill()
    return (
        f"On the desk, tickets {numbers[0]} to {numbers[-1]} are sample data: a month that nobody lived.\n"
        "Zendesk has those of them that failed: retry one on the page of failures."
    )


def print_addresses(console: Console, sandbox: Sandbox, settings: Settings, address: str, desk: str) -> None:
    """The desk first: it is what most people want to see. Its link signs in once."""
    token = settings.desk_token.get_secret_value()
    console.print(f"The desk           {desk}", soft_wrap=True)
    console.print(f"Zendesk's tickets  {sandbox.zendesk.url}")
    console.print(f"GitLab's issues    {sandbox.gitlab.url}")
    console.print(f"The team's chat    {sandbox.chat.url}")
    console.print(f"The service        {address}/api/decisions")
    console.print(f"  its DESK_TOKEN   {token}\n")


def _play(console: Console, demo: Demo, settings: Settings, address: str, *, stay: bool) -> int:
    token = settings.desk_token.get_secret_value()
    with httpx.Client(base_url=address, headers={"Authorization": f"Bearer {token}"}) as desk:
        return _play_with(console, demo, settings, desk, stay=stay)


def _play_with(console: Console, demo: Demo, settings: Settings, desk: httpx.Client, *, stay: bool) -> int:
    handed_over = _hand_over_again(demo, settings.mentions_webhook_secret[0].get_secret_value(), desk)
    results = _watch(console, demo, desk)
    console.print()
    wrong = [one for one in results if one.differences]
    for one in wrong:
        console.print(f"[red]{one.ticket_id}[/] {'; '.join(one.differences)}")
    right, total = len(results) - len(wrong), demo.total
    late = f" {total - len(results)} tickets are not done." if len(results) < total else ""
    colour = "green" if right == total else "red"
    console.print(f"[{colour}]{right} of {total} tickets ended as their samples expect.{late}[/]")
    once = _say_once(console, demo, handed_over)
    _send_the_spike(demo.sandbox, demo.samples)
    back = close_an_issue(demo.sandbox, results)
    if back:
        console.print(f"[{'green' if back[1] else 'red'}]{back[0]}[/]")
    if stay:
        _let_people_act(demo.sandbox, desk)
        console.print(TRY)
        with suppress(KeyboardInterrupt):
            threading.Event().wait()
    return 0 if right == total and once and (back is None or back[1]) else 1


def _hand_over_again(demo: Demo, secret: str, web: httpx.Client) -> dict[str, bool]:
    """Was it taken, by the `external_id` of each post that comes twice."""
    return {
        external_id: hand_over(web, secret, external_id, post) == httpx.codes.ACCEPTED
        for external_id, post in demo.posts.items()
        if post.twice
    }


def _say_once(console: Console, demo: Demo, handed_over: dict[str, bool]) -> bool:
    """Did each post make one ticket, also the one that came twice?"""
    found = tickets_of_posts(demo.sandbox)
    more = [name for name in found if name not in demo.posts]
    is_right = not more and all(len(numbers) == 1 for numbers in found.values()) and all(handed_over.values())
    for external_id in handed_over:
        numbers = " and ".join(map(str, found.get(external_id, ()))) or "none"
        console.print(
            f"[{'green' if is_right else 'red'}]A post came twice, by its feed and by a signed webhook:\n"
            f"it is ticket {numbers}.[/]"
        )
    return is_right


def _send_the_spike(sandbox: Sandbox, samples: Samples) -> None:
    """Complaints enough for a spike, of which the chat is told."""
    for number, text in enumerate(samples.spike, 1):
        person = {"name": f"Example {number}", "handle": f"@example{number}"}
        sandbox.zendesk.create_ticket(body=text, via_channel="twitter", requester=person)


def _let_people_act(sandbox: Sandbox, desk: httpx.Client) -> None:
    """A ticket's page can say why."""

    def reasons(ticket_id: int) -> dict[str, Any] | None:
        answer = desk.get(f"/api/tickets/{ticket_id}")
        return answer.json() if answer.status_code == 200 else None

    sandbox.zendesk.reasons = reasons


def _watch(console: Console, demo: Demo, desk: httpx.Client) -> list[SampleResult]:
    results: list[SampleResult] = []
    zendesk = demo.sandbox.zendesk
    with Live(table([], demo.total), console=console, refresh_per_second=8) as live:
        sent: dict[int, Sample | PostSample] = {
            ticket_id: sample for ticket_id, sample in demo.tickets.items() if zendesk.deliver(ticket_id) == [202]
        }
        missing = dict(demo.posts)
        deadline = time.monotonic() + LONGEST_WAIT
        while (sent or missing) and time.monotonic() < deadline:
            for external_id, numbers in tickets_of_posts(demo.sandbox).items():
                if external_id in missing:
                    sent[numbers[0]] = missing.pop(external_id)
            for ticket_id, sample in list(sent.items()):
                decision = _decision(desk, ticket_id)
                ticket = zendesk.ticket(ticket_id)  # after the decision, which says that its update was written
                if decision and _is_answered(sample, ticket):
                    results.append(result_of(sample, decision, ticket))
                    del sent[ticket_id]
            results.sort(key=lambda one: one.ticket_id)
            live.update(table(results, len(sent) + len(missing)))
            time.sleep(0.05)
    return results


def _is_answered(sample: Sample | PostSample, ticket: dict[str, Any]) -> bool:
    """Where one of us answered on the site, the feed brings that too, and the ticket is solved after its first look."""
    return isinstance(sample, Sample) or not sample.answer or ticket["status"] == "solved"


def _decision(desk: httpx.Client, ticket_id: int) -> dict[str, Any] | None:
    """The decision, once the service is done with it."""
    answer = desk.get(f"/api/tickets/{ticket_id}")
    if answer.status_code != 200:
        return None
    decision: dict[str, Any] = answer.json()
    return decision if decision["state"] in {"done", "failed"} else None


def _seed(sandbox: Sandbox, samples: Samples) -> Demo:
    """What is there before the service starts: the first look at a feed finds its posts."""
    for name in samples.groups:
        sandbox.zendesk.add_group(name)
    for project in sorted({issue.project for issue in samples.issues}):
        sandbox.gitlab.add_project(project, "public")
    for issue in samples.issues:
        sandbox.gitlab.add_issue(**issue.model_dump())
    tickets = {sandbox.zendesk.create_ticket(**sample.ticket): sample for sample in samples.tickets}
    return Demo(sandbox, samples, tickets, write_posts(sandbox, samples.posts))


def _settings(sandbox: Sandbox, folder: Path, *, port: int) -> Settings:
    settings = load(
        {
            **sandbox.environment(),
            "DISQUS_KEY": "of-the-sandbox",
            "MENTIONS_WEBHOOK_SECRET": signing_secret(),
            "DESK_TOKEN": secrets.token_urlsafe(24),
            "DATABASE_URL": f"sqlite:///{folder / 'pointsman.db'}",
            "PORT": str(port),
        }
    )
    archive = f"{sandbox.feeds.url}/docs.tar.gz"
    routing = with_documentation(settings.routing_file, settings.macros_file, archive, folder)
    return settings.model_copy(update={"routing_file": routing})
