"""What the model sees of a ticket."""

from hypothesis import given
from hypothesis import strategies as st

from app.model.features import describe, letter_groups, meaning, pieces, read, traits
from app.model.topics import TOPICS, topics
from app.ticket import Organization, Ticket


def test_links_handles_versions_amounts_and_numbers_go_under_one_name() -> None:
    words = read("@Ida see https://x.example/a?b=1 after 11.8.3-ee, 450 rows for $20, mail a.b@c.example")
    assert words[:3] == ["{handle}", "see", "{link}"]
    assert {"{version}", "{number}", "{money}", "{address}"} <= set(words)


def test_our_own_handle_and_the_codes_that_mean_something_are_kept() -> None:
    assert read("@gitlab gives 502 on 2FA") == ["@", "gitlab", "gives", "502", "on", "2fa"]


def test_typographic_quotes_make_no_other_word() -> None:
    assert read("can’t push") == read("can't push")


def test_quoted_lines_are_not_the_writers_words() -> None:
    assert "election" not in read("> the election\nthanks")


def test_letter_groups_stay_inside_a_word() -> None:
    assert list(letter_groups("git")) == [
        *("l: g", "l:gi", "l:it", "l:t "),
        *("l: gi", "l:git", "l:it "),
        *("l: git", "l:git "),
        "l: git ",
    ]
    assert list(letter_groups("{link}")) == []


def test_words_of_the_subject_count_once_more() -> None:
    found = pieces(Ticket(id=1, subject="Push fails", body="It fails"), "email").words
    assert (found["w:fails"], found["w:subject: fails"], found["w:subject: it"]) == (2, 1, 0)


def test_traits_say_channel_code_questions_and_organization() -> None:
    ticket = Ticket(id=1, subject="Help", body="How?\n```\nboom\n```", organization=Organization(name="Acme"))
    found = set(traits(ticket, "forum"))
    assert {"t:channel forum", "t:code yes", "t:questions 1", "t:organization yes", "t:ends asking"} <= found
    assert describe("t:channel forum") == "the channel forum"
    assert describe("t:topic something to reproduce") == "words for what can be reproduced"


def test_every_trait_can_be_said_to_people() -> None:
    said = [describe(trait) for trait in traits(Ticket(id=1, body="a"), "twitter")]
    assert not any(one.startswith("t:") for one in said)
    assert not any(describe(f"t:topic {topic}").startswith("topic ") for topic in TOPICS)


def test_a_topic_counts_its_different_names_not_their_repetition() -> None:
    assert topics(["bitcoin", "bitcoin", "casino"])["junk"] == 2
    assert topics(["figured", "it", "out"])["being solved"] == 1
    assert topics(["sponsorships"])["an event"] == 1


def test_meaning_keeps_the_sentence_without_links_and_names() -> None:
    assert meaning(Ticket(id=1, body="@ida look at https://x.example/y")) == "@user look at link"


@given(st.text(max_size=3000), st.text(max_size=200))
def test_no_text_is_too_strange(body: str, subject: str) -> None:
    ticket = Ticket(id=1, subject=subject, body=body)
    found = pieces(ticket, "twitter")
    assert all(times > 0 for block in found.blocks() for times in block.values())
    names = [name for block in found.blocks() for name in block]
    assert len(names) == len(set(names))
