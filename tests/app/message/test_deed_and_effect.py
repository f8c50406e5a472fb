"""Steps that people tell in a sentence: what they do, and what happens then."""

from __future__ import annotations

import pytest

from app.message.deed_and_effect import deed_and_effect


@pytest.mark.parametrize(
    "text",
    [
        "When I call GET /projects/:id/members I get an empty list.",
        "when I click Merge nothing happens",
        "If I drag a card to another list, the page reloads.",
        "If you rename a branch with a slash, the protected branch is lost",
        "Whenever someone pushes to a protected branch, the pipeline runs twice.",
        "Every time I open the Web IDE in Safari the sidebar is blank",
        "The sidebar crashes when I drag a card to another list.",
        "Running `git push` gives a 403.",
        "Clicking on Retry in the jobs list does nothing",
        "`git lfs push` fails with exit code 2",
        "GET /api/v4/projects returns 500 for archived groups",
        "git push hangs forever since this morning",
        "I clicked Merge and got a 500",
        "I ran `gitlab-rake gitlab:check`. It says that Redis is away.",
        "As soon as I remove the last label I see the old ones again",
        "After uploading a PNG to the wiki the preview stays empty",
        "Whenever a maintainer approves an MR twice the widget hangs",
        "Pushing a tag triggers two pipelines",
        "The API returns 500 when calling /api/v4/users?search=x",
        "Why do I get a 404 when I open the blame of an LFS file?",
        "when I try to import a project from Bitbucket it ends with a timeout",
    ],
)
def test_finds_a_named_deed_with_what_happens(text: str) -> None:
    assert deed_and_effect(f"Hello,\nwe have a problem.\n\n{text}") == text


@pytest.mark.parametrize(
    "text",
    [
        "When I use GitLab I get errors",
        "when I try it, it fails",
        "If I click on the button, nothing happens",
        "if I do this it does not work",
        "Whenever I open the page it is slow",
        "We run GitLab 11.4 on Debian and it crashes",
        "we moved to GitLab and now nothing works",
        "since 11.4 the Web IDE eats my tabs",
        "after the upgrade to 10.6.3 our backup fails",
        "It would be nice if I could drag a card to another list",
        "If you need the logs, I can send them",
        "How do I get a badge when I push a tag?",
        "What happens if I delete a protected branch?",
        "I love how the pipeline starts when I push a branch, it shows all",
        "gitlab is down, I get 502",
        "it crashes all the time",
        "When using the new version everything is broken",
        "after clicking around for a while it breaks",
        "I commit daily, from the work laptop",
        "I lost my phone and get no codes",
        "",
    ],
)
def test_takes_nothing_vague_for_steps(text: str) -> None:
    assert deed_and_effect(text) == ""


def test_a_sentence_over_several_lines_becomes_one_line() -> None:
    assert (
        deed_and_effect("When I call\nGET /projects I get\nan empty list")
        == "When I call GET /projects I get an empty list"
    )
