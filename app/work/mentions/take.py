"""The workflow: mentions that were handed over are kept, and each new one is to become a ticket."""

from dataclasses import dataclass
from datetime import UTC, datetime
from difflib import get_close_matches
from functools import partial

from app.feeds.filter import FeedFilter
from app.metrics import MENTIONS
from app.records.failures import Failure
from app.records.mentions import StoredMention
from app.work.jobs.dependencies import Dependencies
from app.work.jobs.job import crashed
from app.work.mentions.taken import Taken, queue, take_mention, taken_of
from app.work.messages import TakeMentions
from app.work.tickets.short_links import ShortLinkFinder

HOOK = "hook:"
"""Before the name of a hook of `mentions:`, which a feed may have too."""
EVER = datetime.min.replace(tzinfo=UTC)


def register(deps: Dependencies) -> None:
    deps.engine.register(TakeMentions, MentionIntake(deps).run, partial(crashed, deps))


@dataclass(frozen=True)
class MentionIntake:
    deps: Dependencies

    def run(self, message: TakeMentions) -> None:
        queue(self.deps, self.deps.engine.step("take", self.take, message))

    def take(self, message: TakeMentions) -> Taken:
        """Also those that this very delivery stored before it was cut off: they wait still."""
        routing, now = self.deps.rulebook.current().routing, self.deps.now()
        channels, hook = routing.channels, routing.mentions.get(message.hook)
        targets = ShortLinkFinder(self.deps).targets(one.url for one in message.mentions)
        filtered = FeedFilter(hook, routing.team.handles, first_look=EVER) if hook else None
        problems = list(message.problems)
        found: list[StoredMention] = []
        for one in message.mentions:
            if one.source not in channels:
                near = get_close_matches(one.source, channels, n=1)
                meant = f" Did you mean `{near[0]}`?" if near else ""
                problems.append(f"`source`: routing.yaml has no channel `{one.source}`.{meant}")
                continue
            left_out = filtered.why_left_out(one, None, now) if filtered and not one.deleted else ""
            target = targets.get(one.url, one.url)
            carrier = f"{HOOK}{message.hook}" if message.hook else ""
            stored = take_mention(self.deps, one, now, target=target, carrier=carrier, left_out=left_out)
            MENTIONS.labels(one.source, stored.state).inc()
            found.append(stored)
        if problems:
            self._keep_problems(message, problems)
        return taken_of(self.deps, found)

    def _keep_problems(self, message: TakeMentions, problems: list[str]) -> None:
        """One failure for the delivery, which can be retried once routing.yaml has the channel."""
        self.deps.records.failures.add(
            Failure(
                key=message.run_id,
                source="mentions",
                ticket_id=None,
                step="take_mentions",
                reason="mention_not_understood",
                message=" ".join(dict.fromkeys(problems)),
                attempts=message.attempt,
                payload=message.model_copy(update={"problems": ()}).model_dump(mode="json"),
                failed_at=self.deps.now().isoformat(),
            )
        )
