"""Each thread has its own client, and closing reaches them all."""

from __future__ import annotations

import gc
import threading
from concurrent.futures import ThreadPoolExecutor
from weakref import ref

from integrations.per_thread import PerThread


class Client:
    def __init__(self) -> None:
        self.closed = 0

    def close(self) -> None:
        self.closed += 1


def test_a_thread_keeps_its_client_and_shares_it_with_none() -> None:
    clients = PerThread(Client)
    together = threading.Barrier(4)

    def twice() -> tuple[Client, Client]:
        together.wait(5)
        return clients.get(), clients.get()

    with ThreadPoolExecutor(4) as pool:
        pairs = [future.result() for future in [pool.submit(twice) for _ in range(4)]]

    assert all(first is second for first, second in pairs)
    assert len({id(first) for first, _ in pairs}) == 4


def test_closes_the_clients_of_all_threads() -> None:
    clients = PerThread(Client)
    with ThreadPoolExecutor(1) as pool:
        other = pool.submit(clients.get).result()
        mine = clients.get()

        clients.close()

    assert (mine.closed, other.closed) == (1, 1)


def test_does_not_keep_the_client_of_a_thread_that_ended() -> None:
    clients = PerThread(Client)
    seen: list[ref[Client]] = []
    thread = threading.Thread(target=lambda: seen.append(ref(clients.get())))
    thread.start()
    thread.join()
    gc.collect()

    assert seen[0]() is None
