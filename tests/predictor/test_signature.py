"""What goes into the model: the one place that checks features."""

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from web_single.errors import InvalidFeaturesError, InvalidInputError
from web_single.predictor.signature import Signature

IRIS = Signature(
    feature_count=4,
    feature_names=("sepal length", "sepal width", "petal length", "petal width"),
    classes=(0, 1, 2),
    probabilities=True,
)
SILENT = Signature(feature_count=None, feature_names=None, classes=None, probabilities=False)

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda children: st.lists(children) | st.dictionaries(st.text(), children),
)


def is_number(value: Any) -> bool:  # noqa: ANN401 - any JSON value
    if isinstance(value, bool):
        return False
    return (isinstance(value, int) and abs(value) <= 2**53) or (isinstance(value, float) and math.isfinite(value))


@given(st.lists(json_values, min_size=4, max_size=4))
def test_four_numbers_are_taken_and_nothing_else(features: list[Any]) -> None:
    if all(is_number(value) for value in features):
        IRIS.row_of(features)
    else:
        first = next(index for index, value in enumerate(features) if not is_number(value))
        assert IRIS.feature_names is not None
        with pytest.raises(InvalidFeaturesError) as caught:
            IRIS.row_of(features)
        assert caught.value.sentence.startswith(f"Feature {first} ({IRIS.feature_names[first]}): ")


@pytest.mark.parametrize("count", [0, 3, 5])
def test_a_wrong_length_says_how_many_are_expected_and_what_they_are_called(count: int) -> None:
    with pytest.raises(InvalidFeaturesError) as caught:
        IRIS.row_of([0] * count)
    names = "sepal length, sepal width, petal length, petal width"
    assert caught.value.sentence == f"4 features are expected ({names}), not {count}."


def test_where_the_model_does_not_say_how_many_any_number_of_them_is_taken() -> None:
    SILENT.row_of([1])
    SILENT.row_of([1] * 100)
    with pytest.raises(InvalidFeaturesError, match="At least one feature"):
        SILENT.row_of([])


def test_the_rows_of_a_batch_must_be_as_long_as_the_first() -> None:
    SILENT.rows_of([[1, 2], [3, 4]])
    with pytest.raises(InvalidFeaturesError, match=r"Instance 1: 2 features are expected, as in instance 0, not 3\."):
        SILENT.rows_of([[1, 2], [1, 2, 3]])


def test_the_instance_at_fault_is_named() -> None:
    with pytest.raises(InvalidFeaturesError, match=r"Instance 2: Feature 3 \(petal width\): a number is expected"):
        IRIS.rows_of([[1, 2, 3, 4], [1, 2, 3, 4], [1, 2, 3, "4"]])


def test_probabilities_are_given_only_where_the_model_has_them() -> None:
    IRIS.check_probabilities()
    with pytest.raises(InvalidInputError, match="no probabilities"):
        SILENT.check_probabilities()


def test_it_is_made_from_what_the_runner_tells() -> None:
    description = {**IRIS.as_json(), "estimator": "RandomForestClassifier"}
    assert Signature.from_description(description) == IRIS
    assert Signature.from_description(SILENT.as_json()) == SILENT
