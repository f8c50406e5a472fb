"""The demo's table, as a terminal of 80 columns shows it."""

from __future__ import annotations

import io

from rich.console import Console

from app.demo.results import SampleResult, table


def test_the_table_fits_eighty_columns() -> None:
    cells = (
        "stackoverflow",
        "stability_complaint",
        "route:customer-by-name-or-number",
        "forward to a-long-address@sponsorship.example.com, suggested reply",
        "gitlab-com/infrastructure#12345",
    )
    results = [SampleResult(35001, cells, cells[-1], ()), SampleResult(35002, cells, "", ("state: x",))]
    for width in (80, 200):
        console = Console(file=io.StringIO(), width=width, force_terminal=False)
        console.print(table(results, waiting=3))
        shown = console.file.getvalue()  # type: ignore[attr-defined]
        assert max(len(line.rstrip()) for line in shown.splitlines()) <= 80
        for word in ("stackoverflow", "stability_complaint", "customer-by-name-or-number", "12345"):
            assert word in shown


def test_square_brackets_in_a_cell_are_text() -> None:
    console = Console(file=io.StringIO(), width=80)
    console.print(table([SampleResult(1, ("web", "x", "none", "[bold]", ""), "", ())], waiting=0))
    assert "[bold]" in console.file.getvalue()  # type: ignore[attr-defined]
