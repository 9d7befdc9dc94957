"""The model's process on every Python of this machine: the same files run on all of them, without numpy."""

import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from io import BufferedRWPair
from pathlib import Path
from typing import Any

import pytest

from tests.gallery.old.deliveries import find_python
from web_single.config import CHECKOUT
from web_single.predictor.runner.wire_format import FRAME, encode_frame, encode_rows

RUNNER = CHECKOUT / "web_single_runner"
WITHOUT_COMPRESSIONS = (
    "import runpy, sys; sys.modules['_bz2'] = sys.modules['_lzma'] = None; "
    f"runpy.run_path({str(RUNNER)!r}, run_name='__main__')"
)
SECONDS = 60
ROWS = [[0.0, 0.5], [4.5, 4.0], [1e9, -1e9]]

every_python = pytest.mark.parametrize("minor", range(8, 15))


@contextmanager
def started(
    python: Path, artifact: Path, *, program: Sequence[str] = (str(RUNNER),), exit_code: int = 0
) -> Iterator[BufferedRWPair]:
    """Start the model's process as the server does, with warnings as errors, and hand out the channel."""
    ours, theirs = socket.socketpair()
    lifeline_end, lifeline = os.pipe()
    numbers = theirs.fileno(), lifeline_end
    arguments = [*map(str, numbers), str(os.getpid()), str(artifact)]
    process = subprocess.Popen(
        [python, "-W", "error", *program, *arguments],
        pass_fds=numbers,
        cwd=artifact.parent,
        env={},
        start_new_session=True,
    )
    theirs.close()
    os.close(lifeline_end)
    ours.settimeout(SECONDS)
    try:
        with ours, ours.makefile("rwb") as channel:
            yield channel
        assert process.wait(SECONDS) == exit_code
    finally:
        os.close(lifeline)  # ends it, and what it started
        process.wait(SECONDS)


def receive(channel: BufferedRWPair) -> dict[str, Any]:
    _, head_bytes, block_bytes = FRAME.unpack(channel.read(FRAME.size))
    head: dict[str, Any] = json.loads(channel.read(head_bytes))
    assert len(channel.read(block_bytes)) == block_bytes
    return head


@every_python
def test_a_delivery_in_plain_python_is_loaded_and_asked(minor: int, plain: Path) -> None:
    python = find_python(f"3.{minor}")
    with started(python, plain) as channel:
        told = receive(channel)
        assert told["ready"]["classes"] == ["high", "low"], told
        head, block = encode_rows(ROWS)
        channel.write(encode_frame(1, head | {"probabilities": True}, block))
        channel.flush()
        assert receive(channel)["results"] == ["low", "high", "high"]
    assert not list(plain.parent.rglob("__pycache__"))


@every_python
def test_a_delivery_that_cannot_be_loaded_is_told(minor: int, tmp_path: Path) -> None:
    python = find_python(f"3.{minor}")
    (tmp_path / "model.py").write_text("def load_model(path):\n    raise ValueError('trained on the moon')\n")
    (tmp_path / "model.pickle").write_bytes(b"")
    with started(python, tmp_path / "model.pickle", exit_code=1) as channel:
        failed = receive(channel)["failed"]
        assert (failed["type"], failed["message"]) == ("ValueError", "trained on the moon")


def test_a_python_that_was_built_without_some_compressions_will_do(plain: Path) -> None:
    with started(Path(sys.executable), plain, program=("-c", WITHOUT_COMPRESSIONS)) as channel:
        assert receive(channel)["ready"]["classes"] == ["high", "low"]
