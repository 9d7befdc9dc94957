"""All shortcuts at once, under clients of every kind: exact, stored, readable at once, and steady."""

import asyncio
import json
import os
import random
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from operator import sub
from pathlib import Path
from typing import Any

import httpx2
import joblib
import numpy as np
import psutil
import pytest

from tests.support.load import TLS, count_rows, read_back
from tests.support.model_folders import EXAMPLE
from tests.support.servers import Server, running
from tests.support.waiting import wait_until
from web_single.database.write_lock import WriteLock

CLIENTS = 64
WORKERS = 4
SECONDS = 3
STEADY_SECONDS = int(os.environ.get("STEADY_SECONDS", "3"))
STEADY_BYTES = 4 * 2**20  # about 300 bytes a request in a round
MAX_ROUNDS = 10
POOLED = 8  # threads, or files of their connections, that pools of the server may start at any time
HEAD = b"POST /predict HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s"
WRONG = [b'{"features": [1, 2, 3]}', b'{"features": [1, "x", 3, 4]}', b"{", b'{"features": [1e39, 2, 3, 4]}']

NoteFigure = Callable[[str], None]


@pytest.fixture
def server(tmp_path: Path, compiled_example: Path) -> Iterator[Server]:
    with running(tmp_path, COMPILED_CACHE_DIR=compiled_example) as server:
        assert httpx2.get(f"{server.url}/model").json()["compiled"]["state"] == "on"
        yield server


@dataclass
class Crowd:
    """Clients on raw connections, and what they saw."""

    url: httpx2.URL
    thresholds: list[tuple[int, float]]
    answered: dict[int, tuple[list[float], Any]] = field(default_factory=dict)
    statuses: dict[int, int] = field(default_factory=dict)
    hung_up: int = 0

    async def run(self, *, clients: int, seconds: float) -> None:
        deadline = time.monotonic() + seconds
        await asyncio.gather(*(self._ask_until(deadline, random.Random(number)) for number in range(clients)))

    async def _ask_until(self, deadline: float, dice: random.Random) -> None:
        reader, writer = await asyncio.open_connection(self.url.host, self.url.port)
        while time.monotonic() < deadline:
            if dice.random() < 0.02:  # asks, and does not wait for the answer
                writer.write(request_for([dice.uniform(0, 8) for _ in range(4)]))
                writer.close()
                self.hung_up += 1
                reader, writer = await asyncio.open_connection(self.url.host, self.url.port)
                continue
            if dice.random() < 0.1:
                body = dice.choice(WRONG)
                await self._ask(reader, writer, HEAD % (len(body), body), None)
                continue
            row = self._row(dice)
            sent = request_for(row)
            if dice.random() < 0.05:  # sends slowly
                writer.write(sent[:70])
                await asyncio.sleep(0.02)
                sent = sent[70:]
            await self._ask(reader, writer, sent, row)
        writer.close()

    def _row(self, dice: random.Random) -> list[float]:
        """Return a row; often with a value at which a tree splits, or as near to it as can be."""
        row = [round(dice.uniform(0, 8), dice.choice([1, 15])) for _ in range(4)]
        if dice.random() < 0.5:
            at, threshold = dice.choice(self.thresholds)
            row[at] = float(np.nextafter(np.float32(threshold), np.float32(dice.choice([-9, 0, 9]))))
            row[at] = dice.choice([row[at], threshold])
        return row

    async def _ask(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, sent: bytes, row: list[float] | None
    ) -> None:
        writer.write(sent)
        head = await reader.readuntil(b"\r\n\r\n")
        status = int(head[9:12])
        length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
        body = json.loads(await reader.readexactly(length))
        self.statuses[status] = self.statuses.get(status, 0) + 1
        if row is not None:
            assert status == 200, body
            assert body["id"] not in self.answered
            self.answered[body["id"]] = (row, body["result"])
        else:
            assert status in (400, 422)


def request_for(row: list[float]) -> bytes:
    body = json.dumps({"features": row}).encode()
    return HEAD % (len(body), body)


def thresholds_of_the_example() -> list[tuple[int, float]]:
    model = joblib.load(EXAMPLE / "model.joblib")
    trees = [tree.tree_ for tree in model.estimators_]
    return [
        (int(at), float(value))
        for tree in trees
        for at, value in zip(tree.feature, tree.threshold, strict=True)
        if at >= 0
    ]


def test_each_answer_is_the_estimators_own_whatever_others_send(server: Server, note_figure: NoteFigure) -> None:
    crowd = Crowd(httpx2.URL(server.url), thresholds_of_the_example())
    asyncio.run(crowd.run(clients=CLIENTS, seconds=SECONDS))
    rows, results = zip(*crowd.answered.values(), strict=True)
    expected = joblib.load(EXAMPLE / "model.joblib").predict(list(rows)).tolist()
    assert list(results) == expected
    stored = read_back(server.url)
    assert {prediction_id: stored.get(prediction_id) for prediction_id in crowd.answered} == crowd.answered
    assert len(crowd.answered) <= len(stored) <= len(crowd.answered) + crowd.hung_up
    model = httpx2.get(f"{server.url}/model").json()["compiled"]
    assert model["differing"] == 0
    note_figure(
        f"{CLIENTS} clients of every kind, all shortcuts: {len(rows)} answers, all the estimator's own; "
        f"{sum(crowd.statuses.values()) - len(rows)} wrong requests, {crowd.hung_up} hung up"
    )


def test_what_was_answered_is_found_at_once_by_another_connection_and_another_worker(
    tmp_path: Path, compiled_example: Path
) -> None:
    with running(tmp_path, workers=2, COMPILED_CACHE_DIR=compiled_example) as server:
        found = 0
        for _ in range(100):
            with (
                httpx2.Client(base_url=server.url, verify=TLS) as asking,
                httpx2.Client(base_url=server.url, verify=TLS) as reading,
            ):
                answer = asking.post("/predict", json={"features": [5.1, 3.5, 1.4, 0.2]}).json()
                found += reading.get(f"/predict/{answer['id']}").json() == answer
        assert found == 100


@pytest.mark.slow
def test_with_four_writers_on_one_file_nobody_starves(
    tmp_path: Path, compiled_example: Path, note_figure: NoteFigure
) -> None:
    async def slowest(url: httpx2.URL) -> float:
        seconds: list[float] = []

        async def ask(deadline: float) -> None:
            reader, writer = await asyncio.open_connection(url.host, url.port)
            while time.monotonic() < deadline:
                start = time.monotonic()
                writer.write(request_for([5.1, 3.5, 1.4, 0.2]))
                assert (await reader.readuntil(b"}")).startswith(b"HTTP/1.1 200")
                seconds.append(time.monotonic() - start)
            writer.close()

        await asyncio.gather(*(ask(time.monotonic() + SECONDS) for _ in range(CLIENTS)))
        note_figure(
            f"4 workers on one SQLite file, {CLIENTS} clients: {len(seconds)} answers, slowest {max(seconds):.2f} s"
        )
        return max(seconds)

    with running(tmp_path, workers=WORKERS, COMPILED_CACHE_DIR=compiled_example) as server:
        assert asyncio.run(slowest(httpx2.URL(server.url))) < 30
        asyncio.run(write_while_the_lock_is_held(httpx2.URL(server.url), tmp_path / "predictions.db"))


async def write_while_the_lock_is_held(url: httpx2.URL, database: Path) -> None:
    """Send requests to all workers while another process could write; none is stored before the lock is released."""
    connections = [await asyncio.open_connection(url.host, url.port) for _ in range(CLIENTS)]
    before = count_rows(database)
    with WriteLock(database):
        for _, writer in connections:
            writer.write(request_for([5.1, 3.5, 1.4, 0.2]))
        await asyncio.sleep(1)  # enough to store them, were it not for the lock
        assert count_rows(database) == before
    for reader, writer in connections:
        assert (await reader.readuntil(b"}")).startswith(b"HTTP/1.1 200")
        writer.close()
    assert count_rows(database) == before + CLIENTS


@pytest.mark.slow
def test_memory_files_and_threads_stay_the_same(server: Server, note_figure: NoteFigure) -> None:
    """Memory grows while caches and the allocator's pools fill; a leak grows with every round of load."""
    crowd = Crowd(httpx2.URL(server.url), thresholds_of_the_example())
    asyncio.run(crowd.run(clients=CLIENTS, seconds=2))
    family = [process for process in server.family() if process.is_running()]
    files_and_threads = count_files_and_threads(family)
    grown: list[int] = []
    while not grown or (grown[-1] > STEADY_BYTES and len(grown) < MAX_ROUNDS):
        before = memory_of(family)
        crowd.answered.clear()
        asyncio.run(crowd.run(clients=CLIENTS, seconds=STEADY_SECONDS))
        grown.append(memory_of(family) - before)
    told = ", ".join(f"{growth / 2**20:+.1f}" for growth in grown)
    note_figure(f"memory of {memory_of(family) / 2**20:.0f} MB, after each round of {STEADY_SECONDS} s of load: {told}")
    assert grown[-1] <= STEADY_BYTES
    # The last connections are closed by then. A pool may have started a thread; a leak has one for each client.
    wait_until(lambda: max(map(sub, count_files_and_threads(family), files_and_threads)) <= POOLED)


def memory_of(family: list[psutil.Process]) -> int:
    """Return the resident memory of some processes, in bytes."""
    return sum(process.memory_info().rss for process in family)


def count_files_and_threads(family: list[psutil.Process]) -> tuple[int, int]:
    """Return how many files and threads some processes have."""
    return sum(process.num_fds() for process in family), sum(process.num_threads() for process in family)
