"""`pointsman failures`, `mentions`, `pause` and `resume`. They work on DATABASE_URL, also while the service runs."""

from typing import Annotated, Literal

import typer

from app.cli.console import JsonOption, examples
from app.cli.errors import NotDone, ends_in_words

cli = typer.Typer()
failures_cli, mentions_cli = typer.Typer(), typer.Typer()
cli.add_typer(failures_cli, name="failures")
cli.add_typer(mentions_cli, name="mentions")
Pausable = Literal["all", "issues", "replies"]
SINCE = "since then: a day (2026-11-01), or 30m, 2h or 1d ago."


@cli.command(epilog=examples("pointsman pause", 'pointsman pause --what replies --reason "a wrong macro"'))
@ends_in_words
def pause(
    *,
    what: Annotated[Pausable, typer.Option(help="What to pause.")] = "all",
    reason: Annotated[str, typer.Option(help="Why you pause it. /readyz shows this.")] = "",
) -> None:
    """Pause the actions of all processes within a second. The service still stores deliveries."""
    from app.cli import operations

    operations.pause(what, reason)


@cli.command(epilog=examples("pointsman resume", "pointsman resume --what replies"))
@ends_in_words
def resume(
    *,
    what: Annotated[
        Pausable | None, typer.Option(help="What to resume. Without it the command resumes whatever is paused.")
    ] = None,
) -> None:
    """Resume after a pause. The service then does the waiting work in order."""
    from app.cli import operations

    operations.resume(what)


@failures_cli.callback(
    invoke_without_command=True,
    epilog=examples("pointsman failures", "pointsman failures --since 1d", "pointsman failures retry --since 2h"),
)
@ends_in_words
def failures(
    context: typer.Context,
    *,
    state: Annotated[Literal["open", "retried", "ignored", "all"], typer.Option(help="Which failures.")] = "open",
    since: Annotated[str | None, typer.Option(help=f"Only failures {SINCE}")] = None,
    as_json: JsonOption = False,
) -> None:
    """List failed work, retry it or ignore it. This works on DATABASE_URL, also while the service runs."""
    if context.invoked_subcommand is None:
        from app.cli import operations

        operations.list_failures(state=state, since=since, as_json=as_json)


@failures_cli.command("retry", epilog=examples("pointsman failures retry 12", "pointsman failures retry --since 2h"))
@ends_in_words
def retry_failures(
    failure_id: Annotated[int | None, typer.Argument(help="The number of the failure.")] = None,
    *,
    since: Annotated[str | None, typer.Option(help=f"Retry all open failures {SINCE}")] = None,
) -> None:
    """Retry one failure, or all since a time. Work continues at the step that failed."""
    from app.cli import operations

    if failure_id is not None and since is None:
        operations.retry(failure_id)
    elif since is not None and failure_id is None:
        operations.retry_since(since)
    else:
        raise NotDone("Give either a failure's number or --since.", code=2)


@failures_cli.command("ignore", epilog=examples('pointsman failures ignore 12 --reason "mended by hand"'))
@ends_in_words
def ignore_failure(
    failure_id: Annotated[int, typer.Argument(help="The number of the failure.")],
    *,
    reason: Annotated[str, typer.Option(help="Why you ignore it. The failure's record keeps this.")],
) -> None:
    """Ignore one failure."""
    from app.cli import operations

    operations.ignore(failure_id, reason)


@mentions_cli.callback(
    invoke_without_command=True,
    epilog=examples("pointsman mentions", "pointsman mentions --state created", "pointsman mentions take 12"),
)
@ends_in_words
def mentions(
    context: typer.Context,
    *,
    state: Annotated[
        Literal["left_out", "waiting", "sending", "created", "gone"], typer.Option(help="Which mentions.")
    ] = "left_out",
    as_json: JsonOption = False,
) -> None:
    """List what people wrote elsewhere, or make a ticket of what was left out."""
    if context.invoked_subcommand is None:
        from app.cli import mentions as listing

        listing.list_mentions(state=state, as_json=as_json)


@mentions_cli.command("take", epilog=examples("pointsman mentions take 12"))
@ends_in_words
def take_mention(mention_id: Annotated[int, typer.Argument(help="The number of the mention.")]) -> None:
    """Make a ticket of a mention that was left out."""
    from app.cli import mentions as listing

    listing.take(mention_id)
