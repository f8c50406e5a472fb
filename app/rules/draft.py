"""Rules that somebody is editing: the three texts, and what the service would say of them. Pure."""

from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from app.rules.examples import RuleExample, load_examples
from app.rules.lint import Finding, lint
from app.rules.loading import Rules, load
from app.rules.parsing.positions import BadRules, Position, Problem

ROUTING: Final = "routing.yaml"
MACROS: Final = "macros.yaml"
TESTS: Final = "routing.tests.yaml"
FILES: Final = (ROUTING, MACROS, TESTS)
MAX_BYTES: Final = 256 * 1024
"""Of the three together."""


@dataclass(frozen=True, slots=True)
class Draft:
    routing: str
    macros: str
    tests: str = ""
    """Of routing.tests.yaml; empty: there are none."""

    @property
    def texts(self) -> dict[str, str]:
        return dict(zip(FILES, (self.routing, self.macros, self.tests), strict=True))

    @property
    def hash(self) -> str:
        """Names this content of all three."""
        encoded = [text.encode("utf-8", "surrogatepass") for text in self.texts.values()]
        return sha256(b"".join(len(one).to_bytes(8, "big") + one for one in encoded)).hexdigest()[:16]

    @property
    def size(self) -> int:
        return sum(len(text.encode("utf-8", "surrogatepass")) for text in self.texts.values())


@dataclass(frozen=True, slots=True)
class CheckedDraft:
    """`rules` None: the service would refuse them, and `problems` says why."""

    draft: Draft
    rules: Rules | None = None
    examples: tuple[RuleExample, ...] = ()
    problems: tuple[Problem, ...] = ()
    warnings: tuple[Finding, ...] = ()


def check_draft(draft: Draft) -> CheckedDraft:
    """As `pointsman check` would, and by the same functions."""
    if draft.size > MAX_BYTES:
        return refused(draft, f"larger than {MAX_BYTES // 1024} kB: use `pointsman check`")
    try:
        rules = load(draft.routing, draft.macros, routing_name=ROUTING, macros_name=MACROS)
    except BadRules as bad:
        return CheckedDraft(draft, problems=bad.problems)
    try:
        examples = load_examples(draft.tests, name=TESTS, rules=rules) if draft.tests.strip() else ()
    except BadRules as bad:
        return CheckedDraft(draft, rules, problems=bad.problems)
    return CheckedDraft(draft, rules, examples, warnings=tuple(lint(rules, examples)))


def refused(draft: Draft, why: str) -> CheckedDraft:
    """For a reason that has no place in a file."""
    return CheckedDraft(draft, problems=(Problem(ROUTING, Position(1, 1), "", why),))
