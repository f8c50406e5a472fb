"""What the service judges with by default: both language detectors and the shipped model."""

from pathlib import Path

from app.model.encoder import Encoder
from app.model.model import SHIPPED, Model
from app.triage.judge import Judgement
from app.triage.language import LanguageDetector


def shipped_judgement(model: Path = SHIPPED, encoder: Encoder | None = None) -> Judgement:
    """Loads everything once. `model`: another one, from `pointsman train`. Raises BadModel.

    Where the sentence encoder is not installed, the model's other head is used: less sure, and so more often silent.
    """
    return Judgement(LanguageDetector().detect, Model.load(model, encoder or Encoder.installed()).judge)
