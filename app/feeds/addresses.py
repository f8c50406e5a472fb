"""One address for one post, however it was linked: by it a feed and an automation service mean the same mention."""

import re
from dataclasses import dataclass
from typing import Final
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit, urlunsplit

TRACKERS: Final = re.compile(
    r"utm_\w{1,40}|fbclid|gclid|dclid|msclkid|igshid|igsh|mc_[ce]id|ref|ref_src|ref_url|source|src|s|t|si|share_id|feature"
    r"|_hs\w{1,10}|vero_id|yclid|twclid|rdt_cid|context|sort|correlation_id|share|rss|cmpid|spm"
)
"""Parameters that say how a reader came, never what they read."""
_KEPT_AS_THEY_ARE: Final = 2000
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


@dataclass(frozen=True, slots=True)
class _Post:
    """How a site links one post: each form, and the one that stands for all. Sources: each site's own links."""

    host: str
    pattern: re.Pattern[str]
    """Over path, query and fragment as they are written."""
    form: str


def _post(host: str, pattern: str, form: str) -> _Post:
    return _Post(host, re.compile(pattern), form)


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
    _post("x.com", r"/\w{1,30}/status(?:es)?/(\d{1,25})\b", "/status/{0}"),
    _post("bsky.app", r"/profile/([^/?#]{1,200})/post/(\w{1,40})\b", "/profile/{0}/post/{1}"),
    _post("www.producthunt.com", r"/[^#]{0,500}[?&#]comment[=-](\d{1,12})\b", "/comment/{0}"),
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
    host = (parts.hostname or "").rstrip(".")
    host = _HOSTS.get(host, host)
    port = f":{parts.port}" if parts.port not in {None, 80, 443} else ""
    written = (
        f"{parts.path or '/'}{'?' + parts.query if parts.query else ''}{'#' + parts.fragment if parts.fragment else ''}"
    )
    for post in _POSTS:
        if post.host == host and (found := post.pattern.match(written)):
            form = post.form.format(*found.groups())
            return CanonicalAddress(form if form.startswith("https://") else f"https://{host}{form}", True)
    return _other(host + port, parts.path, parts.query, parts.fragment)


def thread_address(url: str) -> str:
    """Of the post that belongs together with its comments: the part behind # names one of them."""
    return canonical_address(url.partition("#")[0]).url[:LONGEST_THREAD]


def _other(host: str, path: str, query: str, fragment: str) -> CanonicalAddress:
    """A page. `#comment-7` and the like name a comment on it; other fragments only a place."""
    host = host.removeprefix("www.").removeprefix("m.").removeprefix("amp.")
    path = re.sub(r"/{2,}", "/", path).removesuffix("/amp").removesuffix("/amp/").rstrip("/")
    kept = sorted(
        (key, value) for key, value in parse_qsl(query, keep_blank_values=True) if not TRACKERS.fullmatch(key)
    )
    comment = re.search(r"(?:comment|post|reply|note|c)[-_=/]?(\d{1,15})\Z", fragment)
    place = f"comment-{comment[1]}" if comment else ""
    return CanonicalAddress(urlunsplit(("https", host, path, urlencode(kept), place)), bool(comment))


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
