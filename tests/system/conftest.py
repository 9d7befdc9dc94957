"""What system tests share: the example's compiled model, and coverage where nothing else reaches that code."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.deliveries import EXAMPLE
from web_single.config import Config
from web_single.predictor.compiled.build import build_compiled
from web_single.predictor.delivery import Delivery
from web_single.predictor.environment import find_environment

PROBE_ROWS = 2_000


@pytest.fixture(scope="session")
def compiled_example(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder for COMPILED_PATH in which the example is compiled."""
    folder = tmp_path_factory.mktemp("compiled")
    config = Config(compiled_path=folder, _env_file=None)
    delivery = Delivery.open(EXAMPLE / "model.joblib")
    environment = find_environment(delivery, config)
    asyncio.run(build_compiled(delivery, environment, config, tell=lambda *_: None, rows=PROBE_ROWS))
    return folder


@pytest.fixture(scope="module", autouse=True)
def _coverage_is_measured_where_it_counts(request: pytest.FixtureRequest) -> Iterator[None]:
    """Measure only in modules that are marked as `measured`: a server takes a second longer to start then.

    And what is killed while it writes its coverage leaves a broken file.
    """
    with pytest.MonkeyPatch.context() as patch:
        if request.node.get_closest_marker("measured") is None:
            patch.delenv("COVERAGE_PROCESS_CONFIG", raising=False)
        yield
