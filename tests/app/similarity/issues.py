"""Issues for the tests of the index, and a small encoder that knows whether texts share letters."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from app.model.encoder import DIMENSIONS
from app.similarity.index import IndexedText

PROJECT = 7

ISSUES = (
    IndexedText(PROJECT, 1, "Redirect loop on Mattermost SSO login", "Users are sent back to login after authorize."),
    IndexedText(PROJECT, 2, "Runner ignores exit codes of PowerShell", "A script that fails is shown as green."),
    IndexedText(
        PROJECT,
        3,
        "500 when saving CI/CD settings",
        "```\nOpenSSL::Cipher::CipherError ()\napp/models/ci/variable.rb:17:in `value'\n```",
    ),
    IndexedText(PROJECT, 4, "Container registry answers 404 after a group is renamed", "Old path and new path fail."),
    IndexedText(PROJECT, 5, "Backup to S3 fails in sa-east-1", "AuthorizationHeaderMalformed, us-east-1 works."),
)


class LetterEncoder:
    """Texts with the same letters in the same shares are near each other."""

    def encode(self, text: str) -> NDArray[np.float32]:
        found = np.full(DIMENSIONS, -1e-3, dtype=np.float32)
        for sign in text.casefold():
            found[ord(sign) % DIMENSIONS] += 1
        return found / np.float32(np.linalg.norm(found))
