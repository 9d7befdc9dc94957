"""What a check tells of the compiled model of a delivery."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from tests.support.model_folders import MakeModelFolder
from web_single.config import Config
from web_single.environments.environment import Environment
from web_single.predictor.compiled.cache import CompiledCache, keep_manifest, key_of
from web_single.predictor.compiled.manifest import Manifest
from web_single.service.check.compiled import look_at_compiled
from web_single.service.check.finding_types import Kind

OURS = Environment(Path("/bin/python"), "server", "3.11.7", {})
BUILT = Manifest({}, {}, ("labels", "probabilities"), ("treelite",))


@pytest.fixture
def config(make_config: Callable[..., Config], tmp_path: Path) -> Config:
    return make_config(compile="on", compiled_cache_dir=tmp_path / "compiled")


@pytest.mark.parametrize(
    ("manifest", "line", "found"),
    [
        (None, "not built (`web-single build` does)", []),
        (BUILT, "labels and probabilities, by treelite", []),
        (replace(BUILT, reason="It is none."), "no: It is none.", []),
        (replace(BUILT, reason="1 is computed, 2 is right.", row=[7]), "no: it differs", [Kind.COMPILED_DIFFERS]),
    ],
)
def test_what_is_kept_of_the_compiled_model_is_told(
    manifest: Manifest | None,
    line: str,
    found: list[Kind],
    make_model_folder: MakeModelFolder,
    config: Config,
) -> None:
    model_folder = make_model_folder()
    if manifest is not None:
        with (
            CompiledCache.of(config).turn("x"),
            CompiledCache.of(config).making(key_of(model_folder, OURS, config)) as folder,
        ):
            keep_manifest(folder, manifest)
    told, findings = look_at_compiled(model_folder, OURS, config)
    assert told == line
    assert [kind for kind in Kind if kind.is_among(findings)] == found
    assert all(manifest is not None and finding.message == manifest.reason for finding in findings)


def test_where_there_is_to_be_none_nothing_is_told(
    make_model_folder: MakeModelFolder, make_config: Callable[..., Config]
) -> None:
    assert look_at_compiled(make_model_folder(), OURS, make_config(compile="off")) == (None, [])
