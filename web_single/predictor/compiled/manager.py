"""CompiledModelManager: whether there is a compiled model of the delivery that is served, and how one comes to be."""

import asyncio
import contextlib
import json
import os
import shlex
import sys
from collections.abc import Sequence
from enum import StrEnum
from typing import Any

from web_single.config import AppEnv, Compile, Config
from web_single.environments.environment import Environment
from web_single.logging import Event, get_logger
from web_single.model_folder.folder import ModelFolder
from web_single.predictor.compiled.cache import CompiledCache, key_of
from web_single.predictor.compiled.manifest import Manifest
from web_single.predictor.compiled.model import CompiledModel

log = get_logger()


class CompiledState(StrEnum):
    """Whether a compiled model answers; where not, why."""

    ON = "on"
    OFF = "off"
    BUILDING = "building"
    NOT_BUILT = "not built"
    REFUSED = "refused"
    REFUTED = "refuted"


class CompiledModelManager:
    """Finds the compiled model of a delivery, has one built in dev, and gives it up for good when it is wrong.

    `model` is None while none may be used; `last_model` is the one whose counts are told.
    """

    def __init__(self, model_folder: ModelFolder, environment: Environment, config: Config) -> None:
        self.state = CompiledState.OFF
        self.reason: str | None = None
        self.manifest: Manifest | None = None
        self.model: CompiledModel | None = None
        self.last_model: CompiledModel | None = None
        self.refuted_row: Sequence[Any] | None = None
        self._model_folder = model_folder
        self._environment = environment
        self._config = config
        self._cache = CompiledCache.of(config)
        self.key = key_of(model_folder, environment, config)
        self._builder: asyncio.Task[None] | None = None

    async def find(self) -> None:
        """Take the compiled model from the cache, if it is there and may be used."""
        if not self._config.uses_compiled:
            self.reason = f"{'COMPILE' if self._config.compile is Compile.OFF else 'OPTIMIZATIONS'} is off."
            return
        await asyncio.to_thread(self._find)

    def _find(self) -> None:
        manifest = self.manifest = self._cache.find(self.key)
        if manifest is None:
            self.state, self.reason = CompiledState.NOT_BUILT, f"Run `{self._command()}`."
        elif not manifest.is_usable:
            self.state = CompiledState.REFUTED if manifest.refuted else CompiledState.REFUSED
            self.reason = manifest.reason
            log.info(Event.COMPILED_NOT_USED, state=self.state, reason=self.reason, row=manifest.row)
        else:
            self._load(manifest)

    def _load(self, manifest: Manifest) -> None:
        try:
            self.model = CompiledModel.load(manifest, self._cache.files(self.key), self.turn_off)
        except Exception as error:  # noqa: BLE001 - whatever it is: the plain way answers
            self.state, self.reason = CompiledState.OFF, f"It cannot be loaded: {type(error).__name__}: {error}"
            log.warning(Event.COMPILED_NOT_USED, state=self.state, reason=self.reason)
            return
        self.last_model = self.model
        self.state, self.reason = CompiledState.ON, None
        log.info(Event.COMPILED_USED, answers=manifest.answers, engines=manifest.engines)

    def _command(self) -> str:
        return f"web-single build {shlex.quote(str(self._model_folder.artifact))}"

    def start_building(self) -> None:
        """Where there is none yet: in dev build one meanwhile, in prod say once how to."""
        if self.state is not CompiledState.NOT_BUILT:
            return
        if self._config.app_env is AppEnv.PROD:
            log.warning(Event.COMPILED_NOT_USED, state=self.state, reason=self.reason)
            return
        self.state, self.reason = CompiledState.BUILDING, None
        self._builder = asyncio.create_task(self._build())

    async def _build(self) -> None:
        """Let another process build it, and take it then."""
        orders = {
            "config": self._config.model_dump_json(),
            "delivery": self._model_folder.as_json(),
            "environment": self._environment.as_json(),
        }
        job = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "web_single.predictor.compiled.build_job"),
            env=os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
            stdin=asyncio.subprocess.PIPE,
            start_new_session=True,
        )
        try:
            assert job.stdin is not None  # noqa: S101 - it was asked for
            job.stdin.write(json.dumps(orders).encode() + b"\n")
            code = await job.wait()
        finally:
            with contextlib.suppress(ProcessLookupError):
                job.kill()
        if code:
            self.state, self.reason = CompiledState.NOT_BUILT, f"Building it ended with exit code {code}."
            log.warning(Event.COMPILED_NOT_USED, state=self.state, reason=self.reason)
        else:
            await self.find()

    async def stop(self) -> None:
        """Build no more."""
        if self._builder is not None:
            await ended(self._builder)

    def turn_off(self, reason: str) -> None:
        """Use it no more in this process; what was refuted stays refuted."""
        if self.state is CompiledState.REFUTED:
            return
        self.model, self.state, self.reason = None, CompiledState.OFF, reason
        log.error(Event.COMPILED_NOT_USED, state=self.state, reason=reason)

    def refute(self, reason: str, row: Sequence[Any]) -> None:
        """Use it never again, nor lets another process do so: it answered a row otherwise than the model."""
        self.model, self.state, self.reason, self.refuted_row = None, CompiledState.REFUTED, reason, list(row)
        log.error(Event.COMPILED_MISMATCH, reason=reason, row=list(row))
        self._cache.refute(self.key, reason, list(row))


async def ended(task: asyncio.Task[None]) -> None:
    """End a task, and wait for its end."""
    task.cancel()
    await asyncio.wait({task})
