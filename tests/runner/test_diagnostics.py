"""What a model is made of, and some rows of what it was trained on; tests of the check ask real processes."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.calibration import CalibratedClassifierCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import LinearSVC
from sklearn.tree import DecisionTreeClassifier

from web_single_runner.introspection.diagnostics import MOST_ROWS, cell, class_names, some_rows, spread, x_of

FRAME = pd.DataFrame({"y": [0, 1], "b": ["u", None], "a": [1.5, 2.5]})


def test_a_model_is_made_of_the_estimators_that_it_holds() -> None:
    rows, labels = [[0.0], [1.0], [2.0], [3.0]], [0, 1, 0, 1]
    calibrated = CalibratedClassifierCV(make_pipeline(StandardScaler(), LinearSVC()), cv=2).fit(rows, labels)
    bundle = {"model": calibrated, "allow_unknown": [DecisionTreeClassifier()], "threshold": 0.3, "name": "wine"}
    assert class_names(bundle) >= {"CalibratedClassifierCV", "Pipeline", "StandardScaler", "LinearSVC"}
    assert "DecisionTreeClassifier" in class_names(bundle)
    assert "dict" not in class_names(bundle)


def test_a_model_that_holds_itself_is_looked_through_to_an_end() -> None:
    loop: dict[str, Any] = {"tree": DecisionTreeClassifier()}
    loop["self"] = loop
    assert class_names(loop) == {"DecisionTreeClassifier"}


@pytest.mark.parametrize("dataset", [("X", "y"), {"X": "X", "data": "other"}, {"data": "X", "target": "y"}, "X"])
def test_x_is_found_in_what_get_dataset_returns(dataset: object) -> None:
    assert x_of(dataset) == "X"


@pytest.mark.parametrize(
    ("X", "names", "rows"),
    [
        ([[1, 2], [3, 4]], None, [[1, 2], [3, 4]]),
        (np.array([[1, 2], [3, 4]]), None, [[1, 2], [3, 4]]),
        (["one text", "another"], None, [["one text"], ["another"]]),
        (pd.Series(["one text", "another"]), None, [["one text"], ["another"]]),
        (FRAME, ["a", "b"], [[1.5, "u"], [2.5, None]]),
        (FRAME, ["a", "z"], [[0, "u", 1.5], [1, None, 2.5]]),
    ],
)
def test_rows_are_plain_values_in_the_order_of_the_model(X: Any, names: list[str] | None, rows: list[Any]) -> None:  # noqa: ANN401 - X of any kind
    assert [[cell(value) for value in row] for row in some_rows(X, names)] == rows


def test_the_rows_are_spread_over_all() -> None:
    assert spread(3) == [0, 1, 2]
    assert len(spread(999)) == MOST_ROWS
    assert (spread(999)[0], spread(999)[-1]) == (0, 957)
