"""Finding the issue that a report repeats: how often, how sure, how fast, in how much memory.

Public sets of duplicate bug reports (`PUBLIC_DATA` names the directory with `duplicates/*.json`) are no part of the
project. Each report that repeats another one is looked for among all the others; a hit is any report of its group.
Nothing is learned from them. Times are those of the processor in one thread: what else runs does not count.
"""

from __future__ import annotations

import gc
import hashlib
import json
import os
import random
import tempfile
import tracemalloc
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from time import process_time, thread_time

import numpy as np
from rich.console import Console
from rich.table import Table

from app.model.encoder import Encoder
from app.similarity.index import IndexedText, SimilarityIndex, TextKey
from app.similarity.vectors import VECTOR_NAME, Vector, embed

PROJECT = 1
SIZES = (10_000, 100_000)
BATCH = 500
ASKED = 400
BARS = (0.5, 0.6, 0.65, 0.7, 0.75)
MUST = {
    "openoffice": (0.69, 0.76),
    "hadoop": (0.73, 0.79),
    "firefox": (0.75, 0.79),
    "eclipse": (0.79, 0.83),
}
"""Recall among the first ten, by words and with the encoder."""
SEED = 7


@dataclass(frozen=True, slots=True)
class Report:
    issue: IndexedText
    group: str
    asked: bool
    """Named as a duplicate of another one."""
    title_vector: Vector | None = None
    """Of the title alone."""


def run(console: Console) -> None:
    directory = Path(os.environ.get("PUBLIC_DATA", "")) / "duplicates"
    files = sorted(directory.glob("*.json")) if os.environ.get("PUBLIC_DATA") else []
    if not files:
        console.print(
            "duplicates: skipped. Say where the public sets are: PUBLIC_DATA=/path make bench ARGS=duplicates"
        )
        return
    encoder = Encoder.installed()
    sets = {file.stem.rpartition("_")[2]: _read(file, encoder) for file in files}
    console.print(_recalls(sets, with_encoder=encoder is not None))
    for name, reports in sets.items():
        if _all_repeat(reports):
            console.print(_precisions(name, reports, with_encoder=encoder is not None))
    reports = [report for each in sets.values() for report in each]
    console.print(_speeds(reports))
    console.print(_memory(reports, SIZES[0]))
    if encoder:
        console.print(f"to embed one report: {_spread(_embeddings(encoder, reports[:100]))} CPU ms (p50 / p95)")


def _recalls(sets: dict[str, list[Report]], *, with_encoder: bool) -> Table:
    table = Table(
        "set",
        "reports",
        "asked",
        "",
        "R@1",
        "R@5",
        "R@10",
        "must",
        "CPU ms p50 / p95",
        title="Found",
        title_justify="left",
    )
    for name, reports in sets.items():
        for semantic in (False, True)[: 1 + with_encoder]:
            ranks, times = _ranks(reports, semantic=semantic)
            shares = [f"{np.mean([rank < most for rank in ranks]):.3f}" for most in (1, 5, 10)]
            must = str(MUST[name][semantic]) if name in MUST else ""
            table.add_row(name, str(len(reports)), str(len(ranks)), _how(semantic), *shares, must, _spread(times))
    return table


def _ranks(reports: Sequence[Report], *, semantic: bool) -> tuple[list[int], list[float]]:
    """Where the first report of the same group stands (10: nowhere), and how long each search took."""
    index = _indexed(reports, semantic=semantic)
    groups = {report.issue.number: report.group for report in reports}
    ranks, times = [], []
    for report in (report for report in reports if report.asked):
        issue = report.issue
        index.remove(issue.key)
        start = thread_time()
        near = index.search(issue.title, issue.description, group=PROJECT, vector=issue.vector if semantic else None)
        times.append(thread_time() - start)
        right = [place for place, one in enumerate(near) if groups[one.key.number] == report.group]
        ranks.append(right[0] if right else 10)
        index.add_all([issue if semantic else replace(issue, vector=None)])
    return ranks, times


def _precisions(name: str, reports: Sequence[Report], *, with_encoder: bool) -> Table:
    """Linking the nearest one from a score on, where half of the reports are new: their groups are out of reach."""
    table = Table(
        "",
        "asked with",
        *(f"from {bar:.2f}" for bar in BARS),
        title=f"Right, and how many of all, where half of the reports are new ({name})",
        title_justify="left",
    )
    groups: dict[str, set[TextKey]] = {}
    for report in reports:
        groups.setdefault(report.group, set()).add(report.issue.key)
    new = np.random.default_rng(SEED).random(len(reports)) < 0.5
    for semantic in (False, True)[: 1 + with_encoder]:
        index = _indexed(reports, semantic=semantic)
        for whole in (True, False):
            found: list[tuple[float, bool]] = []
            for report, is_new in zip(reports, new.tolist(), strict=True):
                issue = report.issue
                hidden = groups[report.group] if is_new else {issue.key}
                near = index.search(
                    issue.title,
                    issue.description if whole else "",
                    group=PROJECT,
                    k=len(hidden) + 1,
                    vector=(issue.vector if whole else report.title_vector) if semantic else None,
                )
                nearest = next((one for one in near if one.key not in hidden), None)
                if nearest:
                    found.append((nearest.score, nearest.key in groups[report.group]))
            cells = [_right(found, bar, len(reports)) for bar in BARS]
            table.add_row(_how(semantic), "whole report" if whole else "title only", *cells)
    return table


def _right(found: Sequence[tuple[float, bool]], bar: float, asked: int) -> str:
    above = [right for score, right in found if score >= bar]
    return f"{np.mean(above):.2f}  ({len(above) / asked:.1%})" if above else "-"


def _speeds(reports: Sequence[Report]) -> Table:
    table = Table(
        "issues",
        "built in CPU s",
        "search, CPU ms p50 / p95",
        "ratio",
        "with vectors",
        "ratio",
        "add one, CPU ms",
        "bytes an issue, arrays",
        title="Speed and memory, texts mixed from those of the sets",
        title_justify="left",
    )
    asked = reports[:: max(len(reports) // ASKED, 1)]
    first: list[float] = []
    for size in SIZES:
        index, building = _built(reports, size)
        held = index.bytes_held / size
        words, both = (_searches(index, asked, semantic=semantic) for semantic in (False, True))
        first = first or [float(np.median(words)), float(np.median(both))]
        table.add_row(
            f"{size:,}",
            f"{building:.1f}",
            _spread(words),
            f"{np.median(words) / first[0]:.1f}",
            _spread(both),
            f"{np.median(both) / first[1]:.1f}",
            _spread(_additions(index, asked, size)),
            f"{held:.0f}",
        )
    return table


def _memory(reports: Sequence[Report], size: int) -> str:
    """Everything that Python allocates for an index: titles, keys and the cache of words too."""
    tracemalloc.start()
    index, _ = _built(reports, size)
    gc.collect()
    held, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return f"memory, all of it: {held / len(index):.0f} bytes an issue in an index of {size:,}"


def _built(reports: Sequence[Report], size: int) -> tuple[SimilarityIndex, float]:
    """An index filled in batches, as the service does, and the seconds that it took."""
    index = SimilarityIndex()
    seconds = 0.0
    batch: list[IndexedText] = []
    for issue in _mixed(reports, size):
        batch.append(issue)
        if len(batch) == BATCH:
            start = thread_time()
            index.add_all(batch)
            seconds += thread_time() - start
            batch = []
    return index, seconds


def _searches(index: SimilarityIndex, asked: Sequence[Report], *, semantic: bool) -> list[float]:
    times = []
    for issue in (report.issue for report in asked):
        vector = issue.vector if semantic else None
        start = thread_time()
        index.search(issue.title, issue.description, group=PROJECT, vector=vector)
        times.append(thread_time() - start)
    return times


def _additions(index: SimilarityIndex, asked: Sequence[Report], size: int) -> list[float]:
    times = []
    for number, report in enumerate(asked):
        issue = replace(report.issue, number=size + number)
        start = thread_time()
        index.add_all([issue])
        times.append(thread_time() - start)
    return times


def _embeddings(encoder: Encoder, reports: Sequence[Report]) -> list[float]:
    times = []
    for report in reports:
        start = process_time()  # the encoder has a thread of its own
        embed(encoder, [(report.issue.title, report.issue.description)])
        times.append(process_time() - start)
    return times


def _mixed(reports: Sequence[Report], size: int) -> Iterator[IndexedText]:
    """The title of one report, half the text of a second one and half of a third one; the mean of their meanings."""
    choose = random.Random(SEED)
    for iid in range(size):
        one, two, three = (choose.choice(reports).issue for _ in range(3))
        text = two.description[: len(two.description) // 2] + " " + three.description[len(three.description) // 2 :]
        vector = None
        if one.vector and two.vector and three.vector:
            mean = one.vector.numbers() + two.vector.numbers() + three.vector.numbers()
            vector = Vector(VECTOR_NAME, (mean / np.linalg.norm(mean)).astype("<f2").tobytes())
        yield IndexedText(PROJECT, iid, one.title, text, vector=vector)


def _read(file: Path, encoder: Encoder | None) -> list[Report]:
    content = json.loads(file.read_text(encoding="utf-8"))
    root = {document["id"]: document["id"] for document in content["docs"]}

    def group_of(name: str) -> str:
        while root[name] != name:
            name = root[name]
        return name

    for pair in content["pairs"]:
        root[group_of(pair["query"])] = group_of(pair["duplicate_of"])
    asked = {pair["query"] for pair in content["pairs"]}
    texts = [(document["title"], document["body"]) for document in content["docs"]]
    whole = _vectors(encoder, texts)
    titles = _vectors(encoder, [(title, "") for title, _ in texts])
    return [
        Report(
            IndexedText(PROJECT, iid, title, body, vector=whole[iid]),
            group_of(document["id"]),
            document["id"] in asked,
            titles[iid],
        )
        for iid, (document, (title, body)) in enumerate(zip(content["docs"], texts, strict=True))
    ]


def _vectors(encoder: Encoder | None, texts: Sequence[tuple[str, str]]) -> list[Vector] | list[None]:
    """Kept in a file of the system's temporary directory, because thousands of them take minutes."""
    if encoder is None:
        return [None] * len(texts)
    name = hashlib.sha256(json.dumps([VECTOR_NAME, *texts]).encode()).hexdigest()[:32]
    file = Path(tempfile.gettempdir()) / f"pointsman-bench-{name}.npy"
    if not file.exists():
        made = file.with_suffix(f".{os.getpid()}.npy")
        np.save(made, embed(encoder, texts))
        made.replace(file)
    return [Vector(VECTOR_NAME, row.astype("<f2").tobytes()) for row in np.load(file, allow_pickle=False)]


def _indexed(reports: Sequence[Report], *, semantic: bool) -> SimilarityIndex:
    index = SimilarityIndex()
    index.add_all(report.issue if semantic else replace(report.issue, vector=None) for report in reports)
    return index


def _all_repeat(reports: Sequence[Report]) -> bool:
    """Only then is it known which reports are new: those whose group was put out of reach."""
    sizes = Counter(report.group for report in reports)
    return min(sizes.values()) > 1


def _how(semantic: bool) -> str:
    return "words and meaning" if semantic else "words"


def _spread(seconds: Sequence[float]) -> str:
    middle, late = np.percentile(seconds, [50, 95]) * 1000
    return f"{middle:.1f} / {late:.1f}"
