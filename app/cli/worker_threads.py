"""How the threads of a worker take turns. Nobody waits for a reaction there, and each change of turns costs."""

import gc
import os
import sys
from contextlib import suppress

# Each thread that waits for the interpreter wakes up so often to ask for it.
SWITCH_SECONDS = 0.02
GARBAGE = (20_000, 20, 20)
"""Objects after which the collector looks for those that only name each other: hardly any, and all threads wait.

Python looks after 700. A thirtieth of a ticket's processor time.
"""


def take_long_turns() -> None:
    """For this thread, and for those that it begins.

    On Linux as a batch job: a thread that wakes up does not push aside the one that has the interpreter, which it would
    have to wait for. A tenth of a ticket's processor time. A policy that somebody has chosen stays.
    """
    sys.setswitchinterval(SWITCH_SECONDS)
    gc.set_threshold(*GARBAGE)
    if sys.platform == "linux" and os.sched_getscheduler(0) == os.SCHED_OTHER:
        with suppress(OSError):  # a container may forbid it
            os.sched_setscheduler(0, os.SCHED_BATCH, os.sched_param(0))
