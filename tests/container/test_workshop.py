"""The workshop keeps its promise: nothing is left, also of a run that is killed."""

import signal
import subprocess
import sys
from pathlib import Path

import psutil

from tests.container.workshop import BASE, Workshop
from tests.support.servers import all_are_gone
from tests.support.waiting import wait_until
from web_single.config import CHECKOUT

# A container runs and a build holds a mount of its own when the end comes.
KILLED_RUN = f"""
import sys
from tests.container.machine import DISPOSABLE
from tests.container.workshop import open_workshop

with open_workshop() as workshop:
    workshop.podman("load", "--input", sys.argv[1])
    workshop.podman("run", "--detach", "--network", "none", "{BASE}", "sleep", "600")
    print(workshop.folder, flush=True)
    held = 'mount -t tmpfs held "$WORKSHOP"/tmp && touch "$WORKSHOP"/tmp/held && echo held >&2 && sleep 600'
    workshop.run(*DISPOSABLE, "sh", "-c", held)
"""


def test_nothing_is_left_of_a_run_that_is_killed(workshop: Workshop, tmp_path: Path) -> None:
    archive = tmp_path / "base.tar"
    workshop.podman("save", "--output", str(archive), BASE)
    command = [sys.executable, "-c", KILLED_RUN, str(archive)]
    with subprocess.Popen(command, cwd=CHECKOUT, stdout=subprocess.PIPE, text=True) as run:
        assert run.stdout is not None
        folder = Path(run.stdout.readline().strip())
        wait_until(lambda: any("sleep" in child.name() for child in psutil.Process(run.pid).children(recursive=True)))
        began = [process for process in psutil.process_iter() if mentions(process, folder)]
        assert len(began) >= 3  # conmon, the clean-up, the build
        run.send_signal(signal.SIGKILL)
    wait_until(lambda: not folder.exists())
    wait_until(lambda: all_are_gone(began))
    assert str(folder) not in Path("/proc/self/mountinfo").read_text()


def mentions(process: psutil.Process, folder: Path) -> bool:
    try:
        return str(folder) in process.environ().values() or str(folder) in " ".join(process.cmdline())
    except psutil.Error:
        return False
