"""Cache of folders by key: each is built by one process at a time and published atomically by a rename."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock
from platformdirs import user_cache_path

LOCK = ".lock"
UNFINISHED = ".making-"


def users_own(name: str) -> Path:
    """Return the default location of a cache, in the user's cache folder."""
    return user_cache_path("web-single", appauthor=False) / name


@dataclass(frozen=True)
class AtomicFolderCache:
    """Folders by key; a folder under its key is always complete."""

    folder: Path

    def lock(self, key: str, *, timeout: float = -1) -> FileLock:
        """Return the lock for building or removing a folder.

        Args:
            key: The key of the folder.
            timeout: The maximum wait in seconds; -1 waits without limit.
        """
        return FileLock(self.folder / f"{key}{LOCK}", timeout=timeout)

    @contextmanager
    def turn(self, key: str) -> Iterator[None]:
        """Hold the lock of a key. Look the folder up again inside: another process may have built it."""
        with self.lock(key):
            yield

    @contextmanager
    def making(self, key: str) -> Iterator[Path]:
        """Yield the path of a temporary folder to build; it is published at the end if complete, else removed.

        The caller must hold the lock of the key.
        """
        for left in self.folder.glob(f"{key}{UNFINISHED}*"):  # left by a killed process
            remove(left)
        aside = self.folder / f"{key}{UNFINISHED}{os.getpid()}"
        try:
            yield aside
            if self.complete(aside):
                remove(self.folder / key)
                aside.rename(self.folder / key)
        finally:
            remove(aside)

    def complete(self, aside: Path) -> bool:
        """Return whether the built folder is to be published, and add marker files if needed."""
        raise NotImplementedError


def remove(path: Path) -> None:
    """Remove a folder if it exists."""
    if path.exists():
        shutil.rmtree(path)
