"""Compiled models for tests: built on few probe rows."""

import asyncio
from collections.abc import Callable
from pathlib import Path

from web_single.config import Config
from web_single.environments.environment import find_environment
from web_single.model_folder.folder import ModelFolder
from web_single.predictor.compiled.builder import build_compiled
from web_single.predictor.compiled.manifest import Manifest

FEW_ROWS = 3000

Build = Callable[..., Manifest]


def build(artifact: Path, config: Config) -> Manifest:
    """Build the compiled model of a model folder, into the folder that the settings name."""
    model_folder = ModelFolder.open(artifact)
    environment = find_environment(model_folder, config)
    return asyncio.run(build_compiled(model_folder, environment, config, tell=lambda *_: None, rows=FEW_ROWS))
