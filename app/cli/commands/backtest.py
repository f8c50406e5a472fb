"""`pointsman backtest`."""

from __future__ import annotations

import os
from typing import Annotated, Literal

import typer

from app.cli.console import MACROS, ROUTING, MacrosOption, RoutingOption, out
from app.cli.errors import ends_in_words

cli = typer.Typer()


@cli.command("backtest")
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
