"""What scikit-learn keeps of the fit, through all that wraps it."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.calibration import CalibratedClassifierCV
from sklearn.compose import ColumnTransformer, TransformedTargetRegressor, make_column_selector
from sklearn.ensemble import (
    HistGradientBoostingClassifier,
    RandomForestClassifier,
    StackingClassifier,
    VotingClassifier,
)
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.multioutput import MultiOutputClassifier
from sklearn.pipeline import FeatureUnion, make_pipeline
from sklearn.preprocessing import FunctionTransformer, OneHotEncoder, OrdinalEncoder, StandardScaler

from web_single_runner.introspection.estimator import features_of, positions

ROWS = 24
SHOP = pd.DataFrame(
    {
        "price": np.linspace(1, 9, ROWS),
        "colour": ["red", "blue", "green"] * (ROWS // 3),
        "size": [1, 2, 3, 4] * (ROWS // 4),
        "new": [True, False] * (ROWS // 2),
        "review": ["good thing", "bad thing"] * (ROWS // 2),
    }
)
SOLD = [0, 1, 1] * (ROWS // 3)


def told(estimator: object) -> dict[str, tuple[Any, ...]]:
    return {each["name"]: (each["kind"], each["values"], each["allow_unknown"]) for each in features_of(estimator)}


def columns() -> ColumnTransformer:
    return ColumnTransformer(
        [
            ("scale", StandardScaler(), ["price"]),
            ("colour", make_pipeline(SimpleImputer(strategy="most_frequent"), OneHotEncoder()), ["colour"]),
            ("codes", OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1), ["size", "new"]),
            ("words", CountVectorizer(), "review"),
        ]
    )


NUMBER = ("number", None, True)
EXPECTED = {
    "price": NUMBER,
    "colour": ("category", ["blue", "green", "red"], False),
    "size": ("category", [1, 2, 3, 4], True),
    "new": ("boolean", None, True),
    "review": ("text", None, True),
}


@pytest.mark.parametrize(
    "wrap",
    [
        lambda model: model,
        lambda model: GridSearchCV(model, {}, cv=2),
        lambda model: CalibratedClassifierCV(model, cv=2),
        lambda model: VotingClassifier([("only", model)]),
        lambda model: StackingClassifier([("only", model)], cv=2),
        lambda model: make_pipeline("passthrough", model),
    ],
    ids=["plain", "search", "calibrated", "voting", "stacking", "pipeline"],
)
def test_columns_are_known_through_all_that_wraps_them(wrap: Any) -> None:  # noqa: ANN401 - any estimator
    model = wrap(make_pipeline(columns(), LogisticRegression(max_iter=500))).fit(SHOP, SOLD)
    assert told(model) == EXPECTED


def test_several_outputs_and_a_transformed_target_are_looked_through() -> None:
    several = MultiOutputClassifier(make_pipeline(columns(), RandomForestClassifier(n_estimators=2)))
    assert told(several.fit(SHOP, np.c_[SOLD, SOLD])) == EXPECTED
    transformed = TransformedTargetRegressor(LinearRegression(), func=np.log1p, inverse_func=np.expm1)
    assert features_of(transformed.fit(np.eye(3), [1, 2, 3]))[0]["kind"] == "number"


def test_missing_categories_are_known_and_how_they_were_written() -> None:
    frame = pd.DataFrame({"a": pd.Series(["x", None], dtype=object), "b": ["x", np.nan]})
    first, second = features_of(OneHotEncoder().fit(frame))
    assert (first["nullable"], first["none"], first["values"]) == (True, True, ["x"])
    assert (second["nullable"], second["none"], second["values"]) == (True, False, ["x"])


def test_categories_of_histogram_based_trees_are_known() -> None:
    frame = SHOP[["price", "colour"]].astype({"colour": "category"})
    price, colour = features_of(HistGradientBoostingClassifier(categorical_features="from_dtype").fit(frame, SOLD))
    assert (price["kind"], price["dtype"]) == ("number", None)
    assert (colour["kind"], colour["values"], colour["allow_unknown"], colour["dtype"]) == (
        "category",
        ["blue", "green", "red"],
        True,
        "category",
    )


def test_what_a_function_takes_is_not_known() -> None:
    model = make_pipeline(FunctionTransformer(np.log1p), LinearRegression()).fit(np.eye(3), [1, 2, 3])
    assert [each["kind"] for each in features_of(model)] == [None] * 3


def test_a_union_is_looked_into() -> None:
    union = FeatureUnion([("one", OneHotEncoder()), ("codes", OrdinalEncoder())]).fit(SHOP[["colour"]])
    assert told(union) == {"colour": ("category", ["blue", "green", "red"], False)}


def test_texts_are_one_feature() -> None:
    model = make_pipeline(CountVectorizer(), LogisticRegression()).fit(["a good one", "a bad one"], [1, 0])
    (feature,) = features_of(model)
    assert (feature["name"], feature["kind"]) == (None, "text")


def test_what_is_no_estimator_says_nothing() -> None:
    assert features_of({"model": LinearRegression()}) is None
    assert features_of(object()) is None


@pytest.mark.parametrize(
    ("chosen", "found"),
    [
        ("b", [1]),
        (2, [2]),
        (["c", "a"], [2, 0]),
        ([0, 2], [0, 2]),
        (slice(1, None), [1, 2]),
        (slice("a", "b"), [0, 1]),
        (slice(None, "b"), [0, 1]),
        ([True, False, True], [0, 2]),
        (np.array([True, False, True]), [0, 2]),
        (pd.Index(["b"]), [1]),
    ],
)
def test_columns_are_named_in_many_ways(chosen: Any, found: list[int]) -> None:  # noqa: ANN401 - any of the ways
    assert positions(chosen, ["a", "b", "c"]) == found


def test_columns_that_were_selected_by_a_function_are_known() -> None:
    selected = ColumnTransformer([("text", OneHotEncoder(), make_column_selector(dtype_include=[object, "string"]))])
    assert told(selected.fit(SHOP[["price", "colour"]]))["colour"] == ("category", ["blue", "green", "red"], False)
