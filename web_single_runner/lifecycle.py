"""Lifecycle of the model process: it ends when the server that started it ends."""

import contextlib
import ctypes
import os
import signal
import sys
from pathlib import Path

STOPS = (signal.SIGINT, signal.SIGTERM)
MANY_FILES = 1024
SHELL = "/bin/sh"
# The server never writes to the pipe: `read` returns when it closes its end. Process 0 means the process group.
END_WITH_THE_SERVER = "read -r _; kill -9 0"
PR_SET_PDEATHSIG = 1
FIRST_VICTIM = "500"  # the OOM killer selects the model process before the server, which writes the database


def exit_with_parent(lifeline, parent):
    """Configure this process to end with the server, to ignore stop signals and to be the OOM killer's first choice.

    Args:
        lifeline: File descriptor of a pipe that the server keeps open while it runs.
        parent: Process id of the server.
    """
    for number in STOPS:
        signal.signal(number, leave_it_to_the_server)
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        with contextlib.suppress(OSError):
            Path("/proc/self/oom_score_adj").write_text(FIRST_VICTIM)
    if os.getppid() != parent:
        os._exit(1)
    if os.fork() == 0:
        spawn_reaper(lifeline)
    os.close(lifeline)
    os.register_at_fork(before=block_signals, after_in_parent=unblock_signals, after_in_child=restore_signals)


def leave_it_to_the_server(number, frame):
    """Ignore a signal. Unlike SIG_IGN, a handler is not inherited by programs that the model starts."""


def block_signals():
    """Block stop signals during a fork, so that the child receives them after `restore_signals`."""
    signal.pthread_sigmask(signal.SIG_BLOCK, STOPS)


def unblock_signals():
    signal.pthread_sigmask(signal.SIG_UNBLOCK, STOPS)


def restore_signals():
    """Restore default stop signals in a forked child: process pools end their workers with SIGTERM and join them."""
    for number in STOPS:
        if signal.getsignal(number) is leave_it_to_the_server:
            signal.signal(number, signal.SIG_DFL)
    unblock_signals()


def spawn_reaper(lifeline):
    """Kill the process group when the server ends. Runs in a forked process and does not return.

    A thread would not do: a model that holds the GIL blocks it.
    The process replaces itself with a shell if there is one, because Python needs ten times the memory.
    """
    for number in STOPS:
        signal.signal(number, signal.SIG_IGN)
    os.dup2(lifeline, 0)
    os.closerange(1, MANY_FILES)
    with contextlib.suppress(OSError):
        os.execve(SHELL, ["sh", "-c", END_WITH_THE_SERVER, "guard of web_single_runner"], {})  # noqa: S606 - a shell
    os.read(0, 1)
    os.killpg(0, signal.SIGKILL)
