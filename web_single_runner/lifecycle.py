"""How long the model's process lives: never longer than the server that started it."""

import contextlib
import ctypes
import os
import signal
import sys
from pathlib import Path

STOPS = (signal.SIGINT, signal.SIGTERM)
MANY_FILES = 1024
SHELL = "/bin/sh"
# Nothing is ever written: `read` returns when the server's end is closed. 0 is the whole group.
END_WITH_THE_SERVER = "read -r _; kill -9 0"
PR_SET_PDEATHSIG = 1
FIRST_VICTIM = "500"  # of the kernel, when memory runs out: the model before the server that keeps the ledger


def exit_with_parent(lifeline, parent):
    """Never outlive the server, however it ends; leave stopping to it, and be the first to go when memory is short."""
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
    """Do nothing. Unlike SIG_IGN this is not inherited by programs that the model starts."""


def block_signals():
    """Let a signal that comes to a forked process too early wait until it can be taken."""
    signal.pthread_sigmask(signal.SIG_BLOCK, STOPS)


def unblock_signals():
    signal.pthread_sigmask(signal.SIG_UNBLOCK, STOPS)


def restore_signals():
    """Let what the model forks be ended by it: a pool of processes ends its workers by SIGTERM, and waits for them."""
    for number in STOPS:
        if signal.getsignal(number) is leave_it_to_the_server:
            signal.signal(number, signal.SIG_DFL)
    unblock_signals()


def spawn_reaper(lifeline):
    """End the model and all that it started when the server is gone: a process, for a busy model runs no thread.

    It becomes a shell, where there is one: waiting as a Python takes ten times the memory.
    """
    for number in STOPS:
        signal.signal(number, signal.SIG_IGN)
    os.dup2(lifeline, 0)
    os.closerange(1, MANY_FILES)
    with contextlib.suppress(OSError):
        os.execve(SHELL, ["sh", "-c", END_WITH_THE_SERVER, "guard of web_single_runner"], {})  # noqa: S606 - it is the shell
    os.read(0, 1)
    os.killpg(0, signal.SIGKILL)
