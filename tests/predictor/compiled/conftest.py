"""What tests of the compiled model share: deliveries that are built once in a run, on few probe rows."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.deliveries import EXAMPLE
from web_single.config import Config
from web_single.predictor.compiled.build import build_compiled
from web_single.predictor.compiled.manifest import Manifest
from web_single.predictor.delivery import Delivery
from web_single.predictor.environment import find_environment

FEW_ROWS = 3000

Build = Callable[..., Manifest]


def build(artefact: Path, config: Config) -> Manifest:
    """Build the compiled model of a delivery, into the folder that the settings name."""
    delivery = Delivery.open(artefact)
    environment = find_environment(delivery, config)
    return asyncio.run(build_compiled(delivery, environment, config, tell=lambda *_: None, rows=FEW_ROWS))


@pytest.fixture
def compiled_config(tmp_path: Path, make_config: Callable[..., Config]) -> Callable[..., Config]:
    """Return a maker of settings with a compiled model, in a folder of this test."""
    return lambda **given: make_config(**{"compile": "on", "compiled_path": tmp_path / "compiled", **given})


@pytest.fixture(scope="session")
def example_built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder that holds the compiled example; to be copied by whoever changes it."""
    folder = tmp_path_factory.mktemp("compiled") / "compiled"
    config = Config(model_path=EXAMPLE / "model.joblib", compiled_path=folder, _env_file=None)
    assert build(config.model_path, config).reason is None
    return folder
