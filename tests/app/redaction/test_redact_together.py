"""What one text gives away goes from the other too."""

from __future__ import annotations

import time

import pytest

from app.redaction import redact, redact_together


@pytest.mark.parametrize(
    ("subject", "body", "left"),
    [
        (
            "hunter2x is refused",
            "My password: hunter2x",
            ("[password removed] is refused", "My password: [password removed]"),
        ),
        (
            "password: hunter2x",
            "hunter2x is refused",
            ("password: [password removed]", "[password removed] is refused"),
        ),
        (
            "Login with 'Zq81kQm2Lp0a' fails",
            "curl -u anna:Zq81kQm2Lp0a https://x.example",
            ("Login with '[password removed]' fails", "curl -u [password removed] https://x.example"),
        ),
        (
            "w1nter-is-here at git clone",
            "git clone https://jane:w1nter-is-here@git.example/a.git",
            ("[credentials removed] at git clone", "git clone https://[credentials removed]@git.example/a.git"),
        ),
        (
            "Ask Oyelaran about the runner",
            "From: Tunde Oyelaran\n\nThe runner stops.",
            ("Ask [person removed] about the runner", "From: [person removed]\n\nThe runner stops."),
        ),
        (
            "From: Tunde Oyelaran",
            "Then Oyelaran restarted the runner.",
            ("From: [person removed]", "Then [person removed] restarted the runner."),
        ),
    ],
)
def test_a_secret_or_a_name_of_one_text_goes_from_both(subject: str, body: str, left: tuple[str, str]) -> None:
    assert tuple(one.text for one in redact_together([subject, body])) == left


@pytest.mark.parametrize(
    ("subject", "body"),
    [
        ("The runner stops", "password: runner"),
        ("hunter2xyz is a host", "password: hunter2x"),
        ("The a1b2c job", "password: a1b2c"),
    ],
)
def test_words_that_are_no_secret_by_themselves_stay(subject: str, body: str) -> None:
    assert redact_together([subject, body])[0].text == subject


def test_each_text_counts_what_was_removed_from_it() -> None:
    subject, body = redact_together(["hunter2x again", "password: hunter2x, hunter2x"])
    assert (dict(subject.removed), dict(body.removed)) == ({"password": 1}, {"password": 2})


def test_texts_do_not_run_into_each_other() -> None:
    assert [one.text for one in redact_together(["The password is:", "broken again, help"])] == [
        "The password is:",
        "broken again, help",
    ]


def test_nothing_is_found_the_second_time() -> None:
    once = [one.text for one in redact_together(["x hunter2x", "password: hunter2x\nFrom: Tunde Oyelaran"])]
    assert [one.text for one in redact_together(once)] == once


def test_many_secrets_take_no_more_time_than_the_text_is_long() -> None:
    text = "\n".join(f"password: hunter{number}x" for number in range(5_000))
    started = time.process_time()
    redact_together([text, text])
    assert time.process_time() - started < 6.0


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("PASSWORD=2Dabcdef", "PASSWORD=[password removed]"),
        ("a=3Db and x=2Dy and PASSWORD=2Dabcdef", "a=3Db and x=2Dy and PASSWORD=[password removed]"),
        (
            "Content-Transfer-Encoding: quoted-printable\n\nmail kim.lu=40corp.example",
            "Content-Transfer-Encoding: quoted-printable\n\nmail [email removed]",
        ),
        (
            "<a href=3D'x'>token glpat=2DZq81kQm2Lp0aa7TT9uVw</a>",
            "<a href=3D'x'>token [GitLab token removed]</a>",
        ),
        (
            "caf=C3=A9 is open, glpat=2DZq81kQm2=\nLp0aa7TT9uVw is mine",
            "caf=C3=A9 is open, [GitLab token removed] is mine",
        ),
        ("a=3Db =E2=80=93 password=3A hunter2x", "a=3Db =E2=80=93 password=[password removed] [password removed]"),
        ("write to kim.lu=40corp.example", "write to kim.lu=40corp.example"),
        ("The size=20 and PORT=8080 of caf=C3=A9=\n stay.", "The size=20 and PORT=8080 of caf=C3=A9=\n stay."),
        ("a=3Db =EF=B7=90 stays", "a=3Db =EF=B7=90 stays"),
    ],
)
def test_quoted_printable_is_read_where_the_text_shows_signs_of_it(text: str, left: str) -> None:
    assert redact(text).text == left
