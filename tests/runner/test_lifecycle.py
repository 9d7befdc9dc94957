import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import psutil
import pytest

from tests.support.waiting import wait_until
from web_single.config import CHECKOUT

MEGABYTE = 10**6

# A model's process that has started a program, with a shell of this name.
MODEL = """
import subprocess, sys, time
from web_single_runner import lifecycle
lifecycle.SHELL, lifeline, parent = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
lifecycle.exit_with_parent(lifeline, parent)
subprocess.Popen(["sleep", "100"])
time.sleep(100)
"""


@contextmanager
def guarded(shell: str) -> Iterator[tuple[psutil.Process, int]]:
    """A model's process, and the end of the pipe whose closing means that the server is gone."""
    lifeline_end, lifeline = os.pipe()
    command = [sys.executable, "-c", MODEL, shell, str(lifeline_end), str(os.getpid())]
    with subprocess.Popen(command, cwd=CHECKOUT, pass_fds=[lifeline_end], start_new_session=True) as model:
        os.close(lifeline_end)
        try:
            yield psutil.Process(model.pid), lifeline
        finally:
            model.kill()


def guard_of(model: psutil.Process) -> psutil.Process:
    wait_until(lambda: [child.name() for child in model.children()][1:] == ["sleep"])
    return model.children()[0]


@pytest.mark.parametrize("shell", ["/bin/sh", "/there/is/no/sh"])
def test_a_model_and_what_it_started_end_with_the_server(shell: str) -> None:
    with guarded(shell) as (model, lifeline):
        guard = guard_of(model)
        family = [model, guard, *model.children()]
        for number in (signal.SIGTERM, signal.SIGINT):
            guard.send_signal(number)
        assert guard.is_running()
        os.close(lifeline)
        _, alive = psutil.wait_procs(family, timeout=30)
    assert alive == []


def test_who_guards_a_model_takes_hardly_any_memory() -> None:
    with guarded("/bin/sh") as (model, lifeline):
        guard = guard_of(model)
        wait_until(lambda: guard.name() == "sh")
        assert guard.memory_info().rss < 5 * MEGABYTE
        os.close(lifeline)
