"""The sentence that is shown of a section."""

import pytest

from app.documentation.excerpt import LONGEST_EXCERPT, excerpt

TEXT = (
    "A paused runner takes no new jobs. Those that run already go on to their end.\ngitlab-runner pause --all\n"
    "- Ask an administrator first."
)


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("what happens to jobs that run already?", "Those that run already go on to their end."),
        ("who is asked, an administrator?", "Ask an administrator first."),
        ("gibberish", "A paused runner takes no new jobs."),
    ],
)
def test_the_sentence_that_shares_the_most_words_is_taken(question: str, expected: str) -> None:
    assert excerpt(TEXT, "", question) == expected


def test_a_long_sentence_is_cut_between_words_and_code_alone_is_shown() -> None:
    assert excerpt("word " * 200 + ".", "", "word").removesuffix(" …") == ("word " * 60).strip()
    assert len(excerpt("word " * 200 + ".", "", "word")) <= LONGEST_EXCERPT + 2
    assert excerpt("make all\n  make install", "", "install") == "make all make install"
