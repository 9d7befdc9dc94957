"""Deliveries from another time: really made by an older scikit-learn, in an environment of their own or kept in git."""

import json
import math
import os
import random
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from web_single.environments.pip_config import UvIndexConfig
from web_single.environments.uv import run_uv

HERE = Path(__file__).parent
IRIS = ((4.3, 7.9), (2.0, 4.4), (1.0, 6.9), (0.1, 2.5))
ARTIFACT = "model.joblib"
ROWS = 100
TRAIN_SECONDS = 240
SAME = 1e-12  # of floats, relative

# Each scikit-learn with a Python and a numpy of its time.
TIMES = {
    "1.0.2": ("3.8", "1.22.4"),
    "1.2.2": ("3.9", "1.24.4"),
    "1.3.2": ("3.10", "1.26.4"),
    "1.5.2": ("3.12", "2.1.3"),
    "1.6.1": ("3.13", "2.2.6"),
    "1.8.0": ("3.11", "2.3.5"),
}
KINDS = ("forest", "pipeline", "columns", "boosting", "adaboost")
# What was delivered without a requirements.txt: the artifact tells its scikit-learn.
WITHOUT_REQUIREMENTS = ("forest", "adaboost")

Answers = dict[str, Any]


@dataclass(frozen=True)
class OldDelivery:
    """A kind of model, the scikit-learn and the Python that made it, and which other packages it was made with."""

    kind: str
    scikit_learn: str
    python: str
    others: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.scikit_learn}-{self.kind}"

    @property
    def packages(self) -> tuple[str, ...]:
        """What is installed where it is made."""
        return (f"scikit-learn=={self.scikit_learn}", *self.others)

    @property
    def requirements(self) -> tuple[str, ...]:
        """What its requirements.txt names."""
        return () if self.kind in WITHOUT_REQUIREMENTS else self.packages

    @property
    def kept(self) -> Path:
        """Where git keeps its artifact and its answers, if it does."""
        return HERE / "kept" / str(self)


def made_by(scikit_learn: str, kind: str) -> OldDelivery:
    python, numpy = TIMES[scikit_learn]
    return OldDelivery(kind, scikit_learn, python, (f"numpy=={numpy}", "pandas"))


KEPT = [made_by("1.0.2", "columns"), made_by("1.3.2", "forest")]
ALL = [made_by(scikit_learn, kind) for scikit_learn in TIMES for kind in KINDS]
# Of today's scikit-learn, with what contradicts the server's own libraries.
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


def make_environment(folder: Path, python: Path, packages: Sequence[str] = ()) -> Path:
    """Return the interpreter of a new environment with these packages, or skip the test where they cannot be had."""
    index, made = UvIndexConfig.of_pip(), folder / "bin/python"
    outcome = run_uv(["venv", "--python", python, folder], folder=folder.parent, index=index)
    assert outcome.succeeded, outcome.said
    if packages:
        install: list[str | Path] = ["pip", "install", "--only-binary", ":all:", "--python", made, *packages]
        outcome = run_uv(install, folder=folder.parent, index=index)
        if not outcome.succeeded:
            pytest.skip(f"these packages cannot be installed here: {outcome.reason}")
    return made


def run(command: list[str], **options: Any) -> str:  # noqa: ANN401 - as subprocess.run takes them
    done = subprocess.run(command, capture_output=True, text=True, timeout=TRAIN_SECONDS, check=False, **options)
    assert done.returncode == 0, done.stderr
    return str(done.stdout)


def put_together(folder: Path, old: OldDelivery) -> Path:
    """Return a folder with all that is delivered but the artifact."""
    folder.mkdir()
    shutil.copy(HERE / "delivered" / "model.py", folder)
    if old.requirements:
        (folder / "requirements.txt").write_text("".join(f"{line}\n" for line in old.requirements))
    return folder


def train(delivery: Path, kind: str, python: Path) -> None:
    """Write the artifact as the data scientist does."""
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


def count_differing(answers: Answers, truth: Answers) -> tuple[int, int]:
    """Return how many rows are answered otherwise, and how many others differ in last bits of a probability.

    The last bits are those that another numpy changes; results must be equal in all of theirs.
    """
    names = [name for name in ("together", "alone", "probabilities") if name in truth]
    given = list(zip(*(answers[name] for name in names), strict=True))
    right = list(zip(*(truth[name] for name in names), strict=True))
    unequal = [(one, other) for one, other in zip(given, right, strict=True) if one != other]
    nearly = sum(one[:2] == other[:2] and are_near(one[2], other[2]) for one, other in unequal)
    return len(unequal) - nearly, nearly


def are_near(some: Sequence[str], others: Sequence[str]) -> bool:
    pairs = zip(some, others, strict=True)
    return all(math.isclose(float.fromhex(one), float.fromhex(other), rel_tol=SAME) for one, other in pairs)
