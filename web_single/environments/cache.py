"""The folder that made environments are kept in: found by content, marked when used, never removed while in use."""

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

FORMAT = 1  # of what is kept; another one is another key
KEY_DIGITS = 16
MARK = "used"
BLOCK_BYTES = 512  # of `st_blocks`, everywhere
DAY_SECONDS = 86_400


def key_of(requirements: Requirements) -> str:
    """Return what tells environments apart: what is asked for, and the machine that it was made on."""
    asked = (requirements.scikit_learn, requirements.added, requirements.bounds, requirements.minors)
    machine = (str(base_python()), sys.version, sysconfig.get_platform())
    content = json.dumps([FORMAT, requirements.digests(), asked, machine])
    return hashlib.sha256(content.encode()).hexdigest()[:KEY_DIGITS]


class EnvironmentCache(AtomicFolderCache):
    """Environments by their keys."""

    @classmethod
    def of(cls, config: Config) -> "EnvironmentCache":
        """Return the one that the settings name, or else the user's own."""
        return cls(config.environment_cache_dir or users_own("environments"))

    def find(self, key: str) -> Path | None:
        """Return the interpreter of a made environment, or None where it is not made, or its Python is gone."""
        python = self.folder / key / "bin/python"
        if not python.exists():
            return None
        with suppress(OSError):  # who may only read it still may use it
            os.utime(self.folder / key / MARK)
        return python

    def complete(self, aside: Path) -> bool:
        """Mark what was made as used now."""
        (aside / MARK).touch()
        return True

    def prune(self, *, keep: Path | None, unused_days: float) -> tuple[int, int]:
        """Remove what was unused for so many days and is not in use; return how many, and the bytes that this frees."""
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
    """Keep a made environment from being removed, until this returns or the process ends, however it does."""
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
    """Take the mark from an environment that nobody uses, so that nobody can begin to; tell whether that was so."""
    try:
        with (path / MARK).open("rb") as mark:
            fcntl.flock(mark, fcntl.LOCK_EX | fcntl.LOCK_NB)
            (path / MARK).unlink()
    except BlockingIOError:
        return False
    except FileNotFoundError:  # by one that was killed while it removed
        return True
    return True


def disk_bytes(path: Path) -> int:
    """Return what removing a folder frees: a file that is linked into the cache of uv stays there."""
    found = [file.lstat() for file in path.rglob("*")]
    return sum(status.st_blocks * BLOCK_BYTES for status in found if status.st_nlink == 1)
