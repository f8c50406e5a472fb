"""The `pointsman` command: each sub-command is a thin door to what does the work."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer
from rich.console import Console

from app.cli.errors import cannot_start, in_words

if TYPE_CHECKING:  # not at run time: `--help` waits for none of it
    from app.service import Service
    from app.settings import Settings

cli = typer.Typer(
    help="Throws the points for community tickets.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
# A pipe has no width: give tables the room they need.
out = Console(width=None if sys.stdout.isatty() else 150)
err = Console(stderr=True)

ROUTING = Path("routing.yaml")
MACROS = Path("macros.yaml")
RoutingFile = Annotated[Path, typer.Argument(help="The rules.")]
MacrosFile = Annotated[Path, typer.Argument(help="The texts.")]
RoutingOption = Annotated[Path, typer.Option(help="The rules.")]
MacrosOption = Annotated[Path, typer.Option(help="The texts.")]
MODELS = Path("data/models")


def main() -> None:
    cli()


@cli.command()
def serve() -> None:
    """Run the API and a worker in one process; settings come from the environment."""
    from app import logs
    from app.web.app import create_app
    from app.web.serving import web_server

    settings = _settings()
    logs.configure(settings.log_level)
    app = create_app(_built(settings))
    # Workers share the interpreter with the web: at Python's 5 ms a webhook would wait its turn several times over.
    sys.setswitchinterval(0.0005)
    web_server(app, settings).run()


@cli.command()
def work(
    port: Annotated[
        int | None, typer.Option(min=1, max=65535, help="Answer /healthz, /readyz and /metrics there, at HOST.")
    ] = None,
) -> None:
    """Run a worker alone, beside `pointsman serve`, on the same DATABASE_URL."""
    from app import logs

    settings = _settings()
    logs.configure(settings.log_level)
    service = _built(settings)
    if port is None:
        _until_told_to_stop(service)
    else:
        from app.web.app import create_worker_app
        from app.web.serving import web_server

        web_server(create_worker_app(service), settings.model_copy(update={"port": port})).run()
    # A call to a service that hangs would keep the interpreter until its time is up. What it was for is taken over.
    os._exit(0)


def _until_told_to_stop(service: Service) -> None:
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    service.start()
    stop.wait()
    service.stop()


@cli.command()
def demo(
    *,
    exit_: Annotated[
        bool, typer.Option("--exit", help="Print the outcome as a table and end; 0 only if all is right.")
    ] = False,
) -> None:
    """Start the sandbox and the service, and send sample tickets through."""
    from app.demo.run import run_demo

    sys.exit(run_demo(out, stay=not exit_))


@cli.command()
def check(
    routing: RoutingFile = ROUTING,
    macros: MacrosFile = MACROS,
    *,
    strict: Annotated[bool, typer.Option("--strict", help="Warnings fail too.")] = False,
) -> None:
    """Check routing.yaml and macros.yaml: all problems and warnings, each with file, line and column."""
    from app.cli import rules

    with _readable():
        sys.exit(rules.check_files(out, routing, macros, strict=strict))


@cli.command("test")
def run_tests(
    routing: RoutingFile = ROUTING,
    macros: MacrosFile = MACROS,
    *,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Name the examples that hold too.")] = False,
) -> None:
    """Run the rules' own examples in routing.tests.yaml; fails when one ends otherwise than it says."""
    from app.cli import classification

    with _readable():
        sys.exit(classification.test_files(out, routing, macros, show_all=verbose))


@cli.command()
def explain(
    ticket_id: Annotated[int | None, typer.Argument(help="A ticket in Zendesk (needs the ZENDESK_ variables).")] = None,
    *,
    ticket: Annotated[int | None, typer.Option(help="The same.")] = None,
    text: Annotated[str | None, typer.Option(help="Any text instead of a ticket.")] = None,
    channel: Annotated[str | None, typer.Option(help="With --text: where it was written.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Always so: nothing is ever written.")] = True,
    routing: RoutingOption = ROUTING,
    macros: MacrosOption = MACROS,
) -> None:
    """Say why a ticket is treated as it is, why not otherwise, and what would be done. Writes nothing."""
    from app.cli import classification
    from app.settings import zendesk_settings

    del dry_run  # says aloud what is always true
    wanted = ticket_id if ticket_id is not None else ticket
    if (wanted is None) == (text is None):
        err.print("Give a ticket's number, or --text.")
        sys.exit(2)
    with _readable():
        if text is not None:
            said = classification.explained_text(routing, macros, text, channel)
        else:
            said = classification.explained_ticket(routing, macros, wanted or 0, zendesk_settings(os.environ))
        classification.print_explanation(out, said, as_json=as_json)


@cli.command()
def classify(
    file: Annotated[Path | None, typer.Argument(help="JSON lines; standard input when left out.")] = None,
    *,
    jsonl: Annotated[bool, typer.Option("--jsonl", help="JSON lines in and out (the only form).")] = True,
    routing: RoutingOption = ROUTING,
    macros: MacrosOption = MACROS,
) -> None:
    """Classify tickets: JSON lines in (channel, subject, body, requester, organization, tags), JSON lines out."""
    from app.cli import classification

    del jsonl  # the only form
    with _readable():
        classification.classify_lines(file.open(encoding="utf-8") if file else sys.stdin, sys.stdout, routing, macros)


@cli.command("backtest")
def run_backtest(
    since: Annotated[str, typer.Option("--from", help="Tickets from this day on: 2026-11-01.")],
    *,
    source: Annotated[
        str, typer.Option(help="`records` (what the service decided) or `zendesk` (its export).")
    ] = "records",
    routing: RoutingOption = ROUTING,
    macros: MacrosOption = MACROS,
) -> None:
    """Decide again over past tickets, and say which would be treated otherwise. Writes nothing."""
    from app.cli import backtest
    from app.settings import database_url, zendesk_settings

    if source not in {"records", "zendesk"}:
        err.print(f"There is no source {source}: records or zendesk.", markup=False)
        sys.exit(2)
    with _readable():
        day = backtest.parse_date(since)
        if source == "zendesk":
            past = backtest.from_zendesk(zendesk_settings(os.environ), day)
        else:
            past = backtest.from_records(database_url(os.environ), day)
        backtest.run_backtest(out, past, routing, macros)


failures_cli = typer.Typer(help="What could not be done: list it, try it again, leave it be.")
cli.add_typer(failures_cli, name="failures")


@failures_cli.callback(invoke_without_command=True)
def failures(
    context: typer.Context,
    *,
    state: Annotated[str, typer.Option(help="open, retried, ignored or all.")] = "open",
    since: Annotated[str | None, typer.Option(help="Failed then or later: 2026-11-01, or 2h ago.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="For programs, with all tries.")] = False,
) -> None:
    """List what could not be done. Works on DATABASE_URL, also while the service runs."""
    from app.cli import operations as operating
    from app.settings import database_url

    if context.invoked_subcommand is None:
        if state not in {"open", "retried", "ignored", "all"}:
            err.print(f"There is no state {state}: open, retried, ignored or all.", markup=False)
            sys.exit(2)
        with _readable():
            operating.list_failures(out, database_url(os.environ), state=state, since=since, as_json=as_json)


@failures_cli.command("retry")
def retry_failures(
    failure_id: Annotated[int | None, typer.Argument(help="Its number.")] = None,
    *,
    since: Annotated[str | None, typer.Option(help="All open ones of this time and later: 2026-11-01, or 2h.")] = None,
) -> None:
    """Do failed work again, from the failed step on: one, or all of a time."""
    from app.cli import operations as operating
    from app.settings import database_url

    if (failure_id is None) == (since is None):
        err.print("Give a failure's number, or --since.")
        sys.exit(2)
    with _readable():
        operating.retry(out, database_url(os.environ), failure_id, since)


@failures_cli.command("ignore")
def ignore_failure(
    failure_id: Annotated[int, typer.Argument(help="Its number.")],
    *,
    reason: Annotated[str, typer.Option(help="Why: kept with it.")],
) -> None:
    """Leave a failure be."""
    from app.cli import operations as operating
    from app.settings import database_url

    with _readable():
        operating.ignore(out, database_url(os.environ), failure_id, reason)


@cli.command()
def pause(
    *,
    what: Annotated[str, typer.Option(help="all, issues or replies.")] = "all",
    reason: Annotated[str, typer.Option(help="Why: shown on /readyz.")] = "",
) -> None:
    """Stop acting, in all processes within a second; deliveries are still stored. Works on DATABASE_URL."""
    from app.cli import operations as operating
    from app.settings import database_url

    with _readable():
        operating.pause(out, database_url(os.environ), what, reason)


@cli.command()
def resume(
    *, what: Annotated[str | None, typer.Option(help="all, issues or replies; left out: whatever is paused.")] = None
) -> None:
    """Go on after a pause, with what came meanwhile, in order."""
    from app.cli import operations as operating
    from app.settings import database_url

    with _readable():
        operating.resume(out, database_url(os.environ), what)


@cli.command()
def train(
    *,
    from_zendesk: Annotated[
        str | None, typer.Option(help="Also learn from solved tickets, from this day on: 2026-01-01.")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Use the new model even if it is worse.")] = False,
    folder: Annotated[
        Path, typer.Option(envvar="MODEL_FOLDER", help="Where models are kept, and the service looks for them.")
    ] = MODELS,
    routing: RoutingOption = ROUTING,
    macros: MacrosOption = MACROS,
) -> None:
    """Train the model: the shipped tickets, what people corrected, and solved tickets that people tagged."""
    from app.cli import backtest, learning
    from app.rules.files import read_rules
    from app.settings import database_url, zendesk_settings

    with _readable():
        sources = learning.Sources(
            database_url=database_url(os.environ),
            zendesk=zendesk_settings(os.environ) if from_zendesk else None,
            since=backtest.parse_date(from_zendesk or "2000-01-01"),
            rules=read_rules(routing, macros),
        )
        sys.exit(learning.train_model(out, sources, folder, force=force))


@cli.command()
def evaluate(
    file: Annotated[Path, typer.Argument(help="Labelled tickets, JSON lines: see app/model/tickets/README.md.")],
    *,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
    routing: RoutingOption = ROUTING,
    macros: MacrosOption = MACROS,
) -> None:
    """Measure rules and model on labelled tickets: accuracy, precision, coverage, confusions, the worst errors."""
    from app.cli import learning

    with _readable():
        learning.evaluate_file(out, file, routing, macros, as_json=as_json)


@cli.command()
def schema(name: Annotated[str, typer.Argument(help="routing, macros or tests")]) -> None:
    """Print the JSON Schema of a file, for editors."""
    from app.cli import rules

    sys.exit(rules.print_schema(out, name))


@contextmanager
def _readable() -> Iterator[None]:
    """Files that cannot be used and services that do not answer end a command with a sentence, not a traceback."""
    try:
        yield
    except Exception as error:
        ending = in_words(error)
        if ending is None:
            raise
        console = err if ending.is_failure else out
        for line in ending.lines:
            console.print(line, markup=False, highlight=False, soft_wrap=True)
        sys.exit(ending.code)


def _settings() -> Settings:
    from app.settings import BadSettings, load

    try:
        return load(os.environ)
    except BadSettings as error:
        _refuse(error.problems)


def _built(settings: Settings) -> Service:
    from app.bootstrap import build
    from app.records.database import DatabaseError, NewerDatabase, cannot_open
    from app.rules.parsing.positions import BadRules

    try:
        return build(settings)
    except BadRules as error:
        _refuse([str(problem) for problem in error.problems])
    except NewerDatabase as error:
        _refuse([f"DATABASE_URL: {error}."])
    except OSError as error:
        _refuse([f"Cannot use {error.filename}: {error.strerror}."])
    except DatabaseError as error:
        _refuse([f"DATABASE_URL: {cannot_open(settings.database_url, error)}."])


def _refuse(problems: list[str]) -> NoReturn:
    for line in cannot_start(problems):
        err.print(line, markup=False, highlight=False, soft_wrap=True)
    sys.exit(2)


if __name__ == "__main__":
    main()
