"""The status On-hold. An API cannot switch it on: a person does, once."""

from collections.abc import Mapping, Sequence
from typing import Final

from app.setup.marker import Marker
from app.setup.objects import Account, ObjectKind, Remote, Wanted
from app.setup.values import Values, mapping
from integrations.errors import IntegrationError, Refused

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
    """By the account's own statuses, else by its settings, which agents may read too."""
    try:
        statuses = account.zendesk.get("custom_statuses").get("custom_statuses") or []
        if statuses:
            return any(one.get("status_category") == "hold" and one.get("active") for one in statuses)
    except IntegrationError:
        pass  # the account has none, or the token may not read them
    settings = mapping(account.zendesk.get("account/settings").get("settings"))
    features, tickets = mapping(settings.get("active_features")), mapping(settings.get("tickets"))
    return bool(features.get("on_hold_status") or tickets.get("status_hold"))


def uses_hold(account: Account) -> bool:
    """Does a status of either file, or the bound of a view, name it?"""
    return _names_it(account.rules.routing.model_dump()) or _names_it(account.rules.macros.model_dump())


def _names_it(value: object) -> bool:
    if isinstance(value, Mapping):
        return any((name in {"status", "below"} and one == "hold") or _names_it(one) for name, one in value.items())
    return isinstance(value, list | tuple) and any(map(_names_it, value))
