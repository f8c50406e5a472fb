from __future__ import annotations

import pytest

from app.redaction import redact


@pytest.mark.parametrize(
    "address",
    [
        "kim.lu at corp.example",
        "kim.lu AT corp.example",
        "kim.lu @ corp.example",
        "kim.lu@ corp.example",
        "kim.lu-at-corp-dot-example",
        "kim-dot-lu-at-corp-dot-example",
        "kim.lu_at_corp.example",
        "kim_at_corp_dot_example",
        "kim.lu ät corp.example",
        "kim.lu arroba corp punto example",
        "kim.lu@corp(.)example",
        "kim.lu@corp[dot]example",
        "kim.lu@corp dot example",
        "kim dot lu at corp dot example",
        "kim dot lu at mail dot corp dot co dot uk",
        "kim(a)corp.example",
        "kim [at] corp [dot] example",
        "kim {at} corp.example",
        "kim at corp dot example",
        "kim @ corp.example",
        "kim AT corp.example",
    ],
)
def test_an_address_in_words_goes_whole(address: str) -> None:
    assert redact(f"That is {address}, thanks").text == "That is [email removed], thanks"


@pytest.mark.parametrize(
    "before", ["write me: ", "Mail: ", "my e-mail is ", "you reach me at ", "contact ", "Schreib an "]
)
def test_a_word_for_mail_makes_a_plain_name_an_address(before: str) -> None:
    assert redact(f"{before}kim at corp.example.").text == f"{before}[email removed]."


@pytest.mark.parametrize(
    "text",
    [
        "We host at example dot com",
        "look at main dot go",
        "Look at main.go and at gitlab.example.com",
        "Our runner at ci.example.com stopped, the service at api dot example dot com too",
        "java.lang.NullPointerException at com.example.Main.run",
        "NoMethodError in app.rb at config.ru, see config.yml at gitlab.com",
        "gitlab.example.com at cloud.example.com is slow",
        "I updated to 16.4 at example.com",
        "Available at docs dot example dot org and hosted at example dot net",
        "created_at_idx.sql, updated-at-index.md, look-at-main.go",
        "The mail server at mail.example.com is down. Write at least one test.",
        "he works at acme dot com; meeting @ 10.30, image @ sha256, foo(a).bar",
        "git @ gitlab.com and git@gitlab[.]com",
        "arrive at night. Com is a prefix; stop at dot. Example follows",
    ],
)
def test_a_sentence_stays(text: str) -> None:
    assert redact(text).text == text
