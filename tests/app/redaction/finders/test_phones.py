from __future__ import annotations

from app.redaction import redact
from app.redaction.finders.phones import MOST_JUDGED


def test_of_a_long_list_of_numbers_all_go_without_asking_for_each() -> None:
    numbers = [f"612 {n:03} 678" for n in range(MOST_JUDGED + 1)]
    assert redact("\n".join(numbers)).removed == {"phone": len(numbers)}


def test_ids_of_jobs_and_pipelines_stay() -> None:
    text = "jobs 4000123456, 4000123457 and #1234567890 of pipeline 987654321, !12345678"
    assert redact(text).text == text
