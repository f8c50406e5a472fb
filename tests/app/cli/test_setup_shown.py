"""How a change looks in the terminal: as people write it, row by row."""

from __future__ import annotations

from io import StringIO

from rich.console import Console

from app.cli.setup_shown import show
from app.setup.plan import FieldChange, Step

CALL = '["01HX", "{\\"v\\": 1}"]'
CHANGES = (
    FieldChange("title", "Hot", "Stuck"),
    FieldChange("restriction", "Group 7", ""),
    FieldChange("public", None, True),
    FieldChange("columns", ["status"], ["status", "subject"]),
    FieldChange("all", [["status", "is", "new"], ["via_id", "is", "26"]], [["status", "is", "new"]]),
    FieldChange("actions", [], [["notification_webhook", CALL], ["status", '"solved"']]),
    FieldChange("reply", "Hi\nyou", "Hi\nthere"),
)


AS_SHOWN = """\
! view/stuck  somebody changed it
    title: Hot -> Stuck
    restriction: Group 7 -> (none)
    public: (none) -> true
    columns: status -> status, subject
    all:
      - via_id is 26
    actions:
      + notification_webhook 01HX {"v": 1}
      + status solved
    reply:
      - you
      + there
1 changed by hand.
What was changed by hand stays. `pointsman setup apply --restore KEY` puts back what the YAML says; \
`--accept KEY` prints the YAML that keeps the change.
"""


def test_conditions_and_actions_are_rows_and_nothing_is_said_to_be_nothing() -> None:
    written = StringIO()
    show(Console(file=written, width=80), [Step("view", "view/stuck", "drifted", CHANGES, "somebody changed it")])
    assert written.getvalue() == AS_SHOWN


def test_a_terminal_gets_lines_that_fit_and_a_program_gets_one() -> None:
    step = Step("hold", "hold/status", "manual", reason="Switch it on in Admin Center. " * 5)
    narrow, piped = StringIO(), StringIO()
    show(Console(file=narrow, width=60, force_terminal=True, no_color=True), [step])
    show(Console(file=piped, width=60), [step])
    assert max(map(len, narrow.getvalue().splitlines())) <= 60
    assert narrow.getvalue().splitlines()[1].startswith("    ")
    assert len(piped.getvalue().splitlines()) == 2
