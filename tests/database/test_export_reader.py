"""ExportReader on real SQLite files: at rest, written to, locked, in folders that are read-only, or away."""

import os
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from tests.support.predictions import fill, prediction, store
from web_single.config import Config
from web_single.database.export_reader import ExportReader
from web_single.database.prediction_store import PAGE_ROWS
from web_single.errors import ConfigError, DatabaseOpenError

MakeConfig = Callable[..., Config]
NOBODY = 65534
DIE_WHILE_WRITING = """
import os, sqlite3, sys
connection = sqlite3.connect(sys.argv[1])
connection.execute("DELETE FROM prediction_result WHERE id = 1")
connection.commit()
os._exit(1)
"""

DIE_IN_A_TRANSACTION = """
import os, sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("PRAGMA journal_mode=DELETE")
connection.execute("PRAGMA cache_size=1")  # so that pages are written before the commit
connection.execute("BEGIN")
connection.execute("UPDATE prediction_result SET features = zeroblob(20000)")
os._exit(1)
"""


@pytest.fixture
def database(tmp_path: Path) -> Path:
    folder = tmp_path / "data"
    folder.mkdir()
    return folder / "predictions.db"


@pytest.fixture
def stored(make_config: MakeConfig, database: Path) -> ExportReader:
    return ExportReader(make_config(db_url=f"sqlite:///{database}", db_start_timeout_seconds=0.3))


def ids(stored: ExportReader) -> list[int]:
    return [row.id for page in stored.list_pages(until=stored.last_id()) for row in page]


def files_beside(database: Path) -> list[str]:
    return sorted(path.name for path in database.parent.iterdir())


def test_all_predictions_come_in_the_order_of_their_ids_page_by_page(stored: ExportReader, database: Path) -> None:
    fill(database, PAGE_ROWS + 5)
    with stored:
        pages = list(stored.list_pages(until=stored.last_id()))
    assert [len(page) for page in pages] == [PAGE_ROWS, 5]
    assert [row.id for page in pages for row in page] == list(range(1, PAGE_ROWS + 6))


def test_json_comes_as_the_text_that_is_stored(stored: ExportReader, database: Path) -> None:
    store(database, [prediction("größer", [-0.0, 1e300, 2**60], probabilities=[0.1]), prediction(None)])
    with closing(sqlite3.connect(database)) as connection:
        connection.execute("UPDATE prediction_result SET probabilities = NULL WHERE id = 2")
        connection.commit()
    with stored:
        ((first, second),) = stored.list_pages(until=2)
    assert (first.result, first.features, first.probabilities) == ('"größer"', f"[-0.0,1e300,{2**60}]", "[0.1]")
    assert (second.result, second.probabilities) == ("null", "null")


def test_an_empty_table_has_no_pages(stored: ExportReader, database: Path) -> None:
    store(database)
    with stored:
        assert (stored.last_id(), ids(stored)) == (0, [])


def test_the_names_of_features_are_those_of_the_models_version(stored: ExportReader, database: Path) -> None:
    store(database, models={"a": ["x", "y"], "b": None})
    with stored:
        assert stored.feature_names() == {"a": ["x", "y"], "b": None}


def test_between_two_pages_no_transaction_is_open_and_what_comes_later_is_not_read(
    stored: ExportReader, database: Path
) -> None:
    fill(database, 2 * PAGE_ROWS)
    with closing(sqlite3.connect(database, isolation_level=None, timeout=0.1)) as writer, stored:
        writer.execute("DELETE FROM prediction_result WHERE id = 1")  # makes the write-ahead log
        read = []
        for page in stored.list_pages(until=stored.last_id()):
            read += [row.id for row in page]
            writer.execute(
                "INSERT INTO prediction_result (result, features, model_version, created_at) "
                "VALUES ('0', '[]', 'version-1', '2026-01-01 00:00:00.000000')"
            )
            # A log can be cut only while nobody reads in it.
            assert writer.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone() == (0, 0, 0)
    assert read == list(range(2, 2 * PAGE_ROWS + 1))


def test_a_database_at_rest_is_left_without_a_trace(stored: ExportReader, database: Path) -> None:
    fill(database, 3)
    before = database.stat()
    with stored:
        assert ids(stored) == [1, 2, 3]
        assert files_beside(database) == ["predictions.db"]
    after = database.stat()
    assert (after.st_mtime_ns, after.st_size) == (before.st_mtime_ns, before.st_size)
    assert files_beside(database) == ["predictions.db"]


@pytest.mark.parametrize("stays", [True, False], ids=["and goes on", "and ends again"])
def test_a_service_that_starts_meanwhile_is_noticed(stored: ExportReader, database: Path, *, stays: bool) -> None:
    fill(database, 3 * PAGE_ROWS)
    os.utime(database, (0, 0))
    gone = PAGE_ROWS + 1  # beside the last one of the first page, and so in the memory of a reader without locks
    with closing(sqlite3.connect(database, isolation_level=None)) as service, stored:
        read = []
        for page in stored.list_pages(until=stored.last_id()):
            read += [row.id for row in page]
            if len(read) == PAGE_ROWS:
                service.execute("DELETE FROM prediction_result WHERE id = ?", (gone,))
                if not stays:
                    service.close()
    assert read == [number for number in range(1, 3 * PAGE_ROWS + 1) if number != gone]


def test_predictions_that_are_still_in_the_log_are_read(stored: ExportReader, database: Path) -> None:
    fill(database, 3)
    with closing(sqlite3.connect(database, isolation_level=None)) as service:
        service.execute("DELETE FROM prediction_result WHERE id = 2")
        with stored:
            assert ids(stored) == [1, 3]


def test_the_log_of_a_service_that_was_killed_is_read_and_left_as_it_is(stored: ExportReader, database: Path) -> None:
    fill(database, 3)
    subprocess.run([sys.executable, "-c", DIE_WHILE_WRITING, str(database)], check=False)
    before = [database.read_bytes(), Path(f"{database}-wal").read_bytes()]
    with stored:
        assert ids(stored) == [2, 3]
    assert [database.read_bytes(), Path(f"{database}-wal").read_bytes()] == before


def test_what_a_service_without_write_ahead_log_had_not_committed_when_it_was_killed_is_not_exported(
    stored: ExportReader, database: Path
) -> None:
    fill(database, 10)
    subprocess.run([sys.executable, "-c", DIE_IN_A_TRANSACTION, str(database)], check=False)
    assert files_beside(database) == ["predictions.db", "predictions.db-journal"]
    before = database.read_bytes()
    with stored, pytest.raises(DatabaseOpenError, match=r"predictions\.db cannot be read"):
        ids(stored)
    assert database.read_bytes() == before


def test_no_database_is_told_and_none_is_made(stored: ExportReader, database: Path) -> None:
    with (
        pytest.raises(DatabaseOpenError, match=r"There is no database .*predictions\.db: the service makes it"),
        stored,
    ):
        stored.last_id()
    assert files_beside(database) == []


def test_a_database_without_tables_is_told_and_none_are_made(stored: ExportReader, database: Path) -> None:
    with closing(sqlite3.connect(database)) as connection:
        connection.execute("VACUUM")
    before = database.read_bytes()
    with pytest.raises(DatabaseOpenError, match="no service has opened it yet"), stored:
        stored.last_id()
    assert database.read_bytes() == before


@pytest.mark.parametrize(
    ("prepare", "told"),
    [
        (lambda path: path.write_text("no database" * 100), "file is not a database"),
        (lambda path: path.mkdir(), "it is no file"),
        (lambda path: path.symlink_to(path), "symbolic links"),
    ],
    ids=["another file", "a folder", "a link to itself"],
)
def test_what_is_no_database_is_told(
    make_config: MakeConfig, database: Path, prepare: Callable[[Path], None], told: str
) -> None:
    prepare(database)
    with (
        pytest.raises(DatabaseOpenError, match=told),
        ExportReader(make_config(db_url=f"sqlite:///{database}")) as stored,
    ):
        stored.last_id()


def test_a_database_in_memory_is_refused(make_config: MakeConfig) -> None:
    with pytest.raises(ConfigError, match="DB_URL: a database in memory ends with its server"):
        ExportReader(make_config(db_url="sqlite://"))


@contextmanager
def locked(database: Path) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(database, isolation_level=None)) as connection:
        connection.execute("PRAGMA locking_mode=EXCLUSIVE")
        connection.execute("DELETE FROM prediction_result WHERE id = 1")
        yield connection


def test_a_database_that_stays_locked_is_told(stored: ExportReader, database: Path) -> None:
    with locked(fill(database, 3)), stored, pytest.raises(DatabaseOpenError, match=r"locked .* for 0\.3 seconds"):
        stored.last_id()


def test_a_lock_that_ends_in_time_is_waited_for(
    make_config: MakeConfig, database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stored = ExportReader(make_config(db_url=f"sqlite:///{database}"))
    with locked(fill(database, 3)) as connection, stored:
        monkeypatch.setattr("web_single.database.export_reader.time.sleep", lambda _: connection.close())
        assert ids(stored) == [2, 3]


@pytest.mark.parametrize("name", ["what? #1 100%.db", "größe.db"])
def test_a_database_may_have_any_name(make_config: MakeConfig, tmp_path: Path, name: str) -> None:
    fill(tmp_path / "x.db", 3).rename(tmp_path / name)
    url = f"sqlite:///{tmp_path / name}".replace("%", "%25").replace("?", "%3F")
    with ExportReader(make_config(db_url=url)) as stored:
        assert ids(stored) == [1, 2, 3]


@contextmanager
def as_nobody() -> Iterator[None]:
    """For root, permissions mean nothing."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)


@pytest.fixture
def read_only(make_config: MakeConfig) -> Iterator[tuple[Path, ExportReader]]:
    """A database of others in a folder of theirs."""
    with tempfile.TemporaryDirectory() as name:
        database = fill(Path(name) / "predictions.db", 3)
        stored = ExportReader(make_config(db_url=f"sqlite:///{database}", model_path=Path("/nowhere/x")))
        yield database, stored
        database.parent.chmod(0o755)


def test_a_database_at_rest_is_read_in_a_folder_that_is_read_only(read_only: tuple[Path, ExportReader]) -> None:
    database, stored = read_only
    database.parent.chmod(0o555)
    with as_nobody(), stored:
        assert ids(stored) == [1, 2, 3]


def test_a_database_of_a_running_service_is_read_in_a_folder_that_is_read_only(
    read_only: tuple[Path, ExportReader],
) -> None:
    database, stored = read_only
    with closing(sqlite3.connect(database, isolation_level=None)) as service:
        service.execute("DELETE FROM prediction_result WHERE id = 1")
        database.parent.chmod(0o555)
        with as_nobody(), stored:
            assert ids(stored) == [2, 3]
        database.parent.chmod(0o755)


def test_a_log_that_cannot_be_read_is_told_with_what_to_do(read_only: tuple[Path, ExportReader]) -> None:
    database, stored = read_only
    subprocess.run([sys.executable, "-c", DIE_WHILE_WRITING, str(database)], check=False)
    Path(f"{database}-shm").unlink()
    database.parent.chmod(0o555)
    with as_nobody(), stored, pytest.raises(DatabaseOpenError, match="copy it with all files named after it"):
        stored.last_id()


def test_a_folder_that_may_not_be_entered_is_told(read_only: tuple[Path, ExportReader]) -> None:
    database, stored = read_only
    database.parent.chmod(0o600)
    with as_nobody(), pytest.raises(DatabaseOpenError, match="cannot be read: Permission denied"), stored:
        stored.last_id()
