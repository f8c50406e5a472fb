"""`pointsman serve` and `work`."""

import os
from typing import Annotated

import typer

from app.cli.errors import ends_in_words

cli = typer.Typer()


@cli.command()
@ends_in_words
def serve() -> None:
    """Run the API and a worker in one process. Environment variables configure it."""
    from app.cli import server

    server.serve(os.environ)


@cli.command()
@ends_in_words
def work(
    port: Annotated[
        int | None, typer.Option(min=1, max=65535, help="Serve /healthz, /readyz and /metrics on this port of HOST.")
    ] = None,
) -> None:
    """Run a worker without the API, on the DATABASE_URL of `pointsman serve`."""
    from app.cli import server

    server.work(os.environ, port)
