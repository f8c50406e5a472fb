"""Texts that hold no words of a person about a matter, and those that hold few."""

from __future__ import annotations

import pytest

from app.message.machines import AWAY
from app.message.message import NO_WORDS, NOT_THEIRS, read_message


@pytest.mark.parametrize(
    ("subject", "body"),
    [
        ("Re: RE: FW:", "IMG_2034.jpg image002.png"),
        ("Fwd: Re: AW: ticket", "image001.png"),
        ("Re: help needed", " ![inline](https://x.example/attachments/token/a/?name=I.jpeg)\n\nGet Outlook for iOS"),
        ("FW: problem", "winmail.dat"),
        ("Re: Ticket", "see attached"),
        ("Screenshot", "image.png"),
        ("", "Please find attached the screenshot."),
        ("AW: Bug", "siehe Anhang\n\nMfG\nMax"),
        ("RE: Bug", "Voir pièce jointe"),
        ("Re: Bug", "Ver adjunto."),
        ("Re: Bug", "添付ファイルをご確認ください"),
        ("", "Thanks for the answer, will try tomorrow"),
        ("Re: Bug", "Thanks! I will test it next week and let you know."),
        ("AW: Bug", "Danke, ich probiere es morgen"),
        ("Re: Bug", "Merci pour votre réponse, je vais essayer demain"),
        ("Re: Bug", "ok, thanks!"),
        ("Re: Bug", "As discussed, please see the screenshots in the mail below.\n\nRegards"),
        ("Re: Bug", "Attaching two more pics here."),
        ("Re: Bug", "We'll give it a whirl over the weekend."),
        ("AW: Bug", "Anbei noch zwei Bilder. Danke!"),
        ("AW: Bug", "Danke für die schnelle Rückmeldung, ich teste das nächste Woche."),
        ("RE: Bug", "Je vous joins une capture d'écran."),
        ("RE: Bug", "Gracias, lo pruebo esta tarde y les cuento."),
        ("RES: Bug", "Segue o print em anexo."),
        ("R: Bug", "Grazie, provo stasera e vi faccio sapere."),
        ("Antw: Bug", "Zie de schermafbeelding in de bijlage."),
        ("Odp: Bug", "W załączniku przesyłam zrzut ekranu."),
        ("Re: Bug", "Спасибо, завтра попробую и отпишусь."),
        ("Re: Bug", "谢谢，我明天试试。"),
        ("Re: Bug", "スクリーンショットを添付します。"),
        ("Re: Bug", "On Mon, Jun 3, 2024 Support <s@x.example> wrote:\n> It works again, never mind."),
        ("Re: Bug", "Best regards,\nBob"),
        ("Error", "Hi, see attached screenshot.\n\nTom"),
        ("Error", "Hi,\n\nplease see the attached screenshot.\n\nTom Baker"),
        ("Error", "Hi all, see attached.\n\nT. Baker"),
        ("Problem", "Hello team, please find attached the screenshot. Best, Tom"),
        ("Fehler", "Siehe Anhang\n\nJürgen Groß"),
        ("", "Hi, see attached.\nTom Baker"),
        ("Error", "Hi, see attached.\nTom"),
        ("Problem", "Hello,\nplease find attached.\nMaria Lopez\nACME Ltd"),
        ("", "see attached\nTom Baker\n+49 30 1234567"),
        ("Fehler", "Hallo, siehe Anhang\nJürgen Groß"),
        ("", "Hi, see attached.\n- Tom"),
        ("", "Bonjour, voir pièce jointe.\nAnne Petit\nChef de projet"),
    ],
)
def test_a_text_without_words_about_a_matter_says_so(subject: str, body: str) -> None:
    assert read_message(subject, body).nobody == NO_WORDS


@pytest.mark.parametrize(
    ("subject", "body"),
    [
        (
            "Conversation with Web User 5f3a",
            "Conversation with Web User 5f3a\n\nURL: https://acme.example/sc/v2/apps/5f",
        ),
        ("Conversation with Ana", "Conversation with Ana"),
        ("Unterhaltung mit Ana", "Unterhaltung mit Ana"),
        ("Conversación con Ana", "Conversación con Ana"),
        (
            "Call from: +1 (555) 123",
            "Call from: +1 (555) 123\nCall to: +1 555\nTime of call: 10:12 AM\nLocation: Boston",
        ),
        ("Phone call from +1 (555) 123", "Call from: +1 (555) 123\nAnswered by: Bob\nLength of phone call: 2 minutes"),
        ("Voicemail from: +1 555", "Voicemail from: +1 555\nListen to the recording: https://x.example/1"),
        ("Abandoned call from: +1 555", "Call from: +1 555"),
        ("Anruf von: +49 30", "Anruf von: +49 30 123456"),
        ("WhatsApp conversation with +49", "Conversation with +49 151 000"),
        ("Chat with Visitor 21", "Chat started: 2024-06-03 10:12 AM UTC\nServed by: Bob"),
        ("Outbound call to +1 (555) 123", "Outbound call to +1 (555) 123\nTime of call: June 3\nCalled by: Bob"),
    ],
)
def test_what_zendesk_wrote_of_a_conversation_or_call_is_not_what_the_person_said(subject: str, body: str) -> None:
    assert read_message(subject, body).nobody == NOT_THEIRS


@pytest.mark.parametrize(
    "body",
    [
        "Conversation with Ana\n\nAna: my runner is stuck",
        "Chat with Ana\n\nChat started: 2024-01-01 10:12\nServed by: Bob\nAna: my runner is stuck",
    ],
)
def test_the_conversation_is_read_where_it_stands_in_the_text(body: str) -> None:
    assert read_message("Conversation with Ana", body).words == "Ana: my runner is stuck"
    assert not read_message("Conversation with Ana", body).nobody


@pytest.mark.parametrize(
    ("subject", "body"),
    [
        ("Pipeline fails with exit code 137", "see attached"),
        ("Re: Bug", "Thanks, that solved it!"),
        ("Re: Bug", "It works now, thank you"),
        ("Re: Bug", "I can log in now, thank you"),
        ("Re: Bug", "It is all good now"),
        ("AW: Bug", "Danke, jetzt geht es wieder"),
        ("Re: Bug", "See the attached log, the runner stops."),
        ("Re: Bug", "Thanks, will try tomorrow. But the runner is still stuck."),
        ("", "thanks a lot"),
        ("", "Thank you, Jane"),
        ("", "GitLab Pages"),
        ("Error", "See attached. Pages are down.\n\nTom"),
        ("Error", "Hi, see attached.\nPages are down"),
        ("Error", "See attached.\nThe runner is stuck since Monday\nTom Baker"),
        ("", ""),
        ("", "@gitlab ❤️"),
        ("", "[deleted]"),
        ("x", "https://gitlab.example/a/b/-/issues/1"),
    ],
)
def test_a_text_with_any_word_of_a_person_is_judged(subject: str, body: str) -> None:
    assert not read_message(subject, body).nobody


def test_a_machine_is_named_before_anything_else() -> None:
    assert read_message("Automatic reply: x", "image.png").nobody == AWAY
