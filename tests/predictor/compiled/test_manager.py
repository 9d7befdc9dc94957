"""What becomes of a compiled model: found, not built, rejected, turned off or wrong; each is logged with its reason."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import pytest
from structlog.testing import capture_logs

from web_single.config import Config
from web_single.environments.environment import find_environment
from web_single.model_folder.folder import ModelFolder
from web_single.predictor.compiled.cache import keep_manifest
from web_single.predictor.compiled.manager import CompiledModelManager, CompiledState
from web_single.predictor.compiled.manifest import Manifest
from web_single.predictor.compiled.model import CompiledModel

pytestmark = pytest.mark.anyio

MakeCompilation = Callable[..., CompiledModelManager]
MANIFEST = Manifest({}, reason="KMeans is not compiled.", row=[1.0])


@pytest.fixture
def make(plain: Path, compiled_config: Callable[..., Config]) -> MakeCompilation:
    """Return a maker of a compilation of the plain model."""

    def make_one(manifest: Manifest | None = None, **given: Any) -> CompiledModelManager:  # noqa: ANN401 - settings
        config, model_folder = compiled_config(**given), ModelFolder.open(plain)
        compilation = CompiledModelManager(model_folder, find_environment(model_folder, config), config)
        if manifest is not None:
            folder = compilation._cache.files(compilation.key)
            folder.mkdir(parents=True)
            keep_manifest(folder, manifest)
        return compilation

    return make_one


def told(compilation: CompiledModelManager) -> tuple[CompiledState, str | None]:
    assert compilation.model is None
    return compilation.state, compilation.reason


async def test_turned_off_by_either_setting_it_is_not_looked_for(make: MakeCompilation) -> None:
    for given, reason in (({"compile": "off"}, "COMPILE is off."), ({"optimizations": "off"}, "OPTIMIZATIONS is off.")):
        compilation = make(**given)
        await compilation.find()
        compilation.start_building()
        assert told(compilation) == (CompiledState.OFF, reason)


async def test_in_prod_one_warning_tells_how_to_build_it(make: MakeCompilation, plain: Path) -> None:
    compilation = make(app_env="prod")
    with capture_logs() as logs:
        await compilation.find()
        assert logs == []
        compilation.start_building()
    assert told(compilation) == (CompiledState.NOT_BUILT, f"Run `web-single build {plain}`.")
    assert [(log["log_level"], log["reason"]) for log in logs] == [("warning", compilation.reason)]
    await compilation.stop()


@pytest.mark.parametrize(("refuted", "state"), [(False, CompiledState.REFUSED), (True, CompiledState.REFUTED)])
async def test_one_that_is_of_no_use_is_not_used(make: MakeCompilation, *, refuted: bool, state: CompiledState) -> None:
    compilation = make(Manifest({}, reason=MANIFEST.reason, row=MANIFEST.row, refuted=refuted))
    with capture_logs() as logs:
        await compilation.find()
    assert told(compilation) == (state, MANIFEST.reason)
    (log,) = logs
    assert (log["reason"], log["row"], log["state"]) == (MANIFEST.reason, MANIFEST.row, state)


async def test_turned_off_it_is_logged_and_another_process_may_use_it(make: MakeCompilation) -> None:
    compilation = make(Manifest({}))
    compilation.model = cast("CompiledModel", object())
    with capture_logs() as logs:
        compilation.turn_off("It failed.")
    assert told(compilation) == (CompiledState.OFF, "It failed.")
    assert [(log["log_level"], log["reason"]) for log in logs] == [("error", "It failed.")]
    kept = compilation._cache.find(compilation.key)
    assert kept is not None
    assert kept.is_usable


async def test_one_that_is_wrong_is_kept_as_such(make: MakeCompilation) -> None:
    compilation = make(Manifest({}))
    compilation.model = cast("CompiledModel", object())
    with capture_logs() as logs:
        compilation.refute("It differs.", (1.0, 2.0))
    assert told(compilation) == (CompiledState.REFUTED, "It differs.")
    assert compilation.refuted_row == [1.0, 2.0]
    assert [(log["log_level"], log["reason"], log["row"]) for log in logs] == [("error", "It differs.", [1.0, 2.0])]
    kept = compilation._cache.find(compilation.key)
    assert kept is not None
    assert (kept.refuted, kept.reason, kept.row) == (True, "It differs.", [1.0, 2.0])
