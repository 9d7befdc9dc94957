"""The group commit stores what the plain way stores, all or nothing, and its ids are in the right order."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any

import anyio
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.profiles import scaled
from tests.support.strategies import json_values
from web_single.config import Config
from web_single.database.database import Database
from web_single.database.group_commit import NewPrediction
from web_single.database.prediction_result import PredictionResult
from web_single.database.prediction_store import PredictionStore
from web_single.errors import DatabaseUnavailableError

pytestmark = pytest.mark.anyio

new_predictions = st.builds(
    NewPrediction,
    json_values,
    st.lists(json_values, max_size=4),
    st.none() | st.lists(st.floats(allow_nan=False, allow_infinity=False), max_size=3),
)


async def open_store(config: Config) -> tuple[Database, PredictionStore]:
    database = Database(config)
    store = PredictionStore(database)
    await store.prepare("version-1", {})
    store.open()
    return database, store


def rows_in(database: Path) -> list[tuple[Any, ...]]:
    """Return what is in the table as SQLite has it, but for the time."""
    with closing(sqlite3.connect(database)) as connection:
        return connection.execute(
            "SELECT id, result, features, probabilities, model_version, typeof(created_at), length(created_at)"
            " FROM prediction_result ORDER BY id"
        ).fetchall()


@settings(max_examples=scaled(25))
@given(groups=st.lists(st.lists(new_predictions, max_size=5), max_size=4))
def test_both_ways_store_the_same_rows(
    groups: list[list[NewPrediction]], make_config: Callable[..., Config], tmp_path_factory: pytest.TempPathFactory
) -> None:
    async def store_both_ways() -> None:
        folder = tmp_path_factory.mktemp("stores")
        plain_database, plain = await open_store(make_config(db_url=f"sqlite:///{folder}/plain.db"))
        database, fast = await open_store(make_config(db_url=f"sqlite:///{folder}/fast.db"))
        for group in groups:
            predictions = [PredictionResult(**each._asdict(), model_version="version-1") for each in group]
            await plain.add(predictions)
            assert await fast.add_group(partial(list, group), "version-1") == [each.id for each in predictions]
        assert rows_in(folder / "fast.db") == rows_in(folder / "plain.db")
        for opened in (plain_database, database):
            await opened.close()

    anyio.run(store_both_ways)


async def test_a_group_that_is_larger_than_a_statement_is_still_one_transaction(
    make_config: Callable[..., Config], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("web_single.database.group_commit.MAX_STATEMENT_ROWS", 10)
    database, store = await open_store(make_config())
    predictions = [NewPrediction(n, [], None) for n in range(25)]
    ids = await store.add_group(lambda: predictions, "version-1")
    assert ids == list(range(1, 26))
    with pytest.raises(ValueError, match="Out of range"):
        await store.add_group(lambda: [*predictions, NewPrediction(float("nan"), [], None)], "version-1")
    assert len(rows_in(tmp_path / "predictions.db")) == 25
    assert await store.add_group(lambda: predictions[:1], "version-1") == [26]
    await database.close()


async def test_nothing_made_is_nothing_written(make_config: Callable[..., Config]) -> None:
    database, store = await open_store(make_config())
    assert await store.add_group(list, "version-1") == []
    await database.close()


async def test_a_file_that_was_removed_takes_no_group(make_config: Callable[..., Config], tmp_path: Path) -> None:
    database, store = await open_store(make_config())
    (tmp_path / "predictions.db").unlink()
    with pytest.raises(DatabaseUnavailableError, match="removed or replaced"):
        await store.add_group(lambda: [NewPrediction(1, [], None)], "version-1")
    await database.close()


async def test_after_a_failure_a_group_is_taken_again(make_config: Callable[..., Config], tmp_path: Path) -> None:
    database, store = await open_store(make_config())
    with closing(sqlite3.connect(tmp_path / "predictions.db")) as other:
        other.execute("ALTER TABLE prediction_result RENAME TO away")
        with pytest.raises(DatabaseUnavailableError):
            await store.add_group(lambda: [NewPrediction(1, [], None)], "version-1")
        other.execute("ALTER TABLE away RENAME TO prediction_result")
    assert await store.add_group(lambda: [NewPrediction(2, [], None)], "version-1") == [1]
    await database.close()
