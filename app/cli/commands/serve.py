"""`pointsman serve` and `work`, and `demo`, which plays them."""

import os
from typing import Annotated

import typer

from app.cli.console import out
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


@cli.command()
@ends_in_words
def demo(
    *,
    exit_: Annotated[
        bool, typer.Option("--exit", help="Print the results and exit. The exit code is 0 if all are as expected.")
    ] = False,
    port: Annotated[
        int, typer.Option(min=0, max=65532, help="For the service; the sandbox takes the next three. 0: free ones.")
    ] = 0,
) -> int:
    """Start a sandbox and the service, and send sample tickets through them."""
    from app.demo.run import run_demo

    return run_demo(out, stay=not exit_, port=port)
