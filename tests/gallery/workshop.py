"""Where deliveries are made: a style is trained and asked by its author, then handed over as a folder."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import uv

from tests.gallery.style import Style
from tests.support.model_folders import STYLES

AUTHOR = Path(__file__).with_name("author.py")
TRAIN_SECONDS = 120
DESKS = 2


class NoEnvironmentError(Exception):
    """The libraries that a style brings cannot be had here."""


@dataclass(frozen=True)
class Handover:
    """A delivery as it is handed over, and what its author's own `predict` answers."""

    folder: Path
    artifact: Path
    alone: list[Any]
    together: list[Any] | None
    probabilities: list[list[float]] | None
    takes_missing: list[bool]


def hand_over(styles: Sequence[Style], folder: Path) -> dict[str, Handover | NoEnvironmentError]:
    """Train each style in a copy of its folder, ask its author, and hand over what a repository would hold of it."""
    at_home = [style for style in styles if not style.own_environment]
    parts = [at_home[first::DESKS] for first in range(DESKS)]
    parts += [[style] for style in styles if style.own_environment]
    with ThreadPoolExecutor(DESKS) as pool:
        handovers = list(pool.map(partial(ask_authors, folder), parts))
    return {name: handover for part in handovers for name, handover in part.items()}


def ask_authors(folder: Path, styles: Sequence[Style]) -> dict[str, Handover | NoEnvironmentError]:
    """Let the authors of these styles run their model.py as a script, and ask them in the same session."""
    for style in styles:
        shutil.copytree(STYLES / style.name, folder / style.name / "desk")
    try:
        python = python_of(styles, folder)
    except NoEnvironmentError as error:
        return {style.name: error for style in styles}
    orders = [order_of(style, folder / style.name) for style in styles]
    file = folder / f"orders-{styles[0] if styles else None}.json"
    file.write_text(json.dumps(orders))
    subprocess.run([python, AUTHOR, file], env=variables(), timeout=TRAIN_SECONDS, check=True)
    return {style.name: take(folder / style.name) for style in styles}


def order_of(style: Style, folder: Path) -> dict[str, Any]:
    """Return what is asked of a style's author, and where."""
    paths = {name: str(folder / name) for name in ("desk", "log", "answers")}
    return paths | style.questions()


def take(folder: Path) -> Handover:
    """Take what lies on the desk, but for what Python has put there."""
    answers = folder / "answers"
    assert answers.exists(), (folder / "log").read_text()
    delivery = folder / "delivery"
    shutil.copytree(folder / "desk", delivery, ignore=shutil.ignore_patterns("__pycache__"))
    return Handover(folder=delivery, artifact=artifact_of(delivery), **json.loads(answers.read_text()))


def python_of(styles: Sequence[Style], folder: Path) -> Path:
    """Return the interpreter of these authors."""
    if not any(style.own_environment for style in styles):
        return Path(sys.executable)
    (style,) = styles
    return make_environment(folder / style.name, folder / style.name / "desk/requirements.txt")


def artifact_of(folder: Path) -> Path:
    """Return what model.py saved."""
    (artifact,) = (path for path in folder.glob("model.*") if path.suffix in (".joblib", ".pkl", ".pickle"))
    return artifact


def variables() -> dict[str, str]:
    """Return the environment variables of a desk: without cached bytecode each start would compile all libraries."""
    hidden = {"PYTHONDONTWRITEBYTECODE", "PYTHONPATH", "VIRTUAL_ENV"}
    return {name: value for name, value in os.environ.items() if name not in hidden}


def make_environment(folder: Path, requirements: Path) -> Path:
    """Return the interpreter of an environment with these requirements, from the index that pip uses."""
    environment = folder / "environment"
    python = environment / "bin/python"
    given = variables() | {"UV_PYTHON_DOWNLOADS": "never"}
    if "PIP_INDEX_URL" in given:
        given["UV_DEFAULT_INDEX"] = given["PIP_INDEX_URL"]
    for command in (
        ("venv", "--python", sys.executable, environment),
        ("pip", "install", "--only-binary", ":all:", "--python", python, "-r", requirements),
    ):
        made = subprocess.run([uv.find_uv_bin(), *command], env=given, capture_output=True, text=True, check=False)
        if made.returncode:
            raise NoEnvironmentError(made.stderr)
    return python
