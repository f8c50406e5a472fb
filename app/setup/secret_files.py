"""Secrets that setup writes: into the file that the environment names, mode 0600, and shown as a fingerprint only."""

import base64
import hashlib
import os
import secrets
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from app.signatures import SIGNING_PREFIX
from integrations.errors import Refused

NEW = "(a new one)"


@dataclass
class WebhookSecret:
    """The secret of one of our webhooks. `value` is the newest; the former ones count while they are in the file."""

    variable: str
    file: str
    """Empty: the environment names none, so nothing can be written."""
    values: list[str] = field(default_factory=list, repr=False)
    is_new: bool = False
    """Written since it was read: who reads it at its start has another one."""

    @classmethod
    def of(cls, environ: Mapping[str, str], variable: str) -> Self:
        file = environ.get(f"{variable}_FILE", "")
        given = environ.get(variable, "") or _text_of(file)
        return cls(variable, file, [one.strip() for one in given.split(",") if one.strip()])

    @property
    def value(self) -> str:
        return self.values[0] if self.values else ""

    @property
    def fingerprint(self) -> str:
        """`sha256:ab12cd34ef56`."""
        return fingerprint(self.value) if self.values else NEW

    @property
    def why_not(self) -> str:
        """Why setup cannot put a secret there; empty: it can."""
        return "" if self.file else f"Set {self.variable}_FILE: setup writes the secret into that file."

    def put(self, secret: str) -> None:
        """Put it first. The former one stays behind it, so that deliveries which are under way still count."""
        self._write([secret, *[one for one in self.values if one != secret][:1]])

    def also(self, secret: str) -> None:
        if secret not in self.values:
            self._write([*self.values, secret])

    def _write(self, values: list[str]) -> None:
        """Raises Refused where no file is named. A secret is never left in another file."""
        if not self.file:
            raise Refused("setup", self.why_not, "no_secret_file")
        target = Path(self.file)
        target.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=target.parent)  # mode 0600
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.write(",".join(values) + "\n")
                file.flush()
                os.fsync(file.fileno())
            Path(name).replace(target)
        finally:
            Path(name).unlink(missing_ok=True)
        self.values, self.is_new = values, True


def fingerprint(secret: str) -> str:
    return f"sha256:{hashlib.sha256(secret.encode()).hexdigest()[:12]}"


def new_signing_token() -> str:
    """As GitLab wants it: 32 bytes."""
    return SIGNING_PREFIX + base64.b64encode(secrets.token_bytes(32)).decode()


def _text_of(file: str) -> str:
    try:
        return Path(file).read_text("utf-8") if file else ""
    except FileNotFoundError:  # setup makes it
        return ""
