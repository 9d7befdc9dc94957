"""OptimizationStore: which ids an optimization may have produced, and why it ended."""

from collections.abc import AsyncIterator, Callable
from typing import NamedTuple

import pytest

from tests.support.predictions import prediction
from web_single.config import Config
from web_single.database.database import Database
from web_single.database.optimization_record import OptimizationRecord
from web_single.database.optimization_store import OptimizationStore
from web_single.database.prediction_store import PredictionStore

pytestmark = pytest.mark.anyio

VERSION, OTHER = "version-1", "version-2"


class Stores(NamedTuple):
    predictions: PredictionStore
    optimizations: OptimizationStore

    async def add(self, version: str, count: int) -> None:
        await self.predictions.add([prediction(model_version=version) for _ in range(count)])

    async def record(self, name: str = "batching") -> OptimizationRecord:
        (record,) = [each for each in await self.optimizations.find(VERSION) if each.name == name]
        return record

    async def ids(self) -> tuple[int | None, int | None]:
        record = await self.record()
        return record.first_id, record.last_id


@pytest.fixture
async def stores(make_config: Callable[..., Config]) -> AsyncIterator[Stores]:
    database = Database(make_config())
    stores = Stores(PredictionStore(database), OptimizationStore(database))
    await stores.predictions.prepare(VERSION, {})
    stores.predictions.open()
    yield stores
    await database.close()


async def test_before_the_first_prediction_an_optimization_begins_with_id_1(stores: Stores) -> None:
    await stores.optimizations.start(VERSION, "batching")
    record = await stores.record()
    assert (record.first_id, record.last_id, record.end_reason) == (1, None, None)


async def test_an_optimization_begins_behind_the_highest_id_and_only_once(stores: Stores) -> None:
    await stores.add(OTHER, 3)
    await stores.optimizations.start(VERSION, "batching")
    await stores.add(VERSION, 2)
    await stores.optimizations.start(VERSION, "batching")
    assert await stores.ids() == (4, None)


async def test_the_first_reason_stays_and_the_last_id_grows(stores: Stores) -> None:
    await stores.optimizations.start(VERSION, "batching")
    await stores.add(VERSION, 2)
    await stores.optimizations.end(VERSION, "batching", "first", [1.5], is_used=True)
    assert await stores.ids() == (1, 2)
    ended_at = (await stores.record()).updated_at
    await stores.add(OTHER, 1)
    await stores.optimizations.end(VERSION, "batching", "second", [2.5], is_used=True)
    record = await stores.record()
    assert (record.end_reason, record.row, record.last_id) == ("first", [1.5], 3)
    assert record.updated_at > ended_at


async def test_an_end_without_a_start_covers_the_predictions_of_the_model_version(stores: Stores) -> None:
    await stores.add(OTHER, 2)
    await stores.add(VERSION, 2)
    await stores.optimizations.end(VERSION, "batching", "differs", [], is_used=True)
    assert await stores.ids() == (3, 4)


@pytest.mark.parametrize("others", [0, 2])
async def test_an_end_before_the_first_prediction_of_the_model_version_covers_no_prediction(
    stores: Stores, others: int
) -> None:
    await stores.add(OTHER, others)
    await stores.optimizations.end(VERSION, "batching", "differs", [], is_used=True)
    assert await stores.ids() == (None, others)


async def test_records_of_other_names_and_model_versions_are_separate(stores: Stores) -> None:
    await stores.optimizations.start(VERSION, "batching")
    await stores.optimizations.start(OTHER, "batching")
    await stores.optimizations.end(VERSION, "compiled:a", "differs", [], is_used=True)
    assert (await stores.record()).end_reason is None
    assert (await stores.record("compiled:a")).end_reason == "differs"
    assert [record.end_reason for record in await stores.optimizations.find(OTHER)] == [None]


async def test_an_optimization_that_was_never_used_covers_no_prediction(stores: Stores) -> None:
    await stores.add(VERSION, 3)
    await stores.optimizations.end(VERSION, "batching", "differs", [], is_used=False)
    assert await stores.ids() == (None, 3)
