"""Every macro of macros.yaml as a macro of Zendesk, one for each of its channels: advocates apply them by hand."""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, ClassVar

from app.rules.macros import DEFAULT
from app.rules.schema.macros import MacroConfig
from app.setup.kinds.macro_text import zendesk_text
from app.setup.kinds.rich_text import is_rich, plain_lines, reply_of_html
from app.setup.kinds.zendesk_kind import ZendeskKind, is_personal
from app.setup.names import key_of
from app.setup.objects import Account, Remote, Wanted
from app.setup.values import Values, text
from integrations.zendesk.admin import Json

EVERYWHERE = "channel:all"
_TEXT, _HTML, _PUBLIC = "comment_value", "comment_value_html", "comment_mode_is_public"
_TAGS = frozenset({"current_tags", "set_tags", "remove_tags"})


class Macro(ZendeskKind):
    name = "macro"
    path, many, one = "macros", "macros", "macro"
    deactivated: ClassVar[Values] = {"active": False}

    def wanted(self, account: Account) -> Sequence[Wanted]:
        if not account.rules.routing.setup.macros:
            return []
        places = account.rules.macro_positions
        return [
            Wanted(key, values, f"{places.file}:{places.at(('macros', name, 'text', channel)).line}")
            for name, macro in account.rules.macros.macros.items()
            for channel, key, values in _by_channel(account, name, macro)
        ]

    def parse(self, raw: Json) -> Values:
        actions = [each for one in raw.get("actions") or () if isinstance(one, Mapping) for each in _split(one)]
        by_field = {text(one.get("field")): one.get("value") for one in actions}
        reply = next(filter(_is_reply, actions), {})
        others = (one for one in actions if one is not reply and one.get("field") != _PUBLIC)
        return {
            "title": text(raw.get("raw_title") or raw.get("title")),
            "active": raw.get("active") is not False,
            "reply": _reply(reply),
            # None: a person took it out, and what they apply stays as public as it was.
            "public": {"true": True, "false": False}.get(text(by_field.get(_PUBLIC))),
            "actions": sorted(map(_action, others)),
            "restriction": "" if raw.get("restriction") is None else json.dumps(raw["restriction"], sort_keys=True),
        }

    def is_seen(self, raw: Json) -> bool:
        """An admin's list has everybody's own ones too."""
        return not is_personal(raw)

    def body(self, values: Values) -> dict[str, Any]:
        comment = [
            {"field": _HTML if is_rich(values["reply"]) else _TEXT, "value": values["reply"]},
            *([] if values["public"] is None else [{"field": _PUBLIC, "value": text(values["public"])}]),
        ]
        actions = [{"field": field, "value": json.loads(value)} for field, value in values["actions"]]
        return {"title": values["title"], "active": values["active"], "actions": [*comment, *actions]}

    def body_of_change(self, values: Values, found: Remote) -> dict[str, Any]:
        """Null lifts a restriction; a new one has none."""
        del found
        return self.body(values) | ({} if values["restriction"] else {"restriction": None})


def _by_channel(account: Account, name: str, macro: MacroConfig) -> Iterable[tuple[str, str, Values]]:
    channels = account.rules.routing.channels
    for channel, written in macro.text.items():
        title = "" if channel == DEFAULT else channels[channel].title or channel
        actions = [{"field": "current_tags", "value": " ".join(macro.tags)}] if macro.tags else []
        actions += [{"field": "status", "value": macro.status}] if macro.status else []
        values = {
            "title": f"{name}::{title}" if title else name,
            "active": True,
            "reply": plain_lines(zendesk_text(account.rules.routing, written, title)),
            "public": macro.visibility == "public",
            "actions": sorted(map(_action, actions)),
            "restriction": "",
        }
        yield channel, key_of("macro", name, *([channel] if title else [])), values


def _action(raw: Mapping[str, Any]) -> list[str]:
    field, value = text(raw.get("field")), raw.get("value")
    if field in _TAGS:
        value = " ".join(sorted(text(value).split()))
    plain = [text(one) for one in value] if isinstance(value, list) else text(value)
    return [field, json.dumps(plain, ensure_ascii=False)]


def _split(action: Mapping[str, Any]) -> Iterable[Mapping[str, Any]]:
    """Zendesk may keep a text for each channel, `["channel:web", "text"]`, in one action or in several."""
    value = action.get("value")
    if action.get("field") == _TEXT and isinstance(value, list) and value and isinstance(value[0], list):
        return [{**action, "value": one} for one in value]
    return [action]


def _is_reply(action: Mapping[str, Any]) -> bool:
    """The text for every channel; one for a channel of Zendesk's is an addition by hand."""
    value = action.get("value")
    channel = value[0] if isinstance(value, list) and len(value) > 1 else EVERYWHERE
    return action.get("field") in {_TEXT, _HTML} and channel == EVERYWHERE


def _reply(action: Mapping[str, Any]) -> str:
    """One text, in whichever form it is kept: who saves a macro in Admin Center may turn it into rich text."""
    value = action.get("value")
    if action.get("field") == _HTML:
        return reply_of_html(text(value))
    return plain_lines(text(value[-1] if isinstance(value, list) and value else value))
