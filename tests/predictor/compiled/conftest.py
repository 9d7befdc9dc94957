"""What tests of the compiled model share."""

from collections.abc import Callable
from pathlib import Path

import pytest

from web_single.config import Config


@pytest.fixture
def compiled_config(tmp_path: Path, make_config: Callable[..., Config]) -> Callable[..., Config]:
    """Return a maker of settings with a compiled model, in a folder of this test."""
    return lambda **given: make_config(**{"compile": "on", "compiled_cache_dir": tmp_path / "compiled", **given})
