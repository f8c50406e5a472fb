"""The classifier's parts on public sets, by the protocol of docs/evaluation.md.

The sets are not part of the project (several state no licence). `PUBLIC_DATA` names the directory that holds them:
`nlbse24/train.csv` and so on. Where `heldout.csv` lies beside `train.csv`, that is what is judged; else ten folds.
Nothing that is trained here is kept.
"""

from __future__ import annotations

import csv
import os
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from time import perf_counter

import numpy as np
from rich.console import Console
from rich.table import Table
from sklearn.metrics import f1_score
from sklearn.model_selection import StratifiedGroupKFold, StratifiedKFold

from app.model.encoder import Encoder
from app.model.model import probabilities
from app.model.training.calibration import best_temperature, calibration_error, reliability
from app.model.training.examples import TrainingExample
from app.model.training.linear_heads import Prepared, Recipe, fit, prepare
from app.ticket import Ticket
from app.triage.language import LanguageDetector

RECIPE = Recipe(fewest=(1, 2, 1, 1), block_weights=(1.0, 1.0, 0.3, 0.3), strength=10.0)
"""That of the shipped model, but for what depends on how many examples there are and what they are."""
FOLDS = 10
SEED = 7
_HASH_TAG = re.compile(r"#SemST\b")


@dataclass(frozen=True, slots=True)
class Row:
    """One text of a public set."""

    text: str
    label: str
    part: str
    """Repository, domain, video or source: what results are told apart by."""
    title: str = ""
    held: bool = False
    video: str = ""
    """Comments under one video repeat each other: they stay on one side."""


@dataclass(frozen=True, slots=True)
class Judged:
    rows: tuple[Row, ...]
    labels: tuple[str, ...]
    likely: np.ndarray
    """(rows, labels), each row by a model that has not read it."""

    @property
    def best(self) -> list[str]:
        return [self.labels[place] for place in self.likely.argmax(axis=1)]

    def of(self, keep: Callable[[Row], bool]) -> Judged:
        chosen = [number for number, row in enumerate(self.rows) if keep(row)]
        return Judged(tuple(self.rows[number] for number in chosen), self.labels, self.likely[chosen])

    def macro_f1(self) -> float:
        return float(f1_score([row.label for row in self.rows], self.best, average="macro"))


def run(console: Console) -> None:
    directory = os.environ.get("PUBLIC_DATA")
    if not directory:
        console.print("classify: skipped. Say where the public sets are: PUBLIC_DATA=/path make bench ARGS=classify")
        return
    table = Table("set", "measure", "must", "measured", title="Public sets", title_justify="left")
    encoder = Encoder.installed()
    for name, protocol in PROTOCOLS.items():
        start = perf_counter()
        for measure, must, found in protocol(Path(directory), encoder):
            table.add_row(name, measure, must, found)
        console.print(f"{name}: {perf_counter() - start:.0f} s")
    console.print(table)


Result = tuple[str, str, str]


def nlbse24(data: Path, encoder: Encoder | None) -> Iterable[Result]:
    rows = _read(data / "nlbse24", lambda row: Row(row["body"], row["label"], row["repo"], row["title"]))
    for said, encoding, must in _heads(encoder, "0.77", "0.785"):
        recipe = replace(RECIPE, strength=5.0, encoder_weight=0.5) if encoding else RECIPE
        judged = crossed(rows, encoding, recipe)
        repositories = sorted({row.part for row in rows})
        found = [judged.of(_in(name)).macro_f1() for name in repositories]
        yield f"macro F1, mean of {len(found)} repositories, pooled{said}", must, f"{np.mean(found):.3f}"
        yield f"ECE{said}", "", f"{_error(judged):.3f}"


def complaints(data: Path, encoder: Encoder | None) -> Iterable[Result]:
    rows = _read(data / "complaints", lambda row: Row(row["text"], row["complaint"], row["domain"]))
    for said, encoding, must in _heads(encoder, "0.825", "0.835"):
        judged = crossed(rows, encoding, replace(RECIPE, strength=5.0) if encoding else RECIPE)
        yield f"macro F1, handles masked{said}", must, f"{judged.macro_f1():.3f}"
        coverage, precision = _selective(judged, 0.95)
        yield f"precision / coverage at the bar for 95 %{said}", "0.93 / 0.50", f"{precision:.3f} / {coverage:.2f}"
        yield f"ECE{said}", "0.04", f"{_error(judged):.3f}"


def spam(data: Path, encoder: Encoder | None) -> Iterable[Result]:
    del encoder  # spelling tells spam, meaning adds nothing (fact sheet of the choice of libraries)
    rows = [
        *_read(data / "spam_youtube", lambda row: Row(row["text"], row["label"], "youtube", video=row["video"])),
        *_read(data / "spam_sms", lambda row: Row(row["text"], row["label"], "sms")),
        *_developers(data),
    ]
    judged = crossed(rows, None, RECIPE)
    places = judged.of(_in("youtube", "sms"))
    precision, recall = _precision_recall(places, "spam", 0.5)
    yield "precision, YouTube and SMS", "0.98", f"{precision:.3f}"
    yield "recall, YouTube and SMS", "0.85", f"{recall:.3f}"
    for part in ("issues", "tweets"):
        flagged = np.mean([one == "spam" for one in judged.of(_in(part)).best])
        yield f"{part} of developers and brands called spam", "0.2 %", f"{flagged:.2%}"


def political(data: Path, encoder: Encoder | None) -> Iterable[Result]:
    del encoder
    rows = [
        *_read(data / "political_stance", lambda row: Row(_HASH_TAG.sub("", row["text"]), "political", row["topic"])),
        *(replace(row, label="other") for row in _developers(data)),
    ]
    precision, recall = _precision_recall(crossed(rows, None, RECIPE), "political", 0.75)
    yield "precision at 0.75", "0.97", f"{precision:.3f}"
    yield "recall at 0.75", "0.78", f"{recall:.3f}"


def lid(data: Path, encoder: Encoder | None) -> Iterable[Result]:
    del encoder
    detector = LanguageDetector()

    def foreign(texts: Sequence[str]) -> float:
        return float(np.mean([detector.detect(text).code not in {None, "en"} for text in texts]))

    rows = _read(data / "lid", lambda row: Row(row["text"], row["lang"], row["source"]), held_only=True)
    tweets = [row for row in rows if row.part == "eld_tweets" or row.part.startswith("xlmt")]
    english = [row.text for row in tweets if row.label == "en"]
    # Hindi in these tweets is mostly written in Latin letters, which no detector here knows.
    others = [row.text for row in tweets if row.label not in {"en", "hi"}]
    titles = [row.title for row in _read(data / "nlbse24", lambda row: Row("", "", "", row["title"]), held_only=True)]
    yield f"English tweets called foreign ({len(english)})", "0.2 %", f"{foreign(english):.2%}"
    yield f"English issue titles called foreign ({len(titles)})", "0.5 %", f"{foreign(titles):.2%}"
    yield f"foreign tweets found ({len(others)})", "95 %", f"{foreign(others):.1%}"


PROTOCOLS: dict[str, Callable[[Path, Encoder | None], Iterable[Result]]] = {
    "nlbse24": nlbse24,
    "complaints": complaints,
    "spam": spam,
    "political": political,
    "lid": lid,
}


def crossed(rows: Sequence[Row], encoder: Encoder | None, recipe: Recipe) -> Judged:
    """Each row judged by a model that has not read it: the held-out file by the training file, or ten folds."""
    prepared = prepare([_example(number, row) for number, row in enumerate(rows)], encoder)
    labels = prepared.archetypes
    scores = np.zeros((len(rows), len(labels)), dtype=np.float32)
    temperature = np.ones(len(rows))
    held = [number for number, row in enumerate(rows) if row.held]
    for learned, asked in [(_others(rows, held), held)] if held else _folds(rows):
        scores[asked] = _scores(prepared, learned, asked, recipe)
        # One parameter, found inside the part that was learned from.
        inner = next(iter(_folds([rows[number] for number in learned])))
        tried = [learned[number] for number in inner[1]]
        found = _scores(prepared, [learned[number] for number in inner[0]], tried, recipe)
        truth = [labels.index(rows[number].label) for number in tried]
        temperature[asked] = best_temperature(found, truth, [1.0] * len(tried))
    kept = held or list(range(len(rows)))
    likely = np.stack([probabilities(scores[number], float(temperature[number])) for number in kept])
    return Judged(tuple(rows[number] for number in kept), labels, likely)


def _scores(prepared: Prepared, learned: Sequence[int], asked: Sequence[int], recipe: Recipe) -> np.ndarray:
    return fit(prepared.chosen(learned), recipe).scores(prepared.chosen(asked), with_encoder=True)


def _folds(rows: Sequence[Row]) -> list[tuple[list[int], list[int]]]:
    labels = [row.label for row in rows]
    together = [row.video or str(number) for number, row in enumerate(rows)]
    splits = (
        StratifiedGroupKFold(FOLDS, shuffle=True, random_state=SEED).split(labels, labels, together)
        if any(row.video for row in rows)
        else StratifiedKFold(FOLDS, shuffle=True, random_state=SEED).split(labels, labels)
    )
    return [(learned.tolist(), asked.tolist()) for learned, asked in splits]


def _others(rows: Sequence[Row], held: Sequence[int]) -> list[int]:
    without = set(held)
    return [number for number in range(len(rows)) if number not in without]


def _example(number: int, row: Row) -> TrainingExample:
    return TrainingExample(Ticket(id=number, subject=row.title, body=row.text, channel="public"), row.label, "solved")


def _developers(data: Path) -> list[Row]:
    """What is neither spam nor politics: issues, and tweets to brands."""
    issues = _read(data / "nlbse24", lambda row: Row(row["body"], "ham", "issues", row["title"]))
    tweets = _read(data / "complaints", lambda row: Row(row["text"], "ham", row["domain"]))
    return [*issues, *(replace(row, part="tweets") for row in tweets if not row.part.startswith("random"))]


def _in(*parts: str) -> Callable[[Row], bool]:
    return lambda row: row.part in parts


def _read(directory: Path, row_of: Callable[[dict[str, str]], Row], *, held_only: bool = False) -> list[Row]:
    rows: list[Row] = []
    held = directory / "heldout.csv"
    csv.field_size_limit(10_000_000)
    for file in [held] if held_only and held.exists() else [directory / "train.csv", held]:
        if file.exists():
            with file.open(newline="", encoding="utf-8", errors="replace") as lines:
                rows += [replace(row_of(row), held=file == held) for row in csv.DictReader(lines)]
    return rows


def _heads(encoder: Encoder | None, plain: str, semantic: str) -> list[tuple[str, Encoder | None, str]]:
    heads: list[tuple[str, Encoder | None, str]] = [("", None, plain)]
    return [*heads, (", with encoder", encoder, semantic)] if encoder else heads


def _precision_recall(judged: Judged, label: str, bar: float) -> tuple[float, float]:
    flagged = judged.likely[:, judged.labels.index(label)] >= bar
    true = np.array([row.label == label for row in judged.rows])
    return float(true[flagged].mean()), float(flagged[true].mean())


def _error(judged: Judged) -> float:
    said = zip(judged.likely.max(axis=1), judged.best, judged.rows, strict=True)
    return calibration_error(reliability([(float(share), best == row.label) for share, best, row in said]))


def _selective(judged: Judged, precision: float) -> tuple[float, float]:
    """Coverage and precision on one half at the bar that was found on the other, and the other way round."""
    sure = judged.likely.max(axis=1)
    right = np.array([best == row.label for best, row in zip(judged.best, judged.rows, strict=True)])
    half = np.random.default_rng(SEED).permutation(len(sure)) % 2 == 0
    chosen = np.zeros(len(sure), dtype=bool)
    for found, asked in ((half, ~half), (~half, half)):
        order = np.argsort(-sure[found], kind="stable")
        running = np.cumsum(right[found][order]) / np.arange(1, found.sum() + 1)
        reached = np.flatnonzero(running >= precision)
        if len(reached):
            chosen |= asked & (sure >= sure[found][order][reached[-1]])
    return float(chosen.mean()), float(right[chosen].mean()) if chosen.any() else 1.0
