"""The language step: almost never wrong on English, and silent where it cannot know."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.triage.language import LanguageDetector, significant_words


@pytest.fixture(scope="module")
def detector() -> LanguageDetector:
    return LanguageDetector()


@pytest.mark.parametrize(
    "text",
    [
        "@gitlab 502 on gitlab.com again",
        "git push origin master hangs since an hour, anyone else? #gitlab",
        "Saúl, José and Zoë moved to @gitlab today",
        "merge request approved, pipeline green, release out",
        "yml lint error: (<unknown>): did not find expected key",
        "Loving the new minimalistic redesign, just a white page, a fox and three digits",
        "pls disable 2fa / user tonorv",
    ],
)
def test_english_and_technical_texts_are_not_called_foreign(detector: LanguageDetector, text: str) -> None:
    assert detector.detect(text).code in {"en", None}


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Schöner Artikel, danke! Gibt's den auch auf Deutsch? Ich würde ihn gern meinen Azubis geben.", "de"),
        ("Buenas, ¿alguien sabe cómo hacer para que el pipeline se ejecute solamente cuando hago merge?", "es"),
        ("GitLab Pagesでポートフォリオ公開した！思ったより簡単だった。CIの設定ファイル3行だけで動くのすごい", "ja"),
        ("почему сегодня не работает gitlab.com?", "ru"),
        ("GitLab 安装之后无法访问，请问怎么解决？", "zh"),
    ],
)
def test_foreign_texts_are_named(detector: LanguageDetector, text: str, code: str) -> None:
    assert detector.detect(text).code == code


@pytest.mark.parametrize("text", ["", "merci", "https://example.com/eine/seite @benutzer", "`nicht mehr als code`"])
def test_too_little_text_is_undecided(detector: LanguageDetector, text: str) -> None:
    assert detector.detect(text).code is None


def test_quoted_text_does_not_count(detector: LanguageDetector) -> None:
    text = "This still does not work for us, please help.\n> Vielen Dank für Ihre Nachricht, wir kümmern uns darum."
    assert detector.detect(text).code == "en"


def test_product_words_and_code_are_taken_out() -> None:
    assert significant_words("gitlab runner kaputt, siehe `git push` in /var/log/gitlab @gitlab #ci") == [
        "kaputt",
        "siehe",
        "in",
    ]


@given(st.text(max_size=400))
def test_any_text_gets_an_answer(detector: LanguageDetector, text: str) -> None:
    language = detector.detect(text)
    assert language.reason
    assert language.code is None or language.code.isalpha()
