"""`pointsman init`: the first minute."""

from pathlib import Path
from typing import Annotated

import typer

from app.cli.console import examples, out
from app.cli.errors import ends_in_words

cli = typer.Typer()


@cli.command(epilog=examples("pointsman init my-rules"))
@ends_in_words
def init(folder: Annotated[Path, typer.Argument(help="A new folder, or one without these files.")]) -> None:
    """Make a folder with rules, texts, settings to fill in, and a compose file. It starts in shadow mode."""
    from app.cli import starter

    starter.make_folder(out, folder)
