"""The demo adds the sandbox's documentation to rules that name none."""

from pathlib import Path

import pytest

from app.demo.documentation import with_documentation
from app.rules.files import read_rules
from tests.support.paths import ROOT
from tests.support.rules import MACROS, routing

ARCHIVE = "http://127.0.0.1:9/docs.tar.gz"
OWN = "docs: {source: docs, base_url: 'https://d.org', archetypes: mention}\n"


def test_the_shipped_rules_get_it_and_stay_good(tmp_path: Path) -> None:
    file = with_documentation(ROOT / "routing.yaml", ROOT / "macros.yaml", ARCHIVE, tmp_path)
    docs = read_rules(file, ROOT / "macros.yaml").routing.docs
    assert docs is not None
    assert (docs.source, docs.reply) == (ARCHIVE, "Community::Documentation")


@pytest.mark.parametrize("text", [routing(more=OWN), "routes: [", routing().replace("bug_report", "fault")])
def test_rules_that_are_wrong_or_name_their_own_are_left_as_they_are(tmp_path: Path, text: str) -> None:
    (given := tmp_path / "own.yaml").write_text(text)
    (macros := tmp_path / "macros.yaml").write_text(MACROS)
    assert with_documentation(given, macros, ARCHIVE, tmp_path) == given
