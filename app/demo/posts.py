"""What people write elsewhere: on the sandbox's sites, which the feeds read, and once more by a signed webhook."""

import base64
import json
import re
import secrets
import time
from collections.abc import Mapping
from pathlib import Path

import httpx

from app.demo.samples import PostSample
from app.rules.files import read_rules, read_text
from app.settings import Settings
from app.signatures import SIGNING_PREFIX, signing_key, standard_signature
from integrations.sandbox import Sandbox

_OWN_FEEDS = re.compile(r"^feeds:.*\n(?:(?:[ \t#].*)?\n)*", re.MULTILINE)
BY_ALERT = "alert-"
FEEDS = """
feeds:
  hackernews:
    {{type: hackernews, channel: hackernews, address: '{url}/hackernews', items: '{url}/hackernews/item',
     look_for: gitlab, since: {since}}}
  blog: {{type: disqus, channel: disqus, forum: gitlab, address: '{url}/disqus', since: {since}}}
  forum: {{type: discourse, channel: forum, address: '{url}/forum', since: {since}}}
"""


def signing_secret() -> str:
    return SIGNING_PREFIX + base64.b64encode(secrets.token_bytes(32)).decode()


def with_feeds_of(sandbox: Sandbox, settings: Settings, folder: Path) -> Settings:
    """The rules with the sandbox's sites for feeds: a demo reads no real site. Raises BadRules."""
    read_rules(settings.routing_file, settings.macros_file)  # so that an error names the file that people know
    since = sandbox.clock.now().date().isoformat()
    written = folder / "routing.yaml"
    own = _OWN_FEEDS.sub(lambda found: "\n" * found[0].count("\n"), f"{read_text(settings.routing_file)}\n")
    written.write_text(own + FEEDS.format(url=sandbox.feeds.url, since=since), encoding="utf-8")
    return settings.model_copy(update={"routing_file": written})


def write_posts(sandbox: Sandbox, posts: tuple[PostSample, ...]) -> dict[str, PostSample]:
    """By the `external_id` of the ticket that each becomes."""
    written = {}
    for post in posts:
        number = sandbox.feeds.write(post.site, post.html, author=post.author, title=post.title, thread=post.thread)
        if post.answer:
            sandbox.feeds.write(post.site, post.answer, author="gitlab", thread=post.thread, answers=number)
        written[f"mention:{post.site}:{number}"] = post
    return written


def hand_over(web: httpx.Client, secret: str, external_id: str, post: PostSample) -> int:
    """The same post as an automation service sends it: under an id of its own."""
    number = external_id.rpartition(":")[2]
    mention: Mapping[str, object] = {
        "source": post.site,
        "id": f"{BY_ALERT}{number}",
        "url": f"https://news.ycombinator.com/item?id={number}&utm_source=alert",
        "html": post.html,
        "author": {"handle": post.author},
    }
    body = json.dumps(mention).encode()
    stamp = str(int(time.time()))
    signature = standard_signature(signing_key(secret), "demo", stamp, body)
    headers = {"webhook-id": "demo", "webhook-timestamp": stamp, "webhook-signature": signature}
    return web.post("/webhooks/mentions", content=body, headers=headers).status_code


def tickets_of_posts(sandbox: Sandbox) -> dict[str, list[int]]:
    """By their `external_id`: that of the feed, whichever of the two came first."""
    found: dict[str, list[int]] = {}
    for number in sandbox.zendesk.ticket_ids():
        if external_id := sandbox.zendesk.ticket(number)["external_id"]:
            found.setdefault(str(external_id).replace(BY_ALERT, ""), []).append(number)
    return found
