"""How an export writes predictions: as CSV, as one JSON list, or as a JSON object a line. No value loses anything."""

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
# What a spreadsheet may take for the beginning of a formula, also in full width (OWASP, CSV injection).
FORMULA = re.compile(r"\s*[=+\-@\t\r\n＝＋－＠]")  # noqa: RUF001 - these are what is looked for
# Would end the line, or the cell where a spreadsheet separates by semicolons.
BREAKING = re.compile(r"[\x00-\x1f;]")


class ExportFormat(StrEnum):
    """The forms an export may have."""

    CSV = "csv"
    JSON = "json"
    NDJSON = "ndjson"


class Chunk(NamedTuple):
    """A piece of an export: text for the table with this key, and how many predictions it holds."""

    table: str
    text: str
    rows: int


def encode(file_format: ExportFormat, pages: Pages) -> Iterator[Chunk]:
    """Yield the export in pieces of a page."""
    encoders = {ExportFormat.CSV: encode_csv, ExportFormat.JSON: encode_json, ExportFormat.NDJSON: encode_ndjson}
    return encoders[file_format](pages)


def encode_ndjson(pages: Pages) -> Iterator[Chunk]:
    """Yield a JSON object a line."""
    yield Chunk("", "", 0)
    for page in pages:
        yield Chunk("", "".join(f"{json_object(prediction)}\n" for prediction in page), len(page))


def encode_json(pages: Pages) -> Iterator[Chunk]:
    """Yield one JSON list, an object a line."""
    yield Chunk("", "[", 0)
    comma = "\n"
    for page in pages:
        yield Chunk("", comma + ",\n".join(map(json_object, page)), len(page))
        comma = ",\n"
    yield Chunk("", "\n]\n", 0)


def encode_csv(pages: Pages) -> Iterator[Chunk]:
    """Yield the columns' names, and a line for each prediction."""
    yield Chunk("", csv_lines([CSV_COLUMNS]), 0)
    for page in pages:
        lines = csv_lines(csv_row(prediction, [json_cell(prediction.features)]) for prediction in page)
        yield Chunk("", lines, len(page))


def json_object(prediction: StoredPrediction) -> str:
    """Return a prediction with the keys that `GET /predict?detail=true` has; stored JSON is taken as it is."""
    return (
        f'{{"id":{prediction.id},"result":{prediction.result},"features":{prediction.features},'
        f'"probabilities":{prediction.probabilities},"model_version":{json_text(prediction.model_version)},'
        f'"created_at":"{utc(prediction.created_at)}"}}'
    )


def csv_row(prediction: StoredPrediction, features: Iterable[Cell]) -> tuple[Cell, ...]:
    """Return the cells of a prediction, with those of its features in their place."""
    return (
        prediction.id,
        utc(prediction.created_at),
        name_cell(prediction.model_version),
        value_cell(prediction.result),
        *features,
        json_cell(prediction.probabilities),
    )


def csv_lines(rows: Iterable[Iterable[Cell]]) -> str:
    """Return rows as CSV (RFC 4180, but lines end as on Unix). No cell of ours holds the end of a line."""
    lines = io.StringIO()
    csv.writer(lines, lineterminator="\n").writerows(rows)
    return lines.getvalue()


def value_cell(stored: str) -> str:
    """Return a JSON value as a cell: text as `text_cell` writes it, everything else as JSON."""
    return text_cell(json.loads(stored)) if stored.startswith('"') else json_cell(stored)


def json_cell(stored: str) -> str:
    """Return JSON as a cell; a semicolon can stand only in its strings, and there it may be escaped."""
    return stored.replace(";", "\\u003b")


@lru_cache(maxsize=256)
def text_cell(text: str) -> str:
    """Return text as a cell that is shown as it is, and is read back without a doubt.

    Text that would be read back as another JSON value, or would break a line, is written as a JSON string.
    """
    return json_cell(json_text(text)) if BREAKING.search(text) or is_json(text) else guarded(text)


def name_cell(name: str) -> str:
    """Return a name as a cell: it is always text, and so no digits are taken for a number."""
    return json_cell(json_text(name)) if BREAKING.search(name) else guarded(name)


def guarded(text: str) -> str:
    """Return text that no spreadsheet takes for a formula; to undo it, remove one `'` at the beginning."""
    return f"'{text}" if text.startswith("'") or FORMULA.match(text) else text


def is_json(text: str) -> bool:
    """Tell whether text reads as a JSON value."""
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
    """Return a moment as ISO 8601 in UTC, always with microseconds: so that it also sorts as text."""
    return moment.isoformat(timespec="microseconds").replace("+00:00", "Z")
