"""Views: those of `setup.views`, and one for each channel."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, ClassVar

from app.rules.schema.setup import ViewConfig
from app.setup.kinds.zendesk_kind import ZendeskKind, is_personal
from app.setup.marker import Marker
from app.setup.names import key_of
from app.setup.objects import Account, Remote, Wanted
from app.setup.values import Values, condition_rows, conditions, mapping, reference, text
from integrations.errors import Invalid
from integrations.zendesk.admin import Json
from integrations.zendesk.via import channel_ids

COLUMNS = ["status", "subject", "requester", "created", "updated", "assignee"]
Rows = list[dict[str, str]]


class View(ZendeskKind):
    name = "view"
    path, many, one = "views", "views", "view"
    deactivated: ClassVar[Values] = {"active": False}

    def wanted(self, account: Account) -> Sequence[Wanted]:
        setup = account.rules.routing.setup
        views = []
        for name, view in setup.views.items():
            values = _values(account, view)
            views.append(
                Wanted(
                    key_of(self.name, name),
                    values,
                    account.place("setup", "views", name),
                    manual=_unseen(account, view),
                    otherwise=_by_channels_that_stay(account, values),
                )
            )
        if setup.channel_views:
            views += self._of_channels(account)
        return views

    def _of_channels(self, account: Account) -> Iterable[Wanted]:
        """A channel that has a view of its own under `setup.views` gets no second one."""
        routing = account.rules.routing
        for name, channel in routing.channels.items():
            view = ViewConfig(title=f"Channel: {channel.title or name}", channel=(name,))
            if name not in routing.setup.views and _recognised(account, name):
                yield Wanted(
                    key_of(self.name, "channel", name), _values(account, view), account.place("channels", name)
                )

    def parse(self, raw: Json) -> Values:
        execution, rows = mapping(raw.get("execution")), mapping(raw.get("conditions"))
        group_by, sort_by = text(execution.get("group_by")), text(execution.get("sort_by"))
        return {
            "title": text(raw.get("raw_title") or raw.get("title")),
            "active": raw.get("active") is not False,
            "all": conditions(rows.get("all")),
            "any": conditions(rows.get("any")),
            "columns": [_column(one) for one in execution.get("columns") or ()],
            "group_by": group_by,
            "group_order": text(execution.get("group_order")) if group_by else "",
            "sort_by": sort_by,
            "sort_order": text(execution.get("sort_order")) if sort_by else "",
            "restriction": _restriction(raw.get("restriction")),
        }

    def body(self, values: Values) -> dict[str, Any]:
        output = {name: values[name] for name in ("group_by", "group_order", "sort_by", "sort_order") if values[name]}
        return {
            "title": values["title"],
            "active": values["active"],
            "all": condition_rows(values["all"]),
            "any": condition_rows(values["any"]),
            "output": {"columns": [int(one) if one.isdecimal() else one for one in values["columns"]], **output},
        }

    def body_of_change(self, values: Values, found: Remote) -> dict[str, Any]:
        """Null takes away what a person added; a new one has none of it."""
        body = self.body(values)
        body["output"] |= {name: None for name in ("group_by", "sort_by") if found.values[name] and not values[name]}
        return body | ({} if values["restriction"] else {"restriction": None})

    def _sent(self, account: Account, method: str, path: str, body: Json, remote_id: str = "") -> Remote:
        """Nobody documents whether a view may leave out two channels; without a list of them there is no other way."""
        try:
            return super()._sent(account, method, path, body, remote_id)
        except Invalid as error:
            left_out = [row for row in body.get("all", ()) if _leaves_out(row["field"], row["operator"])]
            if len(left_out) < 2:
                raise
            advice = f"{error.message}; name the channels that it has by `channel:`, not others by `not_channel:`"
            raise Invalid(self.service, advice, error.reason, error.fields) from error

    def is_seen(self, raw: Json) -> bool:
        """Not a person's own, nor one of Zendesk's, whose title it translates. Ours always, whatever its title."""
        if Marker.in_text(raw.get("description")) is not None:
            return True
        return not is_personal(raw) and "{{" not in text(raw.get("raw_title"))


def _values(account: Account, view: ViewConfig) -> Values:
    all_: Rows = [{"field": "status", "operator": "less_than", "value": view.below}]
    any_: Rows = []
    if view.group:
        all_.append({"field": "group_id", "operator": "is", "value": group_id(account, view.group)})
    if view.tags:
        all_.append({"field": "current_tags", "operator": "includes", "value": " ".join(view.tags)})
    if view.hours:
        all_.append({"field": "requester_updated_at", "operator": "greater_than", "value": str(view.hours)})
    for name in view.not_channel:
        all_ += [{"field": "via_id", "operator": "is_not", "value": one} for one in _vias(account, name)]
    for name in view.channel:
        any_ += _recognised(account, name)
    return {
        "title": view.title,
        "active": True,
        "all": conditions(all_),
        "any": conditions(any_),
        "columns": COLUMNS,
        "group_by": "status",
        "group_order": "asc",
        "sort_by": "created",
        "sort_order": "asc",
        "restriction": "",
    }


def _leaves_out(field: str, operator: str) -> bool:
    return (field, operator) == ("via_id", "is_not")


def _by_channels_that_stay(account: Account, values: Values) -> Values:
    """A view that leaves out several channels, by all others that this account has."""
    left_out = [row[2] for row in values["all"] if _leaves_out(*row[:2])]
    stay = sorted(set(account.channels() or ()) - {*left_out})
    if len(left_out) < 2 or not stay or values["any"]:
        return {}
    rows = [{"field": "via_id", "operator": "is", "value": one} for one in stay]
    all_ = [row for row in values["all"] if not _leaves_out(*row[:2])]
    return {**values, "all": all_, "any": conditions(rows)}


def _unseen(account: Account, view: ViewConfig) -> str:
    """A view cannot look at addresses: without a condition it would hold every ticket."""
    blind = [name for name in view.channel if not _recognised(account, name)]
    # What the account does not have needs no condition that leaves it out.
    blind += [name for name in view.not_channel if name not in _channel_of(account).values()]
    return f"Zendesk cannot tell the channel {', '.join(blind)} in a view: take it out of this one." if blind else ""


def group_id(account: Account, name: str) -> str:
    return account.groups.get(name) or reference(key_of("group", name))


def _recognised(account: Account, name: str) -> Rows:
    """How a view finds a channel's tickets: by Zendesk's channel and by tags. It cannot look at addresses."""
    channel = account.rules.routing.channels[name]
    rows: Rows = [{"field": "via_id", "operator": "is", "value": one} for one in _vias(account, name)]
    tags = sorted({tag for way in channel.recognise for tag in way.tags if "*" not in tag})
    return rows + ([{"field": "current_tags", "operator": "includes", "value": " ".join(tags)}] if tags else [])


def _vias(account: Account, channel: str) -> list[str]:
    """The ids of Zendesk's channels that lead to this one, as far as the account has them."""
    offered = account.channels()
    found = (one for one, name in _channel_of(account).items() if name == channel)
    return sorted((one for one in found if offered is None or one in offered), key=int)


def _channel_of(account: Account) -> dict[str, str]:
    """Each id leads to one channel: to the first that names it, before those that name it among several."""
    found: dict[str, str] = {}
    for exact in (True, False):
        for name, channel in account.rules.routing.channels.items():
            for via in (via for way in channel.recognise for via in way.via):
                for number in channel_ids(via, exact=exact) or ([] if exact else _by_title(account, via)):
                    found.setdefault(str(number), name)
    return found


def _by_title(account: Account, via: str) -> list[int]:
    """A channel that Zendesk added since: by its title in this account."""
    plain = via.replace("_", " ").lower()
    offered = (account.channels() or {}).items()
    return [int(number) for number, title in offered if title.lower() == plain and number.isdecimal()]


def _column(given: object) -> str:
    name = text(given.get("id")) if isinstance(given, Mapping) else text(given)
    return "subject" if name == "description" else name


def _restriction(given: object) -> str:
    if not isinstance(given, Mapping):
        return ""
    ids = given.get("ids") or [given.get("id")]
    return f"{text(given.get('type'))} {' '.join(sorted(map(text, ids)))}"
