"""GET /predict over a large table: in flat memory, at once, and without holding up those who write."""

import asyncio
import json
import os
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import httpx2
import psutil
import pytest

from tests.support.connections import connect
from tests.support.load import Load, count_rows, run_load
from tests.support.predictions import fill
from tests.support.servers import Server, running

ROWS = int(os.environ.get("ROWS", "100000"))
NoteFigure = Callable[[str], None]


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    """A server whose table holds many rows."""
    fill(tmp_path / "predictions.db", ROWS)
    with running(tmp_path, SHUTDOWN_TIMEOUT_SECONDS=2) as filled:
        yield filled


def peak_memory_while(process: psutil.Process, run: Callable[[], None]) -> int:
    """Return the highest resident memory of a process, in bytes, while something runs."""
    peak, ended = process.memory_info().rss, threading.Event()

    def watch() -> None:
        nonlocal peak
        while not ended.wait(0.01):
            peak = max(peak, process.memory_info().rss)

    watcher = threading.Thread(target=watch)
    watcher.start()
    run()
    ended.set()
    watcher.join()
    return peak


def test_all_rows_are_read_in_flat_memory_while_others_write(server: Server, note_figure: NoteFigure) -> None:
    process = psutil.Process(server.pid)
    httpx2.post(f"{server.url}/predict", json={"features": [5, 3, 1, 0]})
    before = process.memory_info().rss
    first_byte = seconds = 0.0
    body = bytearray()

    def read() -> None:
        nonlocal first_byte, seconds
        start = time.monotonic()
        with httpx2.stream("GET", f"{server.url}/predict", timeout=60) as answer:
            for chunk in answer.iter_raw():
                first_byte = first_byte or time.monotonic() - start
                body.extend(chunk)
        seconds = time.monotonic() - start

    load = Load()

    def read_and_write() -> None:
        nonlocal load
        load = run_load(server.url, clients=2, seconds=max(1, ROWS / 100_000), meanwhile=read)

    peak = peak_memory_while(process, read_and_write)
    ids = [row["id"] for row in json.loads(body)]
    growth = (peak - before) / 2**20
    note_figure(
        f"GET /predict over {ROWS:,} rows: memory {before / 2**20:.0f} MB before, growth {growth:.0f} MB, "
        f"first byte after {first_byte:.3f} s, {len(ids) / seconds:,.0f} rows/s, "
        f"slowest POST meanwhile {load.slowest_seconds:.3f} s"
    )
    assert ids == list(range(1, len(ids) + 1))
    assert len(ids) >= ROWS + 1
    assert growth < 60
    assert set(load.statuses) == {200}


def test_a_reader_that_falls_asleep_holds_nobody_up(server: Server, tmp_path: Path, note_figure: NoteFigure) -> None:
    host, port = server.url.removeprefix("http://").split(":")
    with closing(socket.create_connection((host, int(port)))) as reader:
        reader.sendall(b"GET /predict HTTP/1.1\r\nHost: x\r\n\r\n")
        assert reader.recv(1000).startswith(b"HTTP/1.1 200")
        before = psutil.Process(server.pid).memory_info().rss
        load = run_load(server.url, clients=4, seconds=3)
        growth = (psutil.Process(server.pid).memory_info().rss - before) / 2**20
    log_bytes = (tmp_path / "predictions.db-wal").stat().st_size
    note_figure(
        f"a reader of {ROWS:,} rows that sleeps: {len(load.acknowledged)} predictions stored meanwhile, slowest "
        f"{load.slowest_seconds:.3f} s, memory +{growth:.0f} MB, write-ahead log {log_bytes / 2**20:.1f} MB"
    )
    assert set(load.statuses) == {200}
    assert count_rows(tmp_path / "predictions.db") == ROWS + len(load.acknowledged)
    assert growth < 60
    assert log_bytes < 40 * 2**20


def test_a_stop_breaks_a_stream_off_without_its_end(server: Server) -> None:
    with closing(connect(server, buffer_bytes=4096)) as reader:  # in detail it is more than the system takes ahead
        reader.sendall(b"GET /predict?detail=true HTTP/1.1\r\nHost: x\r\n\r\n")
        received = reader.recv(1000)
        assert server.stop(signal.SIGTERM) == 0
        while chunk := receive(reader):
            received += chunk
    assert not received.endswith(b"0\r\n\r\n")


def receive(reader: socket.socket) -> bytes:
    try:
        return reader.recv(2**16)
    except ConnectionError:
        return b""


@pytest.mark.parametrize("workers", [1, pytest.param(2, marks=pytest.mark.slow)])
def test_a_hundred_clients_at_once_see_no_error(tmp_path: Path, workers: int, note_figure: NoteFigure) -> None:
    seconds = float(os.environ.get("SECONDS_OF_LOAD", "2"))
    load = Load()
    with running(tmp_path, workers=workers) as server:
        asyncio.run(load.run(server.url, clients=100, seconds=seconds))
        stored = count_rows(tmp_path / "predictions.db")
    note_figure(
        f"100 clients for {seconds:g} s, {workers} worker(s): {sum(load.statuses.values())} requests, "
        f"{sum(load.statuses.values()) - len(load.acknowledged)} errors, {stored} rows stored, "
        f"{len(load.acknowledged)} answers 200, slowest {load.slowest_seconds:.2f} s"
    )
    assert set(load.statuses) == {200}
    assert load.broken_connections == 0
    assert stored == len(load.acknowledged)
