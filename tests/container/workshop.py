"""Workshop: builds images and runs containers in one folder, of which nothing is left, however the run ends."""

import os
import resource
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from tests.container.machine import DISPOSABLE, UnfitMachineError, debian_mirror, trusted_authorities

BASE = "localhost/base:test"
BASE_RELEASE = "trixie"
BASE_PACKAGES = "ca-certificates,python3,python3-venv,python3-pip,python-is-python3"

STORAGE = """
[storage]
driver = "overlay"
graphroot = "{folder}/graph"
runroot = "{folder}/run"
"""

# runc, cgroupfs and a log in a file: this must work without systemd.
ENGINE = """
[containers]
default_ulimits = ["nofile=1024:{files}", "nproc=4096:4096"]
[engine]
runtime = "runc"
cgroup_manager = "cgroupfs"
events_logger = "file"
tmp_dir = "{folder}/tmp"
[network]
network_config_dir = "{folder}/networks"
"""

# It waits at a pipe that the kernel closes with the test run, also where that is killed.
CLEAN_UP = """
cat
podman rm --all --force --time 3
findmnt --raw --noheadings --output TARGET | grep "^$WORKSHOP/" | sort --reverse | xargs --no-run-if-empty umount
rm --recursive --force --one-file-system "$WORKSHOP"
"""


class Workshop:
    """A store of images, containers and volumes, and the settings that lead podman and buildah to it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        _, files = resource.getrlimit(resource.RLIMIT_NOFILE)
        settings = {"CONTAINERS_STORAGE_CONF": STORAGE, "CONTAINERS_CONF": ENGINE}
        for name, text in settings.items():
            (folder / name).write_text(text.format(folder=folder, files=files))
        self.environment = {
            **os.environ,
            **{name: str(folder / name) for name in settings},
            "WORKSHOP": str(folder),
            "TMPDIR": str(folder),
        }

    def run(self, *command: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        """Run a command on this store; what it prints is told where it fails."""
        ended = subprocess.run(command, env=self.environment, check=False, capture_output=True, text=True)
        told = f"{' '.join(command[:6])} ..: {ended.stdout[-3000:]}{ended.stderr[-3000:]}"
        assert ended.returncode == 0 or not check, told
        return ended

    def podman(self, *arguments: str) -> str:
        """Run podman, and return what it prints."""
        return self.run("podman", *arguments).stdout.strip()

    def make_base(self) -> None:
        """Make an image of Debian's Python; as in the public images of Python, its library has no bytecode."""
        archive = self.folder / "base.tar"
        excluded = [f"--dpkgopt=path-exclude=/usr/share/{name}/*" for name in ("doc", "man", "locale")]
        ended = self.run(
            *(*DISPOSABLE, "mmdebstrap", "--quiet", "--variant=minbase", f"--include={BASE_PACKAGES}", *excluded),
            '--customize-hook=rm --force "$1"/usr/lib/python3*/EXTERNALLY-MANAGED',
            '--customize-hook=find "$1"/usr -name "*.pyc" -delete',
            *(BASE_RELEASE, str(archive), debian_mirror()),
            check=False,
        )
        if ended.returncode != 0:
            raise UnfitMachineError(
                f"mmdebstrap could not fetch Debian's packages ({BASE_RELEASE}); is there a network?"
            )
        self.run(*DISPOSABLE, "podman", "import", "--change", 'CMD ["python3"]', str(archive), BASE)
        archive.unlink()

    def build(self, context: Path, image: str, dockerfile: str = "Dockerfile") -> str:
        """Build an image as `docker build` does, and return what the build prints."""
        trusted = [f"--volume={path}:{path}:ro" for path in trusted_authorities()]
        return self.run(
            *(*DISPOSABLE, "buildah", "build", "--isolation", "chroot", "--format", "docker", "--pull-never"),
            *("--build-arg", f"BASE_IMAGE={BASE}", *trusted),
            *("--file", str(context / dockerfile), "--tag", image, str(context)),
        ).stdout

    def size_bytes(self, image: str) -> int:
        """Return what an image takes, with its base."""
        return int(self.podman("image", "inspect", "--format", "{{.Size}}", image))


@contextmanager
def open_workshop() -> Iterator[Workshop]:
    """A workshop in a new folder; it cleans up in a process of its own, which outlives a run that is killed."""
    workshop = Workshop(Path(tempfile.mkdtemp(prefix="web-single-containers-")))
    silent = partial(subprocess.Popen, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    with silent(
        ["sh", "-c", CLEAN_UP], stdin=subprocess.PIPE, env=workshop.environment, start_new_session=True
    ):  # leaving closes the pipe and waits
        yield workshop
