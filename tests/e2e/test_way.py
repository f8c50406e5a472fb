"""How many files somebody reads who follows a ticket from its webhook to the update that it leads to."""

from __future__ import annotations

import threading
import time
from pathlib import Path
from types import FrameType

from tests.support.harness import Harness, running_harness
from tests.support.paths import ROOT

MOST_FILES = 45
# What judges or cleans a text is a library of its own. A connection's limits, and what runs by the clock, hand no
# ticket on.
TEXT = ("app/message", "app/redaction", "app/similarity", "integrations/visible.py", "app/work/tickets/first_name.py")
LIBRARIES = ("app/rules", "app/triage", "app/model", "app/ticket.py", "app/web/connection.py", *TEXT)
BY_THE_CLOCK = ("ticker", "queue-worker")
PRAISE = "@gitlab thank you for the great release!"


class Way:
    """Notes the files in which functions are called while it is watched, on threads that began after `start`."""

    def __init__(self) -> None:
        self.files: set[str] = set()
        self.watched = False

    def start(self) -> None:
        threading.setprofile(self._note)

    def of(self, harness: Harness) -> set[str]:
        """The files that one ticket passes."""
        self.files = set()
        ticket_id = harness.ticket(PRAISE)
        self.watched = True
        harness.deliver(ticket_id)
        while not harness.sandbox.zendesk.ticket(ticket_id)["tags"]:
            time.sleep(0.01)
        self.watched = False
        return self.files

    def _note(self, frame: FrameType, event: str, _: object) -> None:
        name = frame.f_code.co_filename
        if not self.watched or event != "call" or not name.startswith(str(ROOT)):
            return
        file = str(Path(name).relative_to(ROOT))
        by_the_clock = threading.current_thread().name.startswith(BY_THE_CLOCK)
        if file.startswith(("app/", "integrations/")) and not file.startswith((*LIBRARIES, "integrations/sandbox")):
            self.files |= set() if by_the_clock else {file}


def test_a_ticket_passes_few_files_from_its_webhook_to_its_update(tmp_path: Path) -> None:
    way = Way()
    way.start()
    try:
        with running_harness(tmp_path) as harness:
            for number in range(24):  # every worker has its clients then
                harness.deliver(harness.ticket(f"{PRAISE} ({number})"))
            harness.idle()
            ways = [way.of(harness) for _ in range(8)]
    finally:
        threading.setprofile(None)
    # What only some of them pass is read again by the clock, or taken for several at once.
    passed = set.intersection(*ways)
    assert "app/work/tickets/write.py" in passed, "the workers were watched"
    assert len(passed) <= MOST_FILES, "\n".join(sorted(passed))
