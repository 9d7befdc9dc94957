"""A model that loads before there is an application: it ends with whoever let it begin, however far it has come."""

from collections.abc import Callable

import psutil
import pytest

from tests.support.model_folders import EXAMPLE
from tests.support.waiting import wait_until_async
from web_single.config import Config
from web_single.environments.environment import find_environment
from web_single.errors import ModelFolderError
from web_single.model_folder.folder import ModelFolder
from web_single.predictor.preload import PreloadedModel

pytestmark = pytest.mark.anyio

MakeConfig = Callable[..., Config]


def models() -> set[psutil.Process]:
    """Return the processes of models that this one has started."""
    return {child for child in psutil.Process().children() if "web_single_runner" in " ".join(child.cmdline())}


async def test_a_model_that_has_loaded_ends(make_config: MakeConfig) -> None:
    config, model_folder, before = make_config(), ModelFolder.open(EXAMPLE), models()
    async with PreloadedModel.of(model_folder, find_environment(model_folder, config), config) as preloaded:
        await preloaded.started
        assert preloaded.predictor.signature.feature_count == 4
        assert len(models() - before) == 1
    assert models() <= before


async def test_a_model_that_still_loads_ends(make_config: MakeConfig) -> None:
    config, model_folder, before = make_config(), ModelFolder.open(EXAMPLE), models()
    async with PreloadedModel.of(model_folder, find_environment(model_folder, config), config) as preloaded:
        await wait_until_async(lambda: bool(models() - before))
        assert not preloaded.started.done()
    assert models() <= before


async def test_a_start_that_is_broken_off_at_once_leaves_nothing(make_config: MakeConfig) -> None:
    config, model_folder, before = make_config(), ModelFolder.open(EXAMPLE), models()
    with pytest.raises(KeyError):
        async with PreloadedModel.of(model_folder, find_environment(model_folder, config), config):
            raise KeyError
    assert models() <= before


async def test_why_a_model_does_not_load_is_told_to_whoever_waits(
    make_config: MakeConfig, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("broken")
    (folder / "model.joblib").write_bytes((EXAMPLE / "model.joblib").read_bytes())
    (folder / "model.py").write_text("raise SystemExit('not today')\n")
    config, model_folder = make_config(), ModelFolder.open(folder)
    async with PreloadedModel.of(model_folder, find_environment(model_folder, config), config) as preloaded:
        with pytest.raises(ModelFolderError, match="not today"):
            await preloaded.started
