"""Programs that tests need: those of Debian are installed where that is possible, else the test is skipped."""

import os
import shutil
import subprocess
from contextlib import suppress

import pytest

APT_GET = ("apt-get", "-qq", "-o", "DPkg::Lock::Timeout=120")
INSTALL_SECONDS = 240


def find_program(name: str) -> str:
    """Return the path of a program whose Debian package has the same name; skip the test where it cannot be had."""
    if shutil.which(name) is None and shutil.which(APT_GET[0]) is not None and os.geteuid() == 0:
        for command in (["update"], ["install", "--yes", "--no-install-recommends", name]):
            environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
            with suppress(subprocess.TimeoutExpired):
                subprocess.run(
                    [*APT_GET, *command], env=environment, check=False, capture_output=True, timeout=INSTALL_SECONDS
                )
    return shutil.which(name) or pytest.skip(f"{name} is not installed: on Debian, `apt-get install {name}`")
