"""CONTRIBUTING says what an integration consists of: here every folder in `integrations/` is looked through."""

from __future__ import annotations

import inspect
from importlib import import_module
from pathlib import Path

import pytest

from integrations.errors import IntegrationError
from tests.docs.pages import DOCS, text
from tests.support.paths import ROOT

NOT_ONE_SERVICE = {"sandbox", "feeds", "short_links", "documentation", "__pycache__"}
"""Of the feeds and the documentation, routing.yaml names the addresses."""
FOLDERS = sorted(
    path for path in (ROOT / "integrations").iterdir() if path.is_dir() and path.name not in NOT_ONE_SERVICE
)
every_folder = pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: str(folder.name))


@every_folder
def test_it_has_one_client_whose_calls_can_be_held_back(folder: Path) -> None:
    module = import_module(f"integrations.{folder.name}.client")
    own = [thing for _, thing in inspect.getmembers(module, inspect.isclass) if thing.__module__ == module.__name__]
    assert len([thing for thing in own if "outbound" in inspect.signature(thing).parameters]) == 1


@every_folder
def test_its_own_errors_say_whether_a_call_took_effect(folder: Path) -> None:
    for path in folder.glob("*.py"):
        module = import_module(f"integrations.{folder.name}.{path.stem}")
        for _, thing in inspect.getmembers(module, inspect.isclass):
            if thing.__module__ == module.__name__ and issubclass(thing, Exception):
                assert issubclass(thing, IntegrationError), thing


@every_folder
def test_it_has_tests_settings_and_a_service_name_in_the_metrics(folder: Path) -> None:
    assert list((ROOT / "tests" / "integrations" / folder.name).glob("test_*.py"))
    assert f"`{folder.name.upper()}_" in text(DOCS / "configuration.md")
    assert f"`{folder.name}`" in text(DOCS / "metrics.md")
