"""The right page of the documentation is among the first three, also where no encoder is installed."""

from app.model.training.labelled import read_labelled, shipped_tickets
from bench.documentation import ASKED, UNSEEN, DocumentationSearch, recall, right_pages, unseen_tickets
from integrations.sandbox.docs_archive import PAGES


def test_words_alone_find_the_right_page_for_nine_questions_of_ten() -> None:
    answers, search = right_pages(), DocumentationSearch(None)
    asked = [search.ask(one, answers) for one in shipped_tickets() if one.id in answers]
    assert len(asked) == len(answers) >= 60
    assert recall(asked, 3) >= 0.9


def test_every_question_that_nobody_tuned_on_is_in_the_measure_with_pages_that_exist() -> None:
    questions = {one.id for one in unseen_tickets() if one.gold == "general_question"}
    assert set(right_pages(UNSEEN)) == questions
    assert set(right_pages(ASKED)) == {one.id for one in read_labelled(ASKED.with_suffix(".jsonl"))}
    noted = {page for file in (UNSEEN, ASKED) for pages in right_pages(file).values() for page in pages}
    assert noted <= {path.relative_to(PAGES).with_suffix("").as_posix() for path in PAGES.rglob("*.*")}


def test_words_alone_find_the_page_for_a_stranger_s_question() -> None:
    answers, search = right_pages(ASKED), DocumentationSearch(None)
    asked = [search.ask(one, answers) for one in read_labelled(ASKED.with_suffix(".jsonl")) if answers[one.id]]
    assert recall(asked, 3) >= 0.9
