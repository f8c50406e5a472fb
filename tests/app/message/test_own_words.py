"""What nobody wrote to us is cut, however mail programs dress it; what people wrote stays."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.message.message import read_message
from app.message.own_words import own_words
from app.message.subjects import Subject, read_subject
from tests.support.hostile import FRAGMENTS

NEW = Subject("Bug", "new")
MATTER = "The runner on arm64 stops after the upgrade to 16.9."
BELOW = [
    # Signatures.
    "Best regards,\nBob",
    "Best,\nBob",
    "Regards - Bob",
    "Cheers!\nTom",
    "Viele Grüße Max",
    "Thanks & Regards,\nPriya Nair | Senior Engineer\nInfotech Ltd. | M: +91 98 1234 5678 | www.x.example",
    "Sincerely yours,\n\nDr. Anna Weiss\nUniversity of Somewhere",
    "Mit freundlichen Grüßen\nMax Mustermann\nMusterfirma GmbH\nGeschäftsführer: Erika Musterfrau",
    "Un saludo,\nJosé García\nDirector de Sistemas",
    "Met vriendelijke groet,\n\nJan de Vries\nSysteembeheerder",
    "С уважением,\nИван Петров",
    "よろしくお願いいたします。\n山田太郎",
    "此致\n敬礼\n张三",
    "-- \nJane\nhttps://jane.example\nBuy my book!",
    "Igor\nPoker Stars IT Department\nhttps://poker.example free bonus",
    "John Doe\nHead of Platform\nAcme Inc.\nTel: +1 555 123 4567",
    # Footers and disclaimers.
    "Sent from my iPhone",
    "Get Outlook for iOS",
    "Von meinem iPhone gesendet",
    "The information contained in this message is confidential and may be legally privileged.",
    "Ce message est confidentiel. Si vous avez reçu ce message par erreur,\nmerci de le détruire.",
    "-- \nYou received this message because you are subscribed to the Google Groups.\nTo unsubscribe, send a mail.",
    "---\nThis email has been checked for viruses by Avast antivirus software.\nhttps://www.avast.com/antivirus",
    "_______________________________________________\nList mailing list\nhttps://lists.example/list",
    # Quoted and forwarded mail.
    "> It works again, never mind.\n> Bob",
    "On Mon, Jun 3, 2024 at 10:12 AM GitLab Community\n<support@gitlab.example> wrote:\n\n> It works again.",
    "On Mon, Jun 3, 2024 at 10:12 AM, Support<s@x.example> wrote:   Hello, your ticket is closed",
    "Le lun. 3 juin 2024 à 10:12, Support <s@x.example> a écrit :\n\nBonjour,\nvotre facture est jointe.",
    "2024年6月3日(月) 10:12 サポート <s@x.example>:\nお手数ですが、新しいバージョンでお試しください。",
    "Am 03.06.2024 um 10:12 schrieb Support:\nVielen Dank für Ihre Nachricht.",
    "-----Original Message-----\nFrom: Ann\nSent: Monday\nTo: Bob; Eva\nSubject: RE: invoice\n\nPlease pay.",
    "*From:* Bob <b@x.example>\n*Sent:* Monday\n*To:* Ann\n*Subject:* RE: invoice\n\nPlease pay the invoice.",
    "Von: Support <s@x.example>\nGesendet: Montag, 3. Juni 2024\nAn: Max\nBetreff: AW: Rechnung\n\nDie Rechnung",
    "________________________________\nFrom: Bob\nSent: Monday\nTo: Ann\nSubject: x\n\nthe sponsorship",
    "##- Please type your reply above this line -##\n\nYour request was solved.",
    # Attachments.
    "<image001.png>\n[cid:image002.jpg@01D]\nIMG_2034.JPG (1.2 MB)\nScreenshot 2024-06-03 at 10.12.png",
    "![inline](https://acme.zendesk.example/attachments/token/abc/?name=IMG_1.jpeg)",
]
ABOVE = [
    "Hi team,",
    "Hi GitLab Support Team,",
    "Dear Sir or Madam,",
    "Good day Sir/Madam,",
    "Sehr geehrte Damen und Herren,",
    "Bonjour à tous,",
    "Hola,",
    "Hello!\n\nI hope you are doing well.",
    "CAUTION: This email originated from outside of the organization. Do not click links.",
    "On Mon, Jun 3, 2024 at 10:12 AM Support <s@x.example> wrote:\n> Did it work?",
]


@pytest.mark.parametrize("below", BELOW)
def test_what_stands_below_is_cut(below: str) -> None:
    assert own_words(NEW, f"{MATTER}\n\n{below}") == MATTER


@pytest.mark.parametrize("above", ABOVE)
def test_what_stands_above_is_cut(above: str) -> None:
    assert own_words(NEW, f"{above}\n\n{MATTER}") == MATTER


@pytest.mark.parametrize(
    "text",
    [
        MATTER,
        "hi gitlab is down",
        "hello gitlab is down\nplease fix it",
        "Thanks for the new release! It stops after a minute.",
        "Thanks\nfor the new release, but it stops after a minute when a job is long enough.",
        "Best Practices Guide\nis gone from the documentation",
        "The log says:\n\n  From: a\n  To: b\n\nand nothing else",
        "Browser: Firefox\nThe button does nothing",
        "Call to undefined method Gitlab::Foo in bar.rb",
        "1. open config.yml\n2. save it",
        "The upload of report.pdf fails",
    ],
)
def test_what_people_wrote_stays(text: str) -> None:
    assert own_words(NEW, text) == text


def test_a_postscript_stays() -> None:
    assert (
        own_words(NEW, f"{MATTER}\n\nBest regards,\nBob\n\nP.S. It worked in 16.8.")
        == f"{MATTER}\n\nP.S. It worked in 16.8."
    )


@pytest.mark.parametrize("added", ["", "FYI", "Hi team,\n\nplease see below.\n\nRegards\nAnn"])
def test_what_is_passed_on_without_a_word_is_read(added: str) -> None:
    passed_on = f"{added}\n\n---------- Forwarded message ---------\nFrom: A\nDate: Mon\nSubject: x\nTo: B\n\n{MATTER}"
    assert own_words(read_subject("Fwd: x"), passed_on) == MATTER
    assert own_words(read_subject("Re: x"), passed_on) != MATTER


@pytest.mark.parametrize(
    "fragment", [*FRAGMENTS, "On 1 ", "On 1 wrote:\n", "\n\n", "Best,\n", "Dear a ", "a.png ", "- "]
)
def test_no_text_takes_long(fragment: str) -> None:
    text = (fragment * 64_000)[:64_000]
    began = time.process_time()
    read_message(text[:200], text)
    assert time.process_time() - began < 0.5


@given(st.text(max_size=2000))
def test_no_text_breaks_it(text: str) -> None:
    for kind in ("new", "reply"):
        assert isinstance(own_words(Subject("", kind), text), str)
