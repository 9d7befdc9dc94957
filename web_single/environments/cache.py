"""Cache of built environments: keyed by content, with time of last use, never pruned while in use."""

import fcntl
import hashlib
import json
import os
import sys
import sysconfig
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from filelock import Timeout

from web_single.config import Config
from web_single.environments.folder_cache import UNFINISHED, AtomicFolderCache, remove, users_own
from web_single.environments.interpreters import base_python
from web_single.errors import ModelFolderError
from web_single.model_folder.requirements import Requirements

FORMAT = 1  # of the cached environments; part of the key
KEY_DIGITS = 16
MARK = "used"
BLOCK_BYTES = 512  # the unit of `st_blocks` on every platform
DAY_SECONDS = 86_400


def key_of(requirements: Requirements) -> str:
    """Return the cache key: a hash of the requirements, the server's Python and the platform, 16 hex digits."""
    asked = (requirements.scikit_learn, requirements.added, requirements.bounds, requirements.minors)
    machine = (str(base_python()), sys.version, sysconfig.get_platform())
    content = json.dumps([FORMAT, requirements.digests(), asked, machine])
    return hashlib.sha256(content.encode()).hexdigest()[:KEY_DIGITS]


class EnvironmentCache(AtomicFolderCache):
    """Cache of environment folders by key."""

    @classmethod
    def of(cls, config: Config) -> "EnvironmentCache":
        """Return the cache at ENVIRONMENT_CACHE_DIR, or by default in the user's cache folder."""
        return cls(config.environment_cache_dir or users_own("environments"))

    def find(self, key: str) -> Path | None:
        """Return the interpreter of a cached environment and update its time of last use.

        Return None if the environment does not exist or its base Python was removed.
        """
        python = self.folder / key / "bin/python"
        if not python.exists():
            return None
        with suppress(OSError):  # a read-only environment is usable too
            os.utime(self.folder / key / MARK)
        return python

    def complete(self, aside: Path) -> bool:
        """Create the mark whose modification time is the time of last use; return True."""
        (aside / MARK).touch()
        return True

    def prune(self, *, keep: Path | None, unused_days: float) -> tuple[int, int]:
        """Remove unfinished environments, and unused ones that are not in use.

        Args:
            keep: The folder of an environment that must not be removed.
            unused_days: Remove environments that were last used longer ago, in days.

        Returns:
            The number of removed environments and the freed bytes.
        """
        removed = freed = 0
        before = time.time() - unused_days * DAY_SECONDS
        for path in sorted(self.folder.glob("*/")):
            key, _, unfinished = path.name.partition(UNFINISHED)
            if path == keep or (not unfinished and _used_at(path) > before):
                continue
            with suppress(Timeout), self.lock(key, timeout=0):
                if unfinished or _take_from_use(path):
                    freed += disk_bytes(path)
                    remove(path)
                    removed += 1
        return removed, freed


@contextmanager
def in_use(python: Path) -> Iterator[None]:
    """Protect a built environment from pruning until the context or the process ends, by a shared file lock.

    Raises:
        ModelFolderError: The environment was removed in the meantime.
    """
    mark = python.parent.parent / MARK
    gone = ModelFolderError(f"The environment {mark.parent} was removed meanwhile: start again.")
    try:
        file = mark.open("rb")
    except FileNotFoundError as error:
        raise gone from error
    with file:
        fcntl.flock(file, fcntl.LOCK_SH)
        if not mark.exists():
            raise gone
        yield


def _used_at(path: Path) -> float:
    mark = path / MARK
    return (mark if mark.exists() else path).stat().st_mtime


def _take_from_use(path: Path) -> bool:
    """Delete the mark of an environment, so that `in_use` rejects it; return False if it is in use."""
    try:
        with (path / MARK).open("rb") as mark:
            fcntl.flock(mark, fcntl.LOCK_EX | fcntl.LOCK_NB)
            (path / MARK).unlink()
    except BlockingIOError:
        return False
    except FileNotFoundError:  # a previous removal was killed halfway
        return True
    return True


def disk_bytes(path: Path) -> int:
    """Return the bytes that removing a folder frees: files hard-linked into the cache of uv do not count."""
    found = [file.lstat() for file in path.rglob("*")]
    return sum(status.st_blocks * BLOCK_BYTES for status in found if status.st_nlink == 1)
