"""`pointsman serve` and `work`, and `demo`, which plays them."""

import gc
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

import typer

from app.cli.console import examples, out
from app.cli.errors import ends_in_words

cli = typer.Typer()
# structlog, httpx and mako load them where they can be had, and with them a highlighter of source code: 5 MB.
_NEVER_SHOWN = ("rich.traceback", "httpx._main", "mako.ext.pygmentplugin")


@contextmanager
def _modules_stay() -> Iterator[None]:
    """What is imported is no garbage: the collector looks at it neither now nor later. A fifth of the start."""
    gc.disable()
    hidden = [name for name in _NEVER_SHOWN if name not in sys.modules]
    sys.modules.update(dict.fromkeys(hidden))  # type: ignore[arg-type]  # None: it cannot be imported
    yield
    for name in hidden:
        del sys.modules[name]
    gc.freeze()
    gc.enable()


@cli.command(epilog=examples("set -a; . ./.env; set +a; pointsman serve", "PORT=9000 LOG_LEVEL=debug pointsman serve"))
@ends_in_words
def serve(
    *,
    in_one_process: Annotated[
        bool, typer.Option("--in-one-process", help="Save memory: webhooks then wait for the worker's computing.")
    ] = False,
) -> None:
    """Run the API, and a worker in a process beside it. Environment variables configure them."""
    with _modules_stay():
        from app.cli import server

    server.serve(os.environ, in_one_process=in_one_process)


@cli.command(epilog=examples("pointsman work", "pointsman work --port 9090"))
@ends_in_words
def work(
    port: Annotated[
        int | None, typer.Option(min=1, max=65535, help="Serve /healthz, /readyz and /metrics on this port of HOST.")
    ] = None,
) -> None:
    """Run a worker without the API, on the DATABASE_URL of `pointsman serve`."""
    with _modules_stay():
        from app.cli import server

    server.work(os.environ, port)


@cli.command(epilog=examples("pointsman demo", "pointsman demo --exit"))
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
    from app.cli.setup import apply_briefly
    from app.demo.run import run_demo

    return run_demo(out, apply_briefly, stay=not exit_, port=port)
