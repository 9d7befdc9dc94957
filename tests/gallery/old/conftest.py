"""Deliveries from another time and their environments, made once in a run."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from tests.gallery.old.deliveries import (
    ALL,
    ARTIFACT,
    CONTRADICTING,
    Answers,
    OldDelivery,
    ask,
    find_python,
    make_environment,
    put_together,
    rows_for,
    train,
)
from tests.gallery.old.table import Made, Served, tell_today, write_tables

BUILD = (sys.executable, "-c", "from web_single.cli.main import main; main()", "build")
BUILD_SECONDS = 240
EVERYTHING = os.environ.get("GALLERY") == "all"


@dataclass(frozen=True)
class Delivered:
    """A delivery in its folder, and what is to be answered to which rows."""

    folder: Path
    rows: list[list[object]]
    truth: Answers


@dataclass(frozen=True)
class Built:
    """Where a built environment is kept, and what it cost."""

    environments: Path
    downloads: Path | None
    cold_seconds: float | None
    warm_seconds: float


@dataclass
class Seen:
    """What goes into the tables of docs/handover.md."""

    served: dict[OldDelivery, Served] = field(default_factory=dict)
    made: dict[tuple[str, ...], Made] = field(default_factory=dict)
    today: str = ""

    def note(
        self,
        old: OldDelivery,
        delivered: Delivered,
        built: Built,
        model: dict[str, Any],
        *,
        differing: tuple[int, int],
        first_answer_seconds: float,
    ) -> None:
        """Note how a delivery was served, and what today's scikit-learn does with it."""
        environment = model["environment"]
        runs_in = {"python": environment["python"], **environment["packages"]}
        today = ask(delivered.folder, delivered.rows)
        self.today = today["made_by"]["scikit-learn"]
        self.served[old] = Served(
            made_by=delivered.truth["made_by"],
            kind=old.kind,
            runs_in=runs_in,
            first_answer_seconds=first_answer_seconds,
            rows=len(delivered.rows),
            differing=differing[0],
            last_bits=differing[1],
            today=tell_today(today, delivered.truth),
        )
        if built.cold_seconds is not None:
            made = Made(old.scikit_learn, old.requirements, runs_in, built.cold_seconds, built.warm_seconds)
            self.made[old.scikit_learn, *old.requirements] = made


@pytest.fixture(scope="session")
def seen() -> Iterator[Seen]:
    """Gather the table, and write it where all was seen."""
    gathered = Seen()
    yield gathered
    if EVERYTHING and len(gathered.served) == len({*ALL, CONTRADICTING}):
        write_tables(gathered.served.values(), gathered.made.values(), today=gathered.today)


@pytest.fixture(scope="session")
def maker(tmp_path_factory: pytest.TempPathFactory) -> Callable[[OldDelivery], Path]:
    """Return what finds the interpreter of the environment that makes a delivery."""
    folder = tmp_path_factory.mktemp("makers")

    @cache
    def make(python: str, packages: tuple[str, ...]) -> Path:
        return make_environment(Path(tempfile.mkdtemp(dir=folder)) / "environment", find_python(python), packages)

    return lambda old: make(old.python, old.packages)


@pytest.fixture(scope="session")
def make_old(
    tmp_path_factory: pytest.TempPathFactory, maker: Callable[[OldDelivery], Path]
) -> Callable[[OldDelivery], Delivered]:
    """Return what makes a delivery: taken from git, or trained in an environment of its time."""

    @cache
    def make(old: OldDelivery) -> Delivered:
        folder = put_together(tmp_path_factory.mktemp("old") / str(old), old)
        if old.kept.exists():
            shutil.copy(old.kept / ARTIFACT, folder)
            truth = json.loads((old.kept / "answers.json").read_text())
            return Delivered(folder, truth.pop("rows"), truth)
        train(folder, old.kind, maker(old))
        rows = rows_for(old.kind)
        return Delivered(folder, rows, ask(folder, rows, maker(old)))

    return make


@pytest.fixture(scope="session")
def build(
    tmp_path_factory: pytest.TempPathFactory, maker: Callable[[OldDelivery], Path]
) -> Callable[[OldDelivery, Path], Built]:
    """Return what builds a delivery's environment, each once; in the whole gallery also from nothing."""
    work = tmp_path_factory.mktemp("environments")
    built: dict[tuple[str, ...], Built] = {}

    def make(old: OldDelivery, folder: Path) -> Built:
        key = (old.scikit_learn, *old.requirements)
        try:
            if key in built:  # mostly there already; another artifact may need more
                timed_build(folder, built[key].environments, built[key].downloads)
            else:
                built[key] = measure(folder, Path(tempfile.mkdtemp(dir=work)))
        except BuildError:
            maker(old)  # what the tests cannot make either is skipped
            raise
        return built[key]

    return make


class BuildError(Exception):
    """`web-single build` failed."""


def measure(folder: Path, home: Path) -> Built:
    """Build the environment of a delivery, in the whole gallery twice: nothing is downloaded the second time."""
    if not EVERYTHING:
        return Built(home / "warm", None, None, timed_build(folder, home / "warm", None))
    downloads = home / "downloads"
    cold = timed_build(folder, home / "cold", downloads)
    return Built(home / "warm", downloads, cold, timed_build(folder, home / "warm", downloads))


def timed_build(folder: Path, environments: Path, downloads: Path | None) -> float:
    """Return how many seconds `web-single build` takes: environments are kept here, and what is downloaded there."""
    variables = {"COMPILE": "off", "ENVIRONMENT_CACHE_DIR": str(environments)} | (
        {"UV_CACHE_DIR": str(downloads)} if downloads else {}
    )
    start = time.monotonic()
    done = subprocess.run(
        [*BUILD, str(folder)],
        env=os.environ | variables,
        capture_output=True,
        text=True,
        timeout=BUILD_SECONDS,
        check=False,
    )
    if done.returncode:
        raise BuildError(done.stderr)
    return time.monotonic() - start
