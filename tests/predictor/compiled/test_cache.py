"""The key under which a compiled model is kept, and what becomes of one that was wrong."""

from collections.abc import Callable
from dataclasses import replace
from importlib import metadata
from pathlib import Path

import pytest

from tests.support.model_folders import MakeModelFolder
from web_single.config import Config
from web_single.environments.environment import Environment
from web_single.predictor.compiled.cache import CompiledCache, keep_manifest, key_of
from web_single.predictor.compiled.manifest import Manifest

MakeConfig = Callable[..., Config]
OURS = Environment(Path("/bin/python"), "server", "3.11.7", {"scikit-learn": "1.9.1"})


def test_the_key_changes_with_all_that_the_compiled_model_depends_on(
    make_model_folder: MakeModelFolder, compiled_config: MakeConfig, monkeypatch: pytest.MonkeyPatch
) -> None:
    model_folder, config = make_model_folder(), compiled_config()
    keys = [key_of(model_folder, OURS, config)]
    assert key_of(model_folder, replace(OURS, python=Path("/elsewhere/python")), config) == keys[0]
    keys += [
        key_of(make_model_folder(code="X = 1"), OURS, config),
        key_of(model_folder, replace(OURS, python_version="3.12.1"), config),
        key_of(model_folder, replace(OURS, packages={"scikit-learn": "1.9.2"}), config),
        key_of(model_folder, OURS, compiled_config(compile="trust")),
    ]
    monkeypatch.setattr(metadata, "version", lambda name: "0.0.1" if name == "onnxruntime" else "1")
    keys.append(key_of(model_folder, OURS, config))
    monkeypatch.setattr("web_single.predictor.compiled.cache.code_digest", lambda: "other code")
    keys.append(key_of(model_folder, OURS, config))
    assert len(set(keys)) == len(keys)


def test_one_that_is_refuted_stays_so_with_its_row(tmp_path: Path) -> None:
    cache = CompiledCache(tmp_path)
    with cache.turn("key"), cache.making("key") as folder:
        (folder / "a").write_bytes(b"xy")
        keep_manifest(folder, Manifest({"classes": None}))
    assert (tmp_path / "key/a").read_bytes() == b"xy"
    cache.refute("key", "It is wrong.", [1.0])
    found = cache.find("key")
    assert found is not None
    assert (found.refuted, found.is_usable, found.reason, found.row) == (True, False, "It is wrong.", [1.0])
    cache.refute("another", "It was never there.", [])
    assert cache.find("another") is None


def test_what_a_killed_process_left_is_removed(tmp_path: Path) -> None:
    cache = CompiledCache(tmp_path)
    (tmp_path / "key.making-1").mkdir()
    with cache.turn("key"), cache.making("key") as folder:
        assert folder.exists()
    assert list(tmp_path.glob("*/")) == []
