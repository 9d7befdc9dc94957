"""uv, which makes environments: started as a program, and what it says made a sentence."""

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

ProgressCallback = Callable[[str], None]


@dataclass(frozen=True)
class UvResult:
    """How a run of uv ended, and what it said, without addresses."""

    code: int
    said: str

    @property
    def succeeded(self) -> bool:
        """Whether it did what was asked, or the answer is yes."""
        return self.code == 0

    @property
    def is_an_answer(self) -> bool:
        """Whether it could do what was asked at all."""
        return self.code in (0, 1)

    @property
    def has_no_solution(self) -> bool:
        """Whether these packages cannot be had together: another Python, or looser bounds, may help."""
        return NO_SOLUTION in self.said

    @property
    def reason(self) -> str:
        """Why it failed, in one line."""
        lines = WARNING_OF_SEVERAL_LINES.sub("", self.said).partition("\nhint:")[0].splitlines()
        told = [line.strip() for line in lines if line.strip() and not line.startswith(NOT_A_REASON)]
        words = " ".join(line.removeprefix("error: ").removeprefix("cause: ") for line in told)
        return words.removeprefix(NO_SOLUTION).strip()[:MOST_CHARACTERS].rstrip(".")


def run_uv(
    arguments: Sequence[str | Path],
    *,
    folder: Path,
    index: UvIndexConfig,
    tell: ProgressCallback = lambda _: None,
) -> UvResult:
    """Run uv in a folder, tell how far it is, and return how it ended. It never fetches a Python."""
    said = []
    with subprocess.Popen(  # noqa: S603 - the program of our own dependency
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
