"""The right page of the documentation is among the first three, also where no encoder is installed."""

from app.model.training.labelled import shipped_tickets
from bench.documentation import DocumentationSearch, recall, right_pages


def test_words_alone_find_the_right_page_for_nine_questions_of_ten() -> None:
    answers, search = right_pages(), DocumentationSearch(None)
    asked = [search.ask(one, answers) for one in shipped_tickets() if one.id in answers]
    assert len(asked) == len(answers) >= 60
    assert recall(asked, 3) >= 0.9
