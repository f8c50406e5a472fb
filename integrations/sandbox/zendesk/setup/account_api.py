"""Ticket forms, custom statuses, the account's settings and the token's own state over HTTP."""

from integrations.sandbox.api import Json
from integrations.sandbox.zendesk.checks import PAGING, CheckedRequest, RequestChecks
from integrations.sandbox.zendesk.paging import page_of
from integrations.sandbox.zendesk.refusals import invalid, not_found
from integrations.sandbox.zendesk.validators import check_keys


def add_routes(checks: RequestChecks) -> None:
    checks.add_route("GET", "/ticket_forms", list_forms, query=PAGING)
    checks.add_route("GET", "/ticket_forms/{id:int}", lambda request: {"ticket_form": _form(request)})
    checks.add_route("PUT", "/ticket_forms/{id:int}", change_form)
    checks.add_route("GET", "/custom_statuses", list_statuses)
    checks.add_route("GET", "/account/settings", show_settings)
    checks.add_route("GET", "/oauth/tokens/current", show_token)


def list_forms(request: CheckedRequest) -> Json:
    """None where the account's plan has no forms."""
    return page_of(request, "ticket_forms", [*request.state.account.forms.values()], lambda raw: raw)


def change_form(request: CheckedRequest) -> Json:
    """The fields are the whole list: one that is not sent leaves the form."""
    raw, given = _form(request), request.wrapped("ticket_form")
    check_keys("ticket_form", given, frozenset({"name", "active", "ticket_field_ids"}))
    state = request.state
    known = {one.id for one in (*state.system_fields, *state.fields.values())}
    if unknown := set(given.get("ticket_field_ids", ())) - known:
        raise invalid("ticket_field_ids", f"Ticket field ids: {unknown} are not there")
    raw.update(given, updated_at=state.stamp())
    return {"ticket_form": raw}


def list_statuses(request: CheckedRequest) -> Json:
    """All at once: this list has no pages. Empty until they are switched on."""
    return {"custom_statuses": request.state.account.statuses}


def show_settings(request: CheckedRequest) -> Json:
    account = request.state.account
    return {
        "settings": {
            "active_features": {"on_hold_status": account.hold, "twitter": True, "facebook": True},
            "tickets": {"status_hold": account.hold, "rich_text_comments": True, "markdown_ticket_comments": False},
            "agents": {"agent_workspace": account.has_workspace},
            "apps": {"use": True, "create_private": True},
        }
    }


def show_token(request: CheckedRequest) -> Json:
    """Of an OAuth token; an API token has no state of its own."""
    if not request.http.headers.get("authorization", "").lower().startswith("bearer "):
        raise not_found()
    return {"token": {"id": 1, "user_id": request.user.id, **request.state.account.oauth}}


def _form(request: CheckedRequest) -> Json:
    found = request.state.account.forms.get(request.id)
    if found is None:
        raise not_found()
    return found
