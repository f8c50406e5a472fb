"""What can be wrong on our side."""

import stat
from collections.abc import Iterable
from pathlib import Path
from typing import Final

import httpx

from app.setup.doctor.diagnosis import Check, Diagnosis, fail, ok, warn
from app.setup.objects import Account


def reachable(account: Account) -> Iterable[Diagnosis]:
    """From here. A firewall may still keep Zendesk out: `--send-test` proves the whole way."""
    address = f"{account.public_url}/webhooks/zendesk"
    try:
        status = httpx.post(address, content=b"{}", timeout=10, trust_env=False).status_code
    except httpx.HTTPError as error:
        remedy = "Start the service, and let the proxy pass /webhooks/ to it."
        yield fail("pointsman/public_url", f"{address} does not answer ({type(error).__name__})", remedy)
        return
    if status == 401:  # it refuses what is not signed: it is us
        yield ok("pointsman/public_url", f"{account.public_url} reaches the service")
    else:
        yield fail("pointsman/public_url", f"{address} answers {status}, not 401", "Something else answers there.")


def secret_files(account: Account) -> Iterable[Diagnosis]:
    for secret in (account.zendesk_secret, account.gitlab_secret):
        path = Path(secret.file) if secret.file else None
        if not secret.values:
            remedy = "Run `pointsman setup apply`, or put there the secret of a webhook that was made by hand."
            yield fail("pointsman/secrets", f"{secret.variable} is not set", remedy)
        elif path is not None and path.exists() and stat.S_IMODE(path.stat().st_mode) & 0o077:
            yield warn("pointsman/secrets", f"others on this machine may read {path}", f"chmod 600 {path}")
        else:
            yield ok("pointsman/secrets", f"{secret.variable} is set")


CHECKS: Final = (Check("pointsman/public_url", reachable, cheap=False), Check("pointsman/secrets", secret_files))
