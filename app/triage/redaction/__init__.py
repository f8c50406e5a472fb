"""Takes personal data and secrets out of a text before it leaves Zendesk. See docs/redaction.md."""

from app.triage.redaction.kinds import KINDS, placeholder
from app.triage.redaction.removing import Redacted, redact

__all__ = ["KINDS", "Redacted", "placeholder", "redact"]
