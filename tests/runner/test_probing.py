"""What is found out by asking: the form of X, the number of features, their kinds, and how answers come."""

from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.naive_bayes import MultinomialNB
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from web_single_runner.errors import UnsupportedModelError
from web_single_runner.inference.rows import RowBatch
from web_single_runner.introspection.description import classes_of, describe, kind_of
from web_single_runner.loading.loaded_model import LoadedModel

X = np.array([[0.0, 0.0], [1.0, 1.0], [2.0, 0.0], [3.0, 1.0]])
Y = np.array([0, 1, 0, 1])
FRAME = pd.DataFrame(X, columns=["low", "high"])


def learn(model: object, **names: Any) -> dict[str, Any]:  # noqa: ANN401 - whatever model.py defines
    description, _ = describe(LoadedModel(SimpleNamespace(**names), model))
    return dict(description)


def kinds(description: dict[str, Any]) -> list[tuple[Any, ...]] | None:
    features = description["features"]
    return [(each["name"], each["kind"], each["nullable"]) for each in features] if features is not None else None


def test_an_array_model_takes_an_array_of_numbers() -> None:
    found = learn(LogisticRegression().fit(X, Y))
    assert kinds(found) == [(None, "number", False)] * 2
    assert (found["input_type"], found["result"], found["classes"], found["probabilities"]) == (
        "array",
        "label",
        [0, 1],
        True,
    )
    assert found["probe"]["rows"] == [[5.1, 3.5], [6.7, 3.0]]
    assert found["error"] is None


def test_a_model_with_names_takes_a_dataframe() -> None:
    found = learn(LinearRegression().fit(FRAME, Y))
    assert kinds(found) == [("low", "number", False), ("high", "number", False)]
    assert (found["input_type"], found["result"]) == ("dataframe", "number")


def test_a_predict_that_reads_positions_takes_an_array_though_the_model_has_names() -> None:
    found = learn(LinearRegression().fit(FRAME, Y), predict=lambda model, X: model.coef_.sum() * X[:, 1])
    assert (found["input_type"], kinds(found)) == ("array", [("low", "number", True), ("high", "number", False)])


def test_a_predict_that_reads_the_first_column_of_each_row_gets_two_dimensions() -> None:
    texts = ["good day", "bad day"]
    model = make_pipeline(TfidfVectorizer(), MultinomialNB()).fit(texts, [1, 0])
    description, plan = describe(
        LoadedModel(SimpleNamespace(predict=lambda model, X: model.predict([row[0] for row in X])), model)
    )
    assert (description["input_type"], kinds(description)) == ("array", [(None, "text", False)])
    assert plan.X(RowBatch.of([["good day"], ["bad day"]])).tolist() == [["good day"], ["bad day"]]


def test_texts_are_given_as_a_list() -> None:
    model = make_pipeline(TfidfVectorizer(), MultinomialNB()).fit(["good", "bad"], [1, 0])
    found = learn(model)
    assert (found["input_type"], kinds(found)) == ("texts", [(None, "text", False)])


def test_what_the_delivered_predict_takes_goes_before_what_the_estimator_says() -> None:
    model = LinearRegression().fit(np.c_[X, X[:, 0] * X[:, 1]], Y)
    found = learn(model, predict=lambda model, X: model.predict(np.c_[X, X[:, 0] * X[:, 1]]))
    assert (found["input_type"], len(found["features"])) == ("array", 2)


class AddSum(BaseEstimator, TransformerMixin):  # type: ignore[misc]  # scikit-learn carries no types
    def fit(self, X: Any, y: Any = None) -> "AddSum":  # noqa: ANN401 - as scikit-learn has it
        return self

    def transform(self, X: Any) -> Any:  # noqa: ANN401 - as above
        return X.assign(sum=X["low"] + X["high"])


def test_columns_that_the_delivery_makes_itself_are_not_asked_for() -> None:
    found = learn(make_pipeline(AddSum(), StandardScaler(), LinearRegression()).fit(FRAME, Y))
    assert (found["input_type"], kinds(found)) == ("dataframe", [("low", "number", False), ("high", "number", False)])


def make_own_table(model: LinearRegression, X: Any) -> Any:  # noqa: ANN401 - any form
    table = pd.DataFrame(X, columns=["price", "colour"])
    return model.predict(pd.get_dummies(table).reindex(columns=model.feature_names_in_, fill_value=0.0))


def test_a_predict_that_makes_its_own_table_gets_none_of_the_estimators_columns() -> None:
    frame = pd.DataFrame({"price": [1.0, 2.0, 3.0], "colour_blue": [0.0, 1.0, 0.0], "colour_red": [1.0, 0.0, 1.0]})
    found = learn(LinearRegression().fit(frame, [1, 2, 3]), predict=make_own_table)
    assert (found["input_type"], len(found["features"]), found["features"][0]["name"]) == ("array", 2, None)


def test_a_dictionary_is_looked_into() -> None:
    scaler = StandardScaler().fit(X)
    bundle = {"model": LinearRegression().fit(X, Y), "scaler": scaler, "columns": ["low", "high"]}
    found = learn(bundle, predict=lambda bundle, X: bundle["model"].predict(bundle["scaler"].transform(X)))
    assert kinds(found) == [("low", "number", False), ("high", "number", False)]


def test_a_predict_for_one_row_is_called_row_by_row() -> None:
    found = learn(LinearRegression().fit(X, Y), predict=lambda model, X: model.predict(X)[0])
    assert (found["single_row_only"], found["input_type"], found["result"]) == (True, "array", "number")


def test_a_predict_for_one_flat_row_gets_that() -> None:
    model = LinearRegression().fit(X, Y)
    found = learn(model, predict=lambda model, row: model.predict([[row[0], float(row[1])]])[0])
    assert (found["single_row_only"], found["input_type"], len(found["features"] or ())) == (True, "row", 0)


def weigh(_: object, row: Any) -> float:  # noqa: ANN401 - any form
    low, high = row
    return float(low) * 2 + float(high)


def test_two_rows_are_not_taken_for_the_two_values_of_a_flat_row() -> None:
    found = learn(None, predict=weigh)
    assert (found["input_type"], len(found["features"])) == ("row", 2)
    assert found["probe"]["results"][0] == 5.1 * 2 + 3.5


def test_two_columns_that_are_read_by_number_are_not_taken_for_two_rows() -> None:
    found = learn(LinearRegression().fit(X, Y), predict=lambda model, table: model.predict(table[[0, 1]]) * table[1])
    assert (found["input_type"], kinds(found)) == ("dataframe", [(None, "number", False)] * 2)


def test_code_that_takes_a_dataframe_alone_gets_one_without_names() -> None:
    model = LinearRegression().fit(X, [1, 2, 3, 5])
    found = learn(model, predict=lambda model, table: model.predict(table.values))
    assert (found["input_type"], kinds(found)) == ("dataframe", [(None, "number", False)] * 2)
    assert found["probe"]["results"] == model.predict(found["probe"]["rows"]).tolist()


def test_code_gets_the_columns_that_it_names_at_its_top_level() -> None:
    model = LinearRegression().fit(X, Y)
    found = learn(model, FEATURES=["low", "high"], predict=lambda model, X: model.predict(X[["low", "high"]].values))
    assert (found["input_type"], kinds(found)) == ("dataframe", [("low", "number", False), ("high", "number", False)])


def test_columns_that_code_names_may_be_others_than_its_estimators() -> None:
    found = learn(
        LinearRegression().fit(X, Y),
        FEATURES=["low", "middle", "high"],
        predict=lambda model, X: model.predict(np.c_[X["low"] * X["middle"], X["high"]]),
    )
    assert kinds(found) == [(name, "number", False) for name in ("low", "middle", "high")]


def test_names_in_code_leave_an_array_one_where_it_is_answered() -> None:
    found = learn(LinearRegression().fit(X, Y), FEATURES=["low", "high"], predict=lambda model, X: model.predict(X))
    assert (found["input_type"], kinds(found)) == ("array", [(None, "number", False)] * 2)


def test_a_tuple_of_columns_is_one_answer_of_several_values_a_row() -> None:
    model = LogisticRegression().fit(X, Y)
    found = learn(model, predict=lambda model, X: (model.predict(X), model.predict_proba(X).max(axis=1)))
    assert (found["result"], found["outputs"]) == ("multi_output", 2)
    assert [result[0] for result in found["probe"]["results"]] == [1, 1]


def test_a_tuple_of_rows_stays_one() -> None:
    model = LinearRegression().fit(X, np.c_[Y, 10 * Y])
    found = learn(model, predict=lambda model, X: tuple(map(tuple, model.predict(X))))
    assert found["probe"]["results"] == model.predict(np.array(found["probe"]["rows"])).tolist()


def test_a_length_that_alone_is_taken_is_the_models() -> None:
    found = learn(None, predict=lambda _, X: [low + 2 * middle + high for low, middle, high in X])
    assert kinds(found) == [(None, "number", False)] * 3


def test_where_several_lengths_are_taken_none_is_known() -> None:
    found = learn(None, predict=lambda _, X: [float(sum(row)) for row in X])
    assert (found["features"], found["probe"]["results"][0]) == (None, 5.1)


def test_the_letters_of_a_text_are_not_taken_for_the_values_of_a_row() -> None:
    found = learn(None, predict=lambda _, X: [row[0] + 2 * row[1] for row in X])
    assert (found["input_type"], found["features"], found["result"]) == ("array", None, "number")


def test_code_that_reads_texts_gets_texts() -> None:
    found = learn(None, predict=lambda _, X: [text.upper() for text in X])
    assert (found["input_type"], kinds(found)) == ("texts", [(None, "text", False)])


def test_text_that_is_taken_beside_numbers_makes_a_feature_of_any_kind() -> None:
    found = learn(None, predict=lambda _, X: [len(str(word)) + float(number) for word, number in X])
    assert kinds(found) == [(None, "any", True), (None, "number", False)]


def test_dates_are_tried_too() -> None:
    found = learn(None, predict=lambda _, X: [pd.to_datetime(day).year + float(n) for day, n in X])
    assert [each["kind"] for each in found["features"]] == ["any", "number"]


def test_missing_values_are_taken_where_answers_stay_finite() -> None:
    def predict_proba(_: object, X: Any) -> Any:  # noqa: ANN401 - any form
        return np.c_[np.nan_to_num(X[:, 0]), X[:, 1]]

    found = learn(None, predict=lambda _, X: np.nan_to_num(X).sum(axis=1), predict_proba=predict_proba)
    assert found["features"] is None  # of any length
    found = learn(
        LinearRegression().fit(X, Y), predict=lambda _, X: np.nan_to_num(X) @ [1, 2], predict_proba=predict_proba
    )
    assert [each["nullable"] for each in found["features"]] == [True, False]


def test_probabilities_that_are_none_are_not_promised() -> None:
    def fail(_: object, __: object) -> None:
        raise ValueError

    assert learn(LogisticRegression().fit(X, Y), predict_proba=fail)["probabilities"] is False


def test_a_model_that_answers_nothing_is_served_with_what_it_says() -> None:
    def fail(_: object, __: object) -> None:
        raise ValueError("only on Sundays")

    found = learn(LinearRegression().fit(X, Y), predict=fail)
    assert kinds(found) == [(None, "number", False)] * 2
    assert found["error"].endswith("answered none of them: ValueError: only on Sundays.")
    assert found["probe"]["rows"] == []
    assert found["single_row_only"] is True


def test_answers_that_cannot_be_kept_are_refused() -> None:
    with pytest.raises(UnsupportedModelError, match=r"answers cannot be kept: a result may be what JSON has, not set"):
        learn(LinearRegression().fit(X, Y), predict=lambda model, X: [{1} for _ in X])  # noqa: ARG005 - as called


def test_nothing_to_predict_with_is_refused() -> None:
    with pytest.raises(UnsupportedModelError, match=r"nothing to predict with: .* \(dict\) has no predict"):
        learn({"a": 1})


def test_time_that_runs_out_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("web_single_runner.introspection.description.PROBING_SECONDS", -1)
    assert learn(LinearRegression().fit(X, Y))["error"] is not None


def test_what_was_answered_in_a_form_that_is_not_kept_is_forgotten() -> None:
    def predict(model: LinearRegression, X: Any) -> Any:  # noqa: ANN401 - any form
        if not hasattr(X, "columns"):
            raise TypeError("a table, please")
        return model.predict(pd.DataFrame(0.0, index=X.index, columns=model.feature_names_in_))

    found = learn(LinearRegression().fit(FRAME, Y), predict=predict)
    assert (found["result"], found["probe"]["results"]) == ("any", [])
    assert found["error"].endswith("TypeError: a table, please.")


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        (["a", "b"], "text"),
        (["a", 1], "any"),
        ([1, 2.5], "number"),
        ([1, True], "any"),
        ([[1], [2]], "multi_output"),
        ([{"a": 1}, {"a": 2}], "multi_output"),
        ([[1], 2], "any"),
        ([], "any"),
    ],
    ids=str,
)
def test_the_kind_of_results_is_what_all_have_in_common(values: list[Any], kind: str) -> None:
    assert kind_of(values, None) == kind
    assert kind_of(["a", "b"], ["a", "b", "c"]) == "label"
    assert kind_of(["a", "b"], ["a"]) == "text"


@pytest.mark.parametrize(
    ("classes", "known"),
    [
        (np.array(["a", "b"]), ["a", "b"]),
        ([0, 1], [0, 1]),
        (np.array([1.0, np.nan]), None),
        ([np.array([0, 1]), np.array([0, 1])], None),
        (7, None),
        ("ab", None),
        ([], None),
        (None, None),
    ],
    ids=str,
)
def test_classes_are_known_where_they_are_a_list_of_what_json_has(classes: object, known: list[Any] | None) -> None:
    assert classes_of(SimpleNamespace(classes_=classes)) == known
