"""The right page of the documentation is among the first three, also where no encoder is installed."""

from app.model.training.labelled import shipped_tickets
from bench.documentation import UNSEEN, DocumentationSearch, recall, right_pages, unseen_tickets
from integrations.sandbox.docs_archive import PAGES


def test_words_alone_find_the_right_page_for_nine_questions_of_ten() -> None:
    answers, search = right_pages(), DocumentationSearch(None)
    asked = [search.ask(one, answers) for one in shipped_tickets() if one.id in answers]
    assert len(asked) == len(answers) >= 60
    assert recall(asked, 3) >= 0.9


def test_every_question_that_nobody_tuned_on_is_in_the_measure_with_pages_that_exist() -> None:
    questions = {one.id for one in unseen_tickets() if one.gold == "general_question"}
    noted = right_pages(UNSEEN)
    assert set(noted) == questions
    assert all((PAGES / f"{page}.md").is_file() for pages in noted.values() for page in pages)
