"""What the delivered `predict` gets as X: the types that its author's own table of the same values would have."""

import numpy as np

from web_single_runner.channel import to_block
from web_single_runner.inference.rows import InputAdapter, RowBatch
from web_single_runner.introspection.estimator import new_feature

INTEGERS = RowBatch(2, 2, values={0: [1001, 2002], 1: [3, 4]})
MIXED = RowBatch(2, 2, to_block([[2.5], [3.5]]), {0: [1001, 2002]})


def plan(input_type: str) -> InputAdapter:
    return InputAdapter(input_type, [{**new_feature(name), "kind": "any"} for name in ("zip", "n")])


def test_integers_of_unknown_kind_are_integers_in_an_array() -> None:
    X = INTEGERS.as_array(plan("array"))
    assert (X.dtype.kind, X.tolist(), X.flags.c_contiguous) == ("i", [[1001, 3], [2002, 4]], True)


def test_integers_beside_floats_are_floats_in_an_array() -> None:
    X = MIXED.as_array(plan("array"))
    assert (X.dtype, X.tolist()) == (np.float64, [[1001.0, 2.5], [2002.0, 3.5]])


def test_a_gap_among_integers_makes_floats_and_text_makes_objects() -> None:
    gap = RowBatch(2, 1, values={0: [1, None]}).as_array(plan("array"))
    assert (gap.dtype, np.isnan(gap[1, 0])) == (np.float64, True)
    text = RowBatch(2, 1, values={0: [1, "a"]}).as_array(plan("array"))
    assert (text.dtype, text.tolist()) == (object, [[1], ["a"]])


def test_each_column_of_a_dataframe_has_a_type_of_its_own() -> None:
    X = MIXED.as_frame(plan("dataframe"))
    assert [dtype.kind for dtype in X.dtypes] == ["i", "f"]
    assert X["zip"].astype(str).tolist() == ["1001", "2002"]
