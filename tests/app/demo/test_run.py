"""Ctrl-C ends the demo in one line, wherever it is, and a second one does not disturb how it stops."""

from __future__ import annotations

import io
import signal

import pytest
from rich.console import Console

from app.demo import run

MOMENTS = ("load_samples", "_settings", "_seed", "set_up", "create_app", "_play")


@pytest.mark.parametrize("moment", MOMENTS)
def test_ctrl_c_at_any_time_is_clean(moment: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object, **__: object) -> None:
        signal.raise_signal(signal.SIGINT)
        raise AssertionError("the signal was lost")

    monkeypatch.setattr(run, moment, interrupted)
    console = Console(file=io.StringIO(), width=80)
    before = signal.getsignal(signal.SIGINT)
    assert run.run_demo(console, lambda *_: None, stay=False) == run.INTERRUPTED
    assert console.file.getvalue().endswith("The demo was stopped.\n")  # type: ignore[attr-defined]
    assert "Traceback" not in console.file.getvalue()  # type: ignore[attr-defined]
    assert signal.getsignal(signal.SIGINT) is before


def test_a_second_ctrl_c_is_ignored_while_the_servers_stop() -> None:
    def stopping() -> None:
        with run._interrupted_once():
            try:
                signal.raise_signal(signal.SIGINT)
            finally:
                signal.raise_signal(signal.SIGINT)

    with pytest.raises(KeyboardInterrupt) as raised:
        stopping()
    assert raised.value.__context__ is None
