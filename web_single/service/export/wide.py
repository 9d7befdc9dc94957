"""The wide CSV export: one named column per feature, one table per signature."""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any

from web_single.database.export_reader import StoredPrediction
from web_single.service.export.formats import (
    CSV_COLUMNS,
    Cell,
    Chunk,
    Pages,
    csv_lines,
    csv_row,
    json_cell,
    name_cell,
    text_cell,
)

BEFORE, AFTER = CSV_COLUMNS[:4], CSV_COLUMNS[5:]

Names = tuple[str, ...]
NamesByVersion = Mapping[str, Sequence[str] | None]


def encode_wide(pages: Pages, names_by_version: NamesByVersion) -> Iterator[Chunk]:
    """Yield CSV chunks; predictions of model versions with the same feature names are written to one table."""
    begun: set[Names] = set()
    for page in pages:
        for names, rows in group(page, names_by_version):
            heading = [] if names in begun else [columns(names)]
            begun.add(names)
            yield Chunk(table_key(names), csv_lines([*heading, *rows]), len(rows))
    if not begun:
        yield Chunk("", csv_lines([columns(())]), 0)


def group(
    page: Iterable[StoredPrediction], names_by_version: NamesByVersion
) -> Iterator[tuple[Names, list[tuple[Cell, ...]]]]:
    """Yield the feature names and the rows of each run of predictions with the same version and feature count."""
    read = [(prediction, json.loads(prediction.features)) for prediction in page]
    for (version, count), found in groupby(read, lambda row: (row[0].model_version, len(row[1]))):
        rows = [csv_row(prediction, map(feature_cell, features)) for prediction, features in found]
        yield names_of(names_by_version.get(version), count), rows


def names_of(known: Sequence[str] | None, count: int) -> Names:
    """Return `count` feature names: the known ones if their number matches, otherwise `feature_0`, `feature_1`, ..."""
    if known is not None and len(known) == count:
        return tuple(known)
    return tuple(f"feature_{position}" for position in range(count))


def table_key(names: Names) -> str:
    """Return a key for the table with these features: 8 hex digits, the same in every export."""
    return hashlib.sha256(json.dumps(names).encode()).hexdigest()[:8]


def columns(names: Names) -> list[str]:
    """Return the header cells. A feature whose name is already used by a column gets a number: `id_2`."""
    taken = set(CSV_COLUMNS) - {"features"}
    heading = []
    for name in names:
        free, number = name, 1
        while free in taken:
            number += 1
            free = f"{name}_{number}"
        taken.add(free)
        heading.append(name_cell(free))
    return [*BEFORE, *heading, *AFTER]


def feature_cell(value: Any) -> Cell:  # noqa: ANN401 - any JSON value
    """Return a feature value as a cell; numbers keep all their digits."""
    if isinstance(value, str):
        return text_cell(value)
    if type(value) is float or type(value) is int:
        return value
    return json_cell(json.dumps(value, ensure_ascii=False, separators=(",", ":")))
