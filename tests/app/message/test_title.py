"""Titles say what the matter is, without what mail programs, channels and anger add."""

from __future__ import annotations

import time

import pytest

from app.message.title import make_title

TWEET = "@gitlab Labels vanish from the board when I click on the little cross. Please help https://t.co/Ab12"
BODY = "Hello,\nnothing of this says more."


@pytest.mark.parametrize(
    "subject",
    [
        f"{marks}Crash of the runner"
        for marks in (
            *("", "SV: ", "Antw: ", "R: ", "TR: ", "RES: ", "ENC: ", "RV: ", "Odp: ", "VS: ", "YNT: ", "RE[2]: "),
            *(
                "Re(2): ",
                "Re： ",
                "回复： ",
                "答复: ",
                "[EXTERNAL] RE: ",
                "***SPAM*** ",
                "[Ticket 1234] ",
                "WG: AW: Re: ",
            ),
            "[EXTERNAL] SV: AW: Fwd: ",
        )
    ],
)
def test_a_subject_loses_its_marks(subject: str) -> None:
    assert make_title(subject, BODY) == "Crash of the runner"


@pytest.mark.parametrize(
    ("subject", "words", "title"),
    [
        (TWEET[:58], TWEET, "Labels vanish from the board when I click on the little cross"),
        (f"{TWEET[:58]}…", TWEET, "Labels vanish from the board when I click on the little cross"),
        (f"{TWEET[:58]}...", TWEET, "Labels vanish from the board when I click on the little cross"),
        ("", TWEET, "Labels vanish from the board when I click on the little cross"),
        ("", "Hi! Thanks. GitLab 16.9 drops my labels. Bye", "GitLab 16.9 drops my labels"),
        ("", "gitlab.com eats #labels of @jane\nsince today", "gitlab.com eats labels of jane"),
        ("Problem", "The runner stops after a minute.", "The runner stops after a minute"),
        ("Conversation with Web User 1a2b", "My import hangs at 99%.", "My import hangs at 99%"),
        ("件名なし", "プッシュできません。助けてください。", "プッシュできません"),
        ("Question", "Thanks!", "Question"),
        ("", "https://example.org/x", ""),
        ("", "word " * 40, ("word " * 24).strip() + "…"),
        ("", "x" * 300, "x" * 119 + "…"),
    ],
    ids=[*"abcdefghijklm"],
)
def test_the_text_gives_the_title_where_the_subject_names_no_matter(subject: str, words: str, title: str) -> None:
    assert make_title(subject, words) == title


@pytest.mark.parametrize(
    ("words", "title"),
    [
        ("Great post! Would be nice to group by label. Any plans?", "Would be nice to group by label"),
        ("great release! But since 17.5 the web IDE stays blank.", "Since 17.5 the web IDE stays blank"),
        ("Love GitLab! However, the search is slow.", "The search is slow"),
        ("WTF?! 17.4.2 broke my registry. Fix this garbage", "17.4.2 broke my registry"),
        ("are you kidding me?? Third time that pipelines hang", "Third time that pipelines hang"),
        ("Ugh. Again. The registry is down", "The registry is down"),
        ("Hello. I have a question. Can I delete a group?", "Can I delete a group?"),
        ("Big fan of GitLab! Please add dark mode", "Please add dark mode"),
        ("Well done! It would be great to export epics", "It would be great to export epics"),
        ("Awesome work, thanks! Can we get dark mode?", "Can we get dark mode?"),
        ("Registry down. It began when we upgraded", "Registry down"),
        ("Love the new sidebar. It has one flaw", "Love the new sidebar"),
        ("And the winner is: a runner that hangs", "The winner is: a runner that hangs"),
        ("Great post!", "Great post"),
    ],
)
def test_no_title_is_made_of_praise_or_anger_before_the_matter(words: str, title: str) -> None:
    assert make_title("", words) == title
    assert make_title("WTF?!", words) == title


def test_the_title_of_a_post_is_not_that_of_what_is_written_below_it() -> None:
    words = "The new board does not load in Firefox."
    assert make_title("GitLab 10.6 released", words, of_post=True) == words[:-1]
    assert make_title("GitLab 10.6 released", "Thanks!", of_post=True) == "GitLab 10.6 released"


@pytest.mark.parametrize(
    ("said", "title"),
    [
        ("GITLAB CI IS DOWN AGAIN!!!", "GitLab CI is down again"),
        ("LDAP LOGIN DOES NOT WORK", "LDAP login does not work"),
        ("WHY DOES THE API RETURN ERR_500 ON HTTPS?", "Why does the API return ERR_500 on HTTPS?"),
        ("I CAN'T PUSH TO GITLAB.COM", "I can't push to GitLab.com"),
        ("GİRİŞ YAPAMIYORUM GITLAB", "Giriş yapamiyorum GitLab"),
        ("GITLAB АВАРИЯ НА СЕРВЕРЕ", "GitLab авария на сервере"),
        ("GitLab CI and LDAP fail", "GitLab CI and LDAP fail"),
        ("CI API", "CI API"),
        ("NoMethodError in MergeRequestsController", "NoMethodError in MergeRequestsController"),
    ],
)
def test_shouting_is_lowered_and_names_keep_their_capitals(said: str, title: str) -> None:
    assert make_title(said, BODY) == title


@pytest.mark.parametrize("piece", ["@a ", "A ", "a.", "\n", "Re: ", "#", " "])
def test_takes_time_in_proportion_to_the_length(piece: str) -> None:
    begin = time.process_time()
    make_title(piece * 20_000, piece * 20_000)
    assert time.process_time() - begin < 1
