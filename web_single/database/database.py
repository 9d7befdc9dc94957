"""Database: runs work on it in threads of its own, so that it never blocks the event loop, and within a time limit."""

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
    """One thread writes, since SQLite has one writer; a few read."""

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
        """Create what is missing; DatabaseUnavailableError where another try may succeed, else DatabaseOpenError."""
        create = partial(create_tables, self._engine, timeout_seconds=self._timeout_seconds)
        await asyncio.get_running_loop().run_in_executor(self._writer, create)
        self._file = await asyncio.to_thread(self._file_now)

    async def write(self, work: Work[Result]) -> Result:
        """Run the work in a session, commit and return what it returned. DatabaseUnavailableError if it could not be.

        Where this raises before the commit has begun, nothing is committed later.
        """
        return await self._write(partial(self._write_in_session, work))

    async def write_group(self, make: RowFactory, model_version: str) -> list[int]:
        """Return the ids of what `make` returns, all of it committed. DatabaseUnavailableError if it could not be.

        `make` runs in the writer thread: what it does there costs no hand-over from one thread to another. It has
        the time of a prediction, and the write has its own time after it. ModelUnavailableError if it takes longer.
        """
        return await self._write(partial(self._make_and_add, make, model_version))

    async def read(self, work: Work[Result]) -> Result:
        """Return what the work returns. DatabaseUnavailableError if it could not."""
        with mapped_errors():
            try:
                async with asyncio.timeout(self._timeout_seconds):
                    readers = self._readers or self._writer
                    return await asyncio.get_running_loop().run_in_executor(readers, self._in_session, work)
            except TimeoutError as error:
                message = f"The database did not answer in {self._timeout_seconds:g} seconds."
                raise DatabaseUnavailableError(message) from error

    async def close(self) -> None:
        """Let go of the database; work that has not begun is dropped.

        A writer thread that another process holds up keeps its connection: it has nothing to commit any more.
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
        """Run the work in the writer thread until the deadline of its write; then abandon it."""
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
            # A file without a name still takes commits, and they end with this process.
            raise DatabaseUnavailableError(f"The file {self._path} was removed or replaced: restart the server.")

    def _file_now(self) -> tuple[int, int] | None:
        """Return which file has the database's name, None where there is none."""
        try:
            found = self._path.stat() if self._path is not None else None
        except OSError:
            return None
        return (found.st_dev, found.st_ino) if found is not None else None


@contextmanager
def mapped_errors() -> Iterator[None]:
    """Log an error of the database or its files, and raise it as DatabaseUnavailableError."""
    try:
        yield
    except (SQLAlchemyError, sqlite3.Error, OSError) as error:
        log.error(Event.DATABASE_FAILED, reason=str(getattr(error, "orig", error)))
        raise DatabaseUnavailableError("The database did not take the request.") from error
