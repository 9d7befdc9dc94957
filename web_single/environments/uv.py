"""Runs of uv as a subprocess, and error messages from its output."""

import re
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from uv import find_uv_bin

from web_single.environments.env_vars import foreign_variables
from web_single.environments.pip_config import UvIndexConfig

NO_SOLUTION = "No solution found when resolving dependencies"
ALWAYS = {"UV_PYTHON_DOWNLOADS": "never", "UV_NO_PROGRESS": "1", "NO_COLOR": "1"}
NOT_A_REASON = ("warning:", "Using ", "Creating ", "Resolved ", "Activate ")
WARNING_OF_SEVERAL_LINES = re.compile(r"^warning:.*\n(?: {7,}\S.*\n?)+", re.MULTILINE)
PROGRESS = ("Resolved ", "Downloaded ", "Prepared ", "Installed ", "Bytecode ")
MOST_CHARACTERS = 2000

StatusCallback = Callable[[str], None]


@dataclass(frozen=True)
class UvResult:
    """The exit code and the output of a run of uv, without URLs."""

    code: int
    said: str

    @property
    def succeeded(self) -> bool:
        """Whether uv succeeded, or a check passed."""
        return self.code == 0

    @property
    def is_an_answer(self) -> bool:
        """Whether the exit code is a result of the command (0 or 1), not an error of uv itself."""
        return self.code in (0, 1)

    @property
    def has_no_solution(self) -> bool:
        """Whether the packages cannot be resolved together: another Python or looser bounds may help."""
        return NO_SOLUTION in self.said

    @property
    def reason(self) -> str:
        """The reason of the failure in one line, at most 2000 characters."""
        lines = WARNING_OF_SEVERAL_LINES.sub("", self.said).partition("\nhint:")[0].splitlines()
        told = [line.strip() for line in lines if line.strip() and not line.startswith(NOT_A_REASON)]
        words = " ".join(line.removeprefix("error: ").removeprefix("cause: ") for line in told)
        return words.removeprefix(NO_SOLUTION).strip()[:MOST_CHARACTERS].rstrip(".")


def run_uv(
    arguments: Sequence[str | Path],
    *,
    folder: Path,
    index: UvIndexConfig,
    tell: StatusCallback = lambda _: None,
) -> UvResult:
    """Run uv and return its result. It never downloads a Python.

    Args:
        arguments: The command line arguments of uv.
        folder: The working folder.
        index: The package index configuration.
        tell: Called with each progress line.
    """
    said = []
    with subprocess.Popen(  # noqa: S603 - the executable of the uv dependency
        [find_uv_bin(), *map(str, arguments), *index.arguments],
        cwd=folder,
        env={**foreign_variables(), **index.variables, **ALWAYS},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    ) as process:
        for line in process.stdout or ():
            said.append(index.hide_in(line))
            if line.startswith(PROGRESS):
                tell(line.strip())
    return UvResult(process.returncode, said="".join(said))
