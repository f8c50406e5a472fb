"""The triggers that call the webhook: for new tickets, and for what happens to them later.

Both leave out what our own agent does. Without that condition each of our updates would call us again.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from app.setup.kinds.category import CATEGORY
from app.setup.kinds.webhook import WEBHOOK
from app.setup.kinds.zendesk_kind import ZendeskKind
from app.setup.objects import Account, Remote, Wanted
from app.setup.values import Values, condition_rows, conditions, mapping, reference, text
from integrations.errors import IntegrationError
from integrations.zendesk.admin import Json

_BODY = (
    '{"v": 1, "event": "EVENT", "ticket_id": "{{ticket.id}}", "updated_at": "{{ticket.updated_at_with_timestamp}}", '
    '"status": "{{ticket.status}}", "via": "{{ticket.via}}", "actor_id": "{{current_user.id}}"}'
)


class Trigger(ZendeskKind):
    name = "trigger"
    lost = "What it told us of is seen only by reconciliation."
    path, many, one = "triggers", "triggers", "trigger"
    deactivated: ClassVar[Values] = {"active": False}
    calls = frozenset({"webhook", "secret"})

    def wanted(self, account: Account) -> Sequence[Wanted]:
        if not account.rules.routing.setup.webhook:
            return []
        ours = {"field": "role", "operator": "is_not", "value": account.bot_id}
        open_ = {"field": "status", "operator": "less_than", "value": "closed"}
        created = {"field": "update_type", "operator": "is", "value": "Create"}
        changed = {"field": "update_type", "operator": "is", "value": "Change"}
        category = {"category": reference(CATEGORY)} if account.has_categories else {}
        return [
            Wanted(key, {**_values(title, event, [when, open_, ours]), **category})
            for key, title, event, when in (
                ("trigger/created", "Pointsman: new tickets", "ticket.created", created),
                ("trigger/changed", "Pointsman: changed tickets", "ticket.updated", changed),
            )
        ]

    def last_change(self, account: Account, found: Remote) -> str:
        """With a name, where the account's plan keeps revisions."""
        try:
            answer = account.zendesk.get(f"{self.path}/{found.remote_id}/revisions", include="users")
        except IntegrationError:
            return super().last_change(account, found)
        said = super().last_change(account, found)
        rows = [mapping(one) for one in answer.get("trigger_revisions") or ()]
        names = {text(mapping(one).get("id")): text(mapping(one).get("name")) for one in answer.get("users") or ()}
        # No documentation shows these keys.
        author = text(max(rows, key=lambda one: text(one.get("created_at")), default={}).get("author_id"))
        return f"{said} by {names.get(author) or author}" if author else f"{said}, its revisions do not say by whom"

    def parse(self, raw: Json) -> Values:
        rows = mapping(raw.get("conditions"))
        return {
            "title": text(raw.get("raw_title") or raw.get("title")),
            "active": raw.get("active") is not False,
            "category": text(raw.get("category_id")),
            "all": conditions(rows.get("all")),
            "any": conditions(rows.get("any")),
            "actions": sorted(_action(one) for one in raw.get("actions") or ()),
        }

    def body(self, values: Values) -> dict[str, Any]:
        """Always whole: of a PUT that has conditions or actions only, Zendesk clears the others."""
        body: dict[str, Any] = {
            "title": values["title"],
            "active": values["active"],
            "conditions": {"all": condition_rows(values["all"]), "any": condition_rows(values["any"])},
            "actions": [{"field": field, "value": json.loads(value)} for field, value in values["actions"]],
        }
        return body | ({"category_id": values["category"]} if values.get("category") else {})


def _values(title: str, event: str, all_: list[dict[str, str]]) -> Values:
    call = {"field": "notification_webhook", "value": [reference(WEBHOOK), _BODY.replace("EVENT", event)]}
    return {
        "title": title,
        "active": True,
        "all": conditions(all_),
        "any": [],
        "actions": [_action(call)],
    }


def _action(raw: Mapping[str, Any]) -> list[str]:
    """The body of a call is compared as JSON: the editor of Admin Center indents it."""
    value = raw.get("value")
    parts = [text(one) for one in value] if isinstance(value, list) else [text(value)]
    return [text(raw.get("field")), json.dumps([_as_json(part) for part in parts], ensure_ascii=False)]


def _as_json(part: str) -> str:
    try:
        return json.dumps(json.loads(part), ensure_ascii=False) if part.lstrip().startswith("{") else part
    except ValueError:
        return part.replace("\r\n", "\n")
