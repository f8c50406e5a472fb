"""The tables. Times are ISO-8601 UTC strings: they sort, read well in both databases, and need no time zone rules."""

import sqlalchemy as sa

metadata = sa.MetaData()

decisions = sa.Table(
    "decisions",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    # The run id is derived from the delivery: a decision that is made again (crash, conflict) is the same row.
    sa.Column("run_id", sa.String(64), nullable=False, unique=True),
    sa.Column("ticket_id", sa.BigInteger, nullable=False, index=True),
    sa.Column("event", sa.String(32), nullable=False),
    sa.Column("state", sa.String(16), nullable=False, index=True),
    sa.Column("archetype", sa.String(64)),
    sa.Column("confidence", sa.String(8)),
    sa.Column("decided_by", sa.String(128), nullable=False),
    sa.Column("mode", sa.String(8), nullable=False),
    sa.Column("channel", sa.String(32), nullable=False),
    sa.Column("summary", sa.Text, nullable=False),
    sa.Column("tags", sa.JSON, nullable=False),
    sa.Column("actions", sa.JSON, nullable=False),
    sa.Column("trace", sa.JSON, nullable=False),
    sa.Column("config_hash", sa.String(64), nullable=False),
    # The ticket as it was read: what a correction teaches, and what a backtest decides again; `{}` when it is too old.
    sa.Column("ticket", sa.JSON, nullable=False),
    # The post that the ticket belongs to, where a channel keeps one thread per post.
    sa.Column("thread", sa.String(512), nullable=False, index=True),
    sa.Column("ticket_updated_at", sa.String(40), nullable=False),
    sa.Column("decided_at", sa.String(40), nullable=False, index=True),
    sa.Column("finished_at", sa.String(40)),
    sa.Column("update_state", sa.String(16), nullable=False, server_default="not_sent"),
    # The text for the person who wrote, as it was sent or suggested; empty when it is too old.
    sa.Column("answer", sa.Text, nullable=False, server_default=""),
    # The archetype that a person chose after this decision.
    sa.Column("corrected_to", sa.String(64)),
    # What is counted of each archetype and route, without the rows. Grouped by event too: tested once for each group.
    sa.Index("ix_decisions_counted", "archetype", "decided_by", "event", "decided_at", "corrected_to"),
    # All that the list is filtered by: it is read without the rows, which are long.
    sa.Index(
        "ix_decisions_listed",
        "id",
        "event",
        "channel",
        "archetype",
        "state",
        "decided_by",
        "confidence",
        "decided_at",
        "corrected_to",
        "ticket_id",
    ),
)

links = sa.Table(
    "links",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("ticket_id", sa.BigInteger, nullable=False, index=True),
    # Why the ticket has this issue: one issue per ticket and intent, whatever happens.
    sa.Column("intent", sa.String(32), nullable=False),
    sa.Column("project_id", sa.BigInteger, nullable=False),
    sa.Column("project", sa.String(255), nullable=False),
    # Null while the issue is being opened: the row is the claim, the marker finds what a lost answer left behind.
    sa.Column("iid", sa.BigInteger),
    sa.Column("url", sa.Text, nullable=False, server_default=""),
    sa.Column("state", sa.String(16), nullable=False),
    sa.Column("how", sa.String(16), nullable=False),
    sa.Column("marker", sa.String(64), nullable=False),
    sa.Column("created_at", sa.String(40), nullable=False),
    sa.Column("updated_at", sa.String(40), nullable=False),
    # active, paused (the ticket is not told of the issue) or removed (by a person: it is not made again).
    sa.Column("following", sa.String(8), nullable=False, server_default="active"),
    # Labels and milestone that the ticket was told of; its `state` is the one of the issue that it was told of.
    sa.Column("notified", sa.JSON, nullable=False, server_default="{}"),
    sa.Column("channel", sa.String(32), nullable=False, server_default=""),
    # While the issue is being opened: what it is about, for other tickets about the same. Without personal data.
    sa.Column("claim_text", sa.Text, nullable=False, server_default=""),
    # Its vector, as `app.similarity.vectors.Vector.as_text`: no other process encodes the text once more.
    sa.Column("claim_vector", sa.Text, nullable=False, server_default=""),
    sa.UniqueConstraint("ticket_id", "intent", name="uq_links_ticket_intent"),
    sa.Index("ix_links_of_issue", "project_id", "iid", "id"),
    # `#7`, in whatever project.
    sa.Index("ix_links_iid", "iid", "ticket_id"),
)

failures = sa.Table(
    "failures",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("key", sa.String(255), nullable=False, unique=True),
    sa.Column("source", sa.String(32), nullable=False),
    sa.Column("ticket_id", sa.BigInteger, index=True),
    sa.Column("step", sa.String(32), nullable=False),
    sa.Column("reason", sa.String(64), nullable=False),
    sa.Column("message", sa.Text, nullable=False),
    sa.Column("attempts", sa.Integer, nullable=False),
    sa.Column("payload", sa.JSON),
    sa.Column("state", sa.String(16), nullable=False),
    sa.Column("failed_at", sa.String(40), nullable=False, index=True),
    # Why a person ignores it, in their words.
    sa.Column("because", sa.Text, nullable=False, server_default=""),
)

attempts = sa.Table(
    "attempts",
    metadata,
    # Every try that did not succeed: what a failure shows, and what work that waits has behind it.
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("run", sa.String(255), nullable=False),
    # A retry by hand begins a new generation, and counts its tries from 1 again.
    sa.Column("generation", sa.Integer, nullable=False),
    sa.Column("number", sa.Integer, nullable=False),
    sa.Column("step", sa.String(32), nullable=False),
    sa.Column("source", sa.String(32), nullable=False),
    sa.Column("reason", sa.String(64), nullable=False),
    sa.Column("message", sa.Text, nullable=False),
    sa.Column("at", sa.String(40), nullable=False, index=True),
    sa.UniqueConstraint("run", "generation", "number", name="uq_attempts_run_generation_number"),
)

pauses = sa.Table(
    "pauses",
    metadata,
    # What is paused: all, issues or replies. All processes look here.
    sa.Column("what", sa.String(16), primary_key=True),
    sa.Column("since", sa.String(40), nullable=False),
    sa.Column("by", sa.String(128), nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
)

suspended_work = sa.Table(
    "suspended_work",
    metadata,
    # Work that waits for the end of a pause, in the order in which it is to go on.
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("what", sa.String(16), nullable=False),
    sa.Column("key", sa.String(255), nullable=False, unique=True),
    sa.Column("payload", sa.JSON, nullable=False),
    sa.Column("at", sa.String(40), nullable=False),
)

capped_actions = sa.Table(
    "capped_actions",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("run_id", sa.String(64), nullable=False),
    sa.Column("kind", sa.String(16), nullable=False),
    sa.Column("archetype", sa.String(64), nullable=False),
    sa.Column("at", sa.String(40), nullable=False),
    sa.UniqueConstraint("run_id", "kind", name="uq_capped_actions_run_kind"),
    sa.Index("ix_capped_actions_kind_at", "kind", "archetype", "at"),
)

corrections = sa.Table(
    "corrections",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    # Each choice of a person is a row. One ticket teaches once: what was chosen last.
    sa.Column("ticket_id", sa.BigInteger, nullable=False, index=True),
    sa.Column("archetype", sa.String(64), nullable=False),
    sa.Column("was", sa.String(64)),
    sa.Column("was_decided_by", sa.String(128), nullable=False),
    sa.Column("ticket", sa.JSON, nullable=False),
    sa.Column("at", sa.String(40), nullable=False),
    # Who chose it, as far as that is known.
    sa.Column("by", sa.String(128), nullable=False, server_default=""),
)

calls = sa.Table(
    "calls",
    metadata,
    # What work on a ticket asked of other services, and how that went.
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("ticket_id", sa.BigInteger, nullable=False, index=True),
    sa.Column("run_id", sa.String(64), nullable=False),
    sa.Column("at", sa.String(40), nullable=False, index=True),
    sa.Column("service", sa.String(32), nullable=False),
    # Method and path, without the query: that may hold what people wrote.
    sa.Column("what", sa.String(255), nullable=False),
    # Null: there was no answer.
    sa.Column("status", sa.Integer),
    sa.Column("ms", sa.Integer, nullable=False),
)

shadow_hits = sa.Table(
    "shadow_hits",
    metadata,
    # Routes in shadow that would have decided. What routes decided stands with the decisions.
    sa.Column("run_id", sa.String(64), primary_key=True),
    sa.Column("route", sa.String(128), primary_key=True),
    sa.Column("ticket_id", sa.BigInteger, nullable=False, index=True),
    sa.Column("archetype", sa.String(64), nullable=False),
    sa.Column("at", sa.String(40), nullable=False, index=True),
)

first_answers = sa.Table(
    "first_answers",
    metadata,
    # By Zendesk's clocks: also of tickets that people answered without us.
    sa.Column("ticket_id", sa.BigInteger, primary_key=True, autoincrement=False),
    # Empty: nothing was decided about it.
    sa.Column("channel", sa.String(32), nullable=False),
    sa.Column("created_at", sa.String(40), nullable=False),
    sa.Column("answered_at", sa.String(40)),
    # `person` or `us`.
    sa.Column("answered_by", sa.String(8), nullable=False, server_default=""),
    sa.Column("solved_at", sa.String(40)),
    # From `created_at` to `answered_at`.
    sa.Column("waited_seconds", sa.Integer),
    # All that is counted of a row: a month of them is read for one page.
    sa.Index("ix_first_answers_created_at", "created_at", "channel", "answered_by", "waited_seconds", "solved_at"),
    sa.Index("ix_first_answers_waiting", "answered_at", "solved_at", "created_at"),
)

audit = sa.Table(
    "audit",
    metadata,
    # Who changed what by hand, and when.
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("at", sa.String(40), nullable=False, index=True),
    # Empty: through the API or a command.
    sa.Column("session", sa.String(64), nullable=False, server_default=""),
    sa.Column("name", sa.String(128), nullable=False),
    sa.Column("role", sa.String(16), nullable=False),
    sa.Column("what", sa.String(32), nullable=False),
    sa.Column("about", sa.String(255), nullable=False),
    sa.Column("before", sa.JSON, nullable=False),
    sa.Column("after", sa.JSON, nullable=False),
    sa.Index("ix_audit_about", "about", "id"),
)

config_versions = sa.Table(
    "config_versions",
    metadata,
    sa.Column("hash", sa.String(64), primary_key=True),
    sa.Column("routing", sa.Text, nullable=False),
    sa.Column("macros", sa.Text, nullable=False),
    sa.Column("first_used_at", sa.String(40), nullable=False),
)

tracked_issues = sa.Table(
    "tracked_issues",
    metadata,
    sa.Column("project_id", sa.BigInteger, primary_key=True),
    sa.Column("iid", sa.BigInteger, primary_key=True),
    sa.Column("title", sa.Text, nullable=False),
    sa.Column("description", sa.Text, nullable=False),
    sa.Column("state", sa.String(16), nullable=False),
    sa.Column("labels", sa.JSON, nullable=False),
    sa.Column("confidential", sa.Boolean, nullable=False),
    sa.Column("url", sa.Text, nullable=False),
    sa.Column("created_at", sa.String(40), nullable=False),
    sa.Column("updated_at", sa.String(40), nullable=False),
    sa.Column("closed_at", sa.String(40)),
    # What the sentence encoder makes of it, and which one: vectors of two encoders must not meet.
    sa.Column("vector", sa.LargeBinary),
    sa.Column("vector_of", sa.String(64), nullable=False, server_default=""),
    # When we wrote the row: each process fetches what is newer than what it has in memory.
    sa.Column("seen_at", sa.String(40), nullable=False, index=True),
    sa.Column("milestone", sa.Text, nullable=False, server_default=""),
    # The process that had all of it in memory before it wrote it, and so need not fetch it; else empty.
    sa.Column("written_by", sa.String(32), nullable=False, server_default=""),
)

searched_texts = sa.Table(
    "searched_texts",
    metadata,
    # Sections of the documentation, and answered tickets of one channel each: only what is in one collection is
    # compared.
    sa.Column("collection", sa.String(64), primary_key=True),
    sa.Column("number", sa.BigInteger, primary_key=True),
    sa.Column("title", sa.Text, nullable=False),
    sa.Column("description", sa.Text, nullable=False),
    sa.Column("url", sa.Text, nullable=False),
    # What was answered to a ticket.
    sa.Column("answer", sa.Text, nullable=False, server_default=""),
    sa.Column("updated_at", sa.String(40), nullable=False, index=True),
    sa.Column("vector", sa.LargeBinary),
    sa.Column("vector_of", sa.String(64), nullable=False, server_default=""),
    sa.Column("seen_at", sa.String(40), nullable=False, index=True),
)

issue_notes = sa.Table(
    "issue_notes",
    metadata,
    # The one note of ours on an issue that says how many people reported it, kept up to date.
    sa.Column("project_id", sa.BigInteger, primary_key=True),
    sa.Column("iid", sa.BigInteger, primary_key=True),
    sa.Column("note_id", sa.BigInteger),
    sa.Column("said", sa.Text, nullable=False),
)

progress = sa.Table(
    "progress",
    metadata,
    # How far a job came that goes through something bit by bit: a time or a cursor.
    sa.Column("name", sa.String(128), primary_key=True),
    sa.Column("value", sa.Text, nullable=False),
    sa.Column("at", sa.String(40), nullable=False),
)

projects = sa.Table(
    "projects",
    metadata,
    # A path as routing.yaml spells it; the id holds when the project is renamed or moved.
    sa.Column("path", sa.String(255), primary_key=True),
    sa.Column("project_id", sa.BigInteger, nullable=False),
)

announcements = sa.Table(
    "announcements",
    metadata,
    # One message to the chat: the row is the claim, made before it is sent, because a chat cannot be asked.
    sa.Column("key", sa.String(128), primary_key=True),
    sa.Column("kind", sa.String(32), nullable=False),
    sa.Column("state", sa.String(16), nullable=False),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("link", sa.Text, nullable=False, server_default=""),
    sa.Column("at", sa.String(40), nullable=False, index=True),
)

rate_limits = sa.Table(
    "rate_limits",
    metadata,
    # What is left of a service's limit in its window, for all workers together: `zendesk:updates`, `gitlab:notes`.
    # Times are Unix seconds here and in `circuits`, because the database reckons with them.
    sa.Column("name", sa.String(128), primary_key=True),
    sa.Column("total", sa.Integer, nullable=False),
    sa.Column("remaining", sa.Integer, nullable=False),
    sa.Column("ends", sa.Double, nullable=False),
    # How long a window is.
    sa.Column("seconds", sa.Double, nullable=False),
    # The service said the total; what routing.yaml says no longer counts.
    sa.Column("learned", sa.Boolean, nullable=False),
    # Calls that were put off in this window.
    sa.Column("put_off", sa.Integer, nullable=False),
)

circuits = sa.Table(
    "circuits",
    metadata,
    # No row: the service was never down.
    sa.Column("service", sa.String(32), primary_key=True),
    sa.Column("state", sa.String(16), nullable=False),
    # open: no call before; probing: until then the one who probes has the word; closed: since then.
    sa.Column("at", sa.Double, nullable=False),
    sa.Column("opened", sa.Double, nullable=False),
    # Probes that failed since it opened.
    sa.Column("probes", sa.Integer, nullable=False),
    # When the next call that is put off may come back.
    sa.Column("next_return", sa.Double, nullable=False),
)

outbox = sa.Table(
    "outbox",
    metadata,
    # Decided, and not sent for want of budget: many of them go in one bulk job.
    sa.Column("run_id", sa.String(64), primary_key=True),
    sa.Column("ticket_id", sa.BigInteger, nullable=False, index=True),
    sa.Column("work_key", sa.String(255), nullable=False),
    sa.Column("accepted_at", sa.String(40), nullable=False),
    sa.Column("bulk", sa.Boolean, nullable=False),
    sa.Column("change", sa.JSON, nullable=False),
    sa.Column("tags", sa.JSON, nullable=False),
    sa.Column("state", sa.String(16), nullable=False, index=True),
    sa.Column("batch", sa.String(255), nullable=False, index=True),
    sa.Column("until", sa.Double, nullable=False),
)

mentions = sa.Table(
    "mentions",
    metadata,
    # What people wrote elsewhere. The row is the claim to make the one ticket of it.
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("source", sa.String(32), nullable=False),
    sa.Column("native_id", sa.String(200), nullable=False),
    # waiting, sending (the request may be on its way), created, left_out (why says so) or gone (the post was deleted).
    sa.Column("state", sa.String(16), nullable=False, index=True),
    sa.Column("why", sa.Text, nullable=False, server_default=""),
    sa.Column("ticket_id", sa.BigInteger, index=True),
    sa.Column("url", sa.Text, nullable=False),
    sa.Column("thread", sa.String(512), nullable=False, server_default="", index=True),
    # As it was handed over; `{}` once it is too old.
    sa.Column("mention", sa.JSON, nullable=False),
    sa.Column("seen_at", sa.String(40), nullable=False, index=True),
    sa.Column("edited_at", sa.String(40)),
    # The feed that brought it first; empty: it was handed over.
    sa.Column("carrier", sa.String(64), nullable=False, server_default=""),
    # What each carrier brought last, as digests: each is compared with itself, because some bring excerpts.
    sa.Column("wordings", sa.JSON, nullable=False, server_default="{}"),
    # Of author and words: the same one again is a repost.
    sa.Column("repost_digest", sa.String(32), nullable=False, server_default="", index=True),
    # An edit that came while the request may have been on its way, which is sent again unchanged.
    sa.Column("newer", sa.JSON, nullable=False, server_default="{}"),
    # What the ticket is told of the post: `edited:<digest>`, `whole:<digest>` or `removed`; empty: nothing.
    sa.Column("news", sa.String(64), nullable=False, server_default=""),
    # How often the source was asked whether it is still there.
    sa.Column("checks", sa.Integer, nullable=False, server_default="0"),
    sa.UniqueConstraint("source", "native_id", name="uq_mentions_source_native_id"),
    sa.Index("ix_mentions_carrier_seen_at", "carrier", "seen_at"),
)

feeds = sa.Table(
    "feeds",
    metadata,
    # How far each feed of routing.yaml was read, and how it is: for all workers.
    sa.Column("name", sa.String(64), primary_key=True),
    sa.Column("position", sa.JSON, nullable=False),
    # not_read, empty (nothing new), items or blocked.
    sa.Column("state", sa.String(16), nullable=False),
    # Of a blocked one, in words.
    sa.Column("why", sa.Text, nullable=False, server_default=""),
    sa.Column("blocked_looks", sa.Integer, nullable=False, server_default="0"),
    sa.Column("first_look_at", sa.String(40), nullable=False),
    sa.Column("next_look_at", sa.String(40), nullable=False),
    sa.Column("read_at", sa.String(40)),
    sa.Column("items_at", sa.String(40)),
)

mention_addresses = sa.Table(
    "mention_addresses",
    metadata,
    # The canonical address of a post: the same mention, however it comes.
    sa.Column("digest", sa.String(64), primary_key=True),
    sa.Column("mention_id", sa.Integer, nullable=False, index=True),
)

# Where short links lead. It can be found again, so nothing here is kept for long.
short_links = sa.Table(
    "short_links",
    metadata,
    sa.Column("digest", sa.String(64), primary_key=True),
    sa.Column("url", sa.Text, nullable=False),
    sa.Column("title", sa.Text, nullable=False, server_default=""),
    sa.Column("why_not", sa.Text, nullable=False, server_default=""),
    sa.Column("found_at", sa.String(40), nullable=False, index=True),
)

setup_objects = sa.Table(
    "setup_objects",
    metadata,
    # What `pointsman setup` made in Zendesk and GitLab, by `instance:kind/name`; and its lock.
    sa.Column("key", sa.String(255), primary_key=True),
    sa.Column("remote_id", sa.String(64), nullable=False),
    sa.Column("last_applied", sa.JSON, nullable=False),
    sa.Column("applied_at", sa.String(40), nullable=False),
)

sessions = sa.Table(
    "sessions",
    metadata,
    # Who is signed in at the desk; of the cookie only its digest.
    sa.Column("digest", sa.String(64), primary_key=True),
    sa.Column("name", sa.String(128), nullable=False),
    # read or operate.
    sa.Column("role", sa.String(8), nullable=False),
    # What let them in, as a digest that is of this session alone: a changed token ends what it began.
    sa.Column("vouched_by", sa.String(64), nullable=False),
    sa.Column("begun_at", sa.String(40), nullable=False),
    sa.Column("seen_at", sa.String(40), nullable=False),
    sa.Column("ends_at", sa.String(40), nullable=False, index=True),
)
