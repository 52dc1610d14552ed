"""The site as it is served: requests a second and latency with 8 connections. Reported, no bar."""

from __future__ import annotations

import http.client
import itertools
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass

import numpy as np
from django.conf import settings

from bench.cases import cases

CONNECTIONS = 8
SECONDS = 8.0
WARM_UP_SECONDS = 2.0
START_SECONDS = 60


@dataclass(frozen=True)
class Served:
    connections: int
    requests: int
    requests_per_second: float
    p50_ms: float
    p99_ms: float

    def __str__(self) -> str:
        return (
            f"Served to {self.connections} connections: {self.requests_per_second:.0f} requests"
            f" a second, p50 {self.p50_ms:.0f} ms, p99 {self.p99_ms:.0f} ms"
            f" (the client is on the same {os.cpu_count()} cores; load average"
            f" {os.getloadavg()[0]:.1f})"
        )

    def as_dict(self) -> dict[str, object]:
        return {"bench": "served", **asdict(self)}


@contextmanager
def site() -> Iterator[tuple[str, int]]:
    """Serve the bench's database as production does; give host and port."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    server = subprocess.Popen(  # noqa: S603 - our own command
        [sys.executable, "-m", "directory.server", "--port", str(port)],
        cwd=settings.BASE_DIR,
        env=os.environ,
        stdout=subprocess.DEVNULL,
    )
    try:
        _wait_for(port, server)
        yield "127.0.0.1", port
    finally:
        server.terminate()
        server.wait()


def _wait_for(port: int, server: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end and server.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.2)
        else:
            return
    raise RuntimeError("The site did not start.")


def measure(address: tuple[str, int]) -> Served:
    """Ask for the pages of all cases in turn, on connections that stay open."""
    urls = [case.url for case in cases()]
    _latencies_ms(address, urls, WARM_UP_SECONDS)
    latencies = _latencies_ms(address, urls, SECONDS)
    return Served(
        connections=CONNECTIONS,
        requests=len(latencies),
        requests_per_second=len(latencies) / SECONDS,
        p50_ms=float(np.percentile(latencies, 50)),
        p99_ms=float(np.percentile(latencies, 99)),
    )


def _latencies_ms(address: tuple[str, int], urls: list[str], seconds: float) -> list[float]:
    found: list[float] = []
    end = time.perf_counter() + seconds
    threads = [
        threading.Thread(target=_ask, args=(address, urls[index:] + urls[:index], end, found))
        for index in range(CONNECTIONS)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found


def _ask(address: tuple[str, int], urls: list[str], end: float, found: list[float]) -> None:
    connection = http.client.HTTPConnection(*address)
    for url in itertools.cycle(urls):
        start = time.perf_counter()
        if start > end:
            break
        connection.request("GET", url, headers={"Accept-Encoding": "gzip"})
        response = connection.getresponse()
        response.read()
        if response.status != 200:
            raise RuntimeError(f"{url} answered {response.status}")
        found.append((time.perf_counter() - start) * 1000)
    connection.close()
