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


@pytest.mark.parametrize(
    "body",
    [
        "The merge button shows error 500 since the upgrade.\n\nFrançais : le bouton de fusion affiche une erreur 500.",
        "EN: Our runner takes no jobs since yesterday.\nDE: Unser Runner nimmt seit gestern keine Jobs mehr an.",
        "Наш раннер не берёт задачи со вчерашнего дня.\n\nOur runner does not pick up any jobs since yesterday.",
        "I get this when I push: Fehler: Zugriff verweigert",
        "I get this when I push: erreur : vous n'avez pas la permission de pousser vers cette branche du projet",
        "Hi, I was blocked and the page says: Ihr Konto wurde gesperrt. Bitte wenden Sie sich an Ihren Administrator.",
        'The console prints "Verbindung zum Server wurde unerwartet geschlossen, bitte erneut versuchen" when I clone.',
    ],
)
def test_english_in_it_means_it_can_be_answered(detector: LanguageDetector, body: str) -> None:
    assert detector.detect(f"Bug\n{body}").code in {"en", None}


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ("Cuando hago push me sale esto:\n\nremote: You are not allowed to push code to this project.", "es"),
        (
            "No puedo entrar en mi cuenta desde ayer y me sale:\n\nYour account has been blocked.",
            "es",
        ),
        ('Seit dem Update kann ich nichts mehr pushen. Die Meldung ist "You are not allowed to push code".', "de"),
        ("Fehler: ich kann mich seit heute morgen nicht mehr anmelden und weiß nicht warum", "de"),
        ("Seit gestern:\n\n  Can't verify CSRF token authenticity\n\nWas können wir dagegen tun?", "de"),
    ],
)
def test_english_messages_in_a_foreign_text_do_not_count(detector: LanguageDetector, body: str, code: str) -> None:
    assert detector.detect(f"\n{body}").code == code


@pytest.mark.parametrize(
    "text",
    [
        "Tauri Electron Svelte Astro",
        "Django Flask FastAPI Starlette Quart",
        "Ansible Terraform Pulumi Packer Vagrant",
        "Gentoo Manjaro Debian Ubuntu Fedora",
        "vite esbuild rollup parcel turbopack",
        "problem\nwinmail.dat",
    ],
)
def test_a_list_of_names_is_no_language(detector: LanguageDetector, text: str) -> None:
    assert detector.detect(text).code in {"en", None}
