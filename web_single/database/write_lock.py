"""A fair write lock for processes that share an SQLite file; the lock of SQLite itself lets writers starve."""

import fcntl
import os
from pathlib import Path
from types import TracebackType


class WriteLock:
    """A lock on a file beside the database, held for one transaction; the kernel releases it if the process dies.

    It only orders the writers; SQLite's own lock still protects the data.
    A blocking `flock` is fair but has no timeout; non-blocking retries would not be fair. The timeout applies to the
    request of a write instead, and an abandoned write releases the lock as soon as it acquires it.
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
        """Close the lock file."""
        if self._file is not None:
            os.close(self._file)
        self._file = None
