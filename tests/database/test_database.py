"""Database: its settings, its time limit, and what becomes of a database that is locked, broken or away."""

import sqlite3
import threading
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import ExitStack, closing
from pathlib import Path

import anyio
import psutil
import pytest
from sqlalchemy import text
from sqlmodel import Session

from web_single.config import Config
from web_single.database.database import Database
from web_single.database.group_commit import NewPrediction
from web_single.database.pending_write import PendingWrite
from web_single.database.prediction_result import PredictionResult
from web_single.database.write_lock import WriteLock
from web_single.errors import ConfigError, DatabaseOpenError, DatabaseUnavailableError, ModelUnavailableError

pytestmark = pytest.mark.anyio

MakeConfig = Callable[..., Config]
Write = Callable[[Database, int], Awaitable[object]]


@pytest.fixture
async def database(make_config: MakeConfig) -> AsyncIterator[Database]:
    database = Database(make_config(write_timeout_seconds=0.3))
    await database.create_tables()
    yield database
    await database.close()


def ask(sql: str) -> Callable[[Session], object]:
    return lambda session: session.connection().execute(text(sql)).scalar()


async def test_a_commit_is_on_the_disk_and_readers_do_not_wait(database: Database) -> None:
    assert await database.read(ask("PRAGMA synchronous")) == 2  # FULL
    assert await database.read(ask("PRAGMA journal_mode")) == "wal"
    assert await database.write(ask("PRAGMA busy_timeout")) == 300


async def test_on_macos_a_commit_is_flushed_through_the_disks_cache(
    make_config: MakeConfig, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.platform", "darwin")
    database = Database(make_config())
    assert await database.read(ask("PRAGMA fullfsync")) == 1
    await database.close()


async def test_a_locked_database_is_told_within_the_time_limit(database: Database, tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "predictions.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with anyio.fail_after(3), pytest.raises(DatabaseUnavailableError):
            await database.write(ask("DELETE FROM model"))
        other.execute("COMMIT")
    assert await database.write(ask("SELECT 1")) == 1


async def test_work_that_waited_too_long_is_not_begun_any_more(database: Database) -> None:
    begun: list[int] = []
    hold = threading.Event()

    def wait(_: Session) -> None:
        hold.wait()

    async def attempt(work: Callable[[Session], object]) -> None:
        with pytest.raises(DatabaseUnavailableError, match=r"did not answer in 0\.3 seconds"):
            await database.write(work)

    async with anyio.create_task_group() as group:
        group.start_soon(attempt, wait)
        await anyio.sleep(0.05)
        group.start_soon(attempt, lambda _: begun.append(1))
    hold.set()
    assert await database.write(ask("SELECT 1")) == 1
    assert begun == []


async def test_a_read_that_takes_too_long_is_an_unavailable_database(database: Database) -> None:
    release = threading.Event()
    with pytest.raises(DatabaseUnavailableError, match=r"did not answer in 0\.3 seconds"):
        await database.read(lambda _: release.wait())
    release.set()


async def test_the_time_of_a_prediction_is_not_the_databases(database: Database) -> None:
    def predict() -> list[NewPrediction]:
        time.sleep(0.5)  # longer than a write may take
        return [NewPrediction(1, [], None)]

    assert await database.write_group(predict, "version-1") == [1]


async def test_a_write_has_its_whole_time_after_the_prediction(database: Database, tmp_path: Path) -> None:
    with ExitStack() as lock:

        def predict() -> list[NewPrediction]:
            time.sleep(0.2)
            lock.enter_context(WriteLock(tmp_path / "predictions.db"))
            return [NewPrediction(1, [], None)]

        started = time.monotonic()
        with pytest.raises(DatabaseUnavailableError, match=r"did not answer in 0\.3 seconds"):
            await database.write_group(predict, "version-1")
        assert time.monotonic() - started >= 0.5


async def test_a_prediction_that_does_not_end_is_a_503_of_the_model_and_not_stored(make_config: MakeConfig) -> None:
    database = Database(make_config(predict_timeout_seconds=0.2, write_timeout_seconds=2))
    await database.create_tables()
    release = threading.Event()

    def predict() -> list[NewPrediction]:
        release.wait()
        return [NewPrediction(1, [], None)]

    with pytest.raises(ModelUnavailableError, match=r"did not answer in 0\.2 seconds"):
        await database.write_group(predict, "version-1")
    release.set()
    assert await write_one(database, 2) == [1]
    await database.close()


async def write_one(database: Database, result: int) -> list[int]:
    return await database.write_group(lambda: [NewPrediction(result, [], None)], "version-1")


async def add_one(database: Database, result: int) -> None:
    prediction = PredictionResult(result=result, features=[], probabilities=None, model_version="version-1")
    await database.write(lambda session: session.add(prediction))


def results_in(folder: Path) -> list[str]:
    with closing(sqlite3.connect(folder / "predictions.db")) as connection:
        return [result for (result,) in connection.execute("SELECT result FROM prediction_result ORDER BY id")]


@pytest.mark.parametrize("write", [write_one, add_one], ids=["group commit", "session"])
async def test_a_write_that_was_given_up_for_the_lock_is_not_stored_later(
    database: Database, tmp_path: Path, write: Write
) -> None:
    with WriteLock(tmp_path / "predictions.db"), pytest.raises(DatabaseUnavailableError):
        await write(database, 1)
    await write(database, 2)
    assert results_in(tmp_path) == ["2"]


@pytest.mark.parametrize("write", [write_one, add_one], ids=["group commit", "session"])
async def test_a_write_that_was_given_up_in_its_transaction_is_rolled_back(
    database: Database, tmp_path: Path, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    release = threading.Event()
    begin_commit = PendingWrite.begin_commit
    monkeypatch.setattr(PendingWrite, "begin_commit", lambda write: (release.wait(), begin_commit(write)))
    with pytest.raises(DatabaseUnavailableError):
        await write(database, 1)
    release.set()
    await write(database, 2)
    assert results_in(tmp_path) == ["2"]


@pytest.mark.parametrize("write", [write_one, add_one], ids=["group commit", "session"])
async def test_a_lock_file_that_cannot_be_opened_is_an_unavailable_database(
    database: Database, tmp_path: Path, write: Write
) -> None:
    (tmp_path / "predictions.db.lock").mkdir()
    with pytest.raises(DatabaseUnavailableError, match="did not take the request"):
        await write(database, 1)
    assert results_in(tmp_path) == []


async def test_closing_leaves_no_file_open(database: Database, tmp_path: Path) -> None:
    await write_one(database, 1)
    await add_one(database, 2)
    await database.read(ask("SELECT 1"))
    open_files = {Path(file.path).name for file in psutil.Process().open_files()}
    assert {"predictions.db", "predictions.db.lock"} <= open_files
    await database.close()
    assert not [file.path for file in psutil.Process().open_files() if str(tmp_path) in file.path]


async def test_closing_does_not_wait_for_a_lock_that_nobody_releases(database: Database, tmp_path: Path) -> None:
    with WriteLock(tmp_path / "predictions.db"):
        with pytest.raises(DatabaseUnavailableError):
            await write_one(database, 1)
        with anyio.fail_after(20):
            await database.close()
    assert results_in(tmp_path) == []


@pytest.mark.parametrize(
    ("prepare", "told"),
    [
        (lambda _: None, "there is no folder"),
        (lambda folder: folder.mkdir() or (folder / "x.db").write_text("no database" * 100), "file is not a database"),
        (lambda folder: folder.mkdir() or (folder / "x.db").mkdir(), "unable to open database file"),
    ],
    ids=["no folder", "another file", "a folder"],
)
async def test_what_cannot_be_opened_is_told_in_a_sentence(
    make_config: MakeConfig, tmp_path: Path, prepare: Callable[[Path], None], told: str
) -> None:
    prepare(tmp_path / "data")
    database = Database(make_config(db_url=f"sqlite:///{tmp_path}/data/x.db"))
    with pytest.raises(DatabaseOpenError, match=told):
        await database.create_tables()
    await database.close()


async def test_a_database_that_is_locked_may_be_opened_later(make_config: MakeConfig, tmp_path: Path) -> None:
    database = Database(make_config(write_timeout_seconds=0.2))
    with closing(sqlite3.connect(tmp_path / "predictions.db", isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(DatabaseUnavailableError, match="locked by another process"):
            await database.create_tables()
        other.execute("COMMIT")
    await database.create_tables()
    await database.close()


async def test_tables_of_another_shape_are_told_when_they_are_opened(make_config: MakeConfig, tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "predictions.db")) as other:
        other.execute("CREATE TABLE prediction_result (id INTEGER PRIMARY KEY, result TEXT, features TEXT)")
    database = Database(make_config())
    with pytest.raises(DatabaseOpenError, match="has no column probabilities, model_version, created_at"):
        await database.create_tables()
    await database.close()


@pytest.mark.parametrize("then", [lambda _: None, lambda path: path.write_bytes(b"")], ids=["gone", "replaced"])
async def test_a_file_that_was_removed_is_noticed_before_anything_is_lost_in_it(
    database: Database, tmp_path: Path, then: Callable[[Path], None]
) -> None:
    path = tmp_path / "predictions.db"
    path.rename(tmp_path / "kept.db")
    then(path)
    for ask_it in (database.read, database.write):
        with pytest.raises(DatabaseUnavailableError, match="removed or replaced: restart the server"):
            await ask_it(ask("SELECT 1"))
    (tmp_path / "kept.db").rename(path)
    assert await database.write(ask("SELECT 1")) == 1


async def test_a_database_in_memory_is_one_for_all_threads(make_config: MakeConfig) -> None:
    database = Database(make_config(db_url="sqlite://"))
    await database.create_tables()
    assert await database.read(ask("SELECT count(*) FROM model")) == 0
    await database.close()


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"db_url": "nonsense"}, "DB_URL: this is no database URL"),
        ({"db_url": "mysql://root:secret@localhost/x"}, "DB_URL: mysql is not supported"),
        ({"db_url": "sqlite+aiosqlite:///x.db"}, r"DB_URL: sqlite\+aiosqlite is not supported"),
        ({"db_url": "sqlite://x.db"}, "three slashes before its name: `sqlite:///x.db`"),
        ({"db_url": "sqlite://", "workers": 2}, "DB_URL: a database in memory cannot be shared"),
    ],
)
async def test_a_wrong_url_is_told_in_a_sentence_without_its_password(
    make_config: MakeConfig, given: dict[str, object], told: str
) -> None:
    with pytest.raises(ConfigError, match=told) as caught:
        Database(make_config(**given))
    assert "secret" not in caught.value.message


async def test_its_name_has_no_password(make_config: MakeConfig) -> None:
    database = Database(make_config(db_url="sqlite:///x.db"))
    assert database.name == "sqlite:///x.db"
    await database.close()
