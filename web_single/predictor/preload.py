"""Preloading: starts to load the model before the application exists."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Self

from web_single.config import Config
from web_single.environments.environment import Environment
from web_single.model_folder.folder import ModelFolder
from web_single.predictor.predictor import Predictor


class PreloadedModel:
    """Owns a starting predictor; `started` is the task of `Predictor.start`."""

    def __init__(self, model_folder: ModelFolder, environment: Environment, config: Config) -> None:
        self.predictor = Predictor(model_folder, environment, config)
        self.started = asyncio.create_task(self.predictor.start())

    @classmethod
    @asynccontextmanager
    async def of(cls, model_folder: ModelFolder, environment: Environment, config: Config) -> AsyncIterator[Self]:
        """Start to load the model; at exit, cancel the start or stop the predictor."""
        with environment.in_use():
            preloaded = cls(model_folder, environment, config)
            try:
                yield preloaded
            finally:
                await preloaded._stop()

    async def _stop(self) -> None:
        self.started.cancel()
        await asyncio.wait({self.started})
        if not self.started.cancelled() and self.started.exception() is None:
            await self.predictor.stop()
