"""Each step gives, bit for bit, what scikit-learn's gives; what it does not know is told by the row."""

from typing import Any

import numpy as np
import pytest
from sklearn.compose import ColumnTransformer
from sklearn.feature_selection import VarianceThreshold
from sklearn.impute import SimpleImputer
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import (
    FunctionTransformer,
    MaxAbsScaler,
    MinMaxScaler,
    OneHotEncoder,
    OrdinalEncoder,
    RobustScaler,
    StandardScaler,
)

from web_single.predictor.compiled.engine.preprocessing import UnsupportedRowsError, steps_of
from web_single.predictor.compiled.equivalence.split_points import points_of
from web_single_runner.conversion.conversion import chain_of
from web_single_runner.conversion.preprocessing import steps_of as told_of
from web_single_runner.errors import CannotConvertError

DICE = np.random.default_rng(0)
NUMBERS = DICE.normal(3, 50, (200, 3))
GAPS = np.where(DICE.random(NUMBERS.shape) < 0.1, np.nan, NUMBERS)
WORDS = DICE.choice(np.array(["a", "b", "c", "한"], dtype=object), (200, 2))
MIXED = np.hstack([WORDS, GAPS.astype(object)])


def told(step: Any) -> list[dict[str, Any]]:  # noqa: ANN401 - any transformer
    steps = told_of(chain_of(step), [None] * 10)  # type: ignore[no-untyped-call]
    assert isinstance(steps, list)
    return steps


def computed(step: Any, table: Any) -> Any:  # noqa: ANN401 - arrays
    for each in steps_of(told(step)):
        table = each(table)
    return table


@pytest.mark.parametrize(
    ("step", "table"),
    [
        (StandardScaler(), NUMBERS),
        (StandardScaler(with_mean=False), NUMBERS),
        (StandardScaler(with_std=False), NUMBERS),
        (StandardScaler(), GAPS),
        (MinMaxScaler((-1, 1)), NUMBERS),
        (MinMaxScaler(clip=True), NUMBERS),
        (MaxAbsScaler(), NUMBERS),
        (RobustScaler(), NUMBERS),
        (SimpleImputer(strategy="median"), GAPS),
        (SimpleImputer(strategy="constant", fill_value=-7), GAPS),
        (VarianceThreshold(), np.hstack([NUMBERS, np.ones((200, 1))])),
        (FunctionTransformer(), NUMBERS),
        (OneHotEncoder(sparse_output=False), WORDS),
        (OneHotEncoder(sparse_output=False, drop="first"), WORDS),
        (OrdinalEncoder(), WORDS),
        (make_pipeline(SimpleImputer(), StandardScaler(), MinMaxScaler()), GAPS),
        (
            ColumnTransformer(
                [
                    ("words", OneHotEncoder(), [0]),
                    ("numbers", make_pipeline(SimpleImputer(), StandardScaler()), [4, 2]),
                    ("order", OrdinalEncoder(), [1]),
                ],
                remainder="drop",
                sparse_threshold=0,
            ),
            MIXED,
        ),
    ],
    ids=lambda value: str(value)[:40] if not isinstance(value, np.ndarray) else "",
)
def test_a_step_computes_what_scikit_learn_computes(step: Any, table: Any) -> None:  # noqa: ANN401 - of every kind
    np.testing.assert_array_equal(computed(step.fit(table), table), np.asarray(step.transform(table), dtype=float))


def test_an_unknown_category_is_unusual_unless_the_model_takes_others() -> None:
    row = np.array([["a", "z"]], dtype=object)
    with pytest.raises(UnsupportedRowsError) as caught:
        computed(OneHotEncoder(sparse_output=False).fit(WORDS), np.vstack([WORDS[:1], row]))
    assert caught.value.usual.tolist() == [True, False]
    takes_others = OneHotEncoder(sparse_output=False, handle_unknown="ignore").fit(WORDS)
    np.testing.assert_array_equal(computed(takes_others, row), takes_others.transform(row))
    ordinal = OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1).fit(WORDS)
    np.testing.assert_array_equal(computed(ordinal, row), ordinal.transform(row))


def test_a_missing_category_is_unusual() -> None:
    for encoder in (OneHotEncoder(handle_unknown="ignore"), OrdinalEncoder()):
        with pytest.raises(UnsupportedRowsError):
            computed(encoder.fit(WORDS), np.array([["a", None]], dtype=object))


@pytest.mark.parametrize(
    "step",
    [
        SimpleImputer(add_indicator=True).fit(GAPS),
        SimpleImputer(missing_values=0).fit(NUMBERS),
        OneHotEncoder(min_frequency=60).fit(WORDS),
        OneHotEncoder().fit(np.array([["a"], [None]], dtype=object)),
        FunctionTransformer(np.log1p),
    ],
    ids=lambda step: str(step)[:40],
)
def test_what_is_not_known_exactly_is_refused(step: Any) -> None:  # noqa: ANN401 - any transformer
    with pytest.raises(CannotConvertError):
        told(step)


def test_thresholds_are_found_in_terms_of_the_input() -> None:
    words = np.hstack([WORDS[:, :1], NUMBERS.astype(object)])
    transformer = ColumnTransformer(
        [("words", OneHotEncoder(), [0]), ("numbers", make_pipeline(SimpleImputer(), StandardScaler()), [3, 1])],
    ).fit(words)
    scaler = transformer.named_transformers_["numbers"][-1]
    points = points_of(told(transformer), [[], [], [], [], [0.5], [-1.0, 2.0]], 4)
    assert points[0] == points[2] == []
    assert points[3] == pytest.approx([0.5 * scaler.scale_[0] + scaler.mean_[0]])
    assert points[1] == pytest.approx([value * scaler.scale_[1] + scaler.mean_[1] for value in (-1.0, 2.0)])


def test_without_thresholds_the_range_that_a_scaler_makes_is_told_in_terms_of_the_input() -> None:
    words = np.hstack([WORDS[:, :1], NUMBERS.astype(object)])
    transformer = ColumnTransformer([("words", OneHotEncoder(drop="first"), [0]), ("scaled", StandardScaler(), [2])])
    scaler = transformer.fit(words).named_transformers_["scaled"]
    points = points_of(told(make_pipeline(transformer, MinMaxScaler()).fit(words)), None, 4)
    assert [len(each) for each in points] == [0, 0, 2, 0]
    points = points_of(told(transformer), None, 4)
    assert points[2] == pytest.approx([value * scaler.scale_[0] + scaler.mean_[0] for value in (-3.0, 3.0)])


def test_points_are_told_before_steps_that_multiply_and_that_take_columns() -> None:
    steps = [
        {"op": "take", "values": [[2, 0]]},
        {"op": "multiply", "values": [[2.0, 0.0]]},
        {"op": "add", "values": [[1.0, 5.0]]},
    ]
    assert points_of(steps, [[5.0], [7.0]], 3) == [[2.0], [], [2.0]]
