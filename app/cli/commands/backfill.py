"""`pointsman backfill`: what feeds' sources have from before. It works on DATABASE_URL, beside a service."""

from typing import Annotated, Literal

import typer

from app.cli.console import MACROS, ROUTING, MacrosOption, RoutingOption, examples
from app.cli.errors import ends_in_words

cli = typer.Typer()


@cli.command(epilog=examples("pointsman backfill --from 2026-10-01", "pointsman backfill --from 2026-10-01 --zendesk"))
@ends_in_words
def backfill(
    since: Annotated[str, typer.Option("--from", help="The first day, for example 2026-10-01.")],
    *,
    feed: Annotated[str | None, typer.Option(help="Only this feed of routing.yaml.")] = None,
    zendesk: Annotated[
        bool, typer.Option("--zendesk", help="Judge tickets in Zendesk that wait and that nobody decided about.")
    ] = False,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="At most so many tickets for each feed.")] = 200,
    mode: Annotated[
        Literal["suggest", "live"], typer.Option(help="The mode of the new tickets. Replies are only suggested.")
    ] = "suggest",
    routing: RoutingOption = ROUTING,
    macros: MacrosOption = MACROS,
) -> int:
    """Make tickets of older posts, or judge older tickets. The service does it.

    Run the command again to go on, or to see how far it is.
    """
    from app.cli import backfill as command

    return command.backfill(since, feed, zendesk=zendesk, limit=limit, mode=mode, routing=routing, macros=macros)
