"""Answers that nobody wrote, in the languages that mail programs speak; and people who write about such."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.message.machines import AWAY, BOUNCE, CALENDAR, RECEIPT, is_automatic_answer
from app.message.message import read_message


def written_by_machine(subject: str, body: str, *, is_notification: bool = False) -> str:
    read = read_message(subject, body, is_notification=is_notification)
    return read.nobody if read.by_machine else ""


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
    assert is_automatic_answer(subject, "")


@pytest.mark.parametrize("subject", PEOPLE)
def test_people_who_write_about_such_things_are_not_taken_for_machines(subject: str) -> None:
    assert not is_automatic_answer(subject, "")
    assert not written_by_machine(subject, "")


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
    assert written_by_machine("", text)


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
    assert not written_by_machine("", text)


@pytest.mark.parametrize(
    ("subject", "body", "why"),
    [
        ("Merge fails (Automatic reply)", "Back on Monday.", AWAY),
        ("Merge fails - Out of Office", "Ask my colleagues.", AWAY),
        ("RE: Merge fails", "Thank you for your message. I am currently out of the office and return on Monday.", AWAY),
        ("Re: Bug", "Hello,\nI am away from my desk until 3 May. In urgent cases call my colleague.", AWAY),
        ("Re: Bug", "I'm OOO this week, back Monday.", AWAY),
        (
            "AW: Bug",
            "Guten Tag,\n\nich bin vom 1. bis 5. Mai im Urlaub. In dringenden Fällen schreiben Sie an Eva.",
            AWAY,
        ),
        ("Re: Bug", "Jestem na urlopie do 5 maja.", AWAY),
        ("SV: Bug", "Jag är på semester till den 5 maj.", AWAY),
        ("Re: Bug", "Я в отпуске до 5 мая.", AWAY),
        ("Re: Bug", "現在休暇中です。5月5日に戻ります。", AWAY),
        ("Re: Bug", "我正在休假，5月5日返回。", AWAY),
        (
            "Re: Bug",
            "Hello, I'm out till Thursday 14th with no access to mail. If urgent, please ring the front desk.",
            AWAY,
        ),
        ("Re: Bug", "Our offices are closed from Dec 24 to Jan 1. We will answer as soon as possible.", AWAY),
        ("Re: Bug", "Please note that Jane Roe has left Initech. Kindly write to John instead.", AWAY),
        ("AW: Bug", "Zurzeit bin ich nicht erreichbar. Ab Montag lese ich Ihre Mail wieder.", AWAY),
        ("RE: Bug", "Absence jusqu'au 3 mai inclus. Pour toute urgence appelez le standard.", AWAY),
        ("RE: Bug", "Me encuentro de baja por maternidad hasta el 1 de junio.", AWAY),
        ("RES: Bug", "Estou de licença até 30/06. Assuntos urgentes: fale com o Paulo.", AWAY),
        ("R: Bug", "Sono in congedo fino al 15 settembre. Per urgenze scrivete a Eva.", AWAY),
        ("Antw: Bug", "Ik ben deze week vrij en lees mijn mail niet. Maandag ben ik terug.", AWAY),
        ("SV: Bug", "Jeg har ferie og er tilbake mandag 12. august.", AWAY),
        ("Odp: Bug", "Do 15 sierpnia jestem na zwolnieniu lekarskim. W pilnych sprawach proszę o kontakt.", AWAY),
        ("Re: Bug", "Köszönöm levelét. Szabadságon vagyok, sürgős esetben hívja a kollégámat.", AWAY),
        ("Re: Bug", "أنا في إجازة حتى 15 أغسطس.", AWAY),
        ("Re: Bug", "Saya sedang cuti sampai tanggal 15 Agustus.", AWAY),
        ("Re: Bug", "ただいま出張中のため、返信が遅れる場合がございます。", AWAY),
        ("Re: Bug", "8월 15일까지 휴가입니다. 급한 용건은 동료에게 연락 바랍니다.", AWAY),
        ("Bug", "Hello Ann,\n\nYour ticket #1234 has been created. An agent will respond shortly.", RECEIPT),
        ("[Ticket 12] Bug", "Thank you for contacting Acme. We will get back to you within 24 hours.", RECEIPT),
        ("Re: Bug", "##- Please type your reply above this line -##\n\nYour request (12) has been received.", RECEIPT),
        ("Bug", "Ihre Anfrage ist bei uns eingegangen.", RECEIPT),
        ("Bug", "Votre demande n°123 a bien été enregistrée.", RECEIPT),
        ("Bug", "Hemos recibido su solicitud.", RECEIPT),
        ("Bug", "Thank you for raising a request with us. Your reference is SUP-12.", RECEIPT),
        ("[Acme #99] Bug", "We just got your note and a human will be with you soon.", RECEIPT),
        (
            "Solved",
            "Your ticket 47 has been marked as solved. How would you rate the support you received? Rate us.",
            RECEIPT,
        ),
        ("Bug", "Ihr Ticket mit der Nummer 47 wurde eröffnet.", RECEIPT),
        ("Bug", "Cet email est envoyé automatiquement, merci de ne pas y répondre.", RECEIPT),
        ("Bug", "Seu chamado 47 foi aberto com sucesso.", RECEIPT),
        ("Bug", "Uw melding is geregistreerd onder nummer 47.", RECEIPT),
        ("Bug", "Twoje zgłoszenie otrzymało numer 47.", RECEIPT),
        ("Bug", "您的工单 47 已创建，我们会尽快处理。", RECEIPT),
        ("Bug", "Your message to ann@corp.example couldn't be delivered.", BOUNCE),
        ("Mail", "The following address failed: <a@b.example>: 550 5.1.1 user unknown", BOUNCE),
        ("Bug", "Ihre Nachricht an Eva konnte nicht zugestellt werden.", BOUNCE),
        ("Bug", "Adresse introuvable. Votre message n'a pas été remis à ann@corp.example.", BOUNCE),
        ("Accepted: Sync", "", CALENDAR),
        ("Sync", "Bob has accepted this invitation.", CALENDAR),
        ("Sync", "You have been invited to the following event. Weekly. Going? Yes - Maybe - No", CALENDAR),
        ("Declined: Sync", "Bob Example is not able to attend.", CALENDAR),
        ("Lu : Bug", "Votre message a été lu le lundi 3 juin.", CALENDAR),
        ("Bug", "👍 Bob Example reacted via Gmail", CALENDAR),
        ("Read: Bug", "Your message\n\n To: Ann\n Subject: Bug\n\nwas read on Monday.", CALENDAR),
        ("Sync", "BEGIN:VCALENDAR\nMETHOD:REQUEST", CALENDAR),
    ],
)
def test_what_machines_wrote_under_any_subject_is_known_by_its_kind(subject: str, body: str, why: str) -> None:
    assert written_by_machine(subject, body) == why


@pytest.mark.parametrize(
    ("subject", "body"),
    [
        ("Reset", "I'm on holiday and lost my phone with 2FA, can you turn it off? I will be back on Monday."),
        ("Busy", "The reviewer is shown although I am on vacation."),
        ("Accepted: what does it mean", "A merge request says so and stays open."),
        ("Service Desk", 'It answers "We have received your request" twice. Why?'),
        ("Re: Automatic reply: Renewal", "Dana has left. Who is our contact now?"),
        ("Bug", "Still broken!\n\n> Your request (12) has been received."),
        ("Re: Bug", "I was on vacation until Monday, sorry. The runner is still offline."),
        ("Re: Bug", "Ich war bis Montag im Urlaub. Die Pipeline hängt weiter."),
        ("Bug", "Our office is closed because of your outage, we cannot deploy until you act."),
        ("Bug", "Your system lost my ticket number 4711, please reopen it"),
    ],
)
def test_people_who_write_of_such_mail_are_read(subject: str, body: str) -> None:
    assert not written_by_machine(subject, body)


def test_a_notification_comes_by_itself_and_tells_of_what_a_person_wrote() -> None:
    body = "Do not reply to this email.\n\nAda asked: the runner is stuck."
    assert written_by_machine("New topic", body) == RECEIPT
    assert not written_by_machine("New topic", body, is_notification=True)


@given(st.text(max_size=2000))
def test_no_text_breaks_it(text: str) -> None:
    written_by_machine(text, text)
