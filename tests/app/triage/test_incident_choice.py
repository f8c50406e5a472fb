"""Which incident or error explains a complaint: what it is about, when it began, and rather none than a wrong one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.triage.incident_choice import ComplaintText, Ranked, best, rank_errors, rank_incidents, services_named

NOW = datetime(2018, 11, 14, 10, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class AnIncident:
    title: str
    description: str = ""
    labels: tuple[str, ...] = ("incident",)
    created_at: datetime = NOW - 20 * MINUTE


@dataclass(frozen=True, slots=True)
class AnError:
    title: str = "GRPC::Unavailable: failed to connect"
    culprit: str = ""
    project: str = "gitlabcom"
    first_seen: datetime = NOW - HOUR
    last_seen: datetime = NOW - MINUTE


WEB = AnIncident("Web UI: merge request pages time out")
EVERYTHING = AnIncident("GitLab.com answers 502 and is slow", "Load balancers.")
GIT = AnIncident("Pushes over SSH fail", labels=("incident", "Service::Git"))
REGISTRY = AnIncident("Container registry: 500 on blob upload")
PAGES = AnIncident("Pages return 404 for custom domains")
CI = AnIncident("Shared runners: jobs stay pending")
API = AnIncident("API requests are rate limited")
DATABASE = AnIncident("Replication lag on postgres-03")
ALL = [WEB, EVERYTHING, GIT, REGISTRY, PAGES, CI, API]


def chosen(text: str, *incidents: AnIncident, at: datetime = NOW) -> AnIncident | None:
    first = best(rank_incidents(ComplaintText(text, at), incidents))
    return first.cause if first else None


@pytest.mark.parametrize(
    ("text", "incident"),
    [
        ("git push hanging at 'Writing objects: 100%' for the last half hour, three repos", GIT),
        ("ssh: connect to host gitlab.com port 22: Connection timed out", GIT),
        ("Clone of a 30 MB repo: Receiving objects: 4% … 9.00 KiB/s", GIT),
        ("remote: GitLab: API is not accessible ! [remote rejected] dev -> dev (pre-receive hook declined)", GIT),
        ("each MR page loads, but the discussions spin for ever", WEB),
        ("38s to load the MR list https://gitlab.com/orbital/api-pages/merge_requests", WEB),
        ("502 on gitlab.com again", EVERYTHING),
        ("down for everyone or just me?", EVERYTHING),
        ("my job is pending since 1h47m, shared runners queue", CI),
        ("none of my jobs starts, CI minutes run", CI),
        ("registry.gitlab.com -> received unexpected HTTP status: 503 on every docker pull", REGISTRY),
        ("docker login registry.gitlab.com gives TLS handshake timeout", REGISTRY),
        ("GitLab Pages returning 404 for ALL our custom domains", PAGES),
        ("@gitlab Pages of ours in Osaka answer in 18 to 22 seconds", PAGES),
        ("gitlab.com/api/graphql + v4 both 503 for 25 min", API),
    ],
)
def test_chooses_by_what_the_ticket_mentions(text: str, incident: AnIncident) -> None:
    assert chosen(text, *ALL) == incident
    assert chosen(text, *reversed(ALL)) == incident


@pytest.mark.parametrize(
    ("text", "incident"),
    [
        ("Our GitLab Pages site answers 503", REGISTRY),
        ("Our site at acme.gitlab.io answers 503", CI),
        ("docker push fails with blob upload unknown", PAGES),
        ("my job is stuck in pending", REGISTRY),
        ("git clone dies: the remote end hung up unexpectedly", CI),
        ("git push over ssh is refused", AnIncident("Web interface is slow")),
        ("webhooks arrive 40 minutes late", GIT),
        ("502 on gitlab.com again", REGISTRY),
    ],
)
def test_rather_none_than_one_about_something_else(text: str, incident: AnIncident) -> None:
    assert chosen(text, incident) is None
    ranked = rank_incidents(ComplaintText(text, NOW), [incident])[0]
    assert ranked.fit == "other_service"
    assert ", the complaint about " in ranked.because[-1]


@pytest.mark.parametrize("incident", [EVERYTHING, DATABASE, AnIncident("S1", "Something is on fire.")])
@pytest.mark.parametrize(
    "text", ["git push hangs", "my pipeline is stuck", "Pages of ours, since noon: @gitlab Pages is away"]
)
def test_what_is_wrong_with_everything_explains_any_complaint(text: str, incident: AnIncident) -> None:
    ranked = rank_incidents(ComplaintText(text, NOW), [incident])[0]
    assert ranked.explains
    assert ranked.fit == "whole"


def test_a_complaint_that_names_nothing_is_not_linked_to_an_incident_of_one_service() -> None:
    ranked = rank_incidents(ComplaintText("down again. pls fix.", NOW), [REGISTRY])

    assert best(ranked) is None
    assert ranked[0].fit == "time_only", "a person may still want to look at it"


def test_web_and_api_are_two_faces_of_one_application() -> None:
    assert chosen("API v4 on gitlab.com answers 502 since this morning", WEB) == WEB


def test_among_incidents_of_one_service_the_one_closest_in_time_is_chosen() -> None:
    old = AnIncident("Git over SSH is slow", created_at=NOW - 20 * HOUR)
    new = AnIncident("Git over HTTPS is slow", created_at=NOW - 30 * MINUTE)
    assert chosen("git push hangs", old, new) == new


def test_an_incident_may_be_declared_after_the_complaint_but_not_much_later() -> None:
    soon = AnIncident("Git over SSH fails", created_at=NOW + 40 * MINUTE)
    late = AnIncident("Git over SSH fails", created_at=NOW + 3 * HOUR)
    assert chosen("git push hangs", late, soon) == soon
    assert chosen("git push hangs", late) is None
    assert rank_incidents(ComplaintText("git push hangs", NOW), [late])[0].fit == "other_time"


def test_the_same_status_or_slowness_speaks_for_an_incident() -> None:
    first, second = AnIncident("GitLab.com answers 500"), AnIncident("GitLab.com answers 502")
    assert chosen("gitlab.com 502", first, second) == second
    ranked = rank_incidents(ComplaintText("gitlab.com is slow, 502", NOW), [EVERYTHING])[0]
    assert "both mention 502" in ranked.because
    assert "both speak of slowness" in ranked.because


def test_a_label_says_what_a_title_does_not() -> None:
    labelled = AnIncident("2018-11-14: elevated 5xx", labels=("severity::1", "Service::GitLab Pages"))
    assert chosen("our website at acme.gitlab.io: 503", labelled) == labelled
    assert chosen("registry: 503", labelled) is None


def test_a_description_counts_only_where_title_and_labels_name_nothing() -> None:
    mentions = "While the registry is fine, jobs that use it may wait. Web and Pages are not affected."
    assert chosen("docker pull fails", AnIncident("Pushes over SSH fail", mentions)) is None
    described = AnIncident("Incident 712", "The container registry answers 503.")
    assert chosen("docker pull fails", described) == described
    assert chosen("GitLab Pages is away", described) is None


def test_what_was_quoted_and_what_addresses_name_says_nothing() -> None:
    text = "Re: jobs\n> Could you check whether your runner works?\nhttps://gitlab.com/ci/registry.git/pages gives 504"
    assert services_named(text) == ("CI",), "the subject, not the quotation"
    assert services_named("> the registry\nhttps://gitlab.com/ci/registry gives 504") == ("the web pages",)
    assert services_named("https://gitlab.com/api/v4/projects hangs") == ("the API",)


def test_web_pages_are_not_the_pages_service() -> None:
    assert services_named("one in ten pages is a 502") == ("the web pages",)
    assert services_named("Pages load so slowly. Pages!") == ("the web pages",)
    assert services_named("since noon our Pages are away") == ("Pages",)


@pytest.mark.parametrize("text", ["", "???", "down again. pls fix.", "First day at the new job"])
def test_a_complaint_may_name_nothing(text: str) -> None:
    assert services_named(text) == ()


# ---- Sentry


def named(ranked: Ranked[AnError] | None) -> str | None:
    return ranked.cause.title if ranked else None


def error(text: str, *errors: AnError) -> str | None:
    return named(best(rank_errors(ComplaintText(text, NOW), errors)))


@pytest.mark.parametrize(
    ("text", "culprit", "project"),
    [
        ("500 on every MR page", "Projects::MergeRequestsController#show", "gitlabcom"),
        ("git push hangs", "Gitlab::GitalyClient.call", "gitlabcom"),
        ("git push hangs", "", "gitlab-shell"),
        ("my jobs stay pending on shared runners", "Ci::RegisterJobService#execute", "gitlabcom"),
        ("docker pull: 503", "", "container-registry"),
        ("GitLab Pages is away", "", "gitlab-pages"),
        ("API v4 answers 502", "/api/:version/projects", "gitlabcom"),
    ],
)
def test_an_error_explains_a_complaint_about_its_service(text: str, culprit: str, project: str) -> None:
    it = AnError("Timeout", culprit, project)
    assert error(text, AnError("SomethingElse"), it) == "Timeout"
    assert error("webhooks arrive late", it) is None


def test_an_error_never_explains_a_complaint_that_names_nothing() -> None:
    assert error("down again", AnError("Timeout", "Projects::IssuesController#show"), AnError("Unknown")) is None


def test_an_error_that_stopped_before_or_began_after_is_another_matter() -> None:
    stopped = AnError("Stopped", "Gitlab::GitalyClient", last_seen=NOW - 2 * HOUR, first_seen=NOW - 3 * HOUR)
    later = AnError("Later", "Gitlab::GitalyClient", first_seen=NOW + 2 * HOUR, last_seen=NOW + 3 * HOUR)
    ranked = rank_errors(ComplaintText("git push hangs", NOW), [stopped, later])
    assert [one.fit for one in ranked] == ["other_time", "other_time"]


def test_an_error_that_was_always_there_is_shown_but_explains_nothing() -> None:
    chronic = AnError("Chronic", "Gitlab::GitalyClient", first_seen=NOW - timedelta(days=90))
    new = AnError("New", "Gitlab::GitalyClient", first_seen=NOW - 20 * MINUTE)
    ranked = rank_errors(ComplaintText("git push hangs", NOW), [chronic, new])
    assert [one.cause.title for one in ranked] == ["New", "Chronic"]
    assert best(rank_errors(ComplaintText("git push hangs", NOW), [chronic])) is None
    assert ranked[1].because[0] == "first seen 90 days before the complaint"


# ---- anything


@given(st.text(max_size=300), st.text(max_size=100), st.text(max_size=200), st.lists(st.text(max_size=20), max_size=3))
def test_any_text_is_ranked(text: str, title: str, description: str, labels: list[str]) -> None:
    ranked = rank_incidents(
        ComplaintText(text, NOW), [AnIncident(title, description, tuple(labels)), EVERYTHING, REGISTRY]
    )
    assert len(ranked) == 3
    assert all(0 <= one.score <= 1 and one.because for one in ranked)
    assert [one.explains for one in ranked] == sorted((one.explains for one in ranked), reverse=True)
    assert best(rank_errors(ComplaintText(text, NOW), [AnError(title, description)])) is None or text
