"""All checks one after the other. One that cannot look says so, and the others go on."""

from collections.abc import Iterator, Sequence
from typing import Final

from app.setup.doctor import gitlab_checks, own_checks, webhook_checks, zendesk_checks
from app.setup.doctor.diagnosis import Check, Diagnosis, fail, warn
from app.setup.objects import Account
from integrations.errors import IntegrationError, NotFound, Refused
from integrations.zendesk.errors import NO_PAGE

CHECKS: Final[Sequence[Check]] = (
    *zendesk_checks.CHECKS,
    *webhook_checks.CHECKS,
    *gitlab_checks.CHECKS,
    *own_checks.CHECKS,
)

_MAY_LOOK: Final = {
    "zendesk": "Give it an admin's: ZENDESK_ADMIN_EMAIL and ZENDESK_ADMIN_TOKEN.",
    "gitlab": "Make the bot a Maintainer of the projects under `trackers:`.",
}


def examine(account: Account, *, only_cheap: bool = False) -> Iterator[Diagnosis]:
    """With `only_cheap`, what the token may not look at is left out: an hourly warning helps nobody."""
    away = {service for service, _ in account.unread}
    for service, why in dict(account.unread).items():
        yield fail(f"{service}/credentials", why, f"Check {service.upper()}_URL, the token, and what it may see.")
    for check in CHECKS:
        if (only_cheap and not check.cheap) or check.name.partition("/")[0] in away:
            continue
        try:
            yield from check.look(account)
        except Refused as error:
            if not only_cheap:
                yield warn(
                    check.name,
                    f"the token may not look: {error.message}",
                    _MAY_LOOK.get(error.service, "Give the token more rights."),
                )
        except IntegrationError as error:
            if not (isinstance(error, NotFound) or error.reason == NO_PAGE):
                yield Diagnosis(check.name, "fail", error.message, "Try again; see the log of the service.")
            elif not only_cheap:
                yield warn(check.name, f"it does not tell: {error.message}", "Look at it there yourself.")
        except (AttributeError, LookupError, TypeError, ValueError) as error:
            # Some keys of these answers stand in no documentation: what is believed of them may be wrong.
            said = f"its answer is not as expected ({type(error).__name__})"
            yield warn(check.name, said, "Look at it there yourself.")
