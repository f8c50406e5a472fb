"""Our fields in the ticket forms that the YAML names. A form is the team's: fields are added to it, and no more."""

from collections.abc import Sequence

from app.setup.kinds.ticket_field import ARCHETYPE, ISSUE, TicketField
from app.setup.marker import Marker
from app.setup.names import key_of
from app.setup.objects import Account, ObjectKind, Remote, Wanted
from app.setup.values import Values, mapping, reference, text
from integrations.errors import Refused
from integrations.zendesk.admin import Json


class TicketForm(ObjectKind):
    name = "form"

    def wanted(self, account: Account) -> Sequence[Wanted]:
        setup = account.rules.routing.setup
        fields = [key for key, on in ((ARCHETYPE, setup.archetype_field), (ISSUE, setup.issue_field)) if on]
        return [
            Wanted(
                key_of(self.name, name),
                {"name": name, "fields": [reference(key) for key in fields]},
                account.place("setup", "attach_to_forms"),
                manual=f"Zendesk has no ticket form {name}. Correct its name.",
            )
            for name in setup.attach_to_forms
        ]

    def read(self, account: Account) -> Sequence[Remote]:
        """Those that the YAML names, each with as many of our fields as it has."""
        names = account.rules.routing.setup.attach_to_forms
        if not names:
            return []
        fields = TicketField().read(account)
        marked = {
            one.marker.key: one.remote_id for one in fields if one.marker and one.marker.instance == account.instance
        }
        ours = [marked[key] for key in (ARCHETYPE, ISSUE) if key in marked]
        rows = account.zendesk.all("ticket_forms", "ticket_forms")
        return [_found(account, row, ours) for row in rows if row.get("name") in names]

    def read_one(self, account: Account, remote_id: str) -> Remote | None:
        return next((one for one in self.read(account) if one.remote_id == remote_id), None)

    def create(self, account: Account, key: str, values: Values, marker: Marker) -> Remote:
        del account, key, values, marker
        raise Refused(self.service, "setup makes no ticket forms", "no_form")

    def change(self, account: Account, found: Remote, values: Values, marker: Marker) -> Remote:
        """With all that it has: what is not sent would leave the form."""
        del marker
        there = [text(one) for one in found.raw.get("ticket_field_ids") or ()]
        ids = [int(one) for one in dict.fromkeys([*there, *values["fields"]])]
        answer = account.zendesk.send(
            "PUT", f"ticket_forms/{found.remote_id}", {"ticket_form": {"ticket_field_ids": ids}}
        )
        return _found(account, mapping(answer.get("ticket_form")), values["fields"])


def _found(account: Account, raw: Json, ours: Sequence[str]) -> Remote:
    name = text(raw.get("name"))
    there = {text(one) for one in raw.get("ticket_field_ids") or ()}
    values = {"name": name, "fields": [one for one in ours if one in there]}
    return Remote(text(raw.get("id")), name, values, Marker(key_of(TicketForm.name, name), account.instance), raw=raw)
