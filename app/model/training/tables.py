"""An evaluation for people, as tables in the terminal."""

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from app.model.training.evaluation import NOTHING, Evaluation
from app.model.training.predictions import Prediction

SHOWN_WRONG = 10


def render(evaluation: Evaluation) -> RenderableType:
    return Group(
        summary(evaluation),
        archetypes(evaluation),
        reliability(evaluation),
        confusion(evaluation),
        worst(evaluation.worst[:SHOWN_WRONG]),
    )


def summary(evaluation: Evaluation) -> Table:
    table = _table(f"{evaluation.count} tickets", "", "share", "right")
    table.add_row("label met", "", _percent(evaluation.accuracy))
    table.add_row("label met, or another that can be defended", "", _percent(evaluation.accuracy_also_ok))
    table.add_row("macro F1", "", f"{evaluation.macro_f1:.3f}")
    for band, score in evaluation.bands.items():
        table.add_row(f"confidence {band}", _percent(score.coverage), _percent(score.precision))
    for who, score in evaluation.decided_by.items():
        table.add_row(f"decided by {who}", _percent(score.coverage), _percent(score.precision))
    for precision, coverage in evaluation.coverage_at.items():
        table.add_row("surest tickets", _percent(coverage), f"at least {_percent(float(precision))}")
    table.add_row("surely wrong, and acting on it", _percent(evaluation.confidently_wrong), "")
    table.add_row("calibration error (ECE)", "", f"{evaluation.calibration_error:.3f}")
    return table


def archetypes(evaluation: Evaluation) -> Table:
    banded = ("given: recall", "defensible", "sure: recall", "defensible")
    table = _table("By archetype", "", "tickets", "precision", "recall", *banded)
    for one in evaluation.archetypes:
        given, sure = (one.recall_given, one.precision_given), (one.recall_sure, one.precision_sure)
        shares = map(_percent, (one.precision, one.recall, *given, *sure))
        table.add_row(one.archetype, str(one.count), *shares)
    return table


def reliability(evaluation: Evaluation) -> Table:
    table = _table("What the model's confidence is worth", "said", "tickets", "mean said", "right")
    for row in evaluation.reliability:
        low, high, said, right = map(_percent, (row.low, row.high, row.said, row.right))
        table.add_row(f"{low} to {high}", str(row.count), said, right)
    return table


def confusion(evaluation: Evaluation) -> Table:
    table = _table("Taken for", "label", "tickets", "guess")
    for gold, guesses in evaluation.confusion.items():
        wrong = sorted(((times, said) for said, times in guesses.items() if said != gold), reverse=True)
        total = sum(guesses.values())
        said = ", ".join(f"{'no guess' if name == NOTHING else name} {times}" for times, name in wrong)
        table.add_row(gold, str(total), f"right {guesses.get(gold, 0)}" + (f"; {said}" if said else ""))
    return table


def worst(predictions: tuple[Prediction, ...]) -> Table:
    table = _table("The surest errors", "ticket", "label", "guess", "by", "because")
    for one in predictions:
        sure = f" {_percent(one.probability)}" if one.probability is not None else ""
        table.add_row(one.id, one.gold, f"{one.archetype}{sure} ({one.band})", one.decided_by, _because(one))
    return table


def _because(prediction: Prediction) -> str:
    for entry in reversed(prediction.trace):
        if entry.get("strongest"):
            return ", ".join(map(str, entry["strongest"]))
        if entry.get("matched"):
            return str(entry.get("detail", ""))
    return ""


def _table(title: str, first: str, *others: str) -> Table:
    table = Table(title=title, title_justify="left", title_style="bold", header_style="dim", expand=False)
    table.add_column(first, overflow="fold")
    for name in others:
        text = title in {"The surest errors", "Taken for"} and (name in {"label", "guess", "by", "because"})
        table.add_column(Text(name), justify="left" if text else "right", overflow="fold")
    return table


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %"
