"""Sentry: the unresolved errors of the last hours, to be held against a complaint. Nothing is ever written there."""

from integrations.sentry.client import SentryClient
from integrations.sentry.issues import SentryIssue

__all__ = ["SentryClient", "SentryIssue"]
