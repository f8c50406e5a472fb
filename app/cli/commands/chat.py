"""`pointsman ask`: an expert is asked in the chat. It works on DATABASE_URL, also while the service runs."""

from typing import Annotated

import typer

from app.cli.console import MACROS, ROUTING, MacrosOption, RoutingOption, examples
from app.cli.errors import ends_in_words

cli = typer.Typer()


@cli.command(epilog=examples("pointsman ask 4711 ldap", 'pointsman ask 4711 ldap --question "Is this a paid feature?"'))
@ends_in_words
def ask(
    ticket: Annotated[int, typer.Argument(min=1, help="The ticket's number.")],
    name: Annotated[str, typer.Argument(help="The expert's name under `chat.experts` of routing.yaml.")],
    *,
    question: Annotated[str, typer.Option(help="What to ask; without it, what the ticket says.")] = "",
    routing: RoutingOption = ROUTING,
    macros: MacrosOption = MACROS,
) -> None:
    """Ask an expert in the chat about a ticket. The service sends it, and writes its link into the ticket."""
    from app.cli import chat

    chat.ask(ticket, name, question, routing=routing, macros=macros)
