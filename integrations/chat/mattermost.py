"""Messages into Mattermost's channels by a bot's token.

https://developers.mattermost.com/api-documentation/. The link to a post has the name of its channel's team.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Self
from urllib.parse import quote

import httpx
from pydantic import BaseModel, ValidationError

from integrations.chat.connection import SERVICE, ChatConnection, cut, unreadable
from integrations.errors import IntegrationError, UnknownOutcome
from integrations.http import http_address
from integrations.outbound import UNGUARDED, Outbound
from integrations.session import DEFAULT_TIMEOUT, Timeout

PROP = "pointsman_key"
ANY_TEAM = "_redirect"
"""For a message to one person, which belongs to no team."""


class _Post(BaseModel):
    id: str
    channel_id: str
    props: Mapping[str, object] = {}


class _Posts(BaseModel):
    posts: Mapping[str, _Post] = {}


class _Channel(BaseModel):
    id: str
    team_id: str = ""


class _Team(BaseModel):
    name: str


class Mattermost:
    def __init__(self, connection: ChatConnection, url: httpx.URL) -> None:
        self._connection = connection
        self._url = url

    @classmethod
    def at(cls, url: str, token: str, *, timeout: Timeout = DEFAULT_TIMEOUT, outbound: Outbound = UNGUARDED) -> Self:
        address = http_address(url, "Mattermost's address must be like https://chat.example.com")
        return cls(ChatConnection(outbound, token=token, timeout=timeout), address)

    def send(self, channel: str, text: str, key: str) -> str:
        """`channel`: its id, or team/name."""
        there = self._channel(channel)
        body = {"channel_id": there.id, "message": cut(text), "props": {PROP: key}}
        response = self._connection.write(self._at("api/v4/posts"), body)
        try:
            posted = _Post.model_validate_json(response.content)
        except ValidationError:
            posted = None
        if posted is None:
            raise unreadable()
        try:
            return self._link(there, posted.id)
        except IntegrationError as error:  # it is there: whoever looks for it finds it
            raise UnknownOutcome(
                SERVICE, f"the message is there, and its link is not known ({error.message})"
            ) from None

    def find(self, channel: str, key: str, since: datetime) -> str | None:
        """`since` gives a thousand posts at most, far more than a channel gets in the time that we look back."""
        there = self._channel(channel)
        address = self._at(f"api/v4/channels/{there.id}/posts")
        found = self._connection.read(address, _Posts, since=str(int(since.timestamp() * 1000)))
        ours = (post for post in found.posts.values() if post.props.get(PROP) == key)
        return next((self._link(there, post.id) for post in ours), None)

    def close(self) -> None:
        self._connection.close()

    def _channel(self, channel: str) -> _Channel:
        team, _, name = channel.partition("/")
        path = f"teams/name/{quote(team, '')}/channels/name/{quote(name, '')}" if name else f"channels/{channel}"
        return self._connection.read(self._at(f"api/v4/{path}"), _Channel)

    def _link(self, channel: _Channel, post: str) -> str:
        team = ANY_TEAM
        if channel.team_id:
            team = self._connection.read(self._at(f"api/v4/teams/{channel.team_id}"), _Team).name
        return str(self._at(f"{team}/pl/{post}"))

    def _at(self, path: str) -> httpx.URL:
        return httpx.URL(f"{str(self._url).rstrip('/')}/{path}")
