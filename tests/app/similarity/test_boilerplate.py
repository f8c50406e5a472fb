"""What everybody pastes draws no issues together: logs, footers; and opposites are not the same."""

from __future__ import annotations

import pytest

from app.similarity.index import IndexedText, SimilarityIndex
from tests.app.similarity.issues import ISSUES

LINK_AT, SUGGEST_AT = 0.7, 0.5
JOB = """
Running with gitlab-runner 16.5.0 (853330f9)
  on green-3.shared.runners-manager.gitlab.com/default fa6cab46, system ID: s_abc
Preparing the "docker+machine" executor
Using Docker executor with image ruby:2.7 ...
Pulling docker image ruby:2.7 ...
Using docker image sha256:ab12 for ruby:2.7 with digest ruby@sha256:12 ...
Preparing environment
Running on runner-xyz via runner-host...
Getting source from Git repository
Fetching changes with git depth set to 20...
Initialized empty Git repository in /builds/acme/app/.git/
Created fresh repository.
Checking out 1a2b3c4d as detached HEAD (ref is main)...
Skipping Git submodules setup
Executing "step_script" stage of the job script
$ bundle install
$ bundle exec rake
{}
Uploading artifacts for failed job
Cleaning up project directory and file based variables
ERROR: Job failed: exit code 1"""
ENVIRONMENT = """
System information
System:         Ubuntu 22.04
Current User:   git
Using RVM:      no
Ruby Version:   3.1.4p223
Gem Version:    3.4.19
Bundler Version:2.4.19
Rake Version:   13.0.6
Redis Version:  7.0.13
Sidekiq Version:6.5.7
GitLab information
Version:        {}
Revision:       ab12cd34
Directory:      /opt/gitlab/embedded/service/gitlab-rails
DB Adapter:     PostgreSQL
URL:            https://git.corp.example
Using LDAP:     yes
Using Omniauth: no
"""
FRAMES = """
lib/app/{}.rb:12:in `call'
/opt/gitlab/embedded/lib/ruby/gems/3.1.0/gems/rack-2.2.8/lib/rack/head.rb:12:in `call'
/opt/gitlab/embedded/lib/ruby/gems/3.1.0/gems/rack-2.2.8/lib/rack/conditional_get.rb:27:in `call'
lib/gitlab/middleware/read_only/controller.rb:50:in `call'
lib/gitlab/middleware/go.rb:20:in `call'
lib/gitlab/middleware/multipart.rb:173:in `call'
lib/gitlab/metrics/requests_rack_middleware.rb:79:in `call'
/opt/gitlab/embedded/lib/ruby/gems/3.1.0/gems/warden-1.2.9/lib/warden/manager.rb:34:in `catch'
"""
FOOTER = (
    "This e-mail and any attachments are confidential and intended solely for the addressee. If you are not the "
    "intended recipient please notify the sender and delete this message. Acme Ltd, registered in England."
)


def index(*issues: tuple[str, str]) -> SimilarityIndex:
    """With some others."""
    made = SimilarityIndex()
    made.add_all(ISSUES)
    made.add_all(IndexedText(1, number, title, text) for number, (title, text) in enumerate(issues, 1))
    return made


def best(known: SimilarityIndex, subject: str, body: str) -> float:
    found = known.search(subject, known.without_boilerplate(body), group=1)
    return found[0].score if found else 0.0


@pytest.mark.parametrize(
    ("pasted", "of_one", "of_other"),
    [
        (JOB, "rake aborted! artifacts missing", "could not connect to server: db:5432"),
        (ENVIRONMENT, "16.5.1-ee", "17.0.2-ee"),
        (FRAMES, "artifacts", "services"),
    ],
    ids=["the log of a job", "gitlab:env:info", "frames of middleware and gems"],
)
def test_a_log_alone_makes_no_two_reports_alike(pasted: str, of_one: str, of_other: str) -> None:
    expire = "My artifacts are gone after an hour although expire_in is a week."
    known = index(("Artifacts expire too early", f"{expire}\n{pasted.format(of_one)}"))

    other = f"The postgres service cannot be reached from the job.\n{pasted.format(of_other)}"
    assert best(known, "Services cannot reach each other", other) < SUGGEST_AT

    same = f"artifacts are gone after an hour, expire_in says a week\n{pasted.format(of_other)}"
    assert best(known, "Artifacts expire too early", same) >= SUGGEST_AT


def test_a_single_line_of_a_log_is_read() -> None:
    known = index(("Job fails", "ERROR: Job failed: exit code 137"))
    assert best(known, "Job fails", "ERROR: Job failed: exit code 137") >= LINK_AT


def test_a_footer_is_learned_from_the_issues_that_have_it() -> None:
    subjects = ("Wiki search fails", "Avatar is cropped", "LDAP sync stops", "Board loses cards", "Tags vanish")
    known = index(*((subject, f"{subject} since yesterday\n\n{FOOTER}") for subject in subjects))
    assert best(known, "Container registry is slow", f"Pulling takes minutes\n\n{FOOTER}") < SUGGEST_AT


def test_a_text_of_nothing_but_boilerplate_is_looked_for_as_it_is() -> None:
    line = "The merge request widget crashes with error 500 on merge"
    known = index(*[(f"Crash {number}", line) for number in range(6)])
    assert known.without_boilerplate(line) == line


def test_the_opposite_is_not_linked() -> None:
    known, asked = "the runner starts twice after the update", "the runner does not start after the update"
    assert best(index((known, known)), asked, asked) < LINK_AT <= best(index((asked, asked)), asked, asked)


def test_ways_to_say_no_are_one() -> None:
    known = index(("The runner cannot start", "The runner won't start on our server"))
    assert best(known, "The runner doesn't start", "the runner does not start on our server") >= LINK_AT
