"""Answers that nobody wrote, in the languages that mail programs speak; and people who write about such."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.triage.auto_reply import is_auto_reply_subject, is_auto_reply_text

MACHINES = [
    "Automatic reply: Your issue was closed",
    "AUTO: Out of Office: back on Monday".removeprefix("AUTO: "),
    "Re: Out of office",
    "[EXTERNAL] Automatic reply: hello",
    "Out of the office until 3 May",
    "Abwesenheitsnotiz: Ihre Anfrage",
    "Automatische Antwort: Ihre Anfrage",
    "AW: Nicht im Büro",
    "Réponse automatique : votre demande",
    "Absence du bureau",
    "Respuesta automática: su consulta",
    "Resposta automática: seu pedido",
    "Risposta automatica: la tua richiesta",
    "Automatisch antwoord: uw vraag",
    "Autosvar: din fråga",
    "Automatyczna odpowiedź: pytanie",
    "Автоматический ответ: вопрос",
    "自動返信: お問い合わせ",
    "自动回复：您的问题",
    "자동 회신: 문의",
    "Undelivered Mail Returned to Sender",
    "Delivery Status Notification (Failure)",
    "Mail delivery failed: returning message to sender",
    "Vacation response",
]
PEOPLE = [
    "",
    "Automatic reply macro is broken since 11.4",
    "How do I set up an out of office message for Service Desk?",
    "Autoresponder spams our project",
    "Service Desk: auto-replies are sent twice",
    "Absenteeism in the pipeline report",
    "Failure notices are not sent",
    "On vacation mode the runner still picks up jobs",
    "Unzustellbare Mails im Service Desk",
    "Delivery of artifacts fails",
]


@pytest.mark.parametrize("subject", MACHINES)
def test_what_a_mail_program_writes_is_known_by_its_subject(subject: str) -> None:
    assert is_auto_reply_subject(subject)


@pytest.mark.parametrize("subject", PEOPLE)
def test_people_who_write_about_such_things_are_not_taken_for_machines(subject: str) -> None:
    assert not is_auto_reply_subject(subject)


@pytest.mark.parametrize(
    "text",
    [
        "Hi,\n\nI am currently out of the office and will be back on Monday.",
        "Thank you for your message. I'm on annual leave until 3 May.",
        "This is an automated response. Please do not reply.",
        "Guten Tag,\nich bin bis einschließlich 3. Mai nicht im Büro.",
        "Bonjour, je suis actuellement en congés.",
        "Hola, estoy fuera de la oficina.",
        "Olá, estarei de férias até segunda.",
        "Buongiorno, sono attualmente fuori ufficio.",
        "Beste, ik ben momenteel op vakantie.",
        "自動返信です。",
        "From: Ada <ada@example.org>\nAuto-Submitted: auto-replied; owner-email=ada@example.org\n\nBack on Monday.",
        "Received: from mx.example.org\n\tby mail.example.org\nX-Autoreply: yes\n\nBack on Monday.",
        "Precedence: auto_reply\n\nBack on Monday.",
    ],
)
def test_a_comment_of_a_machine_is_known_by_how_it_begins(text: str) -> None:
    assert is_auto_reply_text(text)


@pytest.mark.parametrize(
    "text",
    [
        "It still fails, here is the log of the office runner.",
        "I am out of ideas, the pipeline is stuck.",
        "We left GitLab on for the holidays and it is fine now.",
        "x" * 400 + " I am out of the office",
        "Your mails lack a header:\n\nAuto-Submitted: auto-replied",
        "Auto-Submitted: auto-replied is missing in your mails.",
        "From: GitLab\nAuto-Submitted: auto-generated\nPrecedence: bulk\n\nis what your notifications say.",
        "Precedence: bulk\n\nAuto-Submitted: auto-replied",
    ],
)
def test_a_comment_of_a_person_is_read(text: str) -> None:
    assert not is_auto_reply_text(text)


@given(st.text(max_size=2000))
def test_no_text_breaks_it(text: str) -> None:
    is_auto_reply_subject(text)
    is_auto_reply_text(text)
