"""One address for one post, however it was linked: by it a feed and an automation service mean the same mention."""

import re
from dataclasses import dataclass
from typing import Final
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit, urlunsplit

TRACKERS: Final = re.compile(
    r"utm_\w{1,40}|fbclid|gclid|dclid|msclkid|igshid|igsh|mc_[ce]id|ref|ref_src|ref_url|source|si|share_id|feature"
    r"|_hs\w{1,10}|vero_id|yclid|twclid|rdt_cid|context|sort|correlation_id|share|rss|cmpid|spm"
)
"""Parameters that say how a reader came, never what they read: `t` is a topic's number on many a forum."""
_KEPT_AS_THEY_ARE: Final = 2000
_LONGEST_HOST: Final = 253
LONGEST_THREAD: Final = 512
_REDIRECTORS: Final = {
    ("www.google.com", "/url"): ("url", "q"),
    ("l.facebook.com", "/l.php"): ("u",),
    ("lm.facebook.com", "/l.php"): ("u",),
    ("out.reddit.com", "/"): ("url",),
    ("www.youtube.com", "/redirect"): ("q",),
}
"""Their parameter that holds the real address."""
_HOSTS: Final = {
    "old.reddit.com": "www.reddit.com",
    "new.reddit.com": "www.reddit.com",
    "np.reddit.com": "www.reddit.com",
    "m.reddit.com": "www.reddit.com",
    "i.reddit.com": "www.reddit.com",
    "amp.reddit.com": "www.reddit.com",
    "reddit.com": "www.reddit.com",
    "youtube.com": "www.youtube.com",
    "m.youtube.com": "www.youtube.com",
    "mobile.twitter.com": "x.com",
    "m.twitter.com": "x.com",
    "twitter.com": "x.com",
    "www.twitter.com": "x.com",
    "www.x.com": "x.com",
    "mobile.x.com": "x.com",
    "m.facebook.com": "www.facebook.com",
    "mbasic.facebook.com": "www.facebook.com",
    "facebook.com": "www.facebook.com",
    "hn.algolia.com": "news.ycombinator.com",
    "www.stackoverflow.com": "stackoverflow.com",
}
_STACK_EXCHANGE: Final = re.compile(
    r"(?:(?:\w{2}\.)?stackoverflow|serverfault|superuser|askubuntu|stackapps|[\w.-]{1,60}\.stackexchange)\.com"
    r"|mathoverflow\.net"
)
_COMMENT: Final = re.compile(
    r"(?:\A|[^a-z]|issue)(?:comment|post|reply|answer|note|discussion_r|msg|pid|[cp])[-_=/]?(\d{1,15})\Z", re.IGNORECASE
)
_ANY: Final = ""
_SAFE: Final = "/:@!$&'()*+,;=~"
"""What a path may have as it is; the rest is escaped, whether it came so or not."""


@dataclass(frozen=True, slots=True)
class _Post:
    """How a site links one post: each form, and the one that stands for all. Sources: each site's own links."""

    host: str
    """Or one that stands for others that link alike; empty: of any."""
    pattern: re.Pattern[str]
    """Over path, query and fragment as they are written."""
    form: str


def _post(host: str, pattern: str, form: str) -> _Post:
    return _Post(host, re.compile(pattern), form)


_BELOW: Final = r"((?:/[\w-]{1,50}){0,2})"
"""A forum may stand below its host."""
_POSTS: Final = (
    _post("news.ycombinator.com", r"/item\?(?:[^#]{0,500}&)?id=\d{1,12}[^#]{0,500}#(\d{1,12})\Z", "/item?id={0}"),
    _post("news.ycombinator.com", r"/item\?(?:[^#]{0,500}&)?id=(\d{1,12})\b", "/item?id={0}"),
    _post(
        "www.reddit.com", r"(?:/r/[^/]{1,50}|/user/[^/]{1,50})?/comments/\w{1,12}/[^/?#]{0,300}/(\w{1,12})\b", "/t1_{0}"
    ),
    _post("www.reddit.com", r"(?:/r/[^/]{1,50}|/user/[^/]{1,50})?/comments/(\w{1,12})\b", "/t3_{0}"),
    _post("redd.it", r"/(\w{1,12})\b", "https://www.reddit.com/t3_{0}"),
    _post("lobste.rs", r"(?:/s/\w{1,12}[^#]{0,300}#|/)c[_/](\w{1,12})\b", "/c/{0}"),
    _post("lobste.rs", r"/s/(\w{1,12})\b", "/s/{0}"),
    _post("stackoverflow.com", r"/[^#]{0,500}#comment(\d{1,12})_", "/comment/{0}"),
    _post("stackoverflow.com", r"/questions/\d{1,12}/[^#]{0,500}#(\d{1,12})\Z", "/a/{0}"),
    _post("stackoverflow.com", r"/a/(\d{1,12})\b", "/a/{0}"),
    _post("stackoverflow.com", r"/questions/\d{1,12}/[^/?#]{1,300}/(\d{1,12})\b", "/a/{0}"),
    _post("stackoverflow.com", r"/q(?:uestions)?/(\d{1,12})\b", "/q/{0}"),
    _post("www.youtube.com", r"/watch\?(?:[^#]{0,500}&)?lc=([\w.-]{1,80})", "/comment/{0}"),
    _post("www.youtube.com", r"/(?:watch\?(?:[^#]{0,500}&)?v=|shorts/|live/|embed/)([\w-]{1,20})", "/watch?v={0}"),
    _post("youtu.be", r"/[\w-]{1,20}\?(?:[^#]{0,500}&)?lc=([\w.-]{1,80})", "https://www.youtube.com/comment/{0}"),
    _post("youtu.be", r"/([\w-]{1,20})\b", "https://www.youtube.com/watch?v={0}"),
    _post("x.com", r"/(?:i/web|\w{1,30})/status(?:es)?/(\d{1,25})\b", "/status/{0}"),
    # The key alone, where it is a time in microseconds: the author may be named by handle or by DID.
    _post("bsky.app", r"/profile/[^/?#]{1,200}/post/([2-7a-z]{13})(?:[?#]|\Z)", "/post/{0}"),
    _post("bsky.app", r"/profile/([^/?#]{1,200})/post/(\w{1,40})\b", "/profile/{0}/post/{1}"),
    _post("tumblr.com", r"/(?:post|(?:blog/view/)?[\w-]{1,60})/(\d{6,25})\b", "https://www.tumblr.com/post/{0}"),
    _post("www.producthunt.com", r"/[^#]{0,500}[?&#]comment[=-](\d{1,12})\b", "/comment/{0}"),
    # Discourse: a topic's words may change, and it is its first post. Who shares a link is named in `?u=`.
    _post(_ANY, rf"{_BELOW}/t/(?:[^/?#]{{1,200}}/)?(\d{{1,10}})/(\d{{1,7}})/?(?:[?#]|\Z)", "{0}/t/{1}/{2}"),
    _post(_ANY, rf"{_BELOW}/t/[^/?#]{{1,200}}/(\d{{1,10}})/?(?:[?#]|\Z)", "{0}/t/{1}/1"),
    # Mastodon
    _post(_ANY, r"/@([^/?#]{1,100})/(\d{15,20})/?(?:[?#]|\Z)", "/@{0}/{1}"),
    _post(_ANY, r"/users/([^/?#]{1,100})/statuses/(\d{15,20})/?(?:[?#]|\Z)", "/@{0}/{1}"),
)


@dataclass(frozen=True, slots=True)
class CanonicalAddress:
    url: str
    is_of_one_post: bool
    """A site whose posts we know; else it may be the page that many comments stand on."""


def canonical_address(url: str) -> CanonicalAddress:
    """Trackers, redirectors, mobile and old hosts, `www.` and the scheme make no difference. Any text has one."""
    if not is_address(url):
        return CanonicalAddress(url[:_KEPT_AS_THEY_ARE], False)
    for _ in range(3):
        inner = _inner(url)
        if inner is None:
            break
        url = inner
    parts = urlsplit(url[:_KEPT_AS_THEY_ARE])
    host = _ascii(parts.hostname or "").rstrip(".")
    host = _HOSTS.get(host, host)
    port = f":{parts.port}" if parts.port not in {None, 80, 443} else ""
    written = (
        f"{parts.path or '/'}{'?' + parts.query if parts.query else ''}{'#' + parts.fragment if parts.fragment else ''}"
    )
    known_as = _linked_like(host)
    for post in _POSTS:
        if post.host in {known_as, _ANY} and (found := post.pattern.match(written)):
            form = post.form.format(*found.groups())
            there = host if post.host else f"{_main_host(host)}{port}"
            return CanonicalAddress(form if form.startswith("https://") else f"https://{there}{form}", True)
    return _other(_main_host(host) + port, parts.path, parts.query, parts.fragment)


def _ascii(host: str) -> str:
    """As browsers send it; one that they cannot send stays."""
    if host.isascii() or len(host) > _LONGEST_HOST:
        return host
    try:
        return host.encode("idna").decode().lower()
    except UnicodeError:
        return host


def _linked_like(host: str) -> str:
    if _STACK_EXCHANGE.fullmatch(host):
        return "stackoverflow.com"
    return "tumblr.com" if host.endswith(".tumblr.com") else host


def _main_host(host: str) -> str:
    return host.removeprefix("www.").removeprefix("m.").removeprefix("amp.")


def thread_address(url: str) -> str:
    """Of the post that belongs together with its comments: the part behind # names one of them."""
    return canonical_address(url.partition("#")[0]).url[:LONGEST_THREAD]


def _other(host: str, path: str, query: str, fragment: str) -> CanonicalAddress:
    """A page. `#comment-7` and the like name a comment on it, `#!/7` a page of its own; others only a place."""
    path = quote(unquote(re.sub(r"/{2,}", "/", path), errors="surrogateescape"), safe=_SAFE, errors="surrogateescape")
    path = path.removesuffix("/amp").removesuffix("/amp/").rstrip("/")
    kept = sorted(
        (key, value) for key, value in parse_qsl(query, keep_blank_values=True) if not TRACKERS.fullmatch(key)
    )
    comment = _COMMENT.search(fragment)
    place = f"comment-{comment[1]}" if comment else fragment if fragment.startswith(("!", "/")) else ""
    return CanonicalAddress(urlunsplit(("https", host, path, urlencode(kept), place)), bool(comment))


def names_a_place(url: str, native_id: str) -> bool:
    """Does it lead to one of many posts on a page? `native_id`: what the source calls the post; the page itself is one.

    `#v16.4` of a list of changes does, `#xtor=RSS-1` says how a reader came.
    """
    page, _, place = url.partition("#")
    if not place or "=" in place:
        return False
    return "#" in native_id or canonical_address(native_id).url != canonical_address(page).url


def _inner(url: str) -> str | None:
    """The address that a redirector leads to, as far as it stands in its own."""
    parts = urlsplit(url)
    names = _REDIRECTORS.get((parts.hostname or "", parts.path or "/"))
    if names is None:
        return None
    given = dict(parse_qsl(parts.query))
    found = next((given[name] for name in names if given.get(name)), "")
    found = found if "://" in found else unquote(found)
    return found if is_address(found) else None


def is_address(text: str) -> bool:
    try:
        parts = urlsplit(text)
        return parts.scheme in {"http", "https"} and bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:
        return False
