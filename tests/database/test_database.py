"""Database: its settings, its time limit, and what becomes of a database that is locked, broken or away."""

import sqlite3
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import closing
from pathlib import Path

import anyio
import pytest
from sqlalchemy import text
from sqlmodel import Session

from web_single.config import Config
from web_single.database.database import Database
from web_single.errors import ConfigError, DatabaseOpenError, DatabaseUnavailableError

pytestmark = pytest.mark.anyio

MakeConfig = Callable[..., Config]


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
    assert "secret" not in caught.value.sentence


async def test_its_name_has_no_password(make_config: MakeConfig) -> None:
    database = Database(make_config(db_url="sqlite:///x.db"))
    assert database.name == "sqlite:///x.db"
    await database.close()
