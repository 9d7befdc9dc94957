"""Makes an environment for a delivery: from its requirements and its artefact's versions, with a Python that suits."""

import re
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import chain
from pathlib import Path
from tempfile import TemporaryDirectory

from web_single.errors import DeliveryError
from web_single.predictor.interpreters import FIRST_MINOR, LAST_MINOR, ask, interpreters
from web_single.predictor.package_index import OFFLINE, PackageIndex
from web_single.predictor.requirements import Requirements, included_files, lines_of, minor_of, tell_missing
from web_single.predictor.uv import Outcome, Tell, run_uv

UPLOADED = re.compile(r"upload-time = (\S+?)[,\s]")
PINNED = re.compile(r"\s*([A-Za-z0-9][A-Za-z0-9._-]*)\s*(?:\[[^]]*\])?\s*(?:===?|~=)")
ANY_TIME = "9999-01-01"
REQUIREMENTS = "--requirements"
Arguments = list[str | Path]
READS_WHAT_IS_OLDER = {"joblib"}  # and not what a newer joblib wrote, while it was there when the model was trained
WHEELS_ONLY = ("--only-binary", ":all:")


@dataclass(frozen=True)
class Builder:
    """Makes one environment at `target`; `tell` hears how it goes.

    `compiled`: with bytecode, for a place that cannot be written to later.
    """

    requirements: Requirements
    target: Path
    compiled: bool
    tell: Tell

    def build(self) -> None:
        """Return when the environment is made and scikit-learn was imported in it; a DeliveryError says why not."""
        index = PackageIndex.of_pip()
        with TemporaryDirectory() as folder:
            python = self._install(Attempts(self.requirements, Path(folder), index))
        self.tell("Trying it")
        modules = self.requirements.modules
        installed = ask(python, modules)
        if installed.missing:
            raise DeliveryError(tell_missing(installed.missing, "by its requirements"))
        ask(python, imports=[name for name in ("sklearn",) if name in modules])

    def _install(self, attempts: "Attempts") -> Path:
        tried: list[int] = []
        options = ["--compile-bytecode"] if self.compiled else []
        for minor, base in interpreters():
            tried.append(minor)
            if self.requirements.minors is not None and minor not in self.requirements.minors:
                continue
            self.tell(f"Looking for packages for Python 3.{minor}")
            python = self._make_empty(base, attempts)
            for packages in attempts.for_python(python):
                arguments = ["pip", "install", "--python", python, *WHEELS_ONLY, *options, *packages]
                outcome = attempts.run(arguments, self.tell)
                if outcome.succeeded:
                    return python
                if not outcome.has_no_solution:
                    raise DeliveryError(f"The environment of the delivery cannot be made: {outcome.reason}.")
        raise DeliveryError(self._tell_unsuitable(attempts, sorted(set(tried))))

    def _make_empty(self, base: Path, attempts: "Attempts") -> Path:
        options = ["--quiet", "--no-project", "--relocatable", "--clear"]
        outcome = run_uv(["venv", *options, "--python", base, self.target], folder=attempts.folder, index=OFFLINE)
        if not outcome.succeeded:
            raise DeliveryError(f"{base} cannot make an environment: {outcome.reason}.")
        return self.target / "bin/python"

    def _tell_unsuitable(self, attempts: "Attempts", tried: list[int]) -> str:
        """Return the sentence about packages that no Python here has wheels for, or that never go together."""
        suited = self.requirements.minors or range(FIRST_MINOR, LAST_MINOR + 1)
        minors = [minor for minor in suited if attempts.resolve(attempts.loosest(), minor).succeeded]
        if not set(minors) - set(tried):
            reason = attempts.resolve(attempts.exact(), sys.version_info.minor).reason
            return f"The packages of the delivery cannot be installed together: {reason}."
        needs = f"3.{minors[0]}" if len(minors) == 1 else f"3.{minors[0]} to 3.{minors[-1]}"
        have = ", ".join(f"3.{minor}" for minor in tried)
        return (
            f"{self.requirements.title} needs Python {needs}; this machine has {have}. "
            f"Install one (`uv python install 3.{minors[-1]}`), or name one by MODEL_ENVIRONMENT."
        )


@dataclass(frozen=True)
class Attempts:
    """The ways to ask for the packages, from the one that holds most versions to the one that is asked for at least."""

    requirements: Requirements
    folder: Path
    index: PackageIndex

    def run(self, arguments: Arguments, tell: Tell = lambda _: None) -> Outcome:
        """Run uv where paths in requirements.txt start."""
        file = self.requirements.file
        return run_uv(arguments, folder=file.parent if file is not None else self.folder, index=self.index, tell=tell)

    def for_python(self, python: Path) -> Iterator[Arguments]:
        """Give the arguments of each way, for this interpreter."""
        version, bounds = self.requirements.scikit_learn, self.requirements.bounds
        release = self._look_for_release(python) if version is not None else None
        if release is None or release.succeeded:
            constraints: Arguments = ["--constraints", self._file("bounds", bounds)] if bounds else []
            yield from ([*self.exact(), *constraints, *dates] for dates in self._dates_of(release))
            if bounds:
                yield self.exact()
        if version is not None:
            yield self.loosest()

    def exact(self) -> Arguments:
        """Return the arguments for the artefact's scikit-learn, and the rest as it was asked for."""
        version = self.requirements.scikit_learn
        return self._packages([f"scikit-learn=={version}"] if version is not None else [])

    def loosest(self) -> Arguments:
        """Return the arguments for any patch release of the artefact's scikit-learn."""
        version = self.requirements.scikit_learn
        return self._packages([f"scikit-learn=={minor_of(version)}.*"] if version is not None else [])

    def resolve(self, packages: Arguments, minor: int) -> Outcome:
        """Look for wheels of packages for a Python that need not be here."""
        options = ["--quiet", "--python", sys.executable, "--python-version", f"3.{minor}", *WHEELS_ONLY]
        return self.run(["pip", "compile", *options, *(part for part in packages if part != REQUIREMENTS)])

    def _look_for_release(self, python: Path) -> Outcome:
        """Ask for the artefact's scikit-learn alone: whether there is one, and since when."""
        asked = self._file("release", [f"scikit-learn=={self.requirements.scikit_learn}"])
        options: Arguments = ["--no-deps", "--format", "pylock.toml", "--python", python, *WHEELS_ONLY]
        return self.run(["pip", "compile", *options, asked])

    def _dates_of(self, release: Outcome | None) -> Iterator[Arguments]:
        """Give arguments that hold what has no version to the time of a release, where the index tells it; and none."""
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
    """Return an option once for each value."""
    return list(chain.from_iterable((option, value) for value in values))
