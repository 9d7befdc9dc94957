"""The SQLAlchemy engine for SQLite, with settings that make commits survive a power failure."""

import os
import sqlite3
import sys
import time
from pathlib import Path

from sqlalchemy import Connection, Engine, event, inspect
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, OperationalError
from sqlalchemy.pool import StaticPool
from sqlmodel import SQLModel, create_engine

from web_single.config import AppEnv, Config
from web_single.errors import ConfigError, DatabaseOpenError, DatabaseUnavailableError

DRIVERS = ("sqlite", "sqlite+pysqlite")
LOCKED = ("SQLITE_BUSY", "SQLITE_LOCKED")
LOCKED_PAUSE_SECONDS = 0.01


def parse_db_url(config: Config) -> URL:
    """Return the parsed and checked DB_URL; raise ConfigError if it is invalid or not supported."""
    try:
        url = make_url(config.db_url)
    except ArgumentError as error:
        raise ConfigError("DB_URL: this is no database URL; one is `sqlite:///predictions.db`.") from error
    if url.drivername not in DRIVERS:
        raise ConfigError(f"DB_URL: {url.drivername} is not supported, sqlite is.")
    _check_form(url)
    if is_in_memory(url) and config.workers > 1:
        raise ConfigError("DB_URL: a database in memory cannot be shared; set WORKERS=1 or name a file.")
    if is_in_memory(url) and config.app_env is AppEnv.PROD:
        raise ConfigError("DB_URL: a database in memory loses every prediction at the end; in prod, name a file.")
    if not is_in_memory(url):
        _check_place(url, config.model_path.absolute())
    return url


def _check_form(url: URL) -> None:
    """Raise ConfigError unless the URL is a plain path: SQLite URIs would bypass the checks of the path."""
    if url.host:
        raise ConfigError(f"DB_URL: a file has three slashes before its name: `sqlite:///{url.host}`.")
    if url.username is not None or url.password is not None or url.port is not None:
        raise ConfigError("DB_URL: SQLite takes no user, password or port; write `sqlite:///predictions.db`.")
    if url.query:
        parameters = ", ".join(url.query)
        raise ConfigError(f"DB_URL: parameters are not supported ({parameters}); write `sqlite:///predictions.db`.")
    if (url.database or "").lower().startswith("file:"):
        message = "a file is named by its path, not by a URI of SQLite's; write `sqlite:///predictions.db`."
        raise ConfigError(f"DB_URL: {message}")


def _check_place(url: URL, model: Path) -> None:
    """Raise ConfigError if the database is in the model folder, whose content determines the model version."""
    # Unlike the methods of Path, these return False for a path without access permission.
    is_there, is_folder = os.path.exists(model), os.path.isdir(model)  # noqa: PTH110, PTH112
    folder = model if is_folder else model.parent
    if is_there and folder in Path(url.database or "").absolute().parents:
        message = "the database would lie in the model's folder and change its version; name a file elsewhere."
        raise ConfigError(f"DB_URL: {message}")


def is_in_memory(url: URL) -> bool:
    """Return whether this is an in-memory database, which is lost with its connection."""
    return url.database in (None, "", ":memory:")


def make_engine(url: URL, *, busy_timeout_seconds: float) -> Engine:
    """Return an engine whose connections wait at most `busy_timeout_seconds` for a lock."""
    arguments = {"timeout": busy_timeout_seconds, "check_same_thread": False}
    pool = {"poolclass": StaticPool} if is_in_memory(url) else {}
    engine = create_engine(url, connect_args=arguments, **pool)
    event.listen(engine, "connect", _set_durability)
    return engine


def _set_durability(connection: sqlite3.Connection, _: object) -> None:
    connection.execute("PRAGMA synchronous=FULL")
    if sys.platform == "darwin":
        connection.execute("PRAGMA fullfsync=1")


def create_tables(engine: Engine, *, timeout_seconds: float) -> None:
    """Create missing tables, in one write transaction, so that several workers can do so at the same time.

    Raises:
        DatabaseUnavailableError: The database is locked; a retry may succeed.
        DatabaseOpenError: The database cannot be opened, or a table has missing columns.
    """
    try:
        with engine.connect() as connection:
            _use_wal(connection, timeout_seconds=timeout_seconds)
            connection.exec_driver_sql("BEGIN IMMEDIATE")
            SQLModel.metadata.create_all(connection)
            _check_columns(connection)
            connection.commit()
    except DBAPIError as error:
        if is_locked(error):
            raise DatabaseUnavailableError("The database is locked by another process.") from error
        raise DatabaseOpenError(_cannot_open(engine.url, error)) from error


def _check_columns(connection: Connection) -> None:
    """Raise DatabaseOpenError for missing columns, at startup instead of with the first prediction."""
    for table in SQLModel.metadata.sorted_tables:
        found = {column["name"] for column in inspect(connection).get_columns(table.name)}
        missing = [column.name for column in table.columns if column.name not in found]
        if missing:
            place = f"The table {table.name} in {connection.engine.url.database}"
            raise DatabaseOpenError(f"{place} has no column {', '.join(missing)}: it is not one of this version.")


def _use_wal(connection: Connection, *, timeout_seconds: float) -> None:
    """Enable write-ahead logging for concurrent reads; retries, since this statement ignores the busy timeout."""
    deadline = time.monotonic() + timeout_seconds
    while True:
        try:
            connection.exec_driver_sql("PRAGMA journal_mode=WAL")
        except OperationalError as error:
            if not is_locked(error) or time.monotonic() > deadline:
                raise
            time.sleep(LOCKED_PAUSE_SECONDS)
        else:
            return


def is_locked(error: DBAPIError) -> bool:
    """Return whether the error is a lock of another connection, so that a retry may succeed."""
    return str(getattr(error.orig, "sqlite_errorname", "")).startswith(LOCKED)


def _cannot_open(url: URL, error: DBAPIError) -> str:
    folder = Path(url.database or "").absolute().parent
    reason = str(error.orig)
    if not folder.is_dir():
        reason = f"there is no folder {folder}"
    elif not os.access(folder, os.W_OK):
        reason = f"user {os.geteuid()} may not write in {folder}"
    return f"The database {url.database} cannot be opened: {reason}."
