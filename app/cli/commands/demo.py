"""`pointsman demo`."""

from typing import Annotated

import typer

from app.cli.console import out
from app.cli.errors import ends_in_words

cli = typer.Typer()


@cli.command()
@ends_in_words
def demo(
    *,
    exit_: Annotated[
        bool, typer.Option("--exit", help="Print the results and exit. The exit code is 0 if all are as expected.")
    ] = False,
) -> int:
    """Start a sandbox and the service, and send sample tickets through them."""
    from app.demo.run import run_demo

    return run_demo(out, stay=not exit_)
