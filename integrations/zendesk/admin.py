"""The account's own objects (webhooks, triggers, views, macros, fields, groups): plain JSON, each request sent once.

Not by zenpy: it knows no trigger categories, no signing secrets and no definitions, and changes what it reads.
"""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

import requests

from integrations.errors import Invalid, NotFound
from integrations.outbound import UNGUARDED, Outbound
from integrations.session import DEFAULT_TIMEOUT, Timeout, VendorSession, unreadable
from integrations.zendesk.errors import SERVICE, explain
from integrations.zendesk.session import dropped_keys

PAGE = 100
MOST_PAGES = 200
Json = Mapping[str, Any]


def _cursor_of(links: object) -> str:
    following = links.get("next") if isinstance(links, Mapping) else None
    return next(iter(parse_qs(urlsplit(str(following or "")).query).get("page[after]", [])), "")


class ZendeskAdmin:
    def __init__(
        self,
        url: str,
        *,
        email: str = "",
        token: str = "",
        oauth_token: str = "",
        timeout: Timeout = DEFAULT_TIMEOUT,
        outbound: Outbound = UNGUARDED,
    ) -> None:
        self._session = VendorSession(SERVICE, url, timeout=timeout, explain=explain, outbound=outbound)
        self.is_oauth = bool(oauth_token)
        """An API token has neither scopes nor an end."""
        if oauth_token:
            self._session.headers["Authorization"] = f"Bearer {oauth_token}"
        else:
            self._session.auth = (f"{email}/token", token)

    def close(self) -> None:
        self._session.close()

    def get(self, path: str, **params: str) -> Json:
        """One GET. Raises IntegrationError."""
        return self._json(self._session.get(self._url(path), params=params), f"GET {path}")

    def find(self, path: str) -> Json | None:
        """None: it is gone."""
        try:
            return self.get(path)
        except NotFound:
            return None

    def all(self, path: str, name: str) -> Iterator[Json]:
        """Every row of the list `name`, active or not. One GET for each 100."""
        params: dict[str, str] = {"page[size]": str(PAGE)}
        for number in range(2, MOST_PAGES):
            answer = self.get(path, **params)
            rows = answer.get(name)
            if not isinstance(rows, list):
                raise unreadable(SERVICE, "GET", f"GET {path}")
            yield from rows
            meta, links = answer.get("meta"), answer.get("links")
            if isinstance(meta, Mapping) and meta.get("has_more") is not None:
                if not meta["has_more"]:
                    return
                params = {"page[size]": str(PAGE), "page[after]": str(meta.get("after_cursor") or _cursor_of(links))}
            elif cursor := _cursor_of(links):
                params = {"page[size]": str(PAGE), "page[after]": cursor}
            elif answer.get("next_page"):
                params = {"page": str(number), "per_page": str(PAGE)}
            else:
                return
            if params.get("page[after]") == "":
                break
        # What is not seen would be taken for missing, and made twice.
        raise unreadable(SERVICE, "GET", f"GET {path}")

    def send(self, method: str, path: str, body: object) -> Json:
        """One write; `{}` where Zendesk answers nothing. Raises Invalid when Zendesk dropped keys of it."""
        response = self._session.request(method, self._url(path), json=body)
        dropped = dropped_keys(response.headers)
        if dropped:
            raise Invalid(SERVICE, f"Zendesk ignored {', '.join(sorted(dropped))} of {method} {path}", "dropped_keys")
        return self._json(response, f"{method} {path}") if response.content.strip() else {}

    def delete(self, path: str) -> None:
        self._session.delete(self._url(path))

    def clock(self) -> datetime | None:
        """What time it is there; None: it does not say. One GET."""
        response = self._session.get(self._url("users/me"))
        try:
            return parsedate_to_datetime(response.headers["Date"]).astimezone(UTC)
        except (KeyError, ValueError, TypeError):
            return None

    def _url(self, path: str) -> str:
        return f"{self._session.base_url}/api/v2/{path}"

    @staticmethod
    def _json(response: requests.Response, call: str) -> Json:
        try:
            answer = response.json()
        except ValueError:
            answer = None
        if not isinstance(answer, dict):
            raise unreadable(SERVICE, call.split(" ", 1)[0], call)
        return answer
