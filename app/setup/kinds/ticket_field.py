"""The drop-down with the archetypes, and the text field for the linked issue's address.

An option that the YAML does not name any more stays: dropping it would wipe the value from old tickets and macros.
"""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from app.rules.verdict import spoken
from app.setup.kinds.zendesk_kind import ZendeskKind
from app.setup.marker import Marker
from app.setup.objects import Account, Remote, Wanted
from app.setup.values import Values, text
from app.tags import ARCHETYPE_TAG
from integrations.errors import Invalid
from integrations.zendesk.admin import Json

ARCHETYPE = "field/archetype"
ISSUE = "field/issue"
RETIRED = " (retired)"
_FOR_AGENTS = {"active": True, "required": False, "visible_in_portal": False}
"""The service fills them in: nobody has to, and the person who wrote does not see them."""


class TicketField(ZendeskKind):
    name = "field"
    lost = "Its values go from every ticket."
    path, many, one = "ticket_fields", "ticket_fields", "ticket_field"
    deactivated: ClassVar[Values] = {"active": False}
    marked = "agent_description"

    def wanted(self, account: Account) -> Sequence[Wanted]:
        setup, routing = account.rules.routing.setup, account.rules.routing
        fields = []
        if setup.archetype_field:
            options = [
                [f"{ARCHETYPE_TAG}{name}", one.title or spoken(name)] for name, one in routing.archetypes.items()
            ]
            fields.append(
                Wanted(
                    ARCHETYPE,
                    {"title": "Archetype", "type": "tagger", **_FOR_AGENTS, "options": options},
                    account.place("archetypes"),
                )
            )
        if setup.issue_field:
            given = str(routing.fields.issue or "")
            values = {"title": "GitLab issue", "type": "text", **_FOR_AGENTS}
            fields.append(Wanted(ISSUE, values, account.place("fields", "issue"), remote_id=given))
        return fields

    def parse(self, raw: Json) -> Values:
        values: dict[str, Any] = {
            "title": text(raw.get("raw_title") or raw.get("title")),
            "type": text(raw.get("type")),
            "active": raw.get("active") is not False,
            "required": raw.get("required") is True,
            "visible_in_portal": raw.get("visible_in_portal") is True,
        }
        if values["type"] == "tagger":
            values["options"] = [
                [text(one.get("value")), text(one.get("raw_name") or one.get("name"))]
                for one in raw.get("custom_field_options") or ()
                if isinstance(one, Mapping) and not text(one.get("name")).endswith(RETIRED)
            ]
        return values

    def body(self, values: Values) -> dict[str, Any]:
        body = {name: value for name, value in values.items() if name != "options"}
        if "options" in values:
            body["custom_field_options"] = [{"name": name, "value": value} for value, name in values["options"]]
        return body

    def change(self, account: Account, found: Remote, values: Values, marker: Marker) -> Remote:
        wanted = {value for value, _ in values.get("options", ())}
        old = [one for one in found.raw.get("custom_field_options") or () if text(one.get("value")) not in wanted]
        kept = [[text(one["value"]), text(one["name"]).removesuffix(RETIRED) + RETIRED] for one in old]
        if values["type"] != found.values["type"]:
            raise Invalid(self.service, f"its type is {found.values['type']}, and a field's type cannot change", "type")
        sent = {name: value for name, value in values.items() if name != "type"}
        if "options" in values:
            sent["options"] = [*values["options"], *kept]
        return super().change(account, found, sent, marker)

    def is_seen(self, raw: Json) -> bool:
        return raw.get("removable") is not False

    @staticmethod
    def clash(fields: Sequence[Remote]) -> str:
        """Another field that has one of our tags: Zendesk does not check it, and refuses edits later."""
        for other in fields:
            options = other.raw.get("custom_field_options") or ()
            for value in (text(other.raw.get("tag")), *(text(one.get("value")) for one in options)):
                if value.startswith(ARCHETYPE_TAG):
                    return f"the field {other.title} has the tag {value}, and a tag may be in one field only"
        return ""
