"""Building: what is converted is proved against the delivery itself, kept, and refused where one row differs."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.support.compiled import FEW_ROWS, build
from tests.support.model_folders import EXAMPLE
from web_single.config import Config
from web_single.predictor.compiled import builder as build_module
from web_single.predictor.compiled.builder import Build
from web_single.predictor.compiled.equivalence.split_points import Points
from web_single.predictor.compiled.manifest import Manifest
from web_single.predictor.compiled.timing import Timings

MakeConfig = Callable[..., Config]


@pytest.fixture
def example_manifest(compiled_example: Path) -> Manifest:
    (path,) = compiled_example.glob("*/manifest.json")
    return Manifest.from_text(path.read_text())


def shift_intercept(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the converter of linear models make a mistake."""
    prove = Build._prove

    async def prove_another(self: Build, converted: dict[str, Any], points: Points | None) -> Manifest:
        converted["last"]["intercepts"] = [value + 0.01 for value in converted["last"]["intercepts"]]
        return await prove(self, converted, points)

    monkeypatch.setattr(Build, "_prove", prove_another)


def test_the_example_is_compiled_and_proved(example_manifest: Manifest) -> None:
    assert example_manifest.reason is None
    assert example_manifest.answers == ("labels", "probabilities")
    assert example_manifest.engines == ("treelite", "onnxruntime")
    assert example_manifest.missing
    proof = example_manifest.proof
    assert proof is not None
    assert proof.rows >= FEW_ROWS
    assert set(proof.kinds) == {"own", "within", "rounded", "thresholds", "far", "missing"}
    assert proof.kinds["own"].rows > 20  # of its get_dataset()
    assert proof.kinds["far"].fallbacks
    assert proof.largest_difference == 0


def test_batches_are_timed_beside_the_model_process(example_manifest: Manifest) -> None:
    for timings in (example_manifest.timings, example_manifest.probability_timings):
        assert timings.batches[0].rows == 1
        assert timings.max_rows >= 1
        assert timings.rows_per_call >= 1


def test_a_compiled_model_that_is_not_faster_is_not_used(
    trained: Callable[[str], Path], compiled_config: MakeConfig, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def measure_nothing(*_: object) -> Timings:
        return Timings()

    monkeypatch.setattr(build_module, "measure", measure_nothing)
    manifest = build(trained("strict_categories"), compiled_config())
    assert manifest.reason == "It is not faster than the model itself."


def test_what_is_kept_holds_all_that_serving_needs_and_nothing_to_unpickle(
    compiled_example: Path, example_manifest: Manifest
) -> None:
    (folder,) = compiled_example.glob("*/")
    assert sorted(path.name for path in folder.iterdir()) == ["labels.onnx", "manifest.json", "trees.treelite"]
    assert example_manifest.description["classes"] == [0, 1, 2]


def test_what_is_there_is_not_built_again(
    compiled_example: Path, example_manifest: Manifest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(build_module, "Build", None)
    config = Config(model_path=EXAMPLE / "model.joblib", compiled_cache_dir=compiled_example, _env_file=None)
    assert build(config.model_path, config) == example_manifest


def test_a_converter_that_is_wrong_is_found_and_the_row_is_told(
    trained: Callable[[str], Path], compiled_config: MakeConfig, monkeypatch: pytest.MonkeyPatch
) -> None:
    shift_intercept(monkeypatch)
    manifest = build(trained("strict_categories"), compiled_config())
    assert manifest.reason is not None
    assert manifest.reason.startswith("It differs from the delivered model: ")
    assert manifest.row is not None
    assert str(manifest.row) in manifest.reason
    assert manifest.answers == ()


@pytest.mark.slow
def test_a_predict_that_does_more_is_not_compiled_and_where_it_is_trusted_the_proof_refutes_it(
    trained: Callable[[str], Path], compiled_config: MakeConfig
) -> None:
    refused = build(trained("threshold"), compiled_config())
    assert refused.reason == "predict in model.py, line 14, does more than `return model.predict(X)`."
    refuted = build(trained("threshold"), compiled_config(compile="trust"))
    assert refuted.reason is not None
    assert "is computed for" in refuted.reason
    assert refuted.row is not None


@pytest.mark.slow
def test_probabilities_that_model_py_makes_itself_are_left_to_it(
    trained: Callable[[str], Path], compiled_config: MakeConfig, tmp_path: Path
) -> None:
    artifact = tmp_path / "delivery/model.joblib"
    artifact.parent.mkdir()
    artifact.write_bytes(trained("script_only").read_bytes())
    code = "def predict(model, X):\n    return model.predict(X)\n"
    own = "def predict_proba(model, X):\n    return model.predict_proba(X).round(2)\n"
    (artifact.parent / "model.py").write_text(code + own)
    assert build(artifact, compiled_config()).answers == ("labels",)
    manifest = build(artifact, compiled_config(compile="trust"))
    assert (manifest.reason, manifest.answers) == (None, ("labels",))


def test_a_refusal_is_kept_as_well(trained: Callable[[str], Path], compiled_config: MakeConfig) -> None:
    config = compiled_config()
    manifest = build(trained("kmeans"), config)
    assert manifest.reason == "KMeans is not among the estimators that are compiled."
    assert config.compiled_cache_dir is not None
    (kept,) = config.compiled_cache_dir.glob("*/manifest.json")
    assert json.loads(kept.read_text())["reason"] == manifest.reason
    assert Manifest.from_text(replace(manifest, refuted=True).as_text()).refuted


@pytest.mark.slow
def test_a_build_that_is_broken_off_leaves_nothing_that_is_used(
    compiled_config: MakeConfig, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = compiled_config()

    async def break_off(*_: object) -> Manifest:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(Build, "_prove", break_off)
        with pytest.raises(KeyboardInterrupt):
            build(EXAMPLE / "model.joblib", config)
    assert config.compiled_cache_dir is not None
    assert list(config.compiled_cache_dir.glob("*/")) == []
    assert build(EXAMPLE / "model.joblib", config).reason is None
