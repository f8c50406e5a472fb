"""The GitLab pages: what an engineer sees, with nothing in it that a stranger could make run."""

from __future__ import annotations

import httpx

from integrations.sandbox import GitlabSandbox

HOSTILE = "<!-- zdrk1234567890 -->\n\nReported:\n\n````text\n<script>x()</script>\n/close @joe\n````\n\n<b>raw</b> ![i](http://e/1.png)"


def test_an_issue_shows_its_text_labels_and_notes(gitlab: GitlabSandbox, project: str) -> None:
    gitlab.add_issue(project, title="<i>t</i>", description=HOSTILE, labels=["bug"], confidential=True)
    gitlab.add_note(project, 1, "a *note* <script>y()</script>", internal=True)
    answer = httpx.get(gitlab.issue(project, 1)["web_url"])
    page = answer.text
    for shown in (
        "&lt;i&gt;t&lt;/i&gt;",
        "&lt;script&gt;x()",
        "<em>note</em>",
        "confidential",
        "internal note",
        ">bug<",
    ):
        assert shown in page
    for hidden in ("zdrk1234567890", "<script", "<b>raw", "<img"):
        assert hidden not in page
    assert "default-src 'none'" in answer.headers["content-security-policy"]


def test_what_a_text_made_gitlab_do_is_shown(gitlab: GitlabSandbox, project: str) -> None:
    gitlab.add_issue(project, title="t", description="hi @joe\n/label ~x")
    page = httpx.get(gitlab.issue(project, 1)["web_url"]).text
    assert "<code>/label ~x</code>" in page
    assert "<code>@joe</code>" in page


def test_lists_projects_and_issues(gitlab: GitlabSandbox, project: str) -> None:
    gitlab.add_issue(project, title="the older")
    gitlab.add_issue(project, title="the newer", issue_type="incident")
    assert f'href="/{project}/-/issues"' in httpx.get(gitlab.url).text
    page = httpx.get(f"{gitlab.url}/{project}/-/issues").text
    assert page.index("the newer") < page.index("the older")
    assert f'href="/{project}/-/work_items/2"' in page
    assert "2 open of 2 issues" in page


def test_a_renamed_project_is_shown_at_both_addresses(gitlab: GitlabSandbox, project: str) -> None:
    gitlab.add_issue(project, title="t")
    gitlab.rename_project(project, f"{project}-new")
    for path in (project, f"{project}-new"):
        for page in ("issues", "work_items/1"):
            assert f"{project}-new" in httpx.get(f"{gitlab.url}/{path}/-/{page}").text
    for missing in ("/none/such/-/issues", f"/{project}-new/-/work_items/9", "/none"):
        assert httpx.get(f"{gitlab.url}{missing}").status_code == 404


def test_a_closed_issue_says_where_it_went(gitlab: GitlabSandbox, project: str) -> None:
    for title in "abc":
        gitlab.add_issue(project, title=title)
    gitlab.close_issue(project, 2, reason="duplicate", target=(project, 1))
    gitlab.close_issue(project, 3, reason="moved", target="community/infrastructure")
    assert (
        f'duplicate of <a href="{gitlab.url}/{project}/-/work_items/1"'
        in httpx.get(gitlab.issue(project, 2)["web_url"]).text
    )
    assert "moved to <a href=" in httpx.get(gitlab.issue(project, 3)["web_url"]).text
