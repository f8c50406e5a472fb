"""How the web is served: by `pointsman serve`, and by the demo and the tests alike."""

from __future__ import annotations

import uvicorn
from fastapi import FastAPI

from app.settings import Settings
from app.web.connections import Connection


def web_server(app: FastAPI, settings: Settings, connection: type[Connection] = Connection) -> uvicorn.Server:
    return uvicorn.Server(
        uvicorn.Config(
            app,
            host=settings.host,
            port=settings.port,
            http=connection,
            ws="none",
            timeout_keep_alive=connection.seconds_between,
            timeout_graceful_shutdown=2,  # and the engine takes up to 5: together less than supervisors wait
            # Nothing here depends on the caller's address or scheme, so nobody's word is taken for them.
            proxy_headers=False,
            server_header=False,
            # To the process's own log. uvicorn warns of every malformed request: strangers could fill the disk.
            log_config=None,
            log_level="error",
            access_log=False,
        )
    )
