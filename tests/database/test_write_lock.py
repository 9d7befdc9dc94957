"""WriteLock: who writes to one file waits for its turn, in this process and in others."""

import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from tests.support.waiting import wait_until
from web_single.database.write_lock import WriteLock

HOLD = """
import sys, time
from pathlib import Path
from web_single.database.write_lock import WriteLock
with WriteLock(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(600)
"""


def test_a_second_writer_waits_until_the_first_has_finished(tmp_path: Path) -> None:
    first, second = WriteLock(tmp_path / "x.db"), WriteLock(tmp_path / "x.db")
    order: list[str] = []

    def write() -> None:
        with second:
            order.append("second")

    with first:
        thread = threading.Thread(target=write)
        thread.start()
        thread.join(0.2)
        order.append("first")
    thread.join()
    assert order == ["first", "second"]
    first.close()
    second.close()


def test_the_turn_of_a_process_that_is_killed_ends_with_it(tmp_path: Path) -> None:
    path = tmp_path / "x.db"
    with subprocess.Popen([sys.executable, "-c", HOLD, str(path)], stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        taken = threading.Event()

        def write() -> None:
            with WriteLock(path):
                taken.set()

        threading.Thread(target=write).start()
        assert not taken.wait(0.2)
        holder.kill()
        wait_until(taken.is_set)


def test_closing_it_closes_its_file_and_it_can_be_taken_again(tmp_path: Path) -> None:
    turn = WriteLock(tmp_path / "x.db")
    for _ in range(2):
        with turn:
            descriptor = turn._file
        assert descriptor is not None
        os.fstat(descriptor)
        turn.close()
        with pytest.raises(OSError, match="Bad file descriptor"):
            os.fstat(descriptor)


def test_it_can_be_closed_before_it_was_ever_taken(tmp_path: Path) -> None:
    WriteLock(tmp_path / "x.db").close()
    assert not list(tmp_path.iterdir())
