"""The web server: the same for `pointsman serve`, the demo and the tests."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import structlog
import uvicorn
from fastapi import FastAPI

from app.settings import Settings
from app.web.connection import Connection

log = structlog.get_logger(__name__)


class WebServer(uvicorn.Server):
    """Says in the log where it listens."""

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            log.info("listening", address=self.address)

    def stop(self) -> None:
        """From any thread."""
        self.should_exit = True

    @property
    def address(self) -> str:
        host, port = self.servers[0].sockets[0].getsockname()[:2]
        return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def listening_socket(settings: Settings) -> socket.socket:
    """Taken before the service is built, so that a port in use ends the start with a sentence. Raises OSError."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    return socket.create_server((settings.host, settings.port), family=family, backlog=2048)


def web_server(app: FastAPI, settings: Settings, connection: type[Connection] = Connection) -> WebServer:
    return WebServer(
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
    """Serve in a thread; yield the address. Raises OSError if it cannot start (port taken), and says why."""
    server = web_server(app, settings)
    thread = threading.Thread(target=server.run, args=([listening_socket(settings)],), daemon=True, name="web")
    thread.start()
    while not server.started:
        if not thread.is_alive():
            cause = app.state.start_failure
            raise OSError(0, f"the service did not start ({type(cause).__name__})") from cause
        time.sleep(0.01)
    try:
        yield server.address
    finally:
        server.stop()
        thread.join()
