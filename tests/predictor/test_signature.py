"""What goes into the model: the one place that checks features."""

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from web_single.errors import InvalidFeaturesError, InvalidInputError
from web_single.predictor.signature.feature import Feature, Kind
from web_single.predictor.signature.signature import Signature

NAMES = ("sepal length", "sepal width", "petal length", "petal width")
IRIS = Signature(
    features=tuple(Feature(name, Kind.NUMBER) for name in NAMES),
    classes=(0, 1, 2),
    probabilities=True,
)
SILENT = Signature()

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
        IRIS.validate_row(features)
    else:
        first = next(index for index, value in enumerate(features) if not is_number(value))
        assert IRIS.feature_names is not None
        with pytest.raises(InvalidFeaturesError) as caught:
            IRIS.validate_row(features)
        assert caught.value.message.startswith(f"Feature {first} ({IRIS.feature_names[first]}): ")


@pytest.mark.parametrize("count", [0, 3, 5])
def test_a_wrong_length_says_how_many_are_expected_and_what_they_are_called(count: int) -> None:
    with pytest.raises(InvalidFeaturesError) as caught:
        IRIS.validate_row([0] * count)
    names = "sepal length, sepal width, petal length, petal width"
    assert caught.value.message == f"4 features are expected ({names}), not {count}."


def test_where_the_model_does_not_say_how_many_any_number_of_them_is_taken() -> None:
    SILENT.validate_row([1])
    SILENT.validate_row([1] * 100)
    with pytest.raises(InvalidFeaturesError, match="At least one feature"):
        SILENT.validate_row([])


SHOP = Signature(
    features=(
        Feature("price", Kind.NUMBER, nullable=True),
        Feature("colour", Kind.CATEGORY, ("blue", "red"), allow_unknown=False),
        Feature("size", Kind.CATEGORY, (1, 2, 3)),
        Feature("review", Kind.TEXT),
        Feature("new", Kind.BOOLEAN),
        Feature("note", Kind.ANY, nullable=True),
    )
)
GOOD = [None, "red", 4, "fine", True, "x"]


@pytest.mark.parametrize(
    ("position", "value", "fault"),
    [
        (0, "1", "a number is expected, not text"),
        (0, True, "a number is expected, not a boolean"),
        (1, "pink", '"pink" is not one of its values, "blue", "red"'),
        (1, None, "one of its values is expected, not null"),
        (1, 1, "one of its values is expected, not a number"),
        (2, "1", "a number is expected, not text"),
        (2, None, "a number is expected, not null"),
        (2, 2**53 + 1, "an integer beyond 2^53 is not exact as a float64"),
        (3, 1, "text is expected, not a number"),
        (3, None, "text is expected, not null"),
        (4, 1, "true or false is expected, not a number"),
        (5, [1], "a number, text or a boolean is expected, not a list"),
        (5, math.inf, "a finite number is expected"),
    ],
)
def test_each_kind_of_feature_says_what_it_takes(position: int, value: object, fault: str) -> None:
    row = [value if at == position else good for at, good in enumerate(GOOD)]
    with pytest.raises(InvalidFeaturesError) as caught:
        SHOP.validate_row(row)
    assert caught.value.message == f"{SHOP.name_of(position)}: {fault}."


def test_each_kind_of_feature_takes_its_own() -> None:
    for row in (
        GOOD,
        [1.5, "blue", 2.5, "", False, None],
        [1, "blue", 1, "", False, 1],
        [1, "red", 1, "", False, True],
    ):
        assert SHOP.validate_row(row) == row
        assert SHOP.validate_row(dict(zip(SHOP.feature_names or (), row, strict=True))) == row


def test_a_long_list_of_values_is_told_in_part() -> None:
    many = Signature(features=(Feature(None, Kind.CATEGORY, tuple(range(25)), allow_unknown=False),))
    with pytest.raises(InvalidFeaturesError, match=r"1 feature is expected, not 2\."):
        many.validate_row([1, 2])
    with pytest.raises(InvalidFeaturesError, match=r"25 is not one of its values, 0, 1, .* 19 and 5 more\."):
        many.validate_row([25])


def test_the_columns_that_hold_more_than_numbers_are_known() -> None:
    assert SHOP.non_numeric_columns([GOOD]) == [1, 2, 3, 4, 5]
    assert SHOP.non_numeric_columns([[*GOOD[:5], 1.5]]) == [1, 2, 3, 4]
    assert IRIS.non_numeric_columns([[1, 2, 3, 4]]) == []
    assert SILENT.non_numeric_columns([[1.0, "a", None], [1.0, 2, 3]]) == [1, 2]


def test_an_integer_of_unknown_kind_is_not_made_a_float() -> None:
    assert SHOP.non_numeric_columns([[*GOOD[:5], 1]]) == [1, 2, 3, 4, 5]
    assert SILENT.non_numeric_columns([[1, 2.0], [1.0, 2.0]]) == [0]


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
    risky = Signature.from_description(description | {"dependence_risk": "A.", "probabilities_risk": "B."})
    assert (risky.dependence_risk, risky.probabilities_risk) == ("A.", "B.")


def test_rows_of_numbers_share_a_call_whatever_they_hold() -> None:
    signature = Signature(features=(Feature(None, Kind.NUMBER), Feature(None, Kind.NUMBER, nullable=True)))
    assert signature.batch_key([1, 2.5]) == signature.batch_key([0.5, None]) is not None


def test_values_of_other_types_in_a_column_share_no_call() -> None:
    signature = Signature(features=(Feature("a", Kind.NUMBER), Feature("b", Kind.CATEGORY, values=("x", 1))))
    assert signature.batch_key([1, "x"]) == signature.batch_key([2, "y"]) != signature.batch_key([1, 1])


@pytest.mark.parametrize(
    "signature",
    [
        Signature(),
        Signature(features=(Feature(None, Kind.NUMBER), Feature(None, Kind.ANY))),
        Signature(features=(Feature(None, Kind.NUMBER),), single_row_only=True),
    ],
)
def test_where_a_row_may_depend_on_its_company_it_is_asked_alone(signature: Signature) -> None:
    assert signature.batch_key([1.0]) is None
