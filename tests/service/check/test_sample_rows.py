"""The rows that a delivery is asked when it brings none: made up from its signature."""

from web_single.predictor.signature.feature import Feature, Kind
from web_single.predictor.signature.signature import Signature
from web_single.service.check.sample_rows import MOST_ROWS, make_up_rows, wrong_rows

NUMBER = Feature("size", Kind.NUMBER)
COLOUR = Feature("colour", Kind.CATEGORY, values=("red", "green", "blue"), allow_unknown=False)


def test_the_rows_are_always_the_same_and_the_service_would_take_them() -> None:
    features = (NUMBER, COLOUR, Feature("note", Kind.TEXT), Feature("new", Kind.BOOLEAN), Feature("any", Kind.ANY))
    signature = Signature(features=features)
    answered = [[5.1, "red", "some text", True, 1.5], [6.7, "red", "some text", True, "x"]]
    rows = make_up_rows(signature, answered)
    assert rows == make_up_rows(signature, answered)
    assert rows[:2] == answered
    assert signature.rows_of(rows) == rows
    assert len(rows) == 12


def test_numbers_come_in_several_magnitudes() -> None:
    numbers = [row[0] for row in make_up_rows(Signature(features=(NUMBER,)), [[5.0], [6.0]])]
    assert min(numbers) < 0 < max(numbers)
    assert max(numbers) > 200
    assert any(0 < number < 0.2 for number in numbers)


def test_numbers_stay_as_they_are_where_only_zeros_and_ones_were_answered() -> None:
    rows = make_up_rows(Signature(features=(NUMBER, NUMBER)), [[0.0, 0.0], [1.0, 1.0]])
    assert {value for row in rows for value in row} == {0.0, 1.0}


def test_each_value_of_a_category_comes_up_and_many_make_more_rows() -> None:
    values = tuple(f"value {at}" for at in range(40))
    many = Feature(None, Kind.CATEGORY, values=values)
    assert {row[0] for row in make_up_rows(Signature(features=(COLOUR,)), [["red"], ["red"]])} == {
        "red",
        "green",
        "blue",
    }
    assert {row[0] for row in make_up_rows(Signature(features=(many,)), [["value 0"], ["value 0"]])} >= {*values[:38]}
    huge = Feature(None, Kind.CATEGORY, values=tuple(map(str, range(999))))
    assert len(make_up_rows(Signature(features=(huge,)), [["0"], ["0"]])) == MOST_ROWS


def test_a_value_is_missing_only_where_that_is_taken() -> None:
    taken = Signature(features=(NUMBER, Feature("age", Kind.NUMBER, nullable=True)))
    rows = make_up_rows(taken, [[5.0, 5.0], [6.0, 6.0]])
    assert None in [row[1] for row in rows]
    assert None not in [row[0] for row in rows]


def test_no_rows_are_made_up_where_none_was_answered() -> None:
    assert make_up_rows(Signature(features=(NUMBER,)), []) == []


def test_rows_of_any_length_keep_the_length_that_was_answered() -> None:
    assert {len(row) for row in make_up_rows(Signature(), [[5.1, 3.5, 1.4], [1, 2, 3]])} == {3}


def test_wrong_rows_are_wrong_in_what_the_signature_knows() -> None:
    array = Signature(features=(COLOUR, NUMBER), input_type="array")
    assert wrong_rows(array, ["red", 1.0]) == {
        "too few features": ["red"],
        "too many features": ["red", 1.0, 1.0],
        "an unknown category": ["no such value", 1.0],
        "text for a number": ["red", "some text"],
    }
    frame = Signature(features=(NUMBER, NUMBER), input_type="dataframe")
    assert wrong_rows(frame, [1.0, 2.0]) == {"text for a number": ["some text", 2.0]}
    assert wrong_rows(Signature(features=(NUMBER,)), [1.0]).keys() == {"too many features", "text for a number"}
    assert wrong_rows(Signature(), [1.0]) == {}
