"""The tags on tickets: a contract with views, triggers and reports in Zendesk. They keep their names."""

import hashlib

# What was decided.
ARCHETYPE_TAG = "archetype__"
CONFIDENCE_TAG = "confidence__"
ABSTAINED_TAG = "needs_triage"
CONFIRM_TAG = CONFIDENCE_TAG + "high"
"""Added by a person: what was guessed is right."""
DONE_TAG = "pointsman_done"
LINKED_TAG = "issue_linked"

THREAD_TAG = "thread__"
"""With a digest of the post: all tickets of its comments have it."""

# What a person asks for. The tag is taken off again once it is carried out.
OPEN_ISSUE_TAG = "open_issue"
LINK_ISSUE_TAG = "link_issue_"
ASK_TAG = "ask_"
"""With the name of an expert, who is asked in the chat. Then it is replaced by the next."""
ASKED_TAG = "asked_"

MERGED_TAG = "closed_by_merge"
"""Zendesk's own."""

_VERDICT_TAGS = frozenset({ABSTAINED_TAG, DONE_TAG, LINKED_TAG})


def is_our_tag(tag: str) -> bool:
    """Does it say what was decided? Whoever judges a ticket again must not see it."""
    return tag in _VERDICT_TAGS or tag.startswith((ARCHETYPE_TAG, CONFIDENCE_TAG, THREAD_TAG))


def thread_tag(source: str, thread: str) -> str:
    """Of one post, by its channel and what it is known by there."""
    return THREAD_TAG + hashlib.sha256(f"{source}\n{thread}".encode("utf-8", "replace")).hexdigest()[:12]


def search_address(zendesk_url: str, tag: str) -> str:
    """Where an agent sees all tickets with the tag. Zendesk finds new ones some minutes later."""
    return f"{zendesk_url.rstrip('/')}/agent/search/1?type=ticket&q=tags%3A{tag}"
