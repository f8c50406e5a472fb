"""`pointsman pause` and `resume`. They work on DATABASE_URL, also while the service runs."""

from __future__ import annotations

import os
from typing import Annotated, Literal

import typer

from app.cli.console import out
from app.cli.errors import ends_in_words

cli = typer.Typer()


@cli.command()
@ends_in_words
def pause(
    *,
    what: Annotated[Literal["all", "issues", "replies"], typer.Option(help="What to pause.")] = "all",
    reason: Annotated[str, typer.Option(help="Why you pause it. /readyz shows this.")] = "",
) -> None:
    """Pause the actions of all processes within a second. The service still stores deliveries."""
    from app.cli import operations
    from app.settings import database_url

    operations.pause(out, database_url(os.environ), what, reason)


@cli.command()
@ends_in_words
def resume(
    *,
    what: Annotated[
        Literal["all", "issues", "replies"] | None,
        typer.Option(help="What to resume. Without it the command resumes whatever is paused."),
    ] = None,
) -> None:
    """Resume after a pause. The service then does the waiting work in order."""
    from app.cli import operations
    from app.settings import database_url

    operations.resume(out, database_url(os.environ), what)
