"""Bodies that cannot be shaped where they are sent: a hook of routing.yaml says where each part of a mention stands."""

from collections.abc import Mapping
from functools import partial
from typing import Any, Final
from urllib.parse import parse_qsl, urlsplit

from pydantic import BaseModel

from app.feeds.addresses import canonical_address
from app.feeds.mention import LONGEST_LINE, LONGEST_TEXT, Mention, NoMentions, checked_mentions, native_id, read_json
from app.rules.json_paths import SIGN, values_at
from app.rules.schema.mentions import JsonHookConfig

_MOST_FORM_FIELDS: Final = 200
LONGEST: Final = {
    **dict.fromkeys(("title", "author", "in_reply_to"), LONGEST_LINE),
    **dict.fromkeys(("text", "html"), LONGEST_TEXT),
}
_FIELDS: Final = ("url", "id", "title", "text", "html", "published_at", "author", "thread", "in_reply_to")


def map_mentions(body: bytes, hook: JsonHookConfig, *, is_form: bool = False) -> tuple[list[Mention], list[str]]:
    """The mentions in a body, and a sentence for what is wrong in an item.

    An empty list has none. Raises NoMentions where there is not one, and something else.
    """
    # Some senders call JSON a form, as curl does: no form begins so.
    root = _read_form(body) if is_form and body.lstrip()[:1] not in {b"{", b"["} else read_json(body)
    if hook.each:
        items = values_at(hook.each, root)
        if not items and [] in values_at(hook.each.removesuffix("[*]"), root):
            return [], []
        if not items:
            raise NoMentions([f"`each` ({hook.each}) leads to nothing."])
    else:
        items = root if isinstance(root, list) else [root]
    numbered = bool(hook.each) or isinstance(root, list)
    return checked_mentions(items, numbered=numbered, read=partial(_mapped, hook), paths=_paths(hook))


def _read_form(body: bytes) -> object:
    try:
        return dict(parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=_MOST_FORM_FIELDS))
    except ValueError:
        raise NoMentions(["The body is no form."]) from None


def _mapped(hook: JsonHookConfig, item: object) -> Mapping[str, object]:
    """A mention as far as the item gives one; what is odd in it is found when it is checked."""
    given = {
        name: _fitted(value, LONGEST[name]) if name in LONGEST else value
        for name in _FIELDS
        if not _is_empty(value := _value(getattr(hook, name), item))
    }
    if given.get("html"):
        given.pop("text", None)
    if isinstance(given.get("id"), str):
        given["id"] = native_id(str(given["id"]))
    url = given.get("url")
    if isinstance(url, str):
        identity = _identity(url.strip())
        given.setdefault("id", native_id(identity))
        if channel := _channel(hook, url) or _channel(hook, identity) or hook.channel:
            given["source"] = channel
    else:
        given |= {"source": hook.channel or next(iter(hook.channels.values())), "id": given.get("id", "-")}
    return given


def _fitted(value: object, longest: int) -> object:
    """What is longer is cut, as a feed's posts are: its sender cannot shape it."""
    if isinstance(value, dict):
        return {name: _fitted(one, longest) for name, one in value.items()}
    return value[:longest] if isinstance(value, str) else value


def _value(wanted: Any, item: object) -> object:
    """None: the item does not give it."""
    if isinstance(wanted, BaseModel):
        inner = {name: _value(getattr(wanted, name), item) for name in type(wanted).model_fields}
        return {name: value for name, value in inner.items() if value is not None}
    if not wanted:
        return None
    if not wanted.startswith(SIGN):
        return str(wanted)
    found = next(iter(values_at(wanted, item)), None)
    return str(found) if isinstance(found, int | float) and not isinstance(found, bool) else found


def _is_empty(value: object) -> bool:
    """A form has its empty fields too."""
    return value is None or (isinstance(value, str) and not value.strip())


def _identity(url: str) -> str:
    try:
        return canonical_address(url).url
    except ValueError:
        return url


def _channel(hook: JsonHookConfig, url: str) -> str:
    """By the host or the domain that it belongs to; empty: none is named so."""
    try:
        host = urlsplit(url).hostname or ""
    except ValueError:
        host = ""
    labels = host.split(".")[-10:]
    domains = (".".join(labels[start:]) for start in range(len(labels)))
    return next((hook.channels[one] for one in domains if one in hook.channels), "")


def _paths(hook: JsonHookConfig) -> dict[str, str]:
    """By field of a mention, as problems name it."""
    paths: dict[str, str] = {}
    for name in _FIELDS:
        wanted = getattr(hook, name)
        inner = wanted.model_dump() if isinstance(wanted, BaseModel) else {"": wanted}
        paths |= {f"{name}.{part}".rstrip("."): path for part, path in inner.items() if path and path[0] == SIGN}
    if not hook.channel:
        paths["source"] = "`channels` names no host like that of `url`"
    return paths
