"""Near-identical tickets and tickets of one author are one group."""

from app.model.training.examples import TrainingExample, groups, in_order, shipped_examples
from app.ticket import Requester, Ticket


def _example(number: int, body: str, handle: str = "") -> TrainingExample:
    ticket = Ticket(id=number, body=body, channel="twitter", requester=Requester(handle=handle))
    return TrainingExample(ticket, "mention", "shipped")


def test_a_text_with_a_word_changed_is_in_the_same_group() -> None:
    text = "my pipeline for the web shop has been stuck in pending since this morning, is it just me"
    found = groups(
        [_example(1, text), _example(2, text.replace("web", "book")), _example(3, "something else entirely")]
    )
    assert found[0] == found[1] != found[2]


def test_links_and_numbers_do_not_make_texts_different() -> None:
    found = groups(
        [_example(1, "earn $500 now at http://a.example/1"), _example(2, "earn $900 now at http://b.example/2")]
    )
    assert found[0] == found[1]


def test_one_author_is_one_group() -> None:
    found = groups(
        [_example(1, "first text here", "@ida"), _example(2, "quite another one", "@IDA"), _example(3, "no", "@bo")]
    )
    assert found[0] == found[1] != found[2]


def test_groups_grow_together_over_a_third_ticket() -> None:
    found = groups([_example(1, "a b c d", "@x"), _example(2, "a b c d", "@y"), _example(3, "other words", "@y")])
    assert len(set(found)) == 1


def test_order_does_not_depend_on_how_they_were_given() -> None:
    examples = [_example(number, f"text {number}") for number in range(5)]
    assert in_order(reversed(examples)) == in_order(examples)


def test_hardly_any_of_ours_are_near_copies() -> None:
    examples = shipped_examples()
    assert len(set(groups(examples))) > 0.95 * len(examples)
