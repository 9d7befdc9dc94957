"""Environment variables of model processes and uv: the server's environment without its own settings."""

import math
import os
from pathlib import Path

from web_single.config import Config

# With PYTHONDONTWRITEBYTECODE, each start of a model process compiles all its libraries: 1.9 s instead of 0.8 s.
OF_OUR_INTERPRETER = {"PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV", "PYTHONDONTWRITEBYTECODE"}
OF_PACKAGE_INDEXES = ("PIP_", "UV_", "POETRY_")  # their URLs may contain passwords
OF_OUR_SETTINGS = {name.upper() for name in Config.model_fields}
THREAD_COUNTS = (
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "NUMEXPR_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS",
    "LOKY_MAX_CPU_COUNT",
)
CPU_LIMIT = Path("/sys/fs/cgroup/cpu.max")


def variables(*, runners: int, python: Path | None = None) -> dict[str, str]:
    """Return the environment variables of a model process.

    They limit the threads of numeric libraries, which by default use all CPUs of the host, even in a container.

    Args:
        runners: The number of model processes that share the CPUs.
        python: The interpreter of the model process; its folder comes first in PATH.
    """
    threads = str(max(1, allowed_cpus() // runners))
    seen = {name: value for name, value in foreign_variables().items() if not name.startswith(OF_PACKAGE_INDEXES)}
    if python is not None:
        seen["PATH"] = os.pathsep.join(filter(None, [str(python.parent), seen.get("PATH")]))
    return {**dict.fromkeys(THREAD_COUNTS, threads), **seen, "PYTHONUNBUFFERED": "1"}


def foreign_variables() -> dict[str, str]:
    """Return the environment variables without the server's settings and those of its interpreter."""
    hidden = OF_OUR_INTERPRETER | OF_OUR_SETTINGS
    return {name: value for name, value in os.environ.items() if name.upper() not in hidden}


def allowed_cpus() -> int:
    """Return the number of CPUs that this process may use, by its affinity and its cgroup limit."""
    affinity = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    try:
        quota, period = CPU_LIMIT.read_text().split()
        return min(affinity, math.ceil(int(quota) / int(period)))
    except (OSError, ValueError):
        return affinity
