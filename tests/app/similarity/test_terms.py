"""What of a text counts, and as what."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.similarity.terms import MOST_TERMS, counted, spellings, terms
from app.similarity.text import LONGEST, plain


def test_words_are_stemmed_and_empty_ones_dropped() -> None:
    assert terms("Please, the pushes were failing when I pushed") == ["push", "fail", "push"]


def test_a_titles_words_count_twice() -> None:
    assert counted("Runner stuck", "the runner hangs") == {"runner": 3, "stuck": 2, "hang": 1}


@pytest.mark.parametrize(
    ("text", "identifier"),
    [
        ("ActiveRecord::RecordNotFound", "=recordnotfound"),
        ("(NoMethodError)", "=nomethoderror"),
        ("java.lang.NullPointerException: null", "=nullpointerexception"),
        ("undefined method `login' for nil", "=undefined method"),
        ("HTTP 502 from nginx", "=502"),
        ("ECONNREFUSED 127.0.0.1", "=econnrefused"),
        ("run gitlab-ctl reconfigure", "=gitlab-ctl"),
        ("app/models/ci/variable.rb:17:in `value'", "=ci/variable.rb"),
        (
            "/opt/gitlab/embedded/lib/ruby/gems/3.1.0/gems/activerecord-7.0.8/lib/active_record/core.rb",
            "=active_record/core.rb",
        ),
        ("in .gitlab-ci.yml", "=gitlab-ci.yml"),
        ("CI_COMMIT_REF_NAME is empty", "=ci_commit_ref_name"),
    ],
)
def test_identifiers_stay_whole(text: str, identifier: str) -> None:
    assert identifier in terms(text)


def test_versions_and_other_numbers_are_no_identifiers() -> None:
    assert terms("17.3.1-ee v16.0 1234 12") == ["#17.3", "#16.0", "#1234"]


def test_what_no_second_report_has_is_dropped() -> None:
    assert terms("0x00007f3a1c 3f2a9c1b77de 20261101123456 correlation") == ["correl"]


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("<!-- zdrk7f3a9c0d41e2b8 -->\n\nwiki", "wiki"),
        ("wiki <!-- never closed", "wiki <!-- never closed"),
        ("![screenshot](/uploads/abc/image.png) wiki", "wiki"),
        ("[the wiki](https://example.com/a)", "the wiki"),
        ("````text\nwiki\n````", "wiki"),
        ("wiki<br/>page <details><summary>log</summary>", "wiki page   log"),
        ("## What was reported\n\nwiki\n\n- Reported by a community member (Forum)", "wiki"),
        ("### Steps to reproduce\n\n(How one can reproduce the issue - this is very important)\nwiki", "wiki"),
        ("wiki\n/label ~bug\n/cc @somebody", "wiki"),
        ("- [x] I searched for the same\nwiki", "wiki"),
        (r"2\.53 wiki\_page", "2.53 wiki_page"),
        (
            "see https://gitlab.example.com/group/project/-/settings/ci_cd?x=1#y wiki",
            "see  gitlab.example.com settings ci_cd  wiki",
        ),
        ("mail me@example.com or @handle wiki", "mail   or   wiki"),
        ("it’s “quoted” – wiki…", 'it\'s "quoted" - wiki'),
    ],
)
def test_markup_templates_and_links_say_nothing(text: str, left: str) -> None:
    assert plain(text).strip() == left


def test_an_issue_of_ours_is_about_what_its_ticket_was_about() -> None:
    ours = "<!-- zdrk0123456789abcdef0123 -->\n\n## What was reported\n\n````text\nThe wiki loses pages\n````\n## Where"
    assert terms(ours) == terms("The wiki loses pages")


def test_texts_without_blanks_are_cut_into_pairs() -> None:
    assert terms("源码安装") == ["源码", "码安", "安装"]


def test_shows_words_as_they_were_written() -> None:
    assert spellings("Pipelines", "pipeline STUCK") == {"pipelin": "Pipelines", "stuck": "STUCK"}


def test_a_log_of_a_thousand_names_counts_as_its_beginning() -> None:
    assert len(counted("title", " ".join(f"name{number}x" for number in range(3000)))) == MOST_TERMS


@given(st.text(max_size=600))
def test_no_text_makes_it_fail(text: str) -> None:
    assert all(terms(text))
    spellings(text, text)


@pytest.mark.parametrize(
    "piece",
    [
        "<!--",
        "![",
        "[a](",
        "<a ",
        "`",
        "```\n",
        "- [ ] ",
        "a.",
        "a/",
        "::",
        "_-",
        "@",
        "&amp;",
        "\\",
        "http://",
        "E4",
        "\ud800",
    ],
)
def test_a_megabyte_of_anything_is_read_in_no_time(piece: str) -> None:
    text = piece * (1_000_000 // len(piece))
    assert len(plain(text)) <= LONGEST
    terms(text)
