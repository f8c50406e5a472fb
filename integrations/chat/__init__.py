"""Chat: messages to Slack or Mattermost, by an incoming webhook, or into a named channel by a token."""

from integrations.chat.channels import ChatChannels
from integrations.chat.client import ChatWebhook
from integrations.chat.mattermost import Mattermost
from integrations.chat.quoting import escape, link
from integrations.chat.slack import Slack

__all__ = ["ChatChannels", "ChatWebhook", "Mattermost", "Slack", "escape", "link"]
