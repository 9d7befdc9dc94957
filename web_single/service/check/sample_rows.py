"""Sample rows for checks: read from the model folder, or generated from the signature."""

import json
import random
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from web_single.errors import InvalidFeaturesError
from web_single.predictor.signature.feature import Feature, Kind, is_number
from web_single.predictor.signature.signature import ANYTHING, Signature

Row = Sequence[Any]

EXAMPLE = "example.json"
MOST_EXAMPLE_BYTES = 2**20
MOST_EXAMPLES = 100
FEWEST_ROWS, MOST_ROWS = 12, 48
# Factors for the numbers of known rows, one for each generated row in turn.
MAGNITUDES = (1, 1, 0.1, 10, 0.01, 100, 0, -1)
DIGITS = 4
TEXTS = ("some text", "some other text", "Some longer text, with a comma and 1 number.", "é")


def read_example(folder: Path, signature: Signature) -> list[Row] | None:
    """Return the rows of example.json, or None if there is no such file.

    Raises:
        ValueError: If the file is too large or not JSON, or its rows are invalid.
    """
    path = folder / EXAMPLE
    if not path.is_file():
        return None
    if path.stat().st_size > MOST_EXAMPLE_BYTES:
        raise ValueError(f"{EXAMPLE} is longer than a megabyte: some rows are enough.")
    try:
        content = json.loads(path.read_bytes())
    except ValueError as error:
        raise ValueError(f"{EXAMPLE} is no JSON: {error}.") from error
    instances = content.get("instances") if isinstance(content, dict) else content
    if not isinstance(instances, list) or not all(isinstance(row, list | dict) for row in instances) or not instances:
        raise ValueError(f"{EXAMPLE} holds no list of rows.")
    return rows_of(signature, instances[:MOST_EXAMPLES], EXAMPLE)


def rows_of(signature: Signature, instances: Sequence[Any], source: str) -> list[Row]:
    """Return validated rows.

    Raises:
        ValueError: If the service would reject a row; the message names the row and the reason.
    """
    try:
        return signature.rows_of(instances)
    except InvalidFeaturesError as error:
        raise ValueError(f"{source}: {error.message}") from error


def make_up_rows(signature: Signature, answered: Sequence[Row]) -> list[Row]:
    """Return the rows with known results and generated rows around them, the same rows in each check.

    Each value of a category occurs, up to `MOST_ROWS`, and missing values where a feature is nullable.
    """
    if not answered:
        return []
    features = signature.features or [ANYTHING] * len(answered[0])
    dice = random.Random(0)  # noqa: S311 - the same rows in each check
    count = max(FEWEST_ROWS, *(min(len(feature.values or ()), MOST_ROWS) for feature in features))
    return [*answered, *made_up(features, answered, count - len(answered), dice)]


def made_up(features: Sequence[Feature], answered: Sequence[Row], count: int, dice: random.Random) -> Iterator[Row]:
    """Yield `count` generated rows."""
    for at in range(count):
        missing = at % 4 == 3  # noqa: PLR2004 - one value is missing in each fourth row
        gap = dice.randrange(len(features)) if missing else None
        yield [
            None
            if column == gap and feature.nullable
            else value_of(feature, [row[column] for row in answered], at, dice)
            for column, feature in enumerate(features)
        ]


def value_of(feature: Feature, answered: Sequence[Any], at: int, dice: random.Random) -> Any:  # noqa: ANN401 - JSON
    """Return a generated value for a feature.

    Args:
        feature: The feature of the signature.
        answered: The values of this feature in the rows with known results.
        at: The index of the generated row.
        dice: The random number generator.
    """
    if feature.values:
        return feature.values[at % len(feature.values)]
    if feature.kind is Kind.TEXT:
        return TEXTS[at % len(TEXTS)]
    if feature.kind is Kind.BOOLEAN:
        return dice.random() < 1 / 2
    base = dice.choice(answered)
    if not is_number(base) or set(answered) <= {0, 1}:
        return base
    return float(f"{base * MAGNITUDES[at % len(MAGNITUDES)] * dice.uniform(1 / 2, 3 / 2):.{DIGITS}g}")


def wrong_rows(signature: Signature, row: Row) -> dict[str, Row]:
    """Return invalid rows, for which `predict` must raise, keyed by what is wrong with each.

    Rows with a wrong number of features are left out for DataFrame inputs, which cannot be built from them.
    """
    features = signature.features or ()
    rows: dict[str, Row] = {}
    if features and signature.input_type in ("array", "list", "row"):
        if len(row) > 1:
            rows["too few features"] = row[:-1]
        rows["too many features"] = [*row, 1.0]
    for column, feature in enumerate(features):
        if feature.kind is Kind.NUMBER:
            rows.setdefault("text for a number", [*row[:column], TEXTS[0], *row[column + 1 :]])
        elif feature.kind is Kind.CATEGORY and not feature.allow_unknown and isinstance(row[column], str):
            rows.setdefault("an unknown category", [*row[:column], "no such value", *row[column + 1 :]])
    return rows
