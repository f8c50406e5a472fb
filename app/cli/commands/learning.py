"""`pointsman train` and `evaluate`."""

import os
from pathlib import Path
from typing import Annotated

import typer

from app.cli.console import MACROS, MODELS, ROUTING, JsonOption, MacrosOption, RoutingOption, examples, out
from app.cli.errors import ends_in_words

cli = typer.Typer()


@cli.command(epilog=examples("pointsman train", "pointsman train --from-zendesk 2026-01-01"))
@ends_in_words
def train(
    *,
    from_zendesk: Annotated[
        str | None, typer.Option(help="Also learn from tickets solved since this day, for example 2026-01-01.")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Use the new model even if it is worse.")] = False,
    folder: Annotated[
        Path, typer.Option(envvar="MODEL_FOLDER", help="The folder that stores models. The service reads them there.")
    ] = MODELS,
    routing: RoutingOption = ROUTING,
    macros: MacrosOption = MACROS,
) -> int:
    """Train the model on the shipped tickets, on corrections, and on solved tickets with an archetype tag."""
    from app.cli import backtest, learning
    from app.rules.files import read_rules
    from app.settings import database_url, zendesk_settings

    sources = learning.Sources(
        database_url=database_url(os.environ),
        zendesk=zendesk_settings(os.environ) if from_zendesk else None,
        since=backtest.parse_date(from_zendesk or "2000-01-01"),
        rules=read_rules(routing, macros),
    )
    return learning.train_model(out, sources, folder, force=force)


@cli.command(epilog=examples("pointsman evaluate labelled.jsonl"))
@ends_in_words
def evaluate(
    file: Annotated[
        Path, typer.Argument(help="Labelled tickets as JSON lines. app/model/tickets/README.md describes them.")
    ],
    *,
    as_json: JsonOption = False,
    routing: RoutingOption = ROUTING,
    macros: MacrosOption = MACROS,
) -> None:
    """Measure rules and model on labelled tickets. Print accuracy, precision, coverage and the worst errors."""
    from app.cli import learning

    learning.evaluate_file(out, file, routing, macros, as_json=as_json)
