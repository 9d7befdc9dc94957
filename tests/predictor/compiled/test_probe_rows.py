"""The rows that a compiled model is proved on: of every kind, and where it matters."""

import numpy as np
import pytest

from web_single.predictor.compiled.equivalence.probe_rows import FAR, OTHER, ProbeRows
from web_single.predictor.signature.feature import Feature, Kind

NUMBER, GAP = Feature(None, Kind.NUMBER), Feature(None, Kind.NUMBER, nullable=True)
OPEN = Feature("town", Kind.CATEGORY, values=("Ulm", "Gera"))
CLOSED = Feature("size", Kind.CATEGORY, values=("S", "M"), allow_unknown=False)
THRESHOLD = 0.1  # which float32 does not have


def drawn(
    *features: Feature, points: list[list[float]] | None = None, count: int = 3000
) -> dict[str, list[list[object]]]:
    """Return some rows of each kind for these features."""
    return dict(ProbeRows(features, points or [[] for _ in features], []).kinds(count))


def test_half_of_the_values_lie_at_a_threshold_or_right_beside_it() -> None:
    values = np.array(drawn(NUMBER, points=[[THRESHOLD]])["thresholds"], dtype=np.float64).ravel()
    single = np.float32(THRESHOLD)
    beside = {THRESHOLD, np.nextafter(THRESHOLD, 1), np.nextafter(THRESHOLD, 0)}
    beside |= {float(single), float(np.nextafter(single, np.float32(1))), float(np.nextafter(single, np.float32(0)))}
    assert beside <= set(values.tolist())
    near = np.abs(values - THRESHOLD) < 1e-7
    assert 0.4 < near.mean() < 0.6


def test_the_rows_are_as_many_as_are_asked_for_and_the_same_each_time() -> None:
    first, second = (drawn(NUMBER, GAP, OPEN, points=[[1.0], [2.0, 3.0], []]) for _ in range(2))
    assert first == second
    assert sum(map(len, first.values())) >= 3000
    assert set(first) == {"within", "rounded", "thresholds", "far", "missing"}


def test_a_model_without_thresholds_and_gaps_gets_as_many_rows_of_other_kinds() -> None:
    rows = drawn(NUMBER)
    assert set(rows) == {"within", "rounded", "far"}
    assert sum(map(len, rows.values())) >= 3000


def test_values_are_missing_only_where_the_model_takes_that() -> None:
    rows = drawn(NUMBER, GAP)["missing"]
    assert {row[0] is None for row in rows} == {False}
    assert {row[1] is None for row in rows} == {True}


def test_unknown_categories_come_only_where_they_are_taken() -> None:
    rows = drawn(OPEN, CLOSED)["within"]
    assert {row[0] for row in rows} == {"Ulm", "Gera", OTHER}
    assert {row[1] for row in rows} == {"S", "M"}


def test_every_far_value_is_asked() -> None:
    assert {value for row in drawn(NUMBER, count=10)["far"] for value in row} >= set(FAR)


@pytest.mark.parametrize("own", [[[50.0]], []])
def test_the_range_covers_the_rows_of_the_delivery(own: list[list[float]]) -> None:
    probe = ProbeRows([NUMBER], [[0.0, 10.0]], own)
    assert probe.ranges == [(-12.5, 62.5) if own else (-2.5, 12.5)]
    assert dict(probe.kinds(100)).get("own") == (own or None)


def test_rounded_numbers_have_one_decimal_as_people_write_them() -> None:
    values = [row[0] for row in drawn(NUMBER, points=[[0.0, 10.0]])["rounded"]]
    assert all(isinstance(value, float) and value == round(value, 1) for value in values)
    assert len(set(values)) > 100
