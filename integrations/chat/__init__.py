"""Chat: one message into one channel, by a Slack or Mattermost incoming webhook."""

from integrations.chat.client import ChatWebhook
from integrations.chat.quoting import escape, link

__all__ = ["ChatWebhook", "escape", "link"]
