"""Names are stored with the work that waits: what an older version stored must mean the same in this one.

`workflow_names.txt` holds them, each workflow with its steps as they stand in its source, from top to bottom.
"""

from __future__ import annotations

import ast
import inspect
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from app.bootstrap import build
from app.work.engine.queues import QUEUES
from app.work.engine.work_rows import PIPELINE_VERSION
from app.work.jobs import job
from integrations.sandbox import Sandbox
from tests.support.harness import settings_for

RECORDED = Path(__file__).with_name("workflow_names.txt")
LATER = "(later)"

GONE = (
    "{name} is gone from the code, and work that an older version stored under it would wait for ever. Names are never "
    "changed: give it back its name. To remove it, keep it until /readyz and pointsman_unknown_workflow_work say that "
    "none of it waits anywhere, and only then take it out of {file}."
)
STEPS = (
    "The steps of {name} are {now}, and were {was}. A step may be added at the end. One that comes before others "
    "stands in `if engine.changed(...)`, and goes out when the older version has been stopped. None is renamed, moved "
    "or taken out. See docs/operations.md, then bring {file} up to date."
)
NEW = "{name} is new. Put this line into {file}:\n{line}"


def steps_of(source: str) -> list[str]:
    """What it has the engine keep, by the names in its source; `plan_*_again` has a part that is filled in."""
    tree = ast.parse(source)
    looped = dict(_looped(tree))
    calls: list[tuple[int, int, str]] = []
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or not node.args:
            continue
        called = node.func.attr if isinstance(node.func, ast.Attribute) else ast.unparse(node.func)
        if called == "step":
            calls.append((node.lineno, node.col_offset, _name(node.args[0], looped)))
        elif called == "tried":
            calls.append((node.lineno, node.col_offset, _name(node.args[1], looped)))
        elif called == "attempt":
            calls.append((node.lineno, node.col_offset, _name(node.args[2], looped)))
        elif called == "later":
            calls.append((node.lineno, node.col_offset, LATER))
    return [name for *_, name in sorted(calls)]


def _looped(tree: ast.AST) -> Iterator[tuple[str, str]]:
    """Variables of loops over tuples that are written out, with their values: `a|b`."""
    for loop in ast.walk(tree):
        if isinstance(loop, ast.For) and isinstance(loop.target, ast.Tuple) and isinstance(loop.iter, ast.Tuple):
            rows = [row.elts for row in loop.iter.elts if isinstance(row, ast.Tuple)]
            for variable, values in zip(loop.target.elts, zip(*rows, strict=True), strict=True):
                if all(isinstance(value, ast.Constant) for value in values):
                    yield ast.unparse(variable), "|".join(_name(value, {}) for value in values)


def _name(given: ast.expr, looped: Mapping[str, str]) -> str:
    if isinstance(given, ast.Constant):
        return str(given.value)
    if isinstance(given, ast.JoinedStr):
        return "".join(str(part.value) if isinstance(part, ast.Constant) else "*" for part in given.values)
    return looped.get(ast.unparse(given), "*")


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Each line of the file, by what it is about."""
    with Sandbox.start() as sandbox:
        service = build(settings_for(sandbox, tmp_path_factory.mktemp("names")))
    registered = service.deps.engine._workflows
    service.deps.records.close()
    every_job = " ".join(steps_of(inspect.getsource(job)))
    lines = {"version": PIPELINE_VERSION, "queues": " ".join(QUEUES), "every job": every_job}
    for name, one in registered.items():
        function = getattr(one.workflow, "func", one.workflow)
        module = sys.modules[function.__module__]
        lines[name] = " ".join([f"[{one.message.queue}]", *steps_of(inspect.getsource(module))])
    return lines


def recorded() -> dict[str, str]:
    lines = [line for line in RECORDED.read_text().splitlines() if line and not line.startswith("#")]
    return dict(line.split(": ", 1) for line in lines)


def test_no_name_is_gone(found: dict[str, str]) -> None:
    for name in recorded():
        assert name in found, GONE.format(name=name, file=RECORDED.name)


def test_no_step_is_gone_renamed_or_moved(found: dict[str, str]) -> None:
    for name, was in recorded().items():
        now = found.get(name, was)
        assert now == was, STEPS.format(name=name, now=now, was=was, file=RECORDED.name)


def test_what_is_new_is_recorded(found: dict[str, str]) -> None:
    for name, line in found.items():
        assert name in recorded(), NEW.format(name=name, file=RECORDED.name, line=f"{name}: {line}")


def test_the_names_in_a_source_are_found_in_order() -> None:
    assert steps_of(EXAMPLE) == ["look", "plan_*_again", LATER, "*", "x|y", "write"]


EXAMPLE = """
def run(deps, message):
    looked = deps.engine.step("look", dict, message)
    for step in ("a", "b"):
        tried(deps, f"plan_{step}_again", dict, looked)
    deps.engine.later(Work(message))
    deps.engine.step(message.name, dict)
    for step, function in (("x", dict), ("y", dict)):
        deps.engine.step(step, function)
    tried(deps, "write", dict)
"""
