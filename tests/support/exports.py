"""Stored predictions as an export reads them, drawn and written by hand, and cells read by the lines of the docs."""

import json
import re
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from hypothesis import strategies as st

from tests.support.strategies import finite
from web_single.config import CHECKOUT
from web_single.database.export_reader import StoredPrediction

PAGE = (CHECKOUT / "docs/export.md").read_text()
LINES_OF_THE_PAGE: dict[str, Any] = {"json": json}
exec(re.findall(r"```python\n(def read.*?)```", PAGE, re.DOTALL)[0], LINES_OF_THE_PAGE)  # noqa: S102 - its own lines
TRIGGERS = "=+-@＝＋－＠"  # noqa: RUF001 - the full-width ones too
MOMENT = datetime(2026, 1, 31, 8, 30, tzinfo=UTC)

plain_texts = st.text(st.characters(exclude_categories=["Cs"]))
odd_texts = st.text(st.sampled_from([*TRIGGERS, *"\t\r\n\0 ';,\"1e.[]{}\\a\u2028"]))
json_words = st.sampled_from(["null", "true", "NaN", "-Infinity", "1", "-1.5", " 1", '"x"'])
texts = plain_texts | odd_texts | json_words
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | finite | texts,
    lambda children: st.lists(children, max_size=4) | st.dictionaries(texts, children, max_size=4),
    max_leaves=8,
)
versions = st.from_regex(r"[0-9a-f]{12}", fullmatch=True)
moments = st.datetimes(timezones=st.just(UTC))


def as_stored(value: Any) -> str:  # noqa: ANN401 - any JSON value
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def stored(
    number: int = 1,
    result: Any = 0,  # noqa: ANN401 - any JSON value
    features: Sequence[Any] = (1, 2.5),
    *,
    probabilities: Any = None,  # noqa: ANN401 - any JSON value
    version: str = "version-1",
    created_at: datetime = MOMENT,
) -> StoredPrediction:
    return StoredPrediction(
        id=number,
        created_at=created_at,
        model_version=version,
        result=as_stored(result),
        features=as_stored(list(features)),
        probabilities=as_stored(probabilities),
    )


predictions = st.builds(
    stored,
    st.integers(1, 2**63 - 1),
    json_values,
    st.lists(json_values, max_size=4),
    probabilities=st.none() | st.lists(finite, max_size=3),
    version=versions,
    created_at=moments,
)
pages = st.lists(st.lists(predictions, min_size=1, max_size=3), max_size=3)


def value_of(cell: str) -> Any:  # noqa: ANN401 - any JSON value
    """Read a cell by the lines that docs/export.md gives."""
    return LINES_OF_THE_PAGE["read"](cell)
