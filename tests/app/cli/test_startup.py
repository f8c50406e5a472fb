"""A command imports what it needs when it runs: nobody waits seconds for the list of commands, or for a check."""

from __future__ import annotations

import subprocess
import sys

import pytest

from app.cli import console
from app.settings import DEFAULT_MODELS
from tests.support.paths import ROOT

HEAVY = {
    *("alembic", "dbos", "eld", "fastapi", "fasttext", "gitlab", "httpx", "numpy", "onnxruntime", "phonenumbers"),
    *("prometheus_client", "requests", "scipy", "sklearn", "sqlalchemy", "structlog", "uvicorn", "zenpy"),
}
RULES = {"re2", "ruamel"}


def imported_by(*args: str) -> set[str]:
    code = f"""
import sys
from app.cli.main import cli
try:
    cli({list(args)!r})
except SystemExit as end:
    assert not end.code, end.code
print("modules:", *sys.modules)
"""
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    return {name.partition(".")[0] for name in done.stdout.rpartition("modules:")[2].split()}


@pytest.mark.parametrize("command", ["", "check", "serve", "failures", "train"])
def test_help_imports_nothing_but_what_prints_it(command: str) -> None:
    assert imported_by(*command.split(), "--help") & (HEAVY | RULES) == set()


def test_check_imports_nothing_but_the_rules() -> None:
    assert imported_by("check") & (HEAVY | RULES) == RULES


def test_the_default_folder_of_models_is_the_services() -> None:
    assert console.MODELS == DEFAULT_MODELS
