"""What Slack's and Mattermost's Web APIs have in common: a message into a named channel, and the link to it."""

from datetime import datetime
from typing import Protocol


class ChatChannels(Protocol):
    """Each message has a key of ours, by which it is found again when an answer was lost."""

    def send(self, channel: str, text: str, key: str) -> str:
        """The link to the message. Raises IntegrationError; after UnknownOutcome it may be there: see `find`."""

    def find(self, channel: str, key: str, since: datetime) -> str | None:
        """The link to the message with this key, if it is among the channel's messages since then."""

    def close(self) -> None: ...
