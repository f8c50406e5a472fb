"""One client per worker thread: neither zenpy nor python-gitlab promises that a client may be shared."""

import threading
from collections.abc import Callable
from typing import Generic, Protocol, TypeVar
from weakref import WeakSet


class Closable(Protocol):
    def close(self) -> None: ...


T = TypeVar("T", bound=Closable)


class PerThread(Generic[T]):
    """`get()` gives the calling thread its own client, made on first use. It dies with its thread."""

    def __init__(self, factory: Callable[[], T]) -> None:
        self._factory = factory
        self._own = threading.local()
        self._lock = threading.Lock()
        # Weak, so that the clients of threads that ended are not kept.
        self._all: WeakSet[T] = WeakSet()

    def get(self) -> T:
        client: T | None = getattr(self._own, "client", None)
        if client is None:
            client = self._own.client = self._factory()
            with self._lock:
                self._all.add(client)
        return client

    def close(self) -> None:
        """Close the connections of all threads' clients; a client that is used again opens new ones."""
        with self._lock:
            clients = list(self._all)
        for client in clients:
            client.close()
