"""What tests of environments share."""

from collections.abc import Callable
from pathlib import Path

import pytest

from web_single.config import Config


@pytest.fixture
def environment_config(environments: Path) -> Callable[..., Config]:
    """Return a maker of settings whose environments are kept for the run."""

    def make(**given: object) -> Config:
        return Config(**{"environment_cache_dir": environments, **given})  # type: ignore[arg-type]

    return make
