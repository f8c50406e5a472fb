"""What can be wrong in GitLab."""

from collections.abc import Iterable
from typing import Final

from app.setup.doctor.diagnosis import APPLY, LOG, Check, Diagnosis, fail, ok, warn
from app.setup.doctor.token_end import SOON_DAYS, days_until
from app.setup.kinds.hook import EVENTS
from app.setup.kinds.label import Label
from app.setup.objects import Account
from app.setup.values import mapping, text
from integrations.gitlab.admin import Json

REPORTER, MAINTAINER = 20, 40
OLDEST, SIGNS = (18, 3), (19, 0)


def token(account: Account) -> Iterable[Diagnosis]:
    said = account.gitlab.token()
    scopes = said.get("scopes") or []
    if said.get("active") is False or said.get("revoked"):
        yield fail("gitlab/token", "the token is not valid any more", "Make a new one, and put it into GITLAB_TOKEN.")
        return
    if "scopes" not in said:
        yield warn("gitlab/token", "GitLab does not tell the token's scopes", "It needs `api`: look there.")
        return
    if "api" not in scopes:
        yield fail("gitlab/token", f"the token has the scopes {', '.join(scopes)}", "Make one with the scope `api`.")
        return
    days = days_until(said.get("expires_at"))
    if days is not None and days < SOON_DAYS:
        yield warn("gitlab/token", f"the token ends in {days} days", "Make a new one, and put it into GITLAB_TOKEN.")
    else:
        yield ok("gitlab/token", f"scope api{f', valid for {days} days' if days is not None else ''}")


def version(account: Account) -> Iterable[Diagnosis]:
    said = account.gitlab.version()
    number = tuple(int(part) for part in said.split("-")[0].split(".")[:2] if part.isdecimal())
    if number < OLDEST:
        yield fail("gitlab/version", f"GitLab {said} is too old", "The oldest that works is 18.3.")
    elif number < SIGNS:
        yield warn("gitlab/version", f"GitLab {said} cannot sign webhooks", "From 19.0 on it can; then apply again.")
    else:
        yield ok("gitlab/version", f"GitLab {said}")


def trackers(account: Account) -> Iterable[Diagnosis]:
    for name, tracker in account.rules.routing.trackers.items():
        place = account.place("trackers", name)
        if tracker.project not in account.projects:
            remedy = f"Correct {place}, or make the bot a member."
            yield fail("gitlab/trackers", f"the token sees no project {tracker.project}", remedy)
            continue
        rights = mapping(account.gitlab.project(tracker.project).get("permissions"))
        levels = [mapping(rights.get(one)).get("access_level") or 0 for one in ("project_access", "group_access")]
        if max(levels) < REPORTER:
            yield fail("gitlab/trackers", f"the bot is no member of {tracker.project}", "Make it a Reporter or higher.")
        else:
            yield ok("gitlab/trackers", f"{tracker.project}: access level {max(levels)}")


def hooks(account: Account) -> Iterable[Diagnosis]:
    """Only a maintainer sees them."""
    for path, project_id in account.projects.items():
        row = _our_hook(account, project_id)
        if row is None:
            yield fail("gitlab/hooks", f"{path}: no webhook calls {_our_url(account)}", APPLY)
            continue
        off = [event for event in EVENTS if not row.get(event)]
        if row.get("alert_status") not in {None, "executable"}:
            remedy = "Mend what refuses it (see the log), then press Test on the hook's page."
            yield fail("gitlab/hooks", f"{path}: GitLab has switched the webhook off", remedy)
        elif not any(row.get(name, True) for name in ("token_present", "signing_token_present")):
            yield fail("gitlab/hooks", f"{path}: the webhook lost its secret", APPLY)
        elif off:
            yield warn("gitlab/hooks", f"{path}: the webhook leaves out {', '.join(off)}", APPLY)
        else:
            yield ok("gitlab/hooks", f"{path}: the webhook is on")


def deliveries(account: Account) -> Iterable[Diagnosis]:
    """GitLab keeps them for seven days. It answers this question five times a minute."""
    for path, project_id in account.projects.items():
        row = _our_hook(account, project_id)
        answers = account.gitlab.deliveries(project_id, text(row["id"])) if row is not None else []
        failed = [one for one in answers if not one.startswith(("2", "3"))]
        said = f"{path}: {len(failed)} of the last {len(answers)} deliveries failed ({', '.join(sorted(set(failed)))})"
        if failed and len(failed) == len(answers):
            yield fail("gitlab/deliveries", said, LOG)
        elif failed:
            yield warn("gitlab/deliveries", said, LOG)
        elif answers:
            yield ok("gitlab/deliveries", f"{path}: the last {len(answers)} deliveries arrived")


def _our_hook(account: Account, project_id: int) -> Json | None:
    rows = (row for row in account.gitlab.hooks(project_id) if row.get("url") == _our_url(account))
    return next(rows, None)


def labels(account: Account) -> Iterable[Diagnosis]:
    kind = Label()
    found = [one.values for one in kind.read(account)]
    missing = [one.values["name"] for one in kind.wanted(account) if one.values not in found]
    if missing:
        yield warn("gitlab/labels", f"missing: {', '.join(sorted(set(missing)))}", APPLY)
    else:
        yield ok("gitlab/labels", "the labels of new issues are there")


def _our_url(account: Account) -> str:
    return f"{account.public_url}/webhooks/gitlab"


CHECKS: Final = (
    Check("gitlab/token", token),
    Check("gitlab/version", version),
    Check("gitlab/trackers", trackers),
    Check("gitlab/hooks", hooks),
    Check("gitlab/deliveries", deliveries, cheap=False),
    Check("gitlab/labels", labels, cheap=False),
)
