"""KeptFolders: a folder of folders, each made once by one process at a time, and whole because renamed at the end."""

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
    """Return where such folders are kept where the settings name no place."""
    return user_cache_path("web-single", appauthor=False) / name


@dataclass(frozen=True)
class AtomicFolderCache:
    """Folders by their keys; whoever finds one under its key finds it whole."""

    folder: Path

    def lock(self, key: str, *, timeout: float = -1) -> FileLock:
        """Return the lock of those who make or remove this one; by default it waits."""
        return FileLock(self.folder / f"{key}{LOCK}", timeout=timeout)

    @contextmanager
    def turn(self, key: str) -> Iterator[None]:
        """Let one process at a time make or remove this one; who waited must look again."""
        with self.lock(key):
            yield

    @contextmanager
    def making(self, key: str) -> Iterator[Path]:
        """Hand out the name of a folder to make; it is kept where this ends well and it is complete, else removed.

        Only for whose turn it is.
        """
        for left in self.folder.glob(f"{key}{UNFINISHED}*"):  # by one that was killed
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
        """Tell whether what was made is to be kept, and add what marks it."""
        raise NotImplementedError


def remove(path: Path) -> None:
    """Remove a folder, if it is there."""
    if path.exists():
        shutil.rmtree(path)
