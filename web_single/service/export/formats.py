"""The export formats CSV, JSON (one list) and NDJSON (one object per line); all of them are lossless."""

import csv
import io
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple

from web_single.database.export_reader import StoredPrediction

Pages = Iterable[Sequence[StoredPrediction]]
Cell = str | int | float

CSV_COLUMNS = ("id", "created_at", "model_version", "result", "features", "probabilities")
# Start of a formula in a spreadsheet, full-width forms included (OWASP, CSV injection).
FORMULA = re.compile(r"\s*[=+\-@\t\r\n＝＋－＠]")  # noqa: RUF001 - full-width characters on purpose
# Characters that end a line, or a cell in spreadsheets that use the semicolon as separator.
BREAKING = re.compile(r"[\x00-\x1f;]")


class ExportFormat(StrEnum):
    """The supported export formats."""

    CSV = "csv"
    JSON = "json"
    NDJSON = "ndjson"


class Chunk(NamedTuple):
    """A part of an export: the key of its table, the text, and the number of predictions in the text."""

    table: str
    text: str
    rows: int


def encode(file_format: ExportFormat, pages: Pages) -> Iterator[Chunk]:
    """Return an iterator over the export in this format, with one chunk per page."""
    encoders = {ExportFormat.CSV: encode_csv, ExportFormat.JSON: encode_json, ExportFormat.NDJSON: encode_ndjson}
    return encoders[file_format](pages)


def encode_ndjson(pages: Pages) -> Iterator[Chunk]:
    """Yield NDJSON: one JSON object per line."""
    yield Chunk("", "", 0)
    for page in pages:
        yield Chunk("", "".join(f"{json_object(prediction)}\n" for prediction in page), len(page))


def encode_json(pages: Pages) -> Iterator[Chunk]:
    """Yield one JSON list, with one object per line."""
    yield Chunk("", "[", 0)
    comma = "\n"
    for page in pages:
        yield Chunk("", comma + ",\n".join(map(json_object, page)), len(page))
        comma = ",\n"
    yield Chunk("", "\n]\n", 0)


def encode_csv(pages: Pages) -> Iterator[Chunk]:
    """Yield CSV: a header line, then one line per prediction."""
    yield Chunk("", csv_lines([CSV_COLUMNS]), 0)
    for page in pages:
        lines = csv_lines(csv_row(prediction, [json_cell(prediction.features)]) for prediction in page)
        yield Chunk("", lines, len(page))


def json_object(prediction: StoredPrediction) -> str:
    """Return a prediction as JSON with the keys of `GET /predict?detail=true`; stored JSON is copied unchanged."""
    return (
        f'{{"id":{prediction.id},"result":{prediction.result},"features":{prediction.features},'
        f'"probabilities":{prediction.probabilities},"model_version":{json_text(prediction.model_version)},'
        f'"created_at":"{utc(prediction.created_at)}"}}'
    )


def csv_row(prediction: StoredPrediction, features: Iterable[Cell]) -> tuple[Cell, ...]:
    """Return the cells of a prediction in column order, with the given cells for its features."""
    return (
        prediction.id,
        utc(prediction.created_at),
        name_cell(prediction.model_version),
        value_cell(prediction.result),
        *features,
        json_cell(prediction.probabilities),
    )


def csv_lines(rows: Iterable[Iterable[Cell]]) -> str:
    """Return rows as CSV (RFC 4180, but with Unix line ends). The cell functions below emit no line breaks."""
    lines = io.StringIO()
    csv.writer(lines, lineterminator="\n").writerows(rows)
    return lines.getvalue()


def value_cell(stored: str) -> str:
    """Return a stored JSON value as a cell: a string as in `text_cell`, every other value as JSON."""
    return text_cell(json.loads(stored)) if stored.startswith('"') else json_cell(stored)


def json_cell(stored: str) -> str:
    """Return JSON as a cell with escaped semicolons; in JSON they occur only inside strings."""
    return stored.replace(";", "\\u003b")


@lru_cache(maxsize=256)
def text_cell(text: str) -> str:
    """Return text as a cell, unquoted where that is unambiguous.

    Text that parses as a JSON value, or contains a character that ends a line or cell, is written as a JSON string.
    """
    return json_cell(json_text(text)) if BREAKING.search(text) or is_json(text) else guarded(text)


def name_cell(name: str) -> str:
    """Return a name as a cell; names are always text, so digits need no quotes."""
    return json_cell(json_text(name)) if BREAKING.search(name) else guarded(name)


def guarded(text: str) -> str:
    """Return text that spreadsheets do not run as a formula; removing one leading `'` restores it.

    Text that starts like a formula, or with `'`, gets a leading `'`.
    """
    return f"'{text}" if text.startswith("'") or FORMULA.match(text) else text


def is_json(text: str) -> bool:
    """Return whether the text parses as a JSON value."""
    try:
        json.loads(text)
    except ValueError:
        return False
    except RecursionError:
        return True
    return True


@lru_cache(maxsize=256)
def json_text(text: str) -> str:
    """Return text as a JSON string."""
    return json.dumps(text, ensure_ascii=False)


def utc(moment: datetime) -> str:
    """Return a UTC time in ISO 8601, always with microseconds, so that the text order is the time order."""
    return moment.isoformat(timespec="microseconds").replace("+00:00", "Z")
