"""The sample tickets, and what each must become."""

from importlib.resources import files
from typing import Any, Literal

from pydantic import Field

from app.rules.schema.strict import Strict


class Expectation(Strict):
    archetype: str | None = Field(description="None: the service abstains.")
    issue: Literal["opened", "linked", "none"] = "none"
    status: str | None = None
    tags: tuple[str, ...] = ()
    comments: int = Field(1, description="How many notes and replies the service writes.")


class Sample(Strict):
    ticket: dict[str, Any] = Field(description="What the sandbox's `create_ticket` takes.")
    expect: Expectation


class PostSample(Strict):
    """What somebody writes on a site that a feed reads."""

    site: Literal["hackernews", "disqus", "forum"] = Field(description="Also the name of its channel.")
    author: str
    title: str = ""
    thread: str = Field("", description="The title of what it is written under.")
    html: str
    answer: str = Field("", description="What one of us answers there.")
    twice: bool = Field(default=False, description="A signed webhook brings it too.")
    expect: Expectation


class SeedIssue(Strict):
    """An issue that exists before the first ticket."""

    project: str
    title: str
    description: str
    labels: tuple[str, ...] = ()
    issue_type: str = "issue"


class Samples(Strict):
    groups: tuple[str, ...] = Field(description="Zendesk groups that routing.yaml names.")
    issues: tuple[SeedIssue, ...]
    tickets: tuple[Sample, ...]
    posts: tuple[PostSample, ...]
    spike: tuple[str, ...] = Field(description="Tweets that come after the tickets, all about one outage.")


def load_samples() -> Samples:
    return Samples.model_validate_json((files("app.demo") / "samples.json").read_bytes())
