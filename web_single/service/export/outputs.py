"""Where an export goes: a file that takes its place only when it is whole, or a stream."""

import os
import secrets
import stat
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from web_single.errors import ExportError

STDOUT = Path("-")


class AtomicFile:
    """A file that is written beside its place under a hidden name, and takes the place when it is whole."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / f".web-single-export-{secrets.token_hex(8)}.part"
        self._file = self._path.open("xb")

    def write(self, text: str) -> None:
        """Add text."""
        self._file.write(text.encode())

    def publish(self, path: Path) -> None:
        """Take the place of what is there, with its permissions, once every byte is on the disk."""
        self._file.flush()
        with suppress(FileNotFoundError):
            os.fchmod(self._file.fileno(), stat.S_IMODE(path.stat().st_mode))
        os.fsync(self._file.fileno())
        self._path.replace(path)

    def close(self) -> None:
        """Leave nothing behind, unless it was published."""
        with suppress(OSError):
            self._file.close()
        self._path.unlink(missing_ok=True)


class FileOutput:
    """A file; or for several tables a file each, beside it, named after the table's key."""

    holds_one_table = False

    def __init__(self, path: Path) -> None:
        self.name = str(path)
        self._path = path
        self._folder = Path(os.path.realpath(path)).parent
        self._files: dict[str, AtomicFile] = {}

    def open(self, table: str) -> AtomicFile:
        """Return the file for a table."""
        if table not in self._files:
            if not self._folder.is_dir():
                raise ExportError(f"{self.name} cannot be written: there is no folder {self._folder}.")
            self._files[table] = AtomicFile(self._folder)
        return self._files[table]

    def publish(self) -> dict[str, str]:
        """Put all files in their places, and return the name of each by its table."""
        places = dict.fromkeys(self._files, self._path)
        if len(places) > 1:
            self._check_that_nothing_gets_stale()
            places = {table: self._path.with_stem(f"{self._path.stem}-{table}") for table in places}
        for table, place in places.items():
            self._files[table].publish(Path(os.path.realpath(place)))
        return {table: str(place) for table, place in places.items()}

    def close(self) -> None:
        """Leave no file behind that was not published."""
        for file in self._files.values():
            file.close()

    def _check_that_nothing_gets_stale(self) -> None:
        if self._path.exists():
            now = f"the predictions have {len(self._files)} signatures now, and get a file each"
            raise ExportError(f"{self.name} would be left out of date: {now}. Remove it, or name another file.")


class StreamOutput:
    """Standard output, a pipe or a device: what is written is gone at once."""

    holds_one_table = True

    def __init__(self, stream: BinaryIO, name: str) -> None:
        self.name = name
        self._stream = stream
        self._table = ""

    def open(self, table: str) -> "StreamOutput":
        """Return the stream itself, for the one table that it holds."""
        self._table = table
        return self

    def write(self, text: str) -> None:
        """Add text."""
        self._stream.write(text.encode())

    def publish(self) -> dict[str, str]:
        """Send what is left."""
        self._stream.flush()
        return {self._table: self.name}

    def close(self) -> None:
        """Let go of the stream."""
        with suppress(OSError):
            self._stream.close()


def open_output(path: Path) -> FileOutput | StreamOutput:
    """Return where an export to this path goes; `-` is standard output, and what is no file is a stream."""
    with told_as_export_error(str(path)):
        if path == STDOUT:
            return StreamOutput(open_stdout(), "standard output")
        return StreamOutput(path.open("wb"), str(path)) if path.exists() and not path.is_file() else FileOutput(path)


def open_stdout() -> BinaryIO:
    """Return standard output as a file of its own: when its reader has gone, Python's own has nothing to say."""
    if sys.__stdout__ is None:
        raise ExportError("Standard output is closed; name a file by --output.")
    return os.fdopen(os.dup(sys.__stdout__.fileno()), "wb")


@contextmanager
def told_as_export_error(name: str) -> Iterator[None]:
    """Tell in a sentence why this output does not take what is written; a reader that has gone is no fault."""
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as error:
        raise ExportError(f"{name} cannot be written: {error.strerror}.") from error
