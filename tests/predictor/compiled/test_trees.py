"""Trees in the forms of the engines: where they split, how large their sums can be."""

from typing import Any

import numpy as np
import pytest
from sklearn.ensemble import GradientBoostingClassifier, RandomForestClassifier

from tests.predictor.compiled.estimators import DICE, FLOWERS, SPECIES
from web_single.predictor.compiled.engine import trees as trees_module
from web_single.predictor.compiled.engine.trees import TreeEnsemble
from web_single_runner.conversion.last_step import last_of


def read(model: Any) -> TreeEnsemble:  # noqa: ANN401 - any estimator
    return TreeEnsemble.read(*last_of(model))  # type: ignore[no-untyped-call]


def thresholds(trees: list[Any], column: int) -> list[float]:
    found = [tree.tree_.threshold[tree.tree_.feature == column] for tree in trees]
    return sorted(set(np.concatenate(found).tolist()))


def test_points_are_the_thresholds_of_each_column() -> None:
    model = RandomForestClassifier(5, **DICE).fit(FLOWERS, SPECIES)
    assert read(model).points() == [thresholds(model.estimators_, column) for column in range(4)]


def test_of_many_points_some_are_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    model = RandomForestClassifier(5, **DICE).fit(FLOWERS, SPECIES)
    monkeypatch.setattr(trees_module, "MOST_POINTS", 4 * 3)  # three a column
    for column, points in enumerate(read(model).points()):
        every = thresholds(model.estimators_, column)
        assert 2 <= len(points) <= 3
        assert set(points) <= set(every)
        assert points[0] == every[0]


def test_the_magnitude_bounds_the_sums_and_a_mean_has_none() -> None:
    model = GradientBoostingClassifier(n_estimators=4, **DICE).fit(FLOWERS, SPECIES > 0)
    largest = sum(np.abs(tree.tree_.value).max() * model.learning_rate for tree in model.estimators_.ravel())
    start = abs(float(model._raw_predict_init(FLOWERS[:1].astype(np.float32))[0, 0]))
    assert read(model).magnitude() == pytest.approx(largest + start)
    assert read(RandomForestClassifier(5, **DICE).fit(FLOWERS, SPECIES)).magnitude() == 0
