"""The session under zenpy: turns zenpy's fixed address into the configured one, and logs Zendesk's warnings."""

import logging
import re
from collections.abc import Mapping
from typing import Any

import requests

from integrations.outbound import UNGUARDED, Outbound
from integrations.session import DEFAULT_TIMEOUT, Timeout, VendorSession
from integrations.zendesk.errors import SERVICE, explain

# zenpy builds https://{subdomain}.{domain}/...; only environment variables of the whole process could change that.
ZENPY_SUBDOMAIN = "zendesk"
ZENPY_DOMAIN = "invalid"
ZENPY_BASE = f"https://{ZENPY_SUBDOMAIN}.{ZENPY_DOMAIN}/"

# An update repeats the path's id in its body, and Zendesk warns about it each time.
HARMLESS_KEYS = frozenset({"ticket.id"})
# As `:unpermitted_keys=>[...]` or `unpermitted_keys: [...]`, with `invalid_values` beside it, or in the older sentence
# `Removed restricted keys [...] from parameters according to whitelist`.
DROPPED = re.compile(r"\b(?:unpermitted_keys|invalid_values|restricted keys)\W{1,6}?\[([^\]]*)\]")

log = logging.getLogger(__name__)


class ZendeskSession(VendorSession):
    def __init__(
        self,
        base_url: str,
        *,
        timeout: Timeout = DEFAULT_TIMEOUT,
        outbound: Outbound = UNGUARDED,
    ) -> None:
        super().__init__(SERVICE, base_url, timeout=timeout, explain=explain, outbound=outbound)
        self.hooks["response"].append(_log_dropped_keys)

    def request(  # type: ignore[override]  # the names that zenpy and we use, instead of requests' sixteen
        self, method: str, url: str, **kwargs: Any
    ) -> requests.Response:
        if not url.startswith(ZENPY_BASE):
            return super().request(method, url, **kwargs)
        response = super().request(method, f"{self.base_url}/{url.removeprefix(ZENPY_BASE)}", **kwargs)
        # zenpy parses only answers from its own address; it hands back any other response as it is.
        response.request.url = url
        return response


def _log_dropped_keys(response: requests.Response, **_: object) -> None:
    """Zendesk drops keys that it does not know or allow, answers 200, and says so only in this header."""
    if dropped := dropped_keys(response.headers):
        log.warning("zendesk ignored keys: %s", ", ".join(sorted(dropped)))


def dropped_keys(headers: Mapping[str, str]) -> set[str]:
    lists = " ".join(DROPPED.findall(headers.get("x-zendesk-api-warn", "")))
    return set(re.findall(r'"([\w.]+)"', lists)) - HARMLESS_KEYS
