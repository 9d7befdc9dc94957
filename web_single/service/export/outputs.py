"""Export outputs: files that are replaced atomically, and streams."""

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
    """A temporary hidden file in the target folder that replaces the target when it is complete."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / f".web-single-export-{secrets.token_hex(8)}.part"
        self._file = self._path.open("xb")

    def write(self, text: str) -> None:
        """Append text, encoded as UTF-8."""
        self._file.write(text.encode())

    def publish(self, path: Path) -> None:
        """Replace the file at `path` after an fsync; the permissions of an existing file are kept."""
        self._file.flush()
        with suppress(FileNotFoundError):
            os.fchmod(self._file.fileno(), stat.S_IMODE(path.stat().st_mode))
        os.fsync(self._file.fileno())
        self._path.replace(path)

    def close(self) -> None:
        """Close the file, and delete it unless it was published."""
        with suppress(OSError):
            self._file.close()
        self._path.unlink(missing_ok=True)


class FileOutput:
    """Writes one table to a file, or several tables to one file each, with the table's key in the name."""

    holds_one_table = False

    def __init__(self, path: Path) -> None:
        self.name = str(path)
        self._path = path
        self._folder = Path(os.path.realpath(path)).parent
        self._files: dict[str, AtomicFile] = {}

    def open(self, table: str) -> AtomicFile:
        """Return the temporary file for a table; raise ExportError if the target folder does not exist."""
        if table not in self._files:
            if not self._folder.is_dir():
                raise ExportError(f"{self.name} cannot be written: there is no folder {self._folder}.")
            self._files[table] = AtomicFile(self._folder)
        return self._files[table]

    def publish(self) -> dict[str, str]:
        """Publish all files and return their names by table key.

        Raises:
            ExportError: There are several tables, and the file at the original path would become outdated.
        """
        places = dict.fromkeys(self._files, self._path)
        if len(places) > 1:
            self._check_that_nothing_gets_stale()
            places = {table: self._path.with_stem(f"{self._path.stem}-{table}") for table in places}
        for table, place in places.items():
            self._files[table].publish(Path(os.path.realpath(place)))
        return {table: str(place) for table, place in places.items()}

    def close(self) -> None:
        """Close all files, and delete those that were not published."""
        for file in self._files.values():
            file.close()

    def _check_that_nothing_gets_stale(self) -> None:
        if self._path.exists():
            now = f"the predictions have {len(self._files)} signatures now, and get a file each"
            raise ExportError(f"{self.name} would be left out of date: {now}. Remove it, or name another file.")


class StreamOutput:
    """Writes one table to standard output, a pipe or a device; written data cannot be taken back."""

    holds_one_table = True

    def __init__(self, stream: BinaryIO, name: str) -> None:
        self.name = name
        self._stream = stream
        self._table = ""

    def open(self, table: str) -> "StreamOutput":
        """Return the stream itself; it holds one table."""
        self._table = table
        return self

    def write(self, text: str) -> None:
        """Append text, encoded as UTF-8."""
        self._stream.write(text.encode())

    def publish(self) -> dict[str, str]:
        """Flush the stream and return its name by table key."""
        self._stream.flush()
        return {self._table: self.name}

    def close(self) -> None:
        """Close the stream."""
        with suppress(OSError):
            self._stream.close()


def open_output(path: Path) -> FileOutput | StreamOutput:
    """Return the output for a path: `-` is standard output; an existing path that is not a regular file is a stream.

    Raises:
        ExportError: The path cannot be opened for writing, or standard output is closed.
    """
    with told_as_export_error(str(path)):
        if path == STDOUT:
            return StreamOutput(open_stdout(), "standard output")
        return StreamOutput(path.open("wb"), str(path)) if path.exists() and not path.is_file() else FileOutput(path)


def open_stdout() -> BinaryIO:
    """Return a duplicate of standard output, so that Python reports no error of its own for a broken pipe at exit."""
    if sys.__stdout__ is None:
        raise ExportError("Standard output is closed; name a file by --output.")
    return os.fdopen(os.dup(sys.__stdout__.fileno()), "wb")


@contextmanager
def told_as_export_error(name: str) -> Iterator[None]:
    """Raise an OSError as an ExportError with a one-sentence message; a BrokenPipeError is raised unchanged."""
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as error:
        raise ExportError(f"{name} cannot be written: {error.strerror}.") from error
