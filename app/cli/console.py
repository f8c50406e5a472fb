"""Where commands print, and the options that several commands have. Imports nothing that `--help` would wait for."""

import sys
import textwrap
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.text import Text

# A pipe has no width: give tables the room they need.
out = Console(width=None if sys.stdout.isatty() else 150)
err = Console(stderr=True)

ROUTING = Path("routing.yaml")
MACROS = Path("macros.yaml")
MODELS = Path("data/models")
RoutingFile = Annotated[Path, typer.Argument(help="The file with the rules.")]
MacrosFile = Annotated[Path, typer.Argument(help="The file with the texts.")]
RoutingOption = Annotated[Path, typer.Option(help="The file with the rules.")]
MacrosOption = Annotated[Path, typer.Option(help="The file with the texts.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]


def examples(*lines: str) -> str:
    """The end of a command's help."""
    return "\n\n".join(("Examples:", *lines))


def print_line(console: Console, text: str, *, style: str = "") -> None:
    """As it is: no markup in it counts, and it is not wrapped."""
    console.print(Text(text, style=style), soft_wrap=True)


def print_wrapped(console: Console, text: str, *, indent: int, style: str = "") -> None:
    """In a terminal broken between words, and indented from its second line on. Elsewhere one line, for programs."""
    if console.is_terminal:
        room = max(console.width, indent + 30)
        behind = " " * indent
        text = textwrap.fill(text, room, subsequent_indent=behind, break_long_words=False, break_on_hyphens=False)
    print_line(console, text, style=style)
