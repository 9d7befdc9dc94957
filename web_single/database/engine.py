"""The SQLAlchemy engine with the settings that make SQLite a ledger: what is committed survives a power cut."""

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
    """Return where the database is; a ConfigError says what is wrong with DB_URL."""
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
    """Raise a ConfigError for everything but a plain path: SQLite's own URIs would bypass the checks of the path."""
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
    """Refuse a database among the files whose bytes make the model's version."""
    # Unlike a Path's, these are False for what may not be looked at.
    is_there, is_folder = os.path.exists(model), os.path.isdir(model)  # noqa: PTH110, PTH112
    folder = model if is_folder else model.parent
    if is_there and folder in Path(url.database or "").absolute().parents:
        message = "the database would lie in the model's folder and change its version; name a file elsewhere."
        raise ConfigError(f"DB_URL: {message}")


def is_in_memory(url: URL) -> bool:
    """Tell whether this SQLite database ends with its connection."""
    return url.database in (None, "", ":memory:")


def make_engine(url: URL, *, busy_timeout_seconds: float) -> Engine:
    """Return an engine whose connections wait for a lock this long, and no longer."""
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
    """Create what is missing. Several workers may do so at once: each waits for the other.

    Raises DatabaseUnavailableError where another try may succeed, else DatabaseOpenError.
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
    """Refuse tables of another shape at once, and not with the first prediction."""
    for table in SQLModel.metadata.sorted_tables:
        found = {column["name"] for column in inspect(connection).get_columns(table.name)}
        missing = [column.name for column in table.columns if column.name not in found]
        if missing:
            place = f"The table {table.name} in {connection.engine.url.database}"
            raise DatabaseOpenError(f"{place} has no column {', '.join(missing)}: it is not one of this version.")


def _use_wal(connection: Connection, *, timeout_seconds: float) -> None:
    """Let readers and the writer go on beside each other. Changing the mode does not wait for a lock by itself."""
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
    """Tell whether the same statement may succeed when another process has finished."""
    return str(getattr(error.orig, "sqlite_errorname", "")).startswith(LOCKED)


def _cannot_open(url: URL, error: DBAPIError) -> str:
    folder = Path(url.database or "").absolute().parent
    reason = str(error.orig)
    if not folder.is_dir():
        reason = f"there is no folder {folder}"
    elif not os.access(folder, os.W_OK):
        reason = f"user {os.geteuid()} may not write in {folder}"
    return f"The database {url.database} cannot be opened: {reason}."
