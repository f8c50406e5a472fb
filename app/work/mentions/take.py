"""The workflow: mentions that were handed over are kept, and each new one is to become a ticket."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from difflib import get_close_matches
from functools import partial

from app.feeds.addresses import canonical_address
from app.feeds.filter import FeedFilter
from app.feeds.mention import Mention
from app.metrics import MENTIONS
from app.records.failures import Failure
from app.records.mentions import NewMention
from app.work.jobs.dependencies import Dependencies
from app.work.jobs.job import crashed
from app.work.messages import CreateMentionTicket, Stored, TakeMentions, Work
from app.work.tickets.short_links import ShortLinkFinder

EVER = datetime.min.replace(tzinfo=UTC)


class Taken(Stored):
    waiting: tuple[int, ...]
    """Mentions of this delivery that have no ticket yet."""


def register(deps: Dependencies) -> None:
    deps.engine.register(TakeMentions, MentionIntake(deps).run, partial(crashed, deps))


@dataclass(frozen=True)
class MentionIntake:
    deps: Dependencies

    def run(self, message: TakeMentions) -> None:
        taken = self.deps.engine.step("take", self.take, message)
        for mention_id in taken.waiting:
            self.deps.engine.later(ticket_work(self.deps, mention_id))

    def take(self, message: TakeMentions) -> Taken:
        """Also those that this very delivery stored before it was cut off: they wait still."""
        routing, now = self.deps.rulebook.current().routing, self.deps.now()
        channels, hook = routing.channels, routing.mentions.get(message.hook)
        targets = ShortLinkFinder(self.deps).targets(one.url for one in message.mentions)
        filtered = FeedFilter(hook, routing.team.handles, first_look=EVER) if hook else None
        problems = list(message.problems)
        waiting: dict[int, None] = {}
        for one in message.mentions:
            if one.source not in channels:
                near = get_close_matches(one.source, channels, n=1)
                meant = f" Did you mean `{near[0]}`?" if near else ""
                problems.append(f"`source`: routing.yaml has no channel `{one.source}`.{meant}")
                continue
            left_out = filtered.why_left_out(one, None, now) if filtered else ""
            new = new_mention(one, targets.get(one.url, one.url), left_out=left_out)
            stored = self.deps.records.mentions.take(new, now=now.isoformat())
            MENTIONS.labels(one.source, stored.state).inc()
            if stored.state in {"waiting", "sending"}:
                waiting[stored.id] = None
        if problems:
            self._keep_problems(message, problems)
        return Taken(waiting=tuple(waiting))

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


def ticket_work(deps: Dependencies, mention_id: int) -> Work:
    message = CreateMentionTicket(key=f"mention:{mention_id}", accepted_at=deps.now(), mention_id=mention_id)
    return Work(message, once=True)


def new_mention(mention: Mention, target: str, *, left_out: str = "") -> NewMention:
    """What a mention is known by. The address of a page alone names no post where many stand on it.

    `target`: where the mention's own address leads, which may be a short link.
    """
    address = canonical_address(target)
    thread = mention.thread.url or mention.thread.id
    shared = not address.is_of_one_post and (bool(mention.in_reply_to) or bool(thread))
    values: Mapping[str, object] = mention.model_dump(mode="json")
    return NewMention(
        source=mention.source,
        native_id=mention.id,
        url=mention.url,
        address="" if shared else address.url,
        thread=(canonical_address(mention.thread.url).url if mention.thread.url else mention.thread.id)[:512],
        mention=values,
        left_out=left_out,
    )
