"""The forms of the GitLab pages: comment on an issue, label, close and reopen it."""

from collections.abc import Mapping
from typing import Any

from integrations.sandbox.gitlab.controls import GitlabControls
from integrations.sandbox.pages import Form, Pages

CLOSINGS = {"": "without a reason", "merge_request": "by a merge request", "not_planned": "as not planned"}
NOT_PLANNED = "wontfix"


def add_forms(pages: Pages, controls: GitlabControls) -> None:
    def comment(at: Mapping[str, Any], entered: Form) -> str:
        if not entered["body"].strip():
            raise ValueError("there is no text")
        text = entered["body"].replace("\r\n", "\n")
        controls.add_note(at["path"], at["iid"], text, internal=entered["kind"] == "internal")
        return _page_of(at)

    def label(at: Mapping[str, Any], entered: Form) -> str:
        labels = sorted({label.strip() for label in entered["labels"].split(",")} - {""})
        controls.edit_issue(at["path"], at["iid"], {"labels": labels})
        return _page_of(at)

    def close(at: Mapping[str, Any], entered: Form) -> str:
        reason = entered["reason"]
        if reason == "not_planned":
            labels = controls.issue(at["path"], at["iid"])["labels"]
            controls.edit_issue(at["path"], at["iid"], {"labels": sorted({*labels, NOT_PLANNED})})
        controls.close_issue(at["path"], at["iid"], "merge_request" if reason == "merge_request" else None)
        return _page_of(at)

    def reopen(at: Mapping[str, Any], _entered: Form) -> str:
        controls.reopen_issue(at["path"], at["iid"])
        return _page_of(at)

    for name, act in {"comment": comment, "label": label, "close": close, "reopen": reopen}.items():
        pages.add_form(f"/{{path:path}}/-/work_items/{{iid:int}}/{name}", act)


def _page_of(at: Mapping[str, Any]) -> str:
    return f"/{at['path']}/-/work_items/{at['iid']}"
