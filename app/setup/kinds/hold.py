"""The status On-hold. An API cannot switch it on: a person does, once."""

from collections.abc import Mapping, Sequence
from typing import Final

from app.setup.marker import Marker
from app.setup.objects import Account, ObjectKind, Remote, Wanted
from app.setup.values import Values, mapping
from integrations.errors import NotFound, Refused, Unavailable
from integrations.zendesk.admin import Json
from integrations.zendesk.errors import NO_PAGE

KEY: Final = "hold/status"
HOW: Final = (
    "On-hold is off. Switch it on in Admin Center > Objects and rules > Tickets > Fields > Status > Edit > "
    "Enable On-hold status; with custom statuses, activate the category On-hold instead."
)


class Hold(ObjectKind):
    name = "hold"
    by_title = True

    def wanted(self, account: Account) -> Sequence[Wanted]:
        return [Wanted(KEY, {"on": True}, manual=HOW)] if uses_hold(account) else []

    def read(self, account: Account) -> Sequence[Remote]:
        return [Remote("status", "On-hold", {"on": True}, None)] if is_on(account) else []

    def read_one(self, account: Account, remote_id: str) -> Remote | None:
        del remote_id
        return next(iter(self.read(account)), None)

    def create(self, account: Account, key: str, values: Values, marker: Marker) -> Remote:
        del account, key, values, marker
        raise Refused("zendesk", HOW, "manual")

    def change(self, account: Account, found: Remote, values: Values, marker: Marker) -> Remote:
        del account, found, values, marker
        raise Refused("zendesk", HOW, "manual")


def is_on(account: Account) -> bool:
    """By the account's own statuses, else by its settings, else by its field: agents may read all three."""
    if account.statuses.rows:
        return any(one.get("status_category") == "hold" and one.get("active") for one in account.statuses.rows)
    settings = mapping(_settings(account).get("settings"))
    said = [
        mapping(settings.get("active_features")).get("on_hold_status"),
        mapping(settings.get("tickets")).get("status_hold"),
    ]
    if any(one is not None for one in said):
        return any(said)
    fields = [row for row in account.zendesk.all("ticket_fields", "ticket_fields") if row.get("type") == "status"]
    return any(option.get("value") == "hold" for row in fields for option in row.get("system_field_options") or ())


def _settings(account: Account) -> Json:
    """Empty where the token may not read them: the field says it too."""
    try:
        return account.zendesk.get("account/settings")
    except (NotFound, Refused):
        return {}
    except Unavailable as error:
        if error.reason != NO_PAGE:
            raise
        return {}


def uses_hold(account: Account) -> bool:
    """Does a status of either file, or the bound of a view, name it?"""
    return _names_it(account.rules.routing.model_dump()) or _names_it(account.rules.macros.model_dump())


def _names_it(value: object) -> bool:
    if isinstance(value, Mapping):
        return any((name in {"status", "below"} and one == "hold") or _names_it(one) for name, one in value.items())
    return isinstance(value, list | tuple) and any(map(_names_it, value))
