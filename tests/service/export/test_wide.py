"""The wide export: a column a feature by its name, a table a signature."""

import csv
import io
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tests.support.exports import as_stored, json_values, stored, texts, value_of
from web_single.database.export_reader import StoredPrediction
from web_single.service.export.wide import NamesByVersion, encode_wide

Page = list[StoredPrediction]


def tables_of(pages: list[Page], names: NamesByVersion) -> list[list[list[str]]]:
    """Return each table as rows of cells, its heading first."""
    texts_by_table: dict[str, str] = {}
    for piece in encode_wide(pages, names):
        texts_by_table[piece.table] = texts_by_table.get(piece.table, "") + piece.text
    return [list(csv.reader(io.StringIO(text, newline=""))) for text in texts_by_table.values()]


def headings_of(pages: list[Page], names: NamesByVersion) -> list[list[str]]:
    return [table[0][4:-1] for table in tables_of(pages, names)]


def test_each_feature_has_a_column_of_its_name() -> None:
    ((heading, row),) = tables_of([[stored(7, "a", [1, -2.5], probabilities=[1.0])]], {"version-1": ["x", "y"]})
    assert heading == ["id", "created_at", "model_version", "result", "x", "y", "probabilities"]
    assert row == ["7", "2026-01-31T08:30:00.000000Z", "version-1", "a", "1", "-2.5", "[1.0]"]


def test_versions_whose_features_have_the_same_names_share_a_table_and_its_heading_stands_once() -> None:
    pages = [[stored(1, version="a"), stored(2, version="b")], [stored(3, version="a")]]
    (table,) = tables_of(pages, {"a": ["x", "y"], "b": ["x", "y"]})
    assert [row[0] for row in table] == ["id", "1", "2", "3"]


def test_other_names_and_another_order_of_names_are_another_table() -> None:
    pages = [[stored(1, version="a"), stored(2, version="b"), stored(3, version="c"), stored(4, version="a")]]
    tables = tables_of(pages, {"a": ["x", "y"], "b": ["x", "z"], "c": ["y", "x"]})
    assert [[row[0] for row in table[1:]] for table in tables] == [["1", "4"], ["2"], ["3"]]


def test_a_table_has_the_same_key_in_every_export() -> None:
    page = [stored(1, version="a"), stored(2, version="b")]
    names = {"a": ["x", "y"], "b": ["x", "z"]}
    keys = {piece.table for piece in encode_wide([page], names)}
    assert {piece.table for piece in encode_wide([page[1:]], names)} < keys
    assert len(keys) == 2


def test_features_without_names_are_numbered() -> None:
    page = [stored(1, version="no names"), stored(2, version="unknown")]
    assert headings_of([page], {"no names": None}) == [["feature_0", "feature_1"]]


def test_a_model_that_takes_any_number_of_features_has_a_table_for_each_number() -> None:
    page = [stored(1, features=[1]), stored(2, features=[1, 2]), stored(3, features=[1])]
    assert headings_of([page], {"version-1": None}) == [["feature_0"], ["feature_0", "feature_1"]]


def test_names_that_do_not_fit_the_row_are_not_used() -> None:
    assert headings_of([[stored(features=[1, 2])]], {"version-1": ["x"]}) == [["feature_0", "feature_1"]]


def test_no_two_columns_have_one_name() -> None:
    names = ["id", "x", "x", "x_2", "result", "features"]
    (heading,) = headings_of([[stored(features=names)]], {"version-1": names})
    assert heading == ["id_2", "x", "x_2", "x_2_2", "result_2", "features"]


def test_a_name_is_no_formula() -> None:
    assert headings_of([[stored()]], {"version-1": ["=1+1", "-x"]}) == [["'=1+1", "'-x"]]


def test_no_predictions_have_a_heading() -> None:
    ((heading,),) = tables_of([], {})
    assert heading == ["id", "created_at", "model_version", "result", "probabilities"]


@given(st.lists(json_values, min_size=1, max_size=5), st.data())
def test_features_come_back_exactly(features: list[Any], data: st.DataObject) -> None:
    names = data.draw(st.lists(texts, min_size=len(features), max_size=len(features)))
    ((heading, row),) = tables_of([[stored(features=features)]], {"version-1": names})
    assert len(set(heading)) == len(heading) == len(row)
    assert as_stored([value_of(cell) for cell in row[4:-1]]) == as_stored(features)
