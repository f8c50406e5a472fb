"""Nothing of ours calls home: the libraries that would are switched off before they are loaded."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tests.support.paths import ROOT

LOADS = "from app.model.encoder import Encoder; Encoder.installed().encode('is it down?'); print('loaded')"


def test_the_encoders_runtime_keeps_no_id_of_the_machine(tmp_path: Path) -> None:
    # Not our own environment: a variable like CI would switch it off as well, and the test would show nothing.
    environ = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-c", LOADS], cwd=ROOT, env=environ, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "loaded\n", "")
    assert list(tmp_path.iterdir()) == []
