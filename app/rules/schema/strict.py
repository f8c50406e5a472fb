"""The base of every model of the YAML, and its small types."""

from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, StrictBool, StringConstraints


class Strict(BaseModel):
    """An unknown key is an error, and nothing changes after loading."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def listed(value: object) -> object:
    """Let people write `channel: twitter` for `channel: [twitter]`."""
    return (value,) if isinstance(value, str) else value


Flag = StrictBool
"""`true` or `false`; `yes` is a text in YAML 1.2."""
Text = Annotated[str, StringConstraints(min_length=1)]
Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$")]
"""The name of an archetype, channel, tracker or list."""
Tag = Annotated[str, StringConstraints(pattern=r"^[a-z0-9_/-]+$")]
"""The characters Zendesk allows in a tag."""
Host = Annotated[str, StringConstraints(pattern=r"^([a-z0-9-]+\.)+[a-z0-9-]+$")]
OneOrMore = BeforeValidator(listed, json_schema_input_type=str | list[str])
Many = Annotated[tuple[Text, ...], OneOrMore]
"""One text, or a list of texts of which one must fit."""
