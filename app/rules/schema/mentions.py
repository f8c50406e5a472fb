"""`mentions:` of routing.yaml: senders whose body cannot be shaped, each at /webhooks/mentions/<name>."""

from typing import Annotated, Any, Literal, Self

from pydantic import Discriminator, Field, Tag, model_validator

from app.rules.json_paths import JsonListPath, JsonPath, JsonValue
from app.rules.schema.feeds import Address, WantedConfig
from app.rules.schema.strict import Host, Name, Strict


class MappedAuthorConfig(Strict):
    name: JsonValue = ""
    handle: JsonValue = ""
    url: JsonValue = ""


class MappedThreadConfig(Strict):
    id: JsonValue = ""
    url: JsonValue = ""
    title: JsonValue = ""


class JsonHookConfig(WantedConfig):
    """Any JSON or form. `$.name` is a path into it (RFC 9535); a text without `$` stands for itself."""

    type: Literal["json"] = "json"
    channel: Name | None = Field(default=None, description="The channel of what `channels` does not name.")
    channels: dict[Host, Name] = Field(
        default_factory=dict, description="The channel by the host of `url`, for a sender that watches several sites."
    )
    each: JsonListPath | None = Field(
        default=None, description="Leads to each mention, `$.items[*]`; without it the body is one, or a list of them."
    )
    url: JsonPath = Field(description="Where it can be read and answered.")
    id: JsonPath | None = Field(default=None, description="Without it the address tells one post from another.")
    title: JsonValue = ""
    text: JsonPath | None = None
    html: JsonPath | None = None
    published_at: JsonPath | None = None
    author: MappedAuthorConfig = MappedAuthorConfig()
    thread: MappedThreadConfig = MappedThreadConfig()
    in_reply_to: JsonPath | None = None

    @model_validator(mode="after")
    def _knows_its_channel(self) -> Self:
        if not (self.channel or self.channels):
            raise ValueError("needs `channel`, or `channels` by host")
        return self


class DiscourseHookConfig(WantedConfig):
    """A forum's own webhook for posts. Its secret signs each delivery."""

    type: Literal["discourse"]
    channel: Name
    address: Address = Field(description="The forum, https://forum.example.com.")


def _type_of(given: Any) -> str:
    return str(given.get("type", "json") if isinstance(given, dict) else getattr(given, "type", "json"))


MentionHookConfig = Annotated[
    Annotated[JsonHookConfig, Tag("json")] | Annotated[DiscourseHookConfig, Tag("discourse")],
    Discriminator(_type_of),
]
