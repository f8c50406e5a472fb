"""The metrics of the service, named by Prometheus' conventions; docs/metrics.md explains each."""

from prometheus_client import Counter, Gauge, Histogram

DELIVERIES = Counter("pointsman_deliveries_total", "Webhook deliveries by what became of them.", ["source", "outcome"])
MENTIONS = Counter("pointsman_mentions_total", "Mentions that came in, by what became of them.", ["source", "state"])
FEED_BLOCKED_LOOKS = Gauge(
    "pointsman_feed_blocked_looks", "Looks in a row that a feed refused or that failed; 0: it is read.", ["feed"]
)
FEED_READ = Gauge("pointsman_feed_read_seconds", "When a feed was last read without an error, as Unix time.", ["feed"])
DECISIONS = Counter(
    "pointsman_decisions_total", "Decisions by archetype and by what decided.", ["archetype", "decider"]
)
ACTIONS = Counter("pointsman_actions_total", "Actions by kind and outcome.", ["kind", "state"])
CALLS = Counter("pointsman_calls_total", "Calls to other services by status class.", ["service", "status"])
RETRIES = Counter("pointsman_retries_total", "Work put off to a later time.", ["service", "reason"])
WAIT_SECONDS = Counter(
    "pointsman_wait_seconds_total",
    "Seconds that calls were delayed before they were sent, by reason.",
    ["service", "reason"],
)
BUDGET_LEFT = Gauge("pointsman_budget_left", "Calls that the limit still allows in its window.", ["service", "what"])
CIRCUIT_OPEN = Gauge("pointsman_circuit_open", "1 while the service is down and is not called.", ["service"])
CONDITION_ERRORS = Counter("pointsman_condition_errors_total", "Conditions that could not be evaluated.", ["route"])
PAUSED = Gauge("pointsman_paused", "1 while a person has paused it.", ["what"])
SUSPENDED = Gauge("pointsman_held_work", "Work that waits until a person resumes what goes to GitLab.")
LOOPS_STOPPED = Counter("pointsman_loops_stopped_total", "Events left unanswered, so that no loop begins.", ["kind"])
OPEN_FAILURES = Gauge("pointsman_open_failures", "Failures that wait for a person.")
WAITING = Gauge("pointsman_waiting_work", "Work in the queue that has not begun.")
UNKNOWN_WORKFLOW_WORK = Gauge(
    "pointsman_unknown_workflow_work", "Work that waits for a version which knows its workflow.", ["workflow"]
)
OLDEST_WAITING = Gauge("pointsman_oldest_waiting_seconds", "Age of the oldest delivery that is not done.")
SECONDS_TO_DONE = Histogram(
    "pointsman_delivery_to_done_seconds",
    "From a delivery's arrival to the end of its work.",
    buckets=(0.25, 0.5, 1, 2, 5, 10, 30, 60, 300, 1800),
)
CORRECTIONS = Counter("pointsman_corrections_total", "Decisions that a person changed.", ["decider", "archetype"])
SECOND_OPINIONS = Counter(
    "pointsman_second_opinions_total", "Tickets for which a language model was to be asked, by outcome.", ["outcome"]
)
INDEXED_ISSUES = Gauge("pointsman_indexed_issues", "Issues in the index of similar issues.")
BULK_UPDATES = Counter(
    "pointsman_bulk_updates_total",
    "Tickets sent in a bulk job, by what became of each: done, alone, unknown.",
    ["outcome"],
)
REPAIRED = Counter("pointsman_repaired_total", "Missed changes that reconciliation found, by kind.", ["kind"])
LAST_SEEN = Gauge("pointsman_last_event_seconds", "When a source last sent something, as Unix time.", ["source"])
SETUP_PROBLEMS = Gauge(
    "pointsman_setup_problems", "1 for each check of the set-up that is not right.", ["check", "state"]
)
CONFIG_ERRORS = Gauge("pointsman_config_errors", "Problems in YAML files that were refused; 0: the files are in force.")
