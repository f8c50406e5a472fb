"""The service as `pointsman serve` runs it, but in a thread of this process."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from app.service import Service
from app.web.app import create_app
from app.web.connections import Connection
from app.web.serving import web_server


@contextmanager
def serving(service: Service, connection: type[Connection] = Connection) -> Iterator[str]:
    """Yields the address. Raises OSError when it does not start, mostly because the port is taken."""
    settings = service.settings
    server = web_server(create_app(service), settings, connection)
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
