"""`pointsman explain`, `classify` and `backtest`: decisions without actions."""

import os
import sys
from pathlib import Path
from typing import Annotated, Literal

import typer

from app.cli.console import MACROS, ROUTING, JsonOption, MacrosOption, RoutingOption, examples, out
from app.cli.errors import NotDone, ends_in_words

cli = typer.Typer()


@cli.command(
    epilog=examples('pointsman explain --channel twitter --text "is gitlab.com down?"', "pointsman explain 4711")
)
@ends_in_words
def explain(
    ticket_id: Annotated[
        int | None, typer.Argument(help="The number of a Zendesk ticket. This needs the ZENDESK_ variables.")
    ] = None,
    *,
    text: Annotated[str | None, typer.Option(help="Explain this text instead of a ticket.")] = None,
    channel: Annotated[str | None, typer.Option(help="The channel of --text, for example `email`.")] = None,
    as_json: JsonOption = False,
    routing: RoutingOption = ROUTING,
    macros: MacrosOption = MACROS,
) -> None:
    """Explain how the rules classify a ticket, and list the actions. Write nothing."""
    from app.cli import classification
    from app.settings import zendesk_settings

    if text is not None and ticket_id is None:
        found = classification.explained_text(routing, macros, text, channel)
    elif ticket_id is not None and text is None:
        found = classification.explained_ticket(routing, macros, ticket_id, zendesk_settings(os.environ))
    else:
        raise NotDone("Give either a ticket's number or --text.", code=2)
    classification.print_explanation(out, found, as_json=as_json)


@cli.command(
    epilog=examples(
        "pointsman classify tickets.jsonl", """echo '{"channel": "email", "body": "hi"}' | pointsman classify"""
    )
)
@ends_in_words
def classify(
    file: Annotated[
        Path | None, typer.Argument(help="A file of JSON lines. Without it the command reads standard input.")
    ] = None,
    *,
    jsonl: Annotated[bool, typer.Option("--jsonl", hidden=True)] = True,  # noqa: ARG001  # JSON lines are the only form
    routing: RoutingOption = ROUTING,
    macros: MacrosOption = MACROS,
) -> None:
    """Classify tickets. Read one JSON object a line, with channel, subject, body, requester, organization, tags."""
    from app.cli import classification

    lines = file.open(encoding="utf-8") if file else sys.stdin
    classification.classify_lines(lines, sys.stdout, routing, macros)


@cli.command("backtest", epilog=examples("pointsman backtest --from 2026-11-01 --routing new.yaml"))
@ends_in_words
def run_backtest(
    since: Annotated[str, typer.Option("--from", help="The first day, for example 2026-11-01.")],
    *,
    source: Annotated[
        Literal["records", "zendesk"],
        typer.Option(help="Where the tickets come from: the service's own records, or Zendesk's export."),
    ] = "records",
    routing: RoutingOption = ROUTING,
    macros: MacrosOption = MACROS,
) -> None:
    """Decide past tickets again with these rules, and show what would change. Write nothing."""
    from app.cli import backtest
    from app.settings import database_url, zendesk_settings

    day = backtest.parse_date(since)
    if source == "zendesk":
        past = backtest.from_zendesk(zendesk_settings(os.environ), day)
    else:
        past = backtest.from_records(database_url(os.environ), day)
    backtest.run_backtest(out, past, routing, macros)
