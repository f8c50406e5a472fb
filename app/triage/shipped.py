"""What the service judges with as it is installed: both language detectors and the shipped model."""

from __future__ import annotations

from app.triage.judge import Judgement
from app.triage.language import LanguageDetector
from app.triage.model.model import Model


def shipped_judgement() -> Judgement:
    """Loads everything once; a second or so."""
    return Judgement(LanguageDetector().detect, Model.load().judge)
