"""The work that looks whether a wave of complaints begins: queued after each decision for a watched archetype."""

from __future__ import annotations

from datetime import datetime

from app.work.engine.engine import Work
from app.work.jobs.attempt import payload_of

WORKFLOW = "look_for_wave"


def wave_work(key: str, archetype: str, now: datetime) -> Work:
    lane = f"wave:{archetype}"
    return Work(WORKFLOW, key, lane, payload_of(WORKFLOW, key, lane, now, archetype=archetype))
