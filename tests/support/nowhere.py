"""Settings that are good and lead nowhere: no service listens there."""

from __future__ import annotations

NOWHERE = {
    "ZENDESK_URL": "http://127.0.0.1:9",
    "ZENDESK_EMAIL": "bot@example.org",
    "ZENDESK_TOKEN": "token-of-the-tests",
    "ZENDESK_WEBHOOK_SECRET": "secret-of-the-tests",
    "GITLAB_URL": "http://127.0.0.1:9",
    "GITLAB_TOKEN": "token-of-the-tests",
    "DESK_TOKEN": "desk-token-of-the-tests",
}
