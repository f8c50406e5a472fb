"""A worse model does not replace a better one."""

from datetime import UTC, datetime

from app.model.training.evaluation import Evaluation, evaluate
from app.model.training.examples import TrainingExample
from app.model.training.gate import newest_slice, refusals
from app.model.training.predictions import Prediction


def _with(right: int, wrong: int) -> Evaluation:
    said = [
        Prediction(f"{number}", "spam" if number < right else "mention", frozenset(), "spam", "high", "model", 0.9)
        for number in range(right + wrong)
    ]
    rest = [Prediction(f"m{n}", "mention", frozenset(), "mention", "high", "model", 0.9) for n in range(100)]
    return evaluate([*said, *rest], frozenset())


def test_an_equal_model_may_replace_the_old_one() -> None:
    assert refusals(_with(45, 5), _with(45, 5)) == ()


def test_lower_precision_of_one_archetype_is_refused_and_named() -> None:
    reasons = refusals(_with(48, 2), _with(44, 6))
    assert any("precision of spam falls from 0.96 to 0.88" in reason for reason in reasons)


def test_a_handful_of_verdicts_proves_nothing_about_an_archetype() -> None:
    assert not any("precision of spam" in reason for reason in refusals(_with(5, 0), _with(4, 1)))


def test_the_newest_dated_examples_are_kept_apart(examples: list[TrainingExample]) -> None:
    found = newest_slice(examples, None)
    assert found is None or max(one.at for one in found.older if one.at) <= min(one.at for one in found.newer if one.at)
    assert found is None or len(found.older) + len(found.newer) <= len(examples)


def test_what_the_model_in_use_has_read_does_not_count(examples: list[TrainingExample]) -> None:
    assert newest_slice(examples, datetime(2026, 12, 1, tzinfo=UTC)) is None


def test_without_dates_there_is_no_slice(examples: list[TrainingExample]) -> None:
    assert newest_slice([one for one in examples if one.at is None], None) is None
