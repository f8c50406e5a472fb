"""train and evaluate: trains a model on what advocates corrected, and measures it before it is used."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from rich.console import Console

from app.cli.console import err, print_line
from app.cli.errors import NotDone
from app.cli.unreadable import readable
from app.clients import zendesk_client
from app.model.encoder import Encoder
from app.model.model import SHIPPED, Model
from app.model.store import ModelStore
from app.model.training.evaluation import ACTING, Evaluation, evaluate
from app.model.training.examples import TrainingExample, example_of, shipped_examples
from app.model.training.gate import newest_slice, refusals
from app.model.training.labelled import read_labelled
from app.model.training.predictions import Band, Prediction, predictions_of
from app.model.training.tables import render, summary
from app.model.training_report import TrainingReport
from app.records.corrections import Corrections
from app.records.database import DatabaseError
from app.records.database_url import cannot_open
from app.records.migration import read_only
from app.records.records import NoRecords
from app.rules.channels import recognise_channel
from app.rules.files import read_rules
from app.rules.loading import Rules
from app.settings import ZendeskSettings
from app.tags import ARCHETYPE_TAG, DONE_TAG
from app.triage.judge import Judged, judge
from app.triage.shipped import shipped_judgement
from app.work.snapshot import as_if_new, ticket_from_json

# A correction of a real ticket of this team counts more than a ticket that we invented.
CORRECTION_WEIGHT = 3.0
SOLVED_WEIGHT = 1.0
TRAINING_PACKAGES = {"sklearn", "scipy", "threadpoolctl"}
"""Of the extra `train`."""


@dataclass(frozen=True)
class Sources:
    """What a training run reads beside the shipped tickets."""

    database_url: str
    zendesk: ZendeskSettings | None
    """With it, training also reads the solved tickets whose archetype a person set."""
    since: datetime
    rules: Rules
    """They say which channel a ticket came from."""


def train_model(out: Console, sources: Sources, folder: Path, *, force: bool) -> int:
    """0: the service uses the new model after its next start. 1: the new model is worse and was not stored.

    Raises NotDone without the packages of the extra `train`.
    """
    try:
        from app.model.training.train import thresholds_yaml, train
    except ModuleNotFoundError as error:
        if error.name not in TRAINING_PACKAGES:
            raise
        raise NotDone(f"Training needs {error.name}. Install it: pip install 'pointsman[train]'") from error
    learned = [*corrections(sources.database_url), *solved(sources)]
    examples = [*shipped_examples(), *learned]
    print_line(out, f"Training on {len(examples)} tickets; {len(learned)} of them come from this team.")
    say = partial(print_line, err)
    encoder = Encoder.installed()
    store = ModelStore(folder)
    current = Model.load(store.current() or SHIPPED, encoder)
    compared = newest_slice(examples, _newest(current))
    if compared is None:
        trained = train(examples, encoder, say)
        after, before = trained.evaluation, None
        reasons = _below_measured(current, trained.evaluation, with_encoder=trained.semantic is not None)
    else:
        candidate = Model.load(
            ModelStore(folder / ".candidate").put(train(compared.older, encoder, say).files), encoder
        )
        before = evaluate(predictions_of(current, compared.newer), ACTING)
        after = evaluate(predictions_of(candidate, compared.newer), ACTING)
        reasons = refusals(before, after)
        trained = train(examples, encoder, say)
    for name, evaluation in (("before", before), ("after", after)):
        if evaluation is not None:
            print_line(out, f"\n{name}", style="bold")
            out.print(summary(evaluation))
    stored = force or not reasons
    measured = current.names.measured.get(_measure(trained.semantic is not None))
    TrainingReport(
        at=datetime.now(UTC).isoformat(),
        tickets=len(examples),
        from_team=len(learned),
        compared_on=len(compared.newer) if compared else 0,
        macro_f1_before=before.macro_f1 if before else measured,
        macro_f1_after=after.macro_f1,
        accuracy_before=before.accuracy if before else None,
        accuracy_after=after.accuracy,
        stored=stored,
        reasons=reasons,
    ).keep(folder)
    if not stored:
        print_line(out, "The new model is worse, so it was not stored. Use --force to store it anyway:", style="red")
        for reason in reasons:
            print_line(out, f"  - {reason}")
        return 1
    store.put(trained.files)
    print_line(out, f"Stored model {trained.version[:16]} in {folder}. Restart the service to use it.", style="green")
    print_line(out, "\n" + thresholds_yaml(Model.load(store.current() or SHIPPED, encoder).thresholds))
    return 0


def corrections(database_url: str) -> Iterator[TrainingExample]:
    """What people corrected, with the tickets as they were then. Empty while there is no database.

    Raises NewerDatabase and NoRecords.
    """
    try:
        with read_only(database_url) as engine:
            for one in Corrections(engine).all() if engine else ():
                if one.ticket:  # else retention deleted its text
                    ticket, at = ticket_from_json(one.ticket), datetime.fromisoformat(one.at)
                    yield TrainingExample(ticket, one.archetype, "correction", CORRECTION_WEIGHT, at)
    except DatabaseError as error:
        raise NoRecords(cannot_open(database_url, error)) from error


def solved(sources: Sources) -> Iterator[TrainingExample]:
    """Solved tickets with an archetype tag that a person set: we never acted on them. Raises IntegrationError."""
    if sources.zendesk is None:
        return
    for snapshot in readable(zendesk_client(sources.zendesk).changed_since(sources.since)):
        tags = [tag for tag in snapshot.tags if tag.startswith(ARCHETYPE_TAG)]
        if snapshot.status not in {"solved", "closed"} or len(tags) != 1 or DONE_TAG in snapshot.tags:
            continue
        ticket = as_if_new(snapshot)
        ticket = replace(ticket, channel=recognise_channel(sources.rules.routing.channels, ticket))
        archetype = tags[0].removeprefix(ARCHETYPE_TAG)
        yield TrainingExample(ticket, archetype, "solved", SOLVED_WEIGHT, snapshot.created_at)


def evaluate_file(out: Console, file: Path, routing: Path, macros: Path, *, as_json: bool) -> None:
    """Measures rules and model together, as the service uses them. Raises BadTickets with file and line."""
    rules = read_rules(routing, macros)
    judgement = shipped_judgement()
    now = datetime.now(UTC)
    predictions = [
        prediction_of(example, judge(rules, example.ticket, judgement, now=now))
        for example in map(example_of, read_labelled(file))
    ]
    found = evaluate(predictions, ACTING)
    if as_json:
        out.file.write(json.dumps(found.as_json(), ensure_ascii=False, indent=2) + "\n")
    else:
        out.print(render(found))


def prediction_of(example: TrainingExample, judged: Judged) -> Prediction:
    verdict = judged.verdict
    said = next((entry for entry in verdict.trace if entry["asked"] == "model"), None)
    best = verdict.archetype or (max(said["probabilities"], key=said["probabilities"].get) if said else "")
    band: Band = verdict.confidence if verdict.archetype else "low"
    by_model = verdict.decided_by in {"model", "none"} and said is not None
    return Prediction(
        id=example.id,
        gold=example.archetype,
        right=example.right,
        archetype=best,
        band=band,
        decided_by=verdict.decided_by,
        probability=said["probabilities"].get(best) if by_model and said else None,
        trace=tuple(entry for entry in verdict.trace if entry.get("matched")) or ((said,) if said else ()),
    )


def _newest(model: Model) -> datetime | None:
    """The newest ticket that the current model has read; later ones are new to it."""
    newest = str(model.names.trained_on.get("newest", ""))
    return datetime.fromisoformat(newest) if newest else None


def _measure(with_encoder: bool) -> str:
    return "macro_f1_with_encoder" if with_encoder else "macro_f1"


def _below_measured(current: Model, found: Evaluation, *, with_encoder: bool) -> tuple[str, ...]:
    """For too few new tickets to compare by time: compares the two cross-validations."""
    was = current.names.measured.get(_measure(with_encoder))
    now = found.macro_f1
    return (f"macro F1 falls from {was:.3f} to {now:.3f}",) if was is not None and now < was - 0.01 else ()
