"""The service's database and queue, for a command beside it."""

import getpass
import os
from collections.abc import Iterator
from contextlib import closing, contextmanager

from app.cli.errors import NotDone
from app.records.records import Records
from app.settings import database_url
from app.work.engine.work_store import WorkStore
from app.work.messages import CannotStore


def records_beside() -> closing[Records]:
    return closing(Records.beside_a_service(database_url(os.environ)))


@contextmanager
def queue_open() -> Iterator[WorkStore]:
    """Raises NotDone, and NoRecords where no service was."""
    with records_beside():
        store = WorkStore(database_url(os.environ))
        try:
            yield store
        except CannotStore as error:
            raise NotDone(f"The command cannot write to the queue ({error}). Try again.") from error
        finally:
            store.close()


def who_runs_it() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # the user of a container may have no name
        return "command"
