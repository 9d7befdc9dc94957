"""Discovery of the Python interpreters on this machine and of their installed packages."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from web_single.environments.env_vars import variables
from web_single.environments.pip_config import OFFLINE
from web_single.environments.uv import run_uv
from web_single.errors import ModelFolderError

FIRST_MINOR, LAST_MINOR = 8, 14  # of Python 3: the model process is tested on these
ANSWER_SECONDS = 120
NAME = re.compile(r"python3\.(\d+)")
SHOWN = ("scikit-learn", "numpy", "scipy", "pandas", "joblib")
INSTALLED = Path(__file__).with_name("probe_script.py")


@dataclass(frozen=True)
class InterpreterInfo:
    """An interpreter's Python version, the versions of the requested packages, and the missing modules."""

    python_version: str
    packages: dict[str, str]
    missing: tuple[str, ...]


def ask(python: Path, modules: Iterable[str] = (), packages: Iterable[str] = ()) -> InterpreterInfo:
    """Return which of the given modules and packages an interpreter has, by running the probe script in it.

    Raises:
        ModelFolderError: The interpreter cannot be started or its output is invalid.
    """
    question = json.dumps([sorted(modules), sorted({*SHOWN, *packages})])
    run = _run(python, INSTALLED.read_text(), question)
    try:
        answer = json.loads(run.stdout.splitlines()[-1])
        return InterpreterInfo(answer["python"], answer["packages"], tuple(answer["missing"]))
    except (ValueError, IndexError, KeyError, TypeError) as error:
        raise ModelFolderError(f"{python} is no Python from 3.{FIRST_MINOR} on that could run the model.") from error


def fault_of_import(python: Path, module: str) -> str | None:
    """Return the last line of the error if an interpreter cannot import a module, or None if it can."""
    run = _run(python, f"import {module}")
    return None if run.returncode == 0 else (run.stderr.strip().splitlines() or [f"exit code {run.returncode}"])[-1]


def _run(python: Path, source: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    try:
        return subprocess.run(  # noqa: S603 - the selected interpreter
            [str(python), "-c", source, *arguments],
            cwd="/",
            env=variables(runners=1, python=python),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=ANSWER_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise ModelFolderError(f"{python} cannot be started: {error}.") from error


def base_python() -> Path:
    """Return the base interpreter of the server's virtual environment, or the server's interpreter itself."""
    return Path(os.path.realpath(getattr(sys, "_base_executable", sys.executable)))


def interpreters() -> Iterator[tuple[int, Path]]:
    """Yield the minor version and path of one interpreter per minor version of Python 3 on this machine.

    The server's comes first, then those of pyenv, then those that uv finds, each newest first.
    uv comes last because it takes seconds with many pyenv shims.
    """
    yield sys.version_info.minor, base_python()
    seen = {sys.version_info.minor}
    for known in (_of_pyenv, _known_to_uv):
        others = {minor: path for path in known() if (minor := _minor_of(path)) not in seen}
        yield from sorted(others.items(), reverse=True)
        seen |= others.keys()


def _minor_of(python: Path) -> int:
    return int(python.name.removeprefix("python3."))


def _of_pyenv() -> list[Path]:
    root = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv")
    return [path for path in sorted(root.glob("versions/*/bin/python3.*")) if _is_usable(path)]


def _known_to_uv() -> list[Path]:
    """Return the interpreters that uv finds, without the warnings about broken pyenv shims in its output.

    Symbolic links are resolved, because they may change.
    """
    told = run_uv(["python", "list", "--only-installed", "--output-format", "json"], folder=Path("/"), index=OFFLINE)
    rows: list[dict[str, str]] = next((json.loads(line) for line in told.said.splitlines() if line.startswith("[")), [])
    return [path for row in rows if _is_usable(path := Path(row["path"]).resolve())]


def _is_usable(python: Path) -> bool:
    """Return whether a path names a Python version that the model process supports, and is no pyenv shim."""
    found = NAME.fullmatch(python.name)
    return found is not None and FIRST_MINOR <= int(found[1]) <= LAST_MINOR and "shims" not in python.parts
