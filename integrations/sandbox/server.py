"""One HTTP server on its own loopback port, in its own thread."""

import socket
import threading
import time

import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

HOST = "127.0.0.1"
START_SECONDS = 10


class _OpenProtocol(HttpToolsProtocol):
    """Shows the application its transport: only with it can a connection be cut without an answer."""

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self.scope["extensions"] = {"sandbox.transport": {"transport": self.transport}}


class Server:
    """Bound when made (so its address is known), serving after `start`."""

    def __init__(self, name: str, port: int = 0) -> None:
        self._name = name
        self._socket = socket.create_server((HOST, port), backlog=1024)
        self.url = f"http://{HOST}:{self._socket.getsockname()[1]}"
        self._uvicorn: uvicorn.Server | None = None
        self._thread: threading.Thread | None = None

    def start(self, app: ASGIApp) -> None:
        config = uvicorn.Config(
            app,
            http=_OpenProtocol,
            ws="none",
            lifespan="off",
            log_level="warning",
            access_log=False,
            proxy_headers=False,
            server_header=False,
            timeout_graceful_shutdown=1,
        )
        self._uvicorn = uvicorn.Server(config)
        self._thread = threading.Thread(
            target=self._uvicorn.run, kwargs={"sockets": [self._socket]}, name=f"sandbox-{self._name}", daemon=True
        )
        self._thread.start()
        deadline = time.monotonic() + START_SECONDS
        while not self._uvicorn.started:
            if time.monotonic() > deadline:
                raise RuntimeError(f"the sandbox's {self._name} did not start within {START_SECONDS} s on {self.url}")
            time.sleep(0.005)

    def ask_to_stop(self) -> None:
        if self._uvicorn is not None:
            self._uvicorn.should_exit = True

    def stop(self) -> None:
        self.ask_to_stop()
        if self._thread is not None:
            self._thread.join()
            self._thread = None
        self._socket.close()
