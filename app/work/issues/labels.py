"""Labels as people spell them: `Closed::Wontfix`, `won't fix` and `resolution::wont-fix` say the same."""

import re
from collections.abc import Iterable

# As other trackers write scopes: `lifecycle/stale`, `closed - wontfix`.
_OTHER_SCOPE = re.compile(r"/| [-–] ")
_SEPARATORS = re.compile(r"[\W_]+")


def has_label(labels: Iterable[str], listed: Iterable[str]) -> bool:
    """Is one of `listed` among `labels`, whatever its case, scope, blanks, dashes and apostrophes?"""
    forms = {form for one in labels for form in (_bare(one), _bare(_OTHER_SCOPE.sub("::", one)))}
    return not forms.isdisjoint(_bare(one) for one in listed)


def _bare(label: str) -> str:
    """Without its scope. A label of signs alone stays as it is."""
    parts = [_SEPARATORS.sub("", part) for part in label.casefold().split(":")]
    return next((part for part in reversed(parts) if part), label)
