"""Environment builds: a virtual environment with the packages and the Python version that a model needs."""

import re
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from itertools import chain
from pathlib import Path
from tempfile import TemporaryDirectory

from web_single.environments.interpreters import FIRST_MINOR, LAST_MINOR, ask, fault_of_import, interpreters
from web_single.environments.pip_config import OFFLINE, UvIndexConfig
from web_single.environments.uv import StatusCallback, UvResult, run_uv
from web_single.errors import ModelFolderError
from web_single.model_folder.requirements import (
    BY_REQUIREMENTS,
    Requirements,
    included_files,
    lines_of,
    minor_of,
    tell_missing,
)

UPLOADED = re.compile(r"upload-time = (\S+?)[,\s]")
PINNED = re.compile(r"\s*([A-Za-z0-9][A-Za-z0-9._-]*)\s*(?:\[[^]]*\])?\s*(?:===?|~=)")
ANY_TIME = "9999-01-01"
REQUIREMENTS = "--requirements"
Arguments = list[str | Path]
# Newer versions than those at the release of the model's scikit-learn may have written the artifact.
READS_WHAT_IS_OLDER = {"joblib", "cloudpickle"}
WHEELS_ONLY = ("--only-binary", ":all:")


@dataclass(frozen=True)
class Builder:
    """Builds one environment at `target`; `tell` is called with progress messages.

    `compiled` adds bytecode, for environments that are read-only later.
    """

    requirements: Requirements
    target: Path
    compiled: bool
    tell: StatusCallback

    def build(self) -> None:
        """Build the environment and import scikit-learn in it as a test.

        Raises:
            ModelFolderError: The packages cannot be installed or imported, or a module is still missing.
        """
        index = UvIndexConfig.of_pip()
        with TemporaryDirectory() as folder:
            self._install(InstallStrategies(self.requirements, Path(folder), index))
        installed = ask(self.python, self.requirements.modules)
        if installed.missing:
            raise ModelFolderError(tell_missing(installed.missing, BY_REQUIREMENTS))

    def _install(self, attempts: "InstallStrategies") -> None:
        """Install the packages with the server's Python, or else with the newest Python that has wheels for them."""
        faults: list[str] = []
        for minor, base in self._suitable(attempts):
            self.tell(f"Looking for packages for Python 3.{minor}")
            self._make_empty(base, attempts)
            if self._install_in_any_way(attempts, faults):
                return
        raise ModelFolderError(faults[-1] if faults else self._tell_unsuitable(attempts))

    def _suitable(self, attempts: "InstallStrategies") -> Iterator[tuple[int, Path]]:
        """Yield (minor version, interpreter) candidates.

        The server's Python comes first, without a check, because it mostly works.
        The others follow only if wheels exist for them, which takes one resolution per minor version.
        """
        ours = sys.version_info.minor
        for minor, base in interpreters():
            if minor == ours and minor in (self.requirements.minors or [ours]):
                yield minor, base
            elif not attempts.suited - {ours}:
                return
            elif minor in attempts.suited - {ours}:
                yield minor, base

    def _install_in_any_way(self, attempts: "InstallStrategies", faults: list[str]) -> bool:
        options = ["--compile-bytecode"] if self.compiled else []
        for packages in attempts.for_python(self.python):
            arguments = ["pip", "install", "--python", self.python, *WHEELS_ONLY, *options, *packages]
            outcome = attempts.run(arguments, self.tell)
            if outcome.succeeded:
                fault = self._fault_of_import()
                faults += [] if fault is None else [fault]
                return fault is None
            if not outcome.has_no_solution:
                raise ModelFolderError(f"The environment of the delivery cannot be made: {outcome.reason}.")
        return False

    def _fault_of_import(self) -> str | None:
        if "sklearn" not in self.requirements.modules:
            return None
        self.tell("Trying to import scikit-learn")
        fault = fault_of_import(self.python, "sklearn")
        return f"{self.requirements.title} can be installed, and not imported: {fault}." if fault is not None else None

    @property
    def python(self) -> Path:
        """The path of the environment's interpreter."""
        return self.target / "bin/python"

    def _make_empty(self, base: Path, attempts: "InstallStrategies") -> None:
        options = ["--quiet", "--no-project", "--relocatable", "--clear"]
        outcome = run_uv(["venv", *options, "--python", base, self.target], folder=attempts.folder, index=OFFLINE)
        if not outcome.succeeded:
            raise ModelFolderError(f"{base} cannot make an environment: {outcome.reason}.")

    def _tell_unsuitable(self, attempts: "InstallStrategies") -> str:
        """Return the error message for packages that conflict or have no wheels for any Python on this machine."""
        here = sorted({minor for minor, _ in interpreters()}) if attempts.suited else []
        needed = sorted(attempts.suited)
        if not attempts.suited - set(here):
            minor = (self.requirements.minors or [sys.version_info.minor])[-1]
            reason = attempts.resolve(attempts.exact(), minor).reason
            return f"The packages of the delivery cannot be installed together: {reason}."
        needs = f"3.{needed[0]}" if len(needed) == 1 else f"3.{needed[0]} to 3.{needed[-1]}"
        return (
            f"{self.requirements.title} needs Python {needs}; "
            f"this machine has {', '.join(f'3.{minor}' for minor in here)}. "
            f"Install one (`uv python install 3.{needed[-1]}`), or name one by MODEL_PYTHON."
        )


@dataclass(frozen=True)
class InstallStrategies:
    """The ways to install the packages, from the most constrained to the least constrained."""

    requirements: Requirements
    folder: Path
    index: UvIndexConfig

    def run(self, arguments: Arguments, tell: StatusCallback = lambda _: None) -> UvResult:
        """Run uv in the folder of requirements.txt, which relative paths in it refer to."""
        file = self.requirements.file
        return run_uv(arguments, folder=file.parent if file is not None else self.folder, index=self.index, tell=tell)

    def for_python(self, python: Path) -> Iterator[Arguments]:
        """Yield the `pip install` arguments of each strategy for this interpreter."""
        version, bounds = self.requirements.scikit_learn, self.requirements.bounds
        release = self._look_for_release(python) if version is not None else None
        if release is None or release.succeeded:
            constraints: Arguments = ["--constraints", self._file("bounds", bounds)] if bounds else []
            yield from ([*self.exact(), *constraints, *dates] for dates in self._dates_of(release))
            if bounds:
                yield self.exact()
        if version is not None:
            yield self.loosest()

    @cached_property
    def suited(self) -> set[int]:
        """The minor versions of Python 3 that have wheels for the packages, installed on this machine or not."""
        minors = self.requirements.minors or range(FIRST_MINOR, LAST_MINOR + 1)
        return {minor for minor in minors if self.resolve(self.loosest(), minor).succeeded}

    def exact(self) -> Arguments:
        """Return the arguments for the artifact's exact scikit-learn version and all other requirements."""
        version = self.requirements.scikit_learn
        return self._packages([f"scikit-learn=={version}"] if version is not None else [])

    def loosest(self) -> Arguments:
        """Return the arguments for any patch release of the artifact's scikit-learn and all other requirements."""
        version = self.requirements.scikit_learn
        return self._packages([f"scikit-learn=={minor_of(version)}.*"] if version is not None else [])

    def resolve(self, packages: Arguments, minor: int) -> UvResult:
        """Resolve packages to wheels for Python 3.`minor`, which need not be installed."""
        options = ["--quiet", "--python", sys.executable, "--python-version", f"3.{minor}", *WHEELS_ONLY]
        return self.run(["pip", "compile", *options, *(part for part in packages if part != REQUIREMENTS)])

    def _look_for_release(self, python: Path) -> UvResult:
        """Resolve the artifact's scikit-learn alone, to get its availability and upload time."""
        asked = self._file("release", [f"scikit-learn=={self.requirements.scikit_learn}"])
        options: Arguments = ["--no-deps", "--format", "pylock.toml", "--python", python, *WHEELS_ONLY]
        return self.run(["pip", "compile", *options, asked])

    def _dates_of(self, release: UvResult | None) -> Iterator[Arguments]:
        """Yield arguments that limit unpinned packages to the release date plus a day, if known; then no arguments."""
        uploaded = UPLOADED.search(release.said) if release is not None else None
        if uploaded:
            until = datetime.fromisoformat(uploaded[1]) + timedelta(days=1)
            files = included_files(self.requirements.file) if self.requirements.file is not None else []
            pinned = {found[1] for file in files for line in lines_of(file) if (found := PINNED.match(line))}
            free = [f"{name}={ANY_TIME}" for name in sorted({*pinned, *READS_WHAT_IS_OLDER})]
            yield ["--exclude-newer", until.isoformat(), *repeated("--exclude-newer-package", free)]
        yield []

    def _packages(self, pins: list[str]) -> Arguments:
        files: list[Path] = [self._file("-".join(["packages", *pins]), [*pins, *self.requirements.added])]
        files += [self.requirements.file] if self.requirements.file is not None else []
        return repeated(REQUIREMENTS, files)

    def _file(self, name: str, lines: Iterable[str]) -> Path:
        path = self.folder / f"{name}.txt"
        path.write_text("".join(f"{line}\n" for line in lines))
        return path


def repeated(option: str, values: Iterable[str | Path]) -> Arguments:
    """Return arguments that repeat an option for each value."""
    return list(chain.from_iterable((option, value) for value in values))
