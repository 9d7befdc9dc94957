"""What this machine must have to build and run containers: installed where that is possible."""

import os
import platform
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

PROGRAMS = ("buildah", "podman", "runc", "mmdebstrap")  # Debian's packages bear the same names
RELEASES = ("bookworm", "trixie")
APT_GET = ("apt-get", "-qq", "-o", "DPkg::Lock::Timeout=120")

# Processes and mounts in a world of their own, which the kernel takes down with whoever started them.
DISPOSABLE = (
    *("setpriv", "--pdeathsig", "KILL"),
    *("unshare", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc"),
)


class UnfitMachineError(Exception):
    """Containers cannot be built and run here; the message is a sentence that says why."""


def prepare() -> None:
    """Return when everything is installed that builds and runs containers."""
    if release() not in RELEASES:
        raise UnfitMachineError(
            f"Containers are tested on Debian ({' or '.join(RELEASES)}), and this is another system."
        )
    if os.geteuid() != 0:
        raise UnfitMachineError("Containers are tested by root: it installs what that needs and makes namespaces.")
    if subprocess.run([*DISPOSABLE, "true"], capture_output=True, check=False).returncode != 0:
        raise UnfitMachineError("This machine does not let root make namespaces, as in a container without privileges.")
    missing = [program for program in PROGRAMS if shutil.which(program) is None]
    if missing:
        install(missing)


def release() -> str | None:
    """Return the code name of this system's release, if it has one."""
    try:
        return platform.freedesktop_os_release().get("VERSION_CODENAME")
    except OSError:
        return None


def install(packages: Sequence[str]) -> None:
    """Install Debian's packages without what they only recommend."""
    for command in (["update"], ["install", "--yes", "--no-install-recommends", *packages]):
        ended = subprocess.run(
            [*APT_GET, *command],
            env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"},
            capture_output=True,
            check=False,
        )
        if ended.returncode != 0:
            raise UnfitMachineError(f"apt-get could not install {', '.join(packages)}; is there a network?")


def debian_mirror() -> str:
    """Return where this machine takes Debian's packages from. It is never written down, nor shown."""
    asked = subprocess.run(
        ["apt-get", "indextargets", "--format", "$(RELEASE) $(REPO_URI)", "Created-By: Packages"],
        check=True,
        capture_output=True,
        text=True,
    )
    for line in asked.stdout.splitlines():
        suite, address = line.split(maxsplit=1)
        if suite == release():
            return address
    raise UnfitMachineError("The apt sources of this machine name no mirror of its own release.")


def trusted_authorities() -> list[Path]:
    """Return the certificates that this machine trusts, if any; behind a mirror the build must trust them too."""
    return [path for path in [Path("/etc/ssl/certs/ca-certificates.crt")] if path.is_file()]
