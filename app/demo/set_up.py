"""Sets the sandbox up by `pointsman setup apply`, as a newcomer will do it with an account of their own."""

import socket
from collections.abc import Callable, Mapping
from pathlib import Path

from pydantic import SecretStr
from rich.console import Console

from app.settings import MADE_BY_SETUP, Settings
from app.setup.secret_files import WebhookSecret
from integrations.sandbox import Sandbox

SetupApply = Callable[[Console, Mapping[str, str], Path, Path], None]
"""The very command. It is handed in: the demo is no part of the command line."""


def set_up(console: Console, sandbox: Sandbox, settings: Settings, folder: Path, apply: SetupApply) -> Settings:
    """The settings with the secrets that were made, and the port at which both services call."""
    port = settings.port or _free_port(settings.host)
    environ = {name: value for name, value in sandbox.environment().items() if name.lower() not in MADE_BY_SETUP}
    environ |= {
        "PUBLIC_URL": f"http://{settings.host}:{port}",
        "DATABASE_URL": settings.database_url,
        **{f"{name.upper()}_FILE": str(folder / name) for name in MADE_BY_SETUP},
    }
    console.print("$ pointsman setup apply --brief --yes")
    apply(console, environ, settings.routing_file, settings.macros_file)
    secrets = {name: WebhookSecret.of(environ, name.upper()).values for name in MADE_BY_SETUP}
    held = {name: tuple(map(SecretStr, values)) for name, values in secrets.items()}
    return settings.model_copy(update={**held, "port": port, "public_url": environ["PUBLIC_URL"]})


def _free_port(host: str) -> int:
    with socket.socket() as probe:
        probe.bind((host, 0))
        return int(probe.getsockname()[1])
