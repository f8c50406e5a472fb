from __future__ import annotations

import pytest

from app.redaction import redact


@pytest.mark.parametrize(
    "text",
    [
        "GitLab 8.14.3.0 and 8.15.1.2",
        "upgrade from 8.14.3.0 to 8.15.1.2",
        "version: 203.1.2.3",
        "gitlab-ce_8.14.3.0-ce.0_amd64.deb",
        "gitlab/gitlab-ce:8.14.3.0",
        'gem "x", "~> 4.2.8.1"',
        "x==1.2.3.4",
        "Chrome/114.0.0.0 Safari/537.36",
        "v10.2.3.4",
        "1.2.3.4.5",
        "256.1.1.1",
    ],
)
def test_versions_stay(text: str) -> None:
    assert redact(text).text == text


@pytest.mark.parametrize(
    "text",
    [
        "1.2.3.4",
        "GitLab 203.0.113.7 does not answer",
        "our server 10.1.2.3",
        "version check of 203.0.113.7:443",
        "version check of 203.0.113.7/24",
        "http://203.0.113.7/",
        "ssh jane@10.0.0.5",
        "203[.]0[.]113[.]7",
        "x=203.0.113.7",
    ],
)
def test_addresses_go(text: str) -> None:
    assert redact(text).removed["ip_address"] == 1
