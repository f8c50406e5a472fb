"""Takes personal data and secrets out of a text before it leaves Zendesk. See docs/redaction.md."""

from app.redaction.kinds import KINDS, placeholder
from app.redaction.redact import Redacted, redact, redact_together

__all__ = ["KINDS", "Redacted", "placeholder", "redact", "redact_together"]
