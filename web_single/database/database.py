"""Database access: runs reads and writes in threads with a timeout, so that the event loop is never blocked."""

import asyncio
import sqlite3
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, nullcontext
from functools import partial
from pathlib import Path
from typing import TypeVar

from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session

from web_single.config import Config
from web_single.database.engine import create_tables, is_in_memory, make_engine, parse_db_url
from web_single.database.group_commit import GroupCommit, RowFactory
from web_single.database.pending_write import PendingWrite, WriteTimer
from web_single.database.write_lock import WriteLock
from web_single.database.writer_thread import WriterThread
from web_single.errors import DatabaseUnavailableError
from web_single.logging import Event, get_logger

READERS = 4

Result = TypeVar("Result")
Work = Callable[[Session], Result]

log = get_logger()


class Database:
    """Runs writes in one thread, since SQLite allows one writer, and reads in up to `READERS` threads."""

    def __init__(self, config: Config) -> None:
        url = parse_db_url(config)
        self.name = url.render_as_string(hide_password=True)
        self._timeout_seconds = config.write_timeout_seconds
        self._predict_timeout_seconds = config.predict_timeout_seconds
        self._close_timeout_seconds = min(config.write_timeout_seconds, config.shutdown_timeout_seconds)
        self._engine = make_engine(url, busy_timeout_seconds=self._timeout_seconds)
        self._path = Path(url.database or "") if not is_in_memory(url) else None
        self._file: tuple[int, int] | None = None
        self._group_commit = GroupCommit(self._engine)
        self._turn = WriteLock(self._path) if self._path is not None else None
        self._writer = WriterThread("database-writer")
        self._readers = None if is_in_memory(url) else ThreadPoolExecutor(READERS, "database-reader")

    async def create_tables(self) -> None:
        """Create missing tables.

        Raises:
            DatabaseUnavailableError: The database is locked; a retry may succeed.
            DatabaseOpenError: The database cannot be opened, or a table has missing columns.
        """
        create = partial(create_tables, self._engine, timeout_seconds=self._timeout_seconds)
        await asyncio.get_running_loop().run_in_executor(self._writer, create)
        self._file = await asyncio.to_thread(self._file_now)

    async def write(self, work: Work[Result]) -> Result:
        """Run the work in a session, commit, and return the result of the work.

        If this raises before the commit has started, nothing is committed later.

        Raises:
            DatabaseUnavailableError: The write failed or timed out.
        """
        return await self._write(partial(self._write_in_session, work))

    async def write_group(self, make: RowFactory, model_version: str) -> list[int]:
        """Commit the predictions that `make` returns in one transaction, and return their ids in the same order.

        `make` runs in the writer thread, which saves a switch between threads. Its timeout is that of a prediction;
        the timeout of the write starts after it.

        Raises:
            DatabaseUnavailableError: The write failed or timed out.
            ModelUnavailableError: `make` timed out.
        """
        return await self._write(partial(self._make_and_add, make, model_version))

    async def read(self, work: Work[Result]) -> Result:
        """Run the work in a session and return its result; raise DatabaseUnavailableError on failure or timeout."""
        with mapped_errors():
            try:
                async with asyncio.timeout(self._timeout_seconds):
                    readers = self._readers or self._writer
                    return await asyncio.get_running_loop().run_in_executor(readers, self._in_session, work)
            except TimeoutError as error:
                message = f"The database did not answer in {self._timeout_seconds:g} seconds."
                raise DatabaseUnavailableError(message) from error

    async def close(self) -> None:
        """Close all threads and connections; work that has not started is cancelled.

        A writer thread that is blocked by another process keeps its connection: its write is already abandoned.
        """
        if self._readers is not None:
            await asyncio.to_thread(self._readers.shutdown, cancel_futures=True)
        if not await asyncio.to_thread(self._writer.close, self._close_timeout_seconds):
            return
        await asyncio.to_thread(self._group_commit.close)
        await asyncio.to_thread(self._engine.dispose)
        if self._turn is not None:
            self._turn.close()

    async def _write(self, work: Callable[[PendingWrite], Result]) -> Result:
        """Run the work in the writer thread, and abandon the write at its deadline."""
        write = PendingWrite(
            write_timeout_seconds=self._timeout_seconds, predict_timeout_seconds=self._predict_timeout_seconds
        )
        loop = asyncio.get_running_loop()
        future = loop.run_in_executor(self._writer, work, write)
        timer = WriteTimer(loop, write, future)
        try:
            with mapped_errors():
                return await future
        except asyncio.CancelledError:
            if timer.has_cancelled:
                raise write.timeout_error() from None
            raise
        finally:
            timer.stop()
            write.abandon()
            future.cancel()

    def _write_in_session(self, work: Work[Result], write: PendingWrite) -> Result:
        with self._turn or nullcontext():
            write.check_pending()
            self._check_file()
            with Session(self._engine, expire_on_commit=False) as session:
                answer = work(session)
                session.flush()
                write.begin_commit()
                session.commit()
                return answer

    def _make_and_add(self, make: RowFactory, model_version: str, write: PendingWrite) -> list[int]:
        with write.predicting():
            predictions = make()
        if not predictions:
            return []
        with self._turn or nullcontext():
            write.check_pending()
            self._check_file()
            return self._group_commit.add(predictions, model_version, before_commit=write.begin_commit)

    def _in_session(self, work: Work[Result]) -> Result:
        self._check_file()
        with Session(self._engine, expire_on_commit=False) as session:
            return work(session)

    def _check_file(self) -> None:
        if self._file is not None and self._file_now() != self._file:
            # SQLite still commits to a deleted file; those commits are lost when this process ends.
            raise DatabaseUnavailableError(f"The file {self._path} was removed or replaced: restart the server.")

    def _file_now(self) -> tuple[int, int] | None:
        """Return device and inode number of the database file, or None if there is no file."""
        try:
            found = self._path.stat() if self._path is not None else None
        except OSError:
            return None
        return (found.st_dev, found.st_ino) if found is not None else None


@contextmanager
def mapped_errors() -> Iterator[None]:
    """Log an error of the database or its files, and raise a DatabaseUnavailableError."""
    try:
        yield
    except (SQLAlchemyError, sqlite3.Error, OSError) as error:
        log.error(Event.DATABASE_FAILED, reason=str(getattr(error, "orig", error)))
        raise DatabaseUnavailableError("The database did not take the request.") from error
