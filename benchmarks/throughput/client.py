"""`python -m benchmarks.throughput.client` drives a server from a process of its own, in an open or a closed loop.

In an open loop requests go out on a schedule, and the time of each is counted from when it was due,
also where it had to wait for a connection: what a slow server holds up is not left out.
"""

import argparse
import asyncio
import gc
import sys
import time
from collections import deque
from collections.abc import Iterator
from itertools import cycle
from pathlib import Path
from typing import cast

import httptools
import uvloop

from benchmarks.throughput.records import Load
from benchmarks.throughput.schedule import Schedule, percentile

FINEST_SECONDS = 0.001
PATIENCE_SECONDS = 10
OK = range(200, 300)


class Connection(asyncio.Protocol):
    """One connection, which carries one request at a time."""

    def __init__(self, crew: "Crew") -> None:
        self._crew = crew
        self._parser = httptools.HttpResponseParser(self)
        self._due: float | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take the transport."""
        self._transport = cast("asyncio.Transport", transport)

    def send(self, request: bytes, due: float) -> None:
        """Send a request; `due` is when it should have been sent, by `perf_counter`: the loop's clock is coarser."""
        self._due = due
        self._transport.write(request)

    def hang_up(self) -> None:
        """Close the connection."""
        self._transport.close()

    def data_received(self, data: bytes) -> None:
        """Read what comes; the parser calls `on_message_complete`."""
        self._parser.feed_data(data)

    def on_message_complete(self) -> None:
        """Tell the crew of the answer."""
        due, self._due = self._due, None
        if due is not None:
            self._crew.take_answer(self, due, self._parser.get_status_code())

    def connection_lost(self, error: Exception | None) -> None:
        """Tell the crew that there is a connection less, and whether an answer will never come."""
        self._crew.take_loss(self, was_waiting=self._due is not None)


class Crew:
    """Connections that drive a server together, and what they have seen."""

    def __init__(self, requests: list[bytes], schedule: Schedule | None, seconds: float) -> None:
        self._loop = asyncio.get_running_loop()
        self._requests: Iterator[bytes] = cycle(requests)
        self._schedule = schedule
        self._seconds = seconds
        self._idle: list[Connection] = []
        self._waiting: deque[float] = deque()  # due, but no connection was free
        self._sent = 0
        self._start = 0.0
        self._finished = self._loop.create_future()
        self.connections: set[Connection] = set()
        self.in_flight = 0
        self.failed = 0
        self.times: list[float] = []
        self.lateness: list[float] = []

    async def connect(self, port: int, clients: int) -> None:
        """Open all connections before the first request."""
        for _ in range(clients):
            _, connection = await self._loop.create_connection(lambda: Connection(self), "127.0.0.1", port)
            self.connections.add(connection)
        self._idle = list(self.connections)

    async def drive(self) -> float:
        """Ask until the time is over and what was asked is answered; return how many seconds the asking took."""
        self._start = time.perf_counter()
        if self._schedule is None:
            while self._idle:
                self._send(self._idle.pop(), time.perf_counter())
        else:
            self._send_what_is_due(self._schedule)
        self._loop.call_later(self._seconds + PATIENCE_SECONDS, self._finish)
        await self._finished
        lasted = time.perf_counter() - self._start
        unsent = self._schedule.count - self._sent if self._schedule is not None else 0
        self.failed += self.in_flight + len(self._waiting) + unsent
        return lasted

    def close(self) -> None:
        """Hang up."""
        for connection in self.connections:
            connection.hang_up()

    def take_answer(self, connection: Connection, due: float, status: int) -> None:
        """Note an answer, and let the connection go on."""
        now = time.perf_counter()
        self.in_flight -= 1
        if status in OK:
            self.times.append(now - due)
        else:
            self.failed += 1
        if self._waiting:
            self._send(connection, self._waiting.popleft())
        elif self._schedule is None and now - self._start < self._seconds:
            self._send(connection, now)
        else:
            self._idle.append(connection)
            self._finish_if_all_is_done()

    def take_loss(self, connection: Connection, *, was_waiting: bool) -> None:
        """Go on with a connection less."""
        self.connections.discard(connection)
        if connection in self._idle:
            self._idle.remove(connection)
        if was_waiting:
            self.in_flight -= 1
            self.failed += 1
        if not self.connections:
            self._finish()
        self._finish_if_all_is_done()

    def _send(self, connection: Connection, due: float) -> None:
        self.in_flight += 1
        connection.send(next(self._requests), due)

    def _send_what_is_due(self, schedule: Schedule) -> None:
        now = time.perf_counter()
        for index in range(self._sent, schedule.due_by(now - self._start)):
            due = self._start + schedule.due_at(index)
            self.lateness.append(now - due)
            if self._idle:
                self._send(self._idle.pop(), due)
            else:
                self._waiting.append(due)
            self._sent = index + 1
        if self._sent < schedule.count:
            following = self._start + schedule.due_at(self._sent)
            self._loop.call_later(max(following - now, FINEST_SECONDS), self._send_what_is_due, schedule)
        else:
            self._finish_if_all_is_done()

    def _finish_if_all_is_done(self) -> None:
        is_over = self._schedule is None or self._sent == self._schedule.count
        if is_over and self.in_flight == 0 and not self._waiting:
            self._finish()

    def _finish(self) -> None:
        if not self._finished.done():
            self._finished.set_result(None)


def request_of(path: str, body: str) -> bytes:
    """Return a request as it goes over the wire."""
    content = body.encode()
    head = f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
    return f"{head}Content-Length: {len(content)}\r\n\r\n".encode() + content


async def drive(*, port: int, path: str, bodies: list[str], clients: int, seconds: float, rate: float | None) -> Load:
    """Drive a server, and return what was seen."""
    schedule = Schedule(rate, seconds) if rate else None
    crew = Crew([request_of(path, body) for body in bodies], schedule, seconds)
    await crew.connect(port, clients)
    lasted = await crew.drive()
    crew.close()
    times, lateness = sorted(crew.times), sorted(crew.lateness)
    return Load(
        by="the Python client",
        clients=clients,
        seconds=lasted,
        answered=len(times),
        failed=crew.failed,
        p50_ms=percentile(times, 0.5) * 1000,
        p99_ms=percentile(times, 0.99) * 1000,
        p999_ms=percentile(times, 0.999) * 1000,
        asked_per_second=rate,
        late_p99_ms=percentile(lateness, 0.99) * 1000 if schedule else None,
    )


def main() -> None:
    """Drive as the arguments say, and print what was seen as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    for name, kind in (("--port", int), ("--path", str), ("--bodies", Path), ("--clients", int), ("--seconds", float)):
        parser.add_argument(name, type=kind, required=True)
    parser.add_argument("--rate", type=float, help="requests a second in an open loop; without it a closed one")
    given = vars(parser.parse_args())
    given["bodies"] = given["bodies"].read_text().splitlines()
    gc.disable()
    sys.stdout.write(uvloop.run(drive(**given)).model_dump_json())


if __name__ == "__main__":
    main()
