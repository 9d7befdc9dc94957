"""Lifecycle of the compiled model in a server: find it, build it in the background, disable or quarantine it."""

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
    """The state of the compiled model: in use, or why not."""

    ON = "on"
    OFF = "off"
    BUILDING = "building"
    NOT_BUILT = "not built"
    REFUSED = "refused"
    REFUTED = "refuted"


class CompiledModelManager:
    """Loads the compiled model of a model folder, starts its build in dev, and quarantines it after a mismatch.

    `model` is None while no compiled model may be used. `last_model` keeps the counters of the last loaded one.
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
        """Load the compiled model from the cache if it exists and is usable; set `state` and `reason`."""
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
        except Exception as error:  # noqa: BLE001 - after any error, the reference path serves
            self.state, self.reason = CompiledState.OFF, f"It cannot be loaded: {type(error).__name__}: {error}"
            log.warning(Event.COMPILED_NOT_USED, state=self.state, reason=self.reason)
            return
        self.last_model = self.model
        self.state, self.reason = CompiledState.ON, None
        log.info(Event.COMPILED_USED, answers=manifest.answers, engines=manifest.engines)

    def _command(self) -> str:
        return f"web-single build {shlex.quote(str(self._model_folder.artifact))}"

    def start_building(self) -> None:
        """Start the background build in dev if there is no compiled model yet; in prod log the command to build it."""
        if self.state is not CompiledState.NOT_BUILT:
            return
        if self._config.app_env is AppEnv.PROD:
            log.warning(Event.COMPILED_NOT_USED, state=self.state, reason=self.reason)
            return
        self.state, self.reason = CompiledState.BUILDING, None
        self._builder = asyncio.create_task(self._build())

    async def _build(self) -> None:
        """Build the compiled model in another process, then load it."""
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
            assert job.stdin is not None  # noqa: S101 - stdin is a pipe
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
        """Cancel the background build."""
        if self._builder is not None:
            await ended(self._builder)

    def turn_off(self, reason: str) -> None:
        """Disable the compiled model in this process; a quarantined one stays quarantined."""
        if self.state is CompiledState.REFUTED:
            return
        self.model, self.state, self.reason = None, CompiledState.OFF, reason
        log.error(Event.COMPILED_NOT_USED, state=self.state, reason=reason)

    def refute(self, reason: str, row: Sequence[Any]) -> None:
        """Quarantine the compiled model in all processes, after a mismatch with the model.

        Args:
            reason: The mismatch, as a sentence.
            row: The row with the mismatch.
        """
        self.model, self.state, self.reason, self.refuted_row = None, CompiledState.REFUTED, reason, list(row)
        log.error(Event.COMPILED_MISMATCH, reason=reason, row=list(row))
        self._cache.refute(self.key, reason, list(row))


async def ended(task: asyncio.Task[None]) -> None:
    """Cancel a task and wait until it has ended."""
    task.cancel()
    await asyncio.wait({task})
