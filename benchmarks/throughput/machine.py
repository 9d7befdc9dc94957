"""What stands beside every figure: the machine, the versions, and how long its disk takes to keep something."""

import importlib.metadata
import os
import platform
import shutil
import statistics
import subprocess
import time
from contextlib import suppress
from pathlib import Path

import psutil

from benchmarks.throughput.records import Machine

PACKAGES = ("fastapi", "uvicorn", "scikit-learn", "sqlmodel", "msgspec", "onnxruntime", "treelite")
APPENDS = 300
PAGE = bytes(4096)
GIBIBYTE = 2**30


def describe(folder: Path) -> Machine:
    """Return the description of this machine, with the disk that holds `folder`."""
    return Machine(
        cpu=cpu_model(),
        cores=os.cpu_count() or 1,
        memory_gib=psutil.virtual_memory().total / GIBIBYTE,
        system=f"{platform.system()} {platform.release().partition('-')[0]}",
        python=platform.python_version(),
        versions=installed(),
        load_generator=load_generator(),
        fsync_ms=fsync_ms(folder),
    )


def cpu_model() -> str:
    """Return the name that the processor gives itself."""
    with suppress(OSError):
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def installed() -> dict[str, str]:
    """Return the versions of what matters, where it is installed."""
    versions = {}
    for name in PACKAGES:
        with suppress(importlib.metadata.PackageNotFoundError):
            versions[name] = importlib.metadata.version(name)
    return versions


def load_generator() -> str:
    """Return the name and version of wrk, or say that it is not there."""
    wrk = shutil.which("wrk")
    if wrk is None:
        return "the Python client, since wrk is not installed"
    said = subprocess.run([wrk, "-v"], capture_output=True, text=True, check=False).stdout.split()
    return f"wrk {said[1].removeprefix('debian/')}"


def fsync_ms(folder: Path, appends: int = APPENDS) -> float:
    """Return the median time of appending 4 KiB to a file and waiting until the disk has it, in milliseconds."""
    times = []
    path = folder / "fsync"
    with path.open("wb", buffering=0) as file:
        for _ in range(appends):
            start = time.perf_counter()
            file.write(PAGE)
            os.fsync(file.fileno())
            times.append(time.perf_counter() - start)
    path.unlink()
    return statistics.median(times) * 1000
