"""PredictionStore on a real SQLite file: what is stored comes back exactly, in order, all or nothing."""

import asyncio
import json
import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta, timezone
from itertools import chain
from pathlib import Path
from typing import Any

import anyio
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlmodel import select

from tests.support.profiles import scaled
from tests.support.strategies import finite, json_values
from web_single.config import Config
from web_single.database.database import Database
from web_single.database.prediction_result import Model, PredictionResult
from web_single.database.prediction_store import PAGE_ROWS, PredictionStore
from web_single.errors import DatabaseUnavailableError

pytestmark = pytest.mark.anyio

SIGNATURE = {"feature_count": 2}


@pytest.fixture
async def database(make_config: Callable[..., Config]) -> AsyncIterator[Database]:
    database = Database(make_config())
    yield database
    await database.close()


@pytest.fixture
async def store(database: Database) -> PredictionStore:
    store = PredictionStore(database)
    await store.prepare("version-1", SIGNATURE)
    store.open()
    return store


def prediction(result: Any = 0, **more: Any) -> PredictionResult:  # noqa: ANN401 - any JSON value
    return PredictionResult(result=result, features=[1, 2.5], model_version="version-1", **more)


async def test_a_prediction_has_its_id_when_it_is_stored(store: PredictionStore) -> None:
    first, second, third = predictions = [prediction(), prediction(), prediction()]
    await store.add(predictions[:1])
    await store.add(predictions[1:])
    assert (first.id, second.id, third.id) == (1, 2, 3)


async def test_what_is_stored_is_committed(store: PredictionStore, tmp_path: Path) -> None:
    await store.add([prediction("setosa")])
    with closing(sqlite3.connect(tmp_path / "predictions.db")) as connection:
        assert connection.execute("SELECT id, result, features FROM prediction_result").fetchall() == [
            (1, '"setosa"', "[1,2.5]")
        ]


@settings(max_examples=scaled(50))
@given(st.lists(json_values, min_size=1, max_size=4), st.none() | st.lists(finite))
def test_values_come_back_exactly(
    make_config: Callable[..., Config], values: list[Any], probabilities: list[float] | None
) -> None:
    async def round_trip() -> None:
        database = Database(make_config())
        store = PredictionStore(database)
        await store.prepare("version-1", SIGNATURE)
        store.open()
        stored = prediction(values[0], probabilities=probabilities)
        stored.features = values
        await store.add([stored])
        back = await store.get(stored.id)
        await database.close()
        assert back is not None
        assert json.dumps([back.result, back.features, back.probabilities]) == json.dumps(
            [values[0], values, probabilities]
        )
        assert back.created_at == stored.created_at

    anyio.run(round_trip)


async def test_an_unknown_id_is_none(store: PredictionStore) -> None:
    assert await store.get(1) is None


async def test_a_batch_with_one_row_that_cannot_be_stored_stores_nothing(store: PredictionStore) -> None:
    with pytest.raises(DatabaseUnavailableError):
        await store.add([prediction(), prediction(float("nan")), prediction()])
    assert await store.last_id() == 0


async def test_an_id_is_not_given_again_when_its_row_is_gone(store: PredictionStore, tmp_path: Path) -> None:
    await store.add([prediction(), prediction()])
    with closing(sqlite3.connect(tmp_path / "predictions.db")) as connection:
        connection.execute("DELETE FROM prediction_result")
        connection.commit()
    later = prediction()
    await store.add([later])
    assert later.id == 3


async def test_pages_hold_everything_once_in_order_and_end_where_they_began(store: PredictionStore) -> None:
    await store.add([prediction(number) for number in range(PAGE_ROWS + 5)])
    until = await store.last_id()
    pages = []
    async for page in store.list_pages(after=2, until=until):
        pages.append([row.result for row in page])
        await store.add([prediction(-1)])  # a writer goes on meanwhile, and is not read
    assert [len(page) for page in pages] == [PAGE_ROWS, 3]
    assert list(chain(*pages)) == list(range(2, PAGE_ROWS + 5))


async def test_times_come_back_in_utc_whatever_their_zone(store: PredictionStore) -> None:
    seoul = datetime(2026, 1, 1, 8, 30, 0, 123456, tzinfo=timezone(timedelta(hours=9)))
    stored = prediction(created_at=seoul)
    await store.add([stored])
    back = await store.get(stored.id)
    assert back is not None
    assert back.created_at == seoul
    assert back.created_at.tzinfo is UTC


async def test_the_model_is_noted_once_with_its_signature(store: PredictionStore, database: Database) -> None:
    await store.prepare("version-1", {"feature_count": 99})
    store.open()
    await store.prepare("version-2", SIGNATURE)
    store.open()
    models = await database.read(lambda session: [session.get(Model, f"version-{number}") for number in (1, 2, 3)])
    assert [model.signature if model else None for model in models] == [SIGNATURE, SIGNATURE, None]


async def test_a_database_with_several_model_versions_is_ready(store: PredictionStore) -> None:
    await store.prepare("version-2", SIGNATURE)
    await store.ping()


async def test_before_it_is_open_nothing_is_stored(database: Database) -> None:
    with pytest.raises(DatabaseUnavailableError, match="not open yet"):
        await PredictionStore(database).add([prediction()])


async def test_many_stores_may_open_at_once(make_config: Callable[..., Config]) -> None:
    databases = [Database(make_config()) for _ in range(8)]
    stores = [PredictionStore(database) for database in databases]
    await asyncio.gather(*(store.prepare("version-1", SIGNATURE) for store in stores))
    predictions = [prediction(number) for number in range(len(stores))]
    for store, each in zip(stores, predictions, strict=True):
        store.open()
        await store.add([each])
    versions = await databases[0].read(lambda session: list(session.exec(select(Model.version))))
    assert versions == ["version-1"]
    for store in stores:
        assert [row.result for row in await store.list_page(after=0, limit=9)] == list(range(8))
    assert [each.id for each in predictions] == list(range(1, 9))
    for database in databases:
        await database.close()
