"""The `pointsman` command, assembled from its groups."""

import os
from typing import Annotated

import typer

from app.cli.commands import backfill, chat, classification, learning, operations, rules, serve, setup, starter

cli = typer.Typer(
    help="Triage Zendesk tickets: classify, tag, link GitLab issues.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
for group in (starter, setup, serve, rules, classification, operations, chat, backfill, learning):
    cli.add_typer(group.cli)


def main() -> None:
    # Read by numpy's import. Its other threads would spin after each product, and a ticket's are small.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    cli(prog_name="pointsman")


def _print_version(wanted: bool) -> None:
    from importlib.metadata import version

    if wanted:
        typer.echo(f"pointsman {version('pointsman')}")
        raise typer.Exit


@cli.callback()
def pointsman(
    *,
    version: Annotated[  # the option's callback answers it
        bool, typer.Option("--version", help="Print the version and exit.", is_eager=True, callback=_print_version)
    ] = False,
) -> None:
    """Its docstring is not shown: the help above is."""


if __name__ == "__main__":
    main()
