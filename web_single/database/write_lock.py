"""WriteLock: lets processes that share one SQLite file write in turn, for SQLite itself lets one of them starve."""

import fcntl
import os
from pathlib import Path
from types import TracebackType


class WriteLock:
    """A lock on a file beside the database, held for one transaction; the kernel lets it go when its holder dies.

    It only orders those who wait: what may be written when is still decided by SQLite's own lock.
    `flock` itself has no time limit and is fair, which tries that do not block are not: the request of a write has the
    limit, and a write that was abandoned meanwhile releases the lock at once.
    """

    def __init__(self, database: Path) -> None:
        self._path = database.with_name(f"{database.name}.lock")
        self._file: int | None = None

    def __enter__(self) -> None:
        if self._file is None:
            self._file = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o666)
        fcntl.flock(self._file, fcntl.LOCK_EX)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._file is not None:
            fcntl.flock(self._file, fcntl.LOCK_UN)

    def close(self) -> None:
        """Let go of the file."""
        if self._file is not None:
            os.close(self._file)
        self._file = None
