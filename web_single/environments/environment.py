"""Environment resolution: the server's own interpreter if it is compatible with the model, otherwise a built one."""

import shlex
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Self

from web_single.config import ENVIRONMENT_WORDS, SERVER, AppEnv, Config, SklearnMismatch
from web_single.environments.builder import WHEELS_ONLY, Arguments, Builder
from web_single.environments.cache import EnvironmentCache, in_use, key_of
from web_single.environments.interpreters import InterpreterInfo, ask
from web_single.environments.pip_config import NO_INDEX
from web_single.environments.uv import StatusCallback, run_uv
from web_single.errors import ModelFolderError
from web_single.logging import Event, get_logger
from web_single.model_folder.folder import ModelFolder
from web_single.model_folder.requirements import (
    BY_REQUIREMENTS,
    TO_READ_IT,
    Requirements,
    distribution_of,
    included_files,
    minor_of,
    satisfied_by_server,
    tell_missing,
)

# Modules that are installed with scikit-learn, or added if a model needs them.
COME_ALONG = {"sklearn", "numpy", "scipy", "threadpoolctl", "pandas", *TO_READ_IT}

log = get_logger()


@dataclass(frozen=True)
class Environment:
    """An interpreter with the packages that a model folder needs.

    `origin` is `server` (the server's own), `built` (for the model folder) or `custom` (set by MODEL_PYTHON).
    `packages` maps scikit-learn, its main dependencies and the required packages to their versions.
    """

    python: Path
    origin: str
    python_version: str
    packages: dict[str, str]

    @contextmanager
    def in_use(self) -> Iterator[None]:
        """Protect the environment from pruning until the context or the process ends."""
        if self.origin != "built":
            yield
            return
        with in_use(self.python):
            yield

    def as_json(self) -> dict[str, Any]:
        """Return JSON-serializable values, for a worker process."""
        return asdict(self) | {"python": str(self.python)}

    @classmethod
    def from_json(cls, plain: dict[str, Any]) -> Self:
        """Return the environment that another process serialized with `as_json`."""
        return cls(**plain | {"python": Path(plain["python"])})


def find_environment(
    model_folder: ModelFolder, config: Config, *, build: bool = False, tell: StatusCallback = lambda _: None
) -> Environment:
    """Return the environment for a model folder, and build it if necessary.

    Args:
        model_folder: The model folder.
        config: The settings.
        build: Whether to build an environment in prod too, and with bytecode.
        tell: Called with progress messages.

    Raises:
        ModelFolderError: No environment is available; the message says what is missing and what to do.
    """
    finder = EnvironmentResolver(model_folder, Requirements.of(model_folder), config)
    if config.model_python not in ENVIRONMENT_WORDS:
        given = Path(config.model_python)
        return finder.checked(given, "custom", finder.ask(given))
    ours = finder.ask(Path(sys.executable))
    fault = finder.server_env_problem(ours)
    if fault is None:
        return finder.checked(Path(sys.executable), "server", ours)
    if config.model_python == SERVER:
        raise ModelFolderError(f"{fault} MODEL_PYTHON=auto makes an environment for it.")
    made = finder.made(fault, build=build, tell=tell)
    return finder.checked(made, "built", finder.ask(made))


@dataclass(frozen=True)
class EnvironmentResolver:
    """Selects and checks the interpreter for one model folder."""

    model_folder: ModelFolder
    requirements: Requirements
    config: Config

    @property
    def trusts(self) -> bool:
        """Whether another minor version of scikit-learn than the artifact's is allowed."""
        return self.config.sklearn_mismatch is SklearnMismatch.ALLOW

    def ask(self, python: Path) -> InterpreterInfo:
        """Return which modules and packages of the requirements an interpreter has."""
        packages = [distribution_of(module) for module in self.requirements.modules]
        return ask(python, self.requirements.modules, packages)

    def server_env_problem(self, installed: InterpreterInfo) -> str | None:
        """Return why the server's own interpreter is not compatible with the model, or None if it is."""
        file = self.requirements.file
        insists = self.trusts and self.config.model_python == SERVER
        if not self.trusts and self._is_other(installed):
            return self._tell_other(installed)
        if self.requirements.minors is not None and sys.version_info.minor not in self.requirements.minors:
            name = self.model_folder.artifact.name
            return f"{name} holds code by value, of another Python than {installed.python_version}."
        if installed.missing:
            return tell_missing(installed.missing, "with the server")
        if file is None or insists:
            return None
        included_files(file)  # rejects lines that would run code
        check: Arguments = ["pip", "install", "--check", "--python", sys.executable, *WHEELS_ONLY, "-r", file]
        checked = run_uv(check, folder=file.parent, index=NO_INDEX)
        # uv needs a writable folder, which a read-only container may not have.
        if checked.succeeded or (not checked.is_an_answer and satisfied_by_server(file)):
            return None
        return f"The server's own libraries are not those of {file.name}."

    def made(self, reason: str, *, build: bool, tell: StatusCallback) -> Path:
        """Return the interpreter of the environment that is built for the model folder, from the cache if possible.

        Args:
            reason: Why the server's interpreter cannot be used, for the log and the error message.
            build: Whether to build in prod too, and with bytecode.
            tell: Called with progress messages.

        Raises:
            ModelFolderError: The environment cannot be built, or it is missing in prod.
        """
        self._check_that_all_is_named()
        cache, key = EnvironmentCache.of(self.config), key_of(self.requirements)
        python = cache.find(key)
        if python is not None:
            return python
        if self.config.app_env is AppEnv.PROD and not build:
            command = f"web-single build {shlex.quote(str(self.model_folder.artifact))}"
            raise ModelFolderError(f"{reason} In prod no environment is made at the start: run `{command}` before.")
        try:
            return self._made_in(cache, key, reason, compiled=build, tell=tell)
        except OSError as error:
            raise ModelFolderError(
                f"No environment can be made in {cache.folder}: {error.strerror or error}. "
                "Set ENVIRONMENT_CACHE_DIR to a folder that can be written to."
            ) from error

    def _made_in(self, cache: EnvironmentCache, key: str, reason: str, *, compiled: bool, tell: StatusCallback) -> Path:
        started = time.monotonic()
        with cache.turn(key):
            python = cache.find(key)
            if python is not None:  # built by another process in the meantime
                return python
            log.info(Event.ENVIRONMENT_MAKING, reason=reason)
            with cache.making(key) as folder:
                Builder(self.requirements, folder, compiled=compiled, tell=tell).build()
        seconds = round(time.monotonic() - started, 1)
        log.info(Event.ENVIRONMENT_MADE, folder=str(cache.folder / key), seconds=seconds)
        return cache.folder / key / "bin/python"

    def checked(self, python: Path, origin: str, installed: InterpreterInfo) -> Environment:
        """Return the environment of an interpreter after checking its modules and its scikit-learn version.

        Raises:
            ModelFolderError: A module is missing, or the version of scikit-learn differs and is not allowed to.
        """
        if installed.missing:
            raise ModelFolderError(
                tell_missing(installed.missing, BY_REQUIREMENTS if origin == "built" else f"for {python}")
            )
        if self._is_other(installed):
            if not self.trusts:
                raise ModelFolderError(self._tell_other(installed))
            versions = {"trained_with": self.requirements.scikit_learn, "serving_with": scikit_learn_of(installed)}
            log.warning(Event.MODEL_VERSION_TRUSTED, **versions)
        return Environment(python, origin, installed.python_version, installed.packages)

    def _check_that_all_is_named(self) -> None:
        """Raise a ModelFolderError before any download if other modules are needed and there is no requirements.txt."""
        unnamed = set(self.requirements.modules) - COME_ALONG - sys.stdlib_module_names
        if self.requirements.file is None and unnamed:
            raise ModelFolderError(tell_missing(unnamed, "with the server"))

    def _is_other(self, installed: InterpreterInfo) -> bool:
        trained_with = self.requirements.scikit_learn
        return trained_with is not None and minor_of(trained_with) != minor_of(scikit_learn_of(installed))

    def _tell_other(self, installed: InterpreterInfo) -> str:
        return (
            f"{self.model_folder.artifact.name} was made by scikit-learn {self.requirements.scikit_learn}, and "
            f"{scikit_learn_of(installed)} is installed for Python {installed.python_version}: it could answer wrongly."
        )


def scikit_learn_of(installed: InterpreterInfo) -> str:
    """Return the version of scikit-learn that an interpreter has, or `none`."""
    return installed.packages.get("scikit-learn", "none")
