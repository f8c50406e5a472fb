"""`make audit` fails for what was found, and never calls unaudited packages clean."""

from __future__ import annotations

import json
import runpy
import sys
from typing import Any

import pytest

from tests.support.paths import ROOT

AUDIT = runpy.run_path(str(ROOT / ".ci" / "audit.py"))
CLEAN: dict[str, Any] = {"name": "good", "version": "1", "vulns": []}
BAD = {"name": "bad", "version": "1", "vulns": [{"id": "PYSEC-1", "fix_versions": ["2"], "aliases": []}]}
UNKNOWN = {"name": "odd", "skip_reason": "not found"}


def run(capsys: pytest.CaptureFixture[str], program: str) -> tuple[int, str]:
    status = AUDIT["main"](["a.lock"], [sys.executable, "-c", program])
    return status, capsys.readouterr().out


def saying(*packages: Any) -> str:
    return f"print({json.dumps({'dependencies': packages})!r})"


def test_fails_for_a_vulnerability_and_names_it(capsys: pytest.CaptureFixture[str]) -> None:
    status, said = run(capsys, saying(CLEAN, BAD, UNKNOWN))
    assert status == 1
    assert "bad 1: PYSEC-1, fixed in 2" in said
    assert "2 of 3 packages audited" in said


def test_says_what_was_not_audited(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(capsys, saying(CLEAN)) == (0, "a.lock: 1 of 1 packages audited, 0 vulnerabilities.\n")
    status, said = run(capsys, saying(UNKNOWN))
    assert (status, "NOT AUDITED" in said, "odd" in said) == (0, True, True)


@pytest.mark.parametrize("program", ["import sys; sys.exit('no route to host')", "print('<html>')", "print('[]')"])
def test_a_service_that_cannot_be_asked_does_not_fail_the_build_and_is_said(
    capsys: pytest.CaptureFixture[str], program: str
) -> None:
    status, said = run(capsys, program)
    assert (status, "NOT AUDITED" in said) == (0, True)
