"""Artifact files: decompression, and detection of files that are not artifacts."""

import bz2
import gzip
import lzma
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import BufferedReader, BytesIO
from os import SEEK_END
from pathlib import Path
from typing import IO, Any

import lz4.frame

from web_single.errors import ModelFolderError


def _decompress_zlib(data: bytes) -> bytes:
    stream = zlib.decompressobj()
    plain = stream.decompress(data)
    if not stream.eof:
        raise EOFError
    return plain


LZ4 = b"\x04\x22\x4d\x18"
OPENERS: dict[bytes, Callable[[BufferedReader], Any]] = {
    b"\x1f\x8b": gzip.open,
    b"BZh": bz2.open,
    b"\xfd7zXZ": lzma.open,
    b"\x5d\x00": lzma.open,
    b"\x78": lambda file: BytesIO(_decompress_zlib(file.read())),
    LZ4: lz4.frame.open,
}
PICKLE = b"\x80"  # the first byte of protocols 2 and later
STOP = b"."  # the last byte of every pickle
WEB_PAGE = (b"<!doctype html", b"<html", b"<?xml")
POINTER_OF_GIT_LFS = b"version https://git-lfs"
START_BYTES = 64


@contextmanager
def open_artifact(artifact: Path) -> Iterator[IO[bytes]]:
    """Open an artifact and decompress it on the fly; reading raises EOFError if compressed data is truncated."""
    with artifact.open("rb") as file:
        start = file.peek(START_BYTES)
        opener = next((opener for magic, opener in OPENERS.items() if start.startswith(magic)), None)
        yield opener(file) if opener is not None else file


def start_of(artifact: Path) -> bytes:
    """Return the first 64 bytes of the file."""
    with artifact.open("rb") as file:
        return file.read(START_BYTES)


def check_start(name: str, start: bytes) -> None:
    """Raise a ModelFolderError if the first bytes are those of an empty file, a web page or a Git LFS pointer."""
    text = start.lstrip().lower()
    if not start:
        raise ModelFolderError(f"{name} is empty: copy it again.")
    if text.startswith(WEB_PAGE):
        raise ModelFolderError(f"{name} is an HTML page: was it saved from a web site? Download the file itself.")
    if start.startswith(POINTER_OF_GIT_LFS):
        raise ModelFolderError(f"{name} is a pointer of Git LFS, not the file: run `git lfs pull` where it comes from.")


def check_end(artifact: Path, start: bytes, error: Exception) -> None:
    """Raise a ModelFolderError if parsing failed because the file is truncated.

    Files that are neither pickled nor compressed pass: their format is unknown.

    Args:
        artifact: The file.
        start: Its first bytes.
        error: The exception that parsing raised.
    """
    with artifact.open("rb") as file:
        file.seek(-1, SEEK_END)
        is_cut_pickle = start.startswith(PICKLE) and file.read(1) != STOP
    if is_cut_pickle or (isinstance(error, EOFError) and start.startswith(tuple(OPENERS))):
        raise ModelFolderError(f"{artifact.name} is incomplete, it ends in the middle: copy it again.") from error
