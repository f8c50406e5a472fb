"""The web server: the same for `pointsman serve`, the demo and the tests."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from fastapi import FastAPI

from app.settings import Settings
from app.web.connection import Connection


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


@contextmanager
def serve_in_thread(app: FastAPI, settings: Settings) -> Iterator[str]:
    """Serve in a thread; yield the address. Raises OSError if it cannot start (port taken)."""
    server = web_server(app, settings)
    thread = threading.Thread(target=server.run, daemon=True, name="web")
    thread.start()
    while not server.started:
        if not thread.is_alive():
            raise OSError(0, f"the service did not start on port {settings.port}")
        time.sleep(0.01)
    host, port = server.servers[0].sockets[0].getsockname()[:2]
    try:
        yield f"http://{host}:{port}"
    finally:
        server.should_exit = True
        thread.join()
