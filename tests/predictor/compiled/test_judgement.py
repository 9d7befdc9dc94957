"""What a build keeps of a compiled model: the engines, the answers and the rows that were equal in the whole proof."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from sklearn.ensemble import RandomForestClassifier

from tests.predictor.compiled.estimators import DICE, FLOWERS, SPECIES, build_in_process, gaps
from web_single.predictor.compiled.engine.evaluator import CompiledEvaluator
from web_single.predictor.compiled.engine.trees import TreeEnsemble
from web_single.predictor.compiled.equivalence.tester import Comparison, Difference
from web_single.predictor.compiled.manifest import Manifest
from web_single.predictor.signature.model_output import ModelOutput

Row = Sequence[Any]
Change = Callable[[CompiledEvaluator, Row, ModelOutput | None], ModelOutput | None]

FOREST = RandomForestClassifier(5, **DICE).fit(gaps(FLOWERS), SPECIES)
ALL = ("labels", "probabilities")
WRONG = ModelOutput(7, [0.0, 0.0, 1.0])


def build(folder: Path) -> Manifest:
    return build_in_process(FOREST, folder)[0]


def change_outputs(monkeypatch: pytest.MonkeyPatch, change: Change, *, probabilities: bool = False) -> None:
    """Change what the compiled model computes for each row, with or without probabilities."""
    predict = CompiledEvaluator.predict

    def changed(self: CompiledEvaluator, rows: Sequence[Row], *, with_probabilities: bool) -> list[ModelOutput | None]:
        outputs = predict(self, rows, with_probabilities=with_probabilities)
        if with_probabilities is not probabilities:
            return outputs
        return [change(self, row, output) for row, output in zip(rows, outputs, strict=True)]

    monkeypatch.setattr(CompiledEvaluator, "predict", changed)


def is_quick(evaluation: CompiledEvaluator) -> bool:
    return evaluation._quick is not None


def test_a_difference_tells_both_results() -> None:
    start = "7 is computed for [1.0], and the model answers "
    assert str(Difference([1.0], 7, 8)) == f"{start}8"
    assert str(Difference([1.0], 7, None)) == f"{start}nothing, for it cannot be answered"


def test_comparisons_count_fallbacks_by_kind_and_keep_the_largest_difference() -> None:
    comparison = Comparison()
    comparison.take("far", [1.0], None, ModelOutput(1.0, None), "result")
    comparison.take("far", [1.0], None, None, "result")
    comparison.take("own", [1.0], ModelOutput(1.0, None), ModelOutput(1.0, None), "result")
    comparison.take(
        "own", [1.0], ModelOutput(1.0, [1.0, 1e-13]), ModelOutput(1.0, [1.0 + 2e-13, 1e-13]), "probabilities"
    )
    comparison.take("own", [1.0], ModelOutput(1.0 + 1e-13, None), ModelOutput(1.0, None), "result")
    assert (comparison.differences, comparison.fallbacks) == ({}, {"far": 2})
    assert comparison.largest == pytest.approx(2e-13, rel=1e-2)
    comparison.take("own", [1.0], ModelOutput(1, None), ModelOutput(1.0, None), "result")
    comparison.take("own", [2.0], ModelOutput(3.0, None), ModelOutput(4.0, None), "result")
    comparison.take("own", [None], ModelOutput(3.0, None), None, "result")
    first, missing = comparison.differences[False], comparison.differences[True]
    assert (first.row, first.compiled, first.delivered) == ([1.0], 1, 1.0)
    assert (missing.row, missing.delivered) == ([None], None)


def test_what_is_equal_is_kept(tmp_path: Path) -> None:
    manifest = build(tmp_path)
    assert (manifest.reason, manifest.answers, manifest.engines) == (None, ALL, ("treelite", "onnxruntime"))
    assert manifest.missing
    assert manifest.proof is not None
    assert set(manifest.proof.kinds) == {"own", "within", "rounded", "thresholds", "far", "missing"}


def test_an_engine_that_differs_is_not_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    change_outputs(monkeypatch, lambda evaluation, _, output: WRONG if is_quick(evaluation) else output)
    manifest = build(tmp_path)
    assert (manifest.reason, manifest.answers, manifest.engines) == (None, ALL, ("treelite",))
    assert manifest.missing


def test_a_graph_with_wrong_leaves_is_not_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    targets = TreeEnsemble._targets
    monkeypatch.setattr(
        TreeEnsemble, "_targets", lambda self: targets(self) | {"target_weights": targets(self)["target_weights"][::-1]}
    )
    assert build(tmp_path).engines == ("treelite",)


def test_a_difference_of_the_exact_engine_rejects_the_compiled_model(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    change_outputs(monkeypatch, lambda evaluation, _, output: output if is_quick(evaluation) else WRONG)
    manifest = build(tmp_path)
    assert (manifest.reason or "").startswith("It differs from the delivered model: 7 is computed for ")
    assert (manifest.row is not None, manifest.answers) == (True, ())


def test_a_difference_among_rows_with_missing_values_leaves_those_rows_to_the_model(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    change_outputs(monkeypatch, lambda _, row, output: WRONG if None in row else output)
    manifest = build(tmp_path)
    assert (manifest.reason, manifest.answers, manifest.missing) == (None, ALL, False)


def test_a_difference_of_probabilities_among_such_rows_leaves_them_to_the_model_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    change_outputs(monkeypatch, lambda _, row, output: WRONG if None in row else output, probabilities=True)
    manifest = build(tmp_path)
    assert (manifest.reason, manifest.answers, manifest.missing) == (None, ALL, False)


@pytest.mark.parametrize("output", [WRONG, None], ids=["wrong", "fallback"])
def test_probabilities_that_differ_or_are_mostly_left_to_the_model_are_left_to_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, output: ModelOutput | None
) -> None:
    change_outputs(monkeypatch, lambda *_: output, probabilities=True)
    manifest = build(tmp_path)
    assert (manifest.reason, manifest.answers, manifest.engines) == (None, ("labels",), ("treelite", "onnxruntime"))


@pytest.mark.parametrize(("share", "is_used"), [(0.4, True), (0.6, False)])
def test_a_compiled_model_that_falls_back_for_most_rows_is_not_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, share: float, is_used: bool
) -> None:
    change_outputs(monkeypatch, lambda _, row, output: None if hash(tuple(row)) % 1000 < 1000 * share else output)
    manifest = build(tmp_path)
    assert manifest.is_usable is is_used
    assert is_used or (manifest.reason or "").endswith(" rows would be handed back to the model.")
