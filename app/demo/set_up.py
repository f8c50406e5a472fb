"""Sets the sandbox up by `pointsman setup apply`, as a newcomer will do it with an account of their own."""

import socket
from pathlib import Path

from pydantic import SecretStr
from rich.console import Console

from app.records.records import Records
from app.rules.files import read_rules
from app.settings import Settings, setup_settings
from app.setup.apply import Applier
from app.setup.connect import connect
from app.setup.planner import make_plan
from integrations.sandbox import Sandbox


def set_up(console: Console, sandbox: Sandbox, settings: Settings, folder: Path) -> Settings:
    """The settings with the secrets that were made, and the port at which both services call."""
    port = settings.port or _free_port(settings.host)
    environ = {
        name: value
        for name, value in sandbox.environment().items()
        if name not in {"ZENDESK_WEBHOOK_SECRET", "GITLAB_WEBHOOK_SECRET"}
    }
    environ |= {
        "PUBLIC_URL": f"http://{settings.host}:{port}",
        "DATABASE_URL": settings.database_url,
        "ZENDESK_WEBHOOK_SECRET_FILE": str(folder / "zendesk_webhook_secret"),
        "GITLAB_WEBHOOK_SECRET_FILE": str(folder / "gitlab_webhook_secret"),
    }
    account = connect(setup_settings(environ), environ, read_rules(settings.routing_file, settings.macros_file))
    records = Records.open(settings.database_url)
    try:
        recorded = records.setup_objects
        plan = make_plan(account, recorded.all(account.instance))
        applied = Applier(account, recorded, lambda _item, _wrong: None).apply(plan)
    finally:
        records.close()
        account.zendesk.close()
        account.gitlab.close()
    kinds = ", ".join(dict.fromkeys(item.step.kind for item in applied.done))
    console.print(f"pointsman setup apply: {len(applied.done)} made in Zendesk and GitLab\n  ({kinds})")
    for item, why in applied.failed:
        console.print(f"[red]{item.step.key}: {why}[/]", soft_wrap=True)
    secrets = {
        "zendesk_webhook_secret": account.zendesk_secret.values,
        "gitlab_webhook_secret": account.gitlab_secret.values,
    }
    held = {name: tuple(map(SecretStr, values)) for name, values in secrets.items()}
    return settings.model_copy(update={**held, "port": port, "public_url": account.public_url})


def _free_port(host: str) -> int:
    with socket.socket() as probe:
        probe.bind((host, 0))
        return int(probe.getsockname()[1])
