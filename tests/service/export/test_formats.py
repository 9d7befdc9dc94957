"""The forms of an export: what is read back is what is stored, and no cell is a formula."""

import csv
import io
import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import pytest
from hypothesis import given

from tests.support.exports import MOMENT, TRIGGERS, as_stored, pages, stored, value_of
from web_single.api.schemas import PredictionDetail
from web_single.database.export_reader import StoredPrediction
from web_single.service.export.formats import CSV_COLUMNS, Chunk, ExportFormat, csv_lines, encode, name_cell, value_cell
from web_single.service.export.wide import encode_wide


def text_of(pieces: Sequence[Chunk]) -> str:
    return "".join(piece.text for piece in pieces)


def written(file_format: ExportFormat, of: Sequence[Sequence[StoredPrediction]]) -> str:
    return text_of(list(encode(file_format, of)))


def rows_of(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text, newline="")))


def expected(prediction: StoredPrediction) -> dict[str, Any]:
    return {
        "id": prediction.id,
        "created_at": prediction.created_at,
        "model_version": prediction.model_version,
        "result": prediction.result,
        "features": prediction.features,
        "probabilities": prediction.probabilities,
    }


def read_csv_row(row: dict[str, str]) -> dict[str, Any]:
    return {
        "id": int(row["id"]),
        "created_at": datetime.fromisoformat(row["created_at"]),
        "model_version": row["model_version"],
        "result": as_stored(value_of(row["result"])),
        "features": as_stored(json.loads(row["features"])),
        "probabilities": as_stored(json.loads(row["probabilities"])),
    }


def read_object(row: dict[str, Any]) -> dict[str, Any]:
    as_text = {name: as_stored(row[name]) for name in ("result", "features", "probabilities")}
    return row | as_text | {"created_at": datetime.fromisoformat(row["created_at"])}


@given(pages)
def test_csv_gives_everything_back_exactly(of: list[list[StoredPrediction]]) -> None:
    rows = rows_of(written(ExportFormat.CSV, of))
    assert [read_csv_row(row) for row in rows] == [expected(prediction) for page in of for prediction in page]


@given(pages)
def test_json_gives_everything_back_exactly(of: list[list[StoredPrediction]]) -> None:
    rows = json.loads(written(ExportFormat.JSON, of))
    assert [read_object(row) for row in rows] == [expected(prediction) for page in of for prediction in page]


@given(pages)
def test_ndjson_gives_everything_back_exactly(of: list[list[StoredPrediction]]) -> None:
    *lines, end = written(ExportFormat.NDJSON, of).split("\n")
    rows = [read_object(json.loads(line)) for line in lines]
    assert rows == [expected(prediction) for page in of for prediction in page]
    assert end == ""


@given(pages)
def test_in_csv_each_prediction_is_one_line(of: list[list[StoredPrediction]]) -> None:
    text = written(ExportFormat.CSV, of)
    assert text.count("\n") == 1 + sum(len(page) for page in of)
    assert not set(text) & {"\r", "\t", "\0"}


@given(pages)
def test_no_cell_is_a_formula_whether_a_spreadsheet_separates_by_commas_or_semicolons(
    of: list[list[StoredPrediction]],
) -> None:
    text = written(ExportFormat.CSV, of)
    wide = text_of(list(encode_wide(of, {})))
    assert ";" not in text + wide
    for row in csv.reader(io.StringIO(text + wide, newline="")):
        for cell in row:
            if cell.strip()[:1] in {*TRIGGERS}:
                assert isinstance(value_of(cell), int | float), cell


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        (1, "1"),
        (-1.5, "-1.5"),
        (-0.0, "-0.0"),
        (1e16, "1e+16"),
        (2**63, "9223372036854775808"),
        (True, "true"),
        (None, "null"),
        ([1, "a"], '[1,"a"]'),
        ({"a": -1}, '{"a":-1}'),
        ("setosa", "setosa"),
        ("", ""),
        ("Iris größer", "Iris größer"),
        ("1", '"1"'),
        ("-1.5", '"-1.5"'),
        ("true", '"true"'),
        ("NaN", '"NaN"'),
        ("[" * 100_000, f'"{"[" * 100_000}"'),
        ("1st", "1st"),
        ("=1+1", "'=1+1"),
        ("-low", "'-low"),
        ("@home", "'@home"),
        ("  =1+1", "'  =1+1"),
        ("＝1+1", "'＝1+1"),  # noqa: RUF001 - full width
        ("'quoted", "''quoted"),
        ("a;=1+1", '"a\\u003b=1+1"'),
        ("\t=1+1", '"\\t=1+1"'),
        ("two\r\nlines", '"two\\r\\nlines"'),
    ],
)
def test_a_result_stands_in_its_cell_as_people_expect_it(value: object, cell: str) -> None:
    assert value_cell(as_stored(value)) == cell


@pytest.mark.parametrize(
    ("name", "cell"),
    [
        ("sepal length (cm)", "sepal length (cm)"),
        ("0", "0"),
        ("123456789012", "123456789012"),
        ("=1+1", "'=1+1"),
        ("-x", "'-x"),
        ("a\rb", '"a\\rb"'),
        ("a;b", '"a\\u003bb"'),
    ],
)
def test_a_name_stands_as_it_is_but_is_no_formula_and_breaks_no_line(name: str, cell: str) -> None:
    assert name_cell(name) == cell


def test_the_columns_of_csv_are_fixed() -> None:
    assert written(ExportFormat.CSV, []) == "id,created_at,model_version,result,features,probabilities\n"
    assert ",".join(CSV_COLUMNS) + "\n" == csv_lines([CSV_COLUMNS])


def test_csv_as_it_is_written() -> None:
    page = [stored(1, "setosa", [5.1, -3], probabilities=[0.25, 0.75]), stored(2, -1, version="=1")]
    assert written(ExportFormat.CSV, [page]).splitlines()[1:] == [
        '1,2026-01-31T08:30:00.000000Z,version-1,setosa,"[5.1,-3]","[0.25,0.75]"',
        '2,2026-01-31T08:30:00.000000Z,\'=1,-1,"[1,2.5]",null',
    ]


@pytest.mark.parametrize("file_format", [ExportFormat.JSON, ExportFormat.NDJSON])
def test_objects_have_the_keys_of_the_api_in_their_order(file_format: ExportFormat) -> None:
    text = written(file_format, [[stored()]])
    (row,) = json.loads(text) if file_format is ExportFormat.JSON else [json.loads(text)]
    assert list(row) == list(PredictionDetail.model_fields)
    assert PredictionDetail.model_validate(row).created_at == MOMENT


def test_no_predictions_are_an_empty_list_in_json_and_nothing_in_ndjson() -> None:
    assert json.loads(written(ExportFormat.JSON, [])) == []
    assert written(ExportFormat.NDJSON, []) == ""


@pytest.mark.parametrize("text", ["größer; 크다", "größer\n크다"])
def test_text_that_is_written_as_json_keeps_its_letters(text: str) -> None:
    assert "größer" in value_cell(as_stored(text))
    assert "크다" in name_cell(text)
