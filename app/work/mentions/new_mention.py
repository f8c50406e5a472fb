"""What a mention is known by, as it is stored."""

from collections.abc import Mapping

from app.feeds.addresses import LONGEST_THREAD, canonical_address, names_a_place, thread_address
from app.feeds.mention import Mention
from app.feeds.wording import PostWording
from app.records.mentions import NewMention


def new_mention(mention: Mention, target: str, *, carrier: str = "", left_out: str = "") -> NewMention:
    """The address of a page alone names no post where many stand on it.

    `target`: where the mention's own address leads, which may be a short link.
    """
    address = canonical_address(target)
    thread = mention.thread.url or mention.thread.id
    is_one_of_many = bool(mention.in_reply_to) or bool(thread) or names_a_place(target, mention.id)
    shared = is_one_of_many and not address.is_of_one_post
    values: Mapping[str, object] = mention.model_dump(mode="json")
    wording = PostWording.of(mention)
    return NewMention(
        source=mention.source,
        native_id=mention.id,
        url=mention.url,
        address="" if shared else address.url,
        thread=thread_of(mention, target),
        mention=values,
        carrier=carrier,
        wording=wording.digest,
        repost_digest=wording.repost_digest,
        deleted=mention.deleted,
        left_out=left_out,
    )


def thread_of(mention: Mention, target: str) -> str:
    """The post that it belongs to; of a post itself, its own address."""
    if mention.thread.id and not mention.thread.url:
        return mention.thread.id[:LONGEST_THREAD]
    return thread_address(mention.thread.url or target)
