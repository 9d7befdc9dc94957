"""Deliveries from another time: really made by an older scikit-learn, in an environment of their own or kept in git."""

import json
import os
import random
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import uv

HERE = Path(__file__).parent
IRIS = ((4.3, 7.9), (2.0, 4.4), (1.0, 6.9), (0.1, 2.5))
ARTEFACT = "model.joblib"
ROWS = 100
INSTALL_SECONDS = 240

# Each scikit-learn with a Python of its time.
PYTHONS = {"1.0.2": "3.8", "1.2.2": "3.9", "1.3.2": "3.10", "1.5.2": "3.12", "1.6.1": "3.13", "1.8.0": "3.11"}
KINDS = ("forest", "pipeline", "columns", "boosting", "adaboost")

Answers = dict[str, Any]


@dataclass(frozen=True)
class OldDelivery:
    """A kind of model, and what made it: a scikit-learn, a Python, and other packages that it needs just so."""

    kind: str
    scikit_learn: str
    python: str
    also: tuple[str, ...] = ()

    def __str__(self) -> str:
        return "-".join((self.scikit_learn, self.kind, *self.also))

    @property
    def requirements(self) -> tuple[str, ...]:
        """What its requirements.txt names: none is delivered where the artefact alone says enough."""
        if self.also:
            return (f"scikit-learn=={self.scikit_learn}", *self.also)
        if self.kind == "columns":
            return (f"scikit-learn=={self.scikit_learn}", "pandas")
        return ()

    @property
    def packages(self) -> tuple[str, ...]:
        """What is installed where it is made."""
        bounds = ("numpy<2",) if release(self.scikit_learn) < (1, 4, 2) else ()
        return (f"scikit-learn=={self.scikit_learn}", *(self.also or ("pandas", *bounds)))

    @property
    def kept(self) -> Path:
        """Where git keeps its artefact and its answers, if it does."""
        return HERE / "kept" / str(self)


def release(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split(".")[:3])


KEPT = [OldDelivery(kind, version, PYTHONS[version]) for kind, version in (("columns", "1.0.2"), ("forest", "1.3.2"))]
ALL = [OldDelivery(kind, version, python) for version, python in PYTHONS.items() for kind in KINDS]
CONTRADICTING = OldDelivery("columns", "1.9.1", "3.11", ("joblib==1.4.2", "numpy<2", "pandas<2"))


def rows_for(kind: str, count: int = ROWS) -> list[list[Any]]:
    """Return the same rows on every machine, as JSON has them."""
    dice = random.Random(7)

    def flat() -> list[Any]:
        return [round(dice.uniform(20, 160), 1), dice.randint(1, 6), dice.randint(0, 11)]

    if kind == "columns":
        words = ["harbour", "hill", "old town"], ["gas", "district", "heat pump"]
        return [[*flat(), *map(dice.choice, words)] for _ in range(count)]
    if kind == "boosting":
        return [[value if dice.random() < 0.9 else None for value in flat()] for _ in range(count)]
    return [[round(dice.uniform(*between), 1) for between in IRIS] for _ in range(count)]


def find_python(minor: str) -> Path:
    """Return an interpreter of this machine, or skip the test."""
    root = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"))
    here = shutil.which(f"python{minor}")
    for candidate in [*([here] if here else []), *map(str, root.glob(f"versions/{minor}.*/bin/python"))]:
        told = subprocess.run(
            [candidate, "-c", "import sys; print('%d.%d' % sys.version_info[:2])"],
            capture_output=True,
            text=True,
            check=False,
        )
        if told.stdout.strip() == minor:
            return Path(candidate)
    pytest.skip(f"this machine has no Python {minor}")


def make_environment(folder: Path, python: Path, packages: tuple[str, ...]) -> Path:
    """Return the interpreter of a new environment with these packages."""
    without_downloads = {**os.environ, "UV_PYTHON_DOWNLOADS": "never"}
    program = uv.find_uv_bin()
    made = folder / "bin" / "python"
    run([program, "venv", "--quiet", "--no-config", "--python", str(python), str(folder)], env=without_downloads)
    if packages:
        install = [program, "pip", "install", "--quiet", "--no-config", "--only-binary", ":all:", "--python", str(made)]
        run([*install, *packages], env=without_downloads)
    return made


def run(command: list[str], **options: Any) -> str:  # noqa: ANN401 - as subprocess.run takes them
    done = subprocess.run(command, capture_output=True, text=True, timeout=INSTALL_SECONDS, check=False, **options)
    assert done.returncode == 0, done.stderr
    return str(done.stdout)


def put_together(folder: Path, old: OldDelivery) -> Path:
    """Return a folder with all that is delivered but the artefact."""
    folder.mkdir()
    shutil.copy(HERE / "delivered" / "model.py", folder)
    if old.requirements:
        (folder / "requirements.txt").write_text("".join(f"{line}\n" for line in old.requirements))
    return folder


def train(delivery: Path, kind: str, python: Path) -> None:
    """Write the artefact as the data scientist does."""
    run([str(python), "-B", "model.py", kind], cwd=delivery)


def ask(delivery: Path, rows: list[list[Any]], python: Path | str = sys.executable) -> Answers:
    """Return what the delivered `predict` answers on this interpreter, without a server."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    script = str(HERE / "delivered" / "answers.py")
    told: Answers = json.loads(
        run([str(python), "-B", script], cwd=delivery, input=json.dumps(rows), env=environment),
    )
    return told


def exactly(value: Any) -> Any:  # noqa: ANN401 - any JSON value
    """Return a float with all its bits, as the delivery was asked for it."""
    return value.hex() if isinstance(value, float) else value


def count_differing(answers: Mapping[str, Any], truth: Mapping[str, Any]) -> int:
    """Return how many rows are answered otherwise, in the result or in a bit of a probability."""
    names = [name for name in ("together", "alone", "probabilities") if name in truth]
    given = list(zip(*(answers[name] for name in names), strict=True))
    right = list(zip(*(truth[name] for name in names), strict=True))
    return sum(one != other for one, other in zip(given, right, strict=True))
