"""Two texts say the same when their letters and digits do."""

import pytest

from app.feeds.mention import Mention
from app.feeds.wording import PostWording


def wording(text: str = "", *, html: str = "", title: str = "", **author: str) -> PostWording:
    given = {"source": "forum", "id": "1", "url": "https://e.org/1", "author": author}
    return PostWording.of(Mention.model_validate(given | {"text": text, "html": html, "title": title}))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (wording("It's slow — really."), wording("it’s slow - REALLY")),
        (wording("a *b* `c`"), wording(html="<p>a <b>b</b> <code>c</code></p>")),
        (wording("a\n\nb"), wording("a b ")),
        (wording("gitlab", title="gitlab"), wording("gitlab")),
        (wording("caf\u00e9"), wording("cafe\u0301")),
    ],
)
def test_typography_makes_no_difference(one: PostWording, other: PostWording) -> None:
    assert one.digest == other.digest


@pytest.mark.parametrize("other", ["GitLab 16.5 is slow", "GitLab 16.4 is not slow", "GitLab 16.4 is slow 🙂 again"])
def test_words_and_numbers_do(other: str) -> None:
    assert wording("GitLab 16.4 is slow").digest != wording(other).digest


@pytest.mark.parametrize("cut", ["GitLab 16.4 is …", "GitLab 16.4 is...", "GitLab 16.4 [...]"])
def test_an_excerpt_ends_as_excerpts_do(cut: str) -> None:
    whole = wording("GitLab 16.4 is slow when I push")
    assert wording(cut).is_excerpt_of(whole)
    assert not whole.is_excerpt_of(wording(cut))
    assert not wording(cut.rstrip("….[]")).is_excerpt_of(whole)
    assert not wording(f"But {cut}").is_excerpt_of(whole)


def test_a_repost_has_the_same_author_and_words_whatever_it_links() -> None:
    said = "My runner fails since the update to 16.4"
    one = wording(f"{said} https://e.org/r/gitlab/1", handle="@Ada").repost_digest
    assert one == wording(f"{said} https://e.org/r/devops/2", handle="ada").repost_digest
    assert one != wording(said, handle="bob").repost_digest
    assert wording(said).repost_digest == ""
    assert wording("Too short", handle="ada").repost_digest == ""


@pytest.mark.parametrize(
    "html",
    ["<", "<!-- x -->", "<?xml version='1.0' encoding='utf-8'?><p>x</p>", "&#0;", "<table>" * 2000, "<p>" * 9000],
)
def test_odd_markup_has_a_wording_too(html: str) -> None:
    assert wording(html=html, title="gitlab").letters.startswith("gitlab")
