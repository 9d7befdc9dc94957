"""Clients that ask without pause and remember what was acknowledged."""

import asyncio
import random
import sqlite3
import ssl
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2
import joblib

from tests.support.model_folders import EXAMPLE

TLS = ssl.create_default_context()  # made once: a client that makes its own blocks all others for 20 ms


@dataclass
class Load:
    """What some clients saw: each acknowledged prediction, every other status, and how long the slowest waited."""

    acknowledged: dict[int, tuple[list[float], Any]] = field(default_factory=dict)
    statuses: dict[int, int] = field(default_factory=dict)
    broken_connections: int = 0
    slowest_seconds: float = 0.0
    answered_at: list[float] = field(default_factory=list)

    async def run(self, url: str, *, clients: int, seconds: float, first_feature: float | None = None) -> None:
        """Let so many clients ask for so long, each on a connection of its own."""
        deadline = time.monotonic() + seconds
        await asyncio.gather(*(self._ask_until(deadline, url, random.Random(n), first_feature) for n in range(clients)))

    async def _ask_until(self, deadline: float, url: str, dice: random.Random, first_feature: float | None) -> None:
        async with httpx2.AsyncClient(base_url=url, timeout=30, verify=TLS) as client:
            while time.monotonic() < deadline:
                features = [round(dice.uniform(0, 8), 3) for _ in range(4)]
                if first_feature is not None:
                    features = [first_feature, features[1]]
                try:
                    await self._ask(client, features)
                except httpx2.TransportError:
                    self.broken_connections += 1
                    await asyncio.sleep(0.05)

    async def _ask(self, client: httpx2.AsyncClient, features: list[float]) -> None:
        start = time.monotonic()
        answer = await client.post("/predict", json={"features": features})
        end = time.monotonic()
        self.slowest_seconds = max(self.slowest_seconds, end - start)
        self.statuses[answer.status_code] = self.statuses.get(answer.status_code, 0) + 1
        if answer.status_code == 200:
            body = answer.json()
            assert body["id"] not in self.acknowledged
            self.acknowledged[body["id"]] = (features, body["result"])
            self.answered_at.append(end)
        else:
            await asyncio.sleep(0.02)


def run_load(url: str, *, clients: int, seconds: float, meanwhile: Callable[[], None] | None = None) -> Load:
    """Run clients, and something else beside them in another thread."""
    load = Load()

    async def run() -> None:
        asking = asyncio.create_task(load.run(url, clients=clients, seconds=seconds))
        if meanwhile is not None:
            await asyncio.to_thread(meanwhile)
        await asking

    asyncio.run(run())
    return load


def read_back(url: str) -> dict[int, tuple[list[float], Any]]:
    """Return all stored predictions as the service tells them: features and result by id."""
    rows = httpx2.get(f"{url}/predict?detail=true", timeout=60).json()
    return {row["id"]: (row["features"], row["result"]) for row in rows}


def lost_or_wrong(acknowledged: dict[int, tuple[list[float], Any]], stored: dict[int, tuple[list[float], Any]]) -> int:
    """Return how many acknowledged predictions are not stored as they were answered."""
    return sum(stored.get(prediction_id) != answered for prediction_id, answered in acknowledged.items())


def wrongly_predicted(stored: dict[int, tuple[list[float], Any]]) -> int:
    """Return how many results are not those of the example model itself."""
    model = joblib.load(EXAMPLE / "model.joblib")
    results = model.predict([features for features, _ in stored.values()]).tolist() if stored else []
    return sum(result != expected for (_, result), expected in zip(stored.values(), results, strict=True))


def count_rows(database: Path) -> int:
    """Return how many predictions are in the table."""
    with closing(sqlite3.connect(database)) as connection:
        (count,) = connection.execute("SELECT count(*) FROM prediction_result").fetchone()
    return int(count)
