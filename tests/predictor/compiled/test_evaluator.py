"""A compiled model answers what the model itself answers, or hands back: for any row, at thresholds and beside them."""

import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sklearn.decomposition import PCA
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

from tests.predictor.compiled.estimators import ALL, Converted, convert_model, converted
from tests.support.profiles import scaled
from web_single.predictor.compiled.engine.evaluator import CompiledEvaluator
from web_single.predictor.compiled.engine.preprocessing import Array
from web_single.predictor.signature.tolerance import all_close

Get = Callable[[str], Converted]


@pytest.fixture(scope="session")
def get(tmp_path_factory: pytest.TempPathFactory) -> Get:
    """Return a model and what was converted of it, made once in a run."""
    made: dict[str, Converted] = {}

    def find(name: str) -> Converted:
        if name not in made:
            made[name] = converted(name, tmp_path_factory.mktemp("converted"))
        return made[name]

    return find


def beside(value: float) -> list[float]:
    """Return what lies at and right beside a value, in float64 and in float32."""
    single = np.float32(value)
    up, down = np.nextafter(single, np.float32(np.inf)), np.nextafter(single, np.float32(-np.inf))
    near = [value, math.nextafter(value, math.inf), math.nextafter(value, -math.inf)]
    return [*near, *map(float, (single, up, down)), (float(single) + float(up)) / 2, (float(single) + float(down)) / 2]


def values_of(feature: dict[str, Any], points: list[float]) -> st.SearchStrategy[Any]:
    if feature["kind"] == "category":
        return st.sampled_from([*feature["values"], "another"])
    ways: list[st.SearchStrategy[Any]] = [
        st.floats(-1e3, 1e3),
        st.floats(allow_nan=False, allow_infinity=False),
        st.integers(-20, 20),
    ]
    if points:
        ways += [st.sampled_from(points).flatmap(lambda value: st.sampled_from(beside(value)))] * 4
    if feature["nullable"]:
        ways.append(st.none())
    return st.one_of(ways)


def rows_of(one: Converted) -> st.SearchStrategy[list[list[Any]]]:
    row = st.tuples(*map(values_of, one.manifest.description["features"], one.points)).map(list)
    return st.lists(row, min_size=1, max_size=20)


@pytest.mark.filterwarnings("ignore::RuntimeWarning")  # of the model, when numbers are large
@pytest.mark.parametrize("name", ALL)
def test_what_is_not_handed_back_is_what_the_model_answers(get: Get, name: str) -> None:
    one = get(name)

    @settings(max_examples=scaled(30), suppress_health_check=list(HealthCheck))
    @given(rows_of(one))
    def hold(rows: list[list[Any]]) -> None:
        for with_probabilities in (False, True):
            answers = one.evaluation.predict(rows, with_probabilities=with_probabilities)
            answered = [(row, answer) for row, answer in zip(rows, answers, strict=True) if answer is not None]
            expected = one.answer([row for row, _ in answered], with_probabilities=with_probabilities)
            for (row, answer), right in zip(answered, expected, strict=True):
                assert all_close([answer.result, answer.probabilities], [right.result, right.probabilities]), row

    hold()


@pytest.mark.parametrize("name", ALL)
def test_the_rows_that_it_was_trained_on_are_answered(get: Get, name: str) -> None:
    one = get(name)
    table = pd.DataFrame(ALL[name][1])
    rows = table.astype(object).where(table.notna(), None).to_numpy().tolist()
    answers = one.evaluation.predict(rows, with_probabilities=bool(one.manifest.description["probabilities"]))
    assert answers.count(None) <= 0.02 * len(rows)


def rows_beside_the_boundary(model: Any, table: Array, dice: np.random.Generator) -> Array:  # noqa: ANN401 - any estimator
    """Return rows on both sides of where the label of two classes changes, as near to it as float64 has some."""
    is_upper = model.predict(table)
    low, high = (table[is_upper == side][dice.integers(0, (is_upper == side).sum(), 300)] for side in (False, True))
    for _ in range(60):
        middle = (low + high) / 2
        is_high = model.predict(middle)[:, np.newaxis]
        low, high = np.where(is_high, low, middle), np.where(is_high, middle, high)
    return np.vstack([low, high, np.nextafter(low, high), np.nextafter(high, low), (low + high) / 2])


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(mean=st.sampled_from([0.0, 1.0, 1e3, 1e6, 1e9]) | st.floats(-1e7, 1e7), seed=st.integers(0, 100))
def test_components_of_columns_far_from_zero_have_the_right_label_beside_the_boundary(
    mean: float, seed: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    dice = np.random.default_rng(seed)
    table = dice.normal(mean, 1, (200, 6))
    estimator = make_pipeline(PCA(4), LogisticRegression())
    one = convert_model(estimator, table, table[:, 0] > mean, tmp_path_factory.mktemp("components"))
    rows = rows_beside_the_boundary(one.model, table, dice)
    answers = one.evaluation.predict(rows.tolist(), with_probabilities=False)
    expected = one.model.predict(rows).tolist()
    wrong = [
        row for row, answer, right in zip(rows, answers, expected, strict=True) if answer and answer.result != right
    ]
    assert wrong == []
    assert one.evaluation.predict(table.tolist(), with_probabilities=False).count(None) <= 0.02 * len(table)


def test_labels_that_float32_cannot_tell_apart_are_decided_exactly(get: Get, monkeypatch: pytest.MonkeyPatch) -> None:
    one, dice = get("forest"), np.random.default_rng(0)
    table = dice.uniform(0, 8, (20_000, 4)).round(1)
    quick = one.evaluation._quick
    assert quick is not None

    def off_by_a_little(rows: Array) -> Array:
        scores = quick(rows)
        return scores + dice.uniform(-2e-5, 2e-5, scores.shape)

    monkeypatch.setattr(one.evaluation, "_quick", off_by_a_little)
    answers = one.evaluation.predict(table.tolist(), with_probabilities=False)
    assert [answer.result if answer else None for answer in answers] == one.model.predict(table).tolist()


@pytest.mark.parametrize("name", ["boosting", "boosting of two"])
def test_sums_of_large_numbers_are_decided_exactly_within_more_of_a_margin(
    get: Get, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, dice = get(name), np.random.default_rng(0)
    last = one.manifest.converted["last"] | {"magnitude": 1e5}  # float32 is off by up to 6e-8 of what is added up
    manifest = replace(one.manifest, converted=one.manifest.converted | {"last": last})
    evaluation = CompiledEvaluator(manifest, one.folder)
    quick = evaluation._quick
    assert quick is not None
    monkeypatch.setattr(evaluation, "_quick", lambda rows: quick(rows) + dice.uniform(-0.4, 0.4, quick(rows).shape))
    table = dice.uniform(0, 8, (2_000, 4)).round(1)
    answers = evaluation.predict(table.tolist(), with_probabilities=False)
    assert [answer.result if answer else None for answer in answers] == one.model.predict(table).tolist()


@pytest.mark.parametrize("name", ["forest with gaps", "imputer, scaler and boosting"])
def test_a_missing_value_that_was_not_proved_is_handed_back(get: Get, name: str) -> None:
    one = get(name)
    row = [0.05] * len(one.points)
    gap = [None, *row[1:]]
    assert None not in one.evaluation.predict([row, gap], with_probabilities=False)
    careful = CompiledEvaluator(replace(one.manifest, missing=False), one.folder)
    assert [answer is None for answer in careful.predict([row, gap], with_probabilities=False)] == [False, True]


@pytest.mark.parametrize("name", ["columns and forest", "columns and ridge"])
def test_a_missing_category_is_handed_back_and_its_neighbours_are_answered(get: Get, name: str) -> None:
    row = ["Ulm", 5.0, "a", 0.3]
    answers = get(name).evaluation.predict([row, [None, *row[1:]], row], with_probabilities=False)
    assert [answer is None for answer in answers] == [False, True, False]
