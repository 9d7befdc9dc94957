"""Which `predict` in model.py provably treats each row by itself, and which model consists of row-wise code alone."""

import functools
import importlib.util
import re
from collections.abc import Callable
from pathlib import Path
from textwrap import dedent
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
import sklearn.utils.validation
from scipy.special import softmax
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.compose import TransformedTargetRegressor
from sklearn.decomposition import NMF
from sklearn.dummy import DummyClassifier
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier
from sklearn.impute import KNNImputer
from sklearn.kernel_approximation import Nystroem
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.neighbors import KNeighborsClassifier, LocalOutlierFactor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler, scale

from web_single_runner.introspection.independence import dependence_risks, object_risk

X = np.array([[0.0, 0.0], [1.0, 1.0], [2.0, 0.0], [3.0, 1.0]])
Y = np.array([0, 1, 0, 1])
MODEL = LogisticRegression().fit(X, Y)
BUNDLE = {"scaler": StandardScaler().fit(X), "model": MODEL, "threshold": 0.4}

Risk = Callable[..., str | None]


@pytest.fixture
def risk(tmp_path: Path) -> Risk:
    """Return the risk of the `predict` in this source."""

    def find(source: str, model: object = MODEL) -> str | None:
        path = tmp_path / "model.py"
        path.write_text(dedent(source))
        spec = importlib.util.spec_from_file_location("model", path)
        assert spec is not None
        assert spec.loader is not None
        code = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(code)
        found: str | None = dependence_risks(SimpleNamespace(code=code, model=model))["predict"]
        return found

    return find


def source_of(*lines: str, parameters: str = "model, X") -> str:
    """Return a model.py whose `predict` has these lines."""
    imports = "import numpy as np\nimport pandas as pd\nCOLUMNS = ['low', 'high']\nTHRESHOLD = 0.4\n"
    return f"{imports}def predict({parameters}):\n" + "".join(f"    {line}\n" for line in lines)


@pytest.mark.parametrize(
    "lines",
    [
        ["return model.predict(X)"],
        ['"""Return labels."""', "return model.predict(X)"],
        ["y = model.predict(X)", "return y.tolist()"],
        ["return model.predict(np.asarray(X, dtype=float))"],
        ["return model.predict(pd.DataFrame(X, columns=COLUMNS))"],
        ["return model.predict(X[COLUMNS].to_numpy())"],
        ["return model.predict(X[['low', 'high']].astype('float32'))"],
        ["return model.predict(X[:, :2])"],
        ["return model.predict(X.iloc[:, [0, 1]])"],
        ["return (model.predict_proba(X)[:, 1] > THRESHOLD).astype(int)"],
        ["p = model.predict_proba(X)", "return np.where(p[:, 1] >= 0.5, 'yes', 'no')"],
        ["return model.predict_proba(X).argmax(axis=1)"],
        ["return np.round(np.exp(model.decision_function(X)) * 100 + 1, 2)"],
        ["return np.expm1(model.predict(X)).clip(0, 10)"],
        ["return model.predict(X.fillna(0))"],
        ["return model.predict(X).reshape(-1, 1)"],
        ["return (X['low'] + X['high']) / 2"],
    ],
    ids=lambda lines: lines[-1],
)
def test_rows_that_are_only_passed_on_are_independent(risk: Risk, lines: list[str]) -> None:
    assert risk(source_of(*lines)) is None


def test_the_parts_of_a_bundle_are_looked_up(risk: Risk) -> None:
    lines = ["Z = model['scaler'].transform(X)", "return model['model'].predict_proba(Z)[:, 1] > model['threshold']"]
    assert risk(source_of(*lines), BUNDLE) is None


def test_a_parameter_with_a_default_is_known(risk: Risk) -> None:
    source = source_of("return model.predict_proba(X)[:, 1] > threshold", parameters="model, X, threshold=0.3")
    assert risk(source) is None


@pytest.mark.parametrize(
    "lines",
    [
        ["return model.predict(X.fillna(X.mean()))"],
        ["p = model.predict_proba(X)[:, 1]", "return p > p.mean()"],
        ["e = np.exp(model.decision_function(X))", "return e / e.sum()"],
        ["p = model.predict_proba(X)", "return p / p.sum(axis=1)"],
        ["p = model.predict_proba(X)", "return p[:, 1] * p"],
        ["p = model.predict_proba(X)", "return p.max(axis=0)"],
        ["p = model.predict_proba(X)", "return p.max(axis=-1)"],
        ["return model.predict(X.clip(X.quantile(.05), X.quantile(.95), axis=1))"],
        ["return model.predict(X.fillna(0, limit=1))"],
        ["return model.predict(X.fillna(method='ffill'))"],
        ["return model.predict(X.ffill())"],
        ["return model.predict(X.astype('category'))"],
        ["return model.predict(pd.get_dummies(X))"],
        ["return model.predict(X[[0, 1]])"],
        ["return model.predict(X[0])"],
        ["return model.predict(X[1:])"],
        ["return model.predict(X.loc[COLUMNS])"],
        ["return model.predict(X[X['low'] > 0])"],
        ["return model.predict(X.reshape(1, -1))"],
        ["return model.predict(X.ravel('F').reshape(-1, 2))"],
        ["return model.predict(X.reshape(-1, 1))[:, 0]"],
        ["return np.cumsum(model.predict(X))"],
        ["return np.sort(model.predict(X))"],
        ["return np.where(model.predict(X))"],
        ["return model.predict(X) * [1, 2, 3]"],
        ["return model.predict(X) @ model.predict(X)"],
        ["return model.fit(X, [0]).predict(X)"],
        ["return model.score(X, [0])"],
        ["return THRESHOLD"],
        ["return len(X)"],
        ["X[0] = 1", "return model.predict(X)"],
        ["if len(X) > 10:", "    return [0] * len(X)", "return model.predict(X)"],
        ["global THRESHOLD", "return model.predict(X)"],
        ["for row in X:", "    pass", "return model.predict(X)"],
        ["yield model.predict(X)"],
        ["pass"],
        ["return X.values.T"],
        ["return np.where(X[:, 0] > 0, 'x=%s' % X[:, 1], 'low')"],
        ["return np.asarray(model.predict(X).tolist() * 2).reshape(-1, 2)"],
        ["return model.predict(X).tolist() + 1"],
        ["return model.transform(X)[:, 0] * X['low']"],
        ["return model.transform(X).sum(axis=1) * X['low']"],
        ["return model.transform(X) ** 2"],
        ["return model.transform(X).ravel()"],
        ["return model.transform(X).reshape(-1, 4)"],
        ["return model.predict(X.fillna(None, 'ffill'))"],
        ["return np.maximum.accumulate(model.predict(X))"],
        ["return model.predict(X[:, : len(X)])"],
    ],
    ids=lambda lines: lines[-1],
)
def test_anything_else_is_a_risk_that_names_the_line(risk: Risk, lines: list[str]) -> None:
    found = risk(source_of(*lines))
    assert found is not None
    assert found.startswith("predict in model.py, line ")
    assert "is not known to treat each row by itself." in found


@pytest.mark.parametrize(
    "source",
    [
        "def predict(model, X):\n    return model.predict(X)\npredict = (lambda f: lambda m, X: f(m, X))(predict)",
        "import functools\n@functools.lru_cache\ndef predict(model, X):\n    return model.predict(X)",
        "def mark(f):\n    return f\n@mark\ndef predict(model, X):\n    return model.predict(X)",
        "class Predict:\n    def __call__(self, model, X):\n        return 1\npredict = Predict()",
        "def predict(*args):\n    return args[0].predict(args[1])",
        "class np:\n    asarray = id\ndef predict(model, X):\n    return model.predict(np.asarray(X))",
        "def predict(model, X):\n    return model.predict(X)\nexec('def predict(model, X): return X - X.mean()')",
    ],
)
def test_what_the_source_does_not_say_is_a_risk(risk: Risk, source: str) -> None:
    assert risk(source) is not None


def without_addresses(value: object) -> str:
    """Return the name of a parameter, the same in each of the processes that run tests."""
    return re.sub(r" at 0x[0-9a-f]+", "", str(value))


class Own(TransformerMixin, BaseEstimator):  # type: ignore[misc]  # scikit-learn has no types
    def fit(self, _: object, __: object = None) -> "Own":
        return self

    def transform(self, table: object) -> object:
        return table


def test_library_estimators_are_independent() -> None:
    nested = make_pipeline(StandardScaler(), RandomForestClassifier(3).fit(X, Y))
    for model in (MODEL, nested, HistGradientBoostingClassifier(max_iter=2).fit(X, Y), BUNDLE, [MODEL, (MODEL,)]):
        assert object_risk(model) is None


@pytest.mark.parametrize(
    ("model", "word"),
    [
        (make_pipeline(Own(), LogisticRegression()), "Own"),
        (make_pipeline(FunctionTransformer(np.cumsum), LogisticRegression()), "cumsum"),
        (make_pipeline(FunctionTransformer(scale), LogisticRegression()), "scale"),
        (make_pipeline(FunctionTransformer(lambda table: table), LogisticRegression()), "lambda"),
        (TransformedTargetRegressor(LinearRegression(), func=np.log, inverse_func=np.cumsum), "cumsum"),
        (make_pipeline(NMF(), LogisticRegression()), "NMF"),
        (make_pipeline(Nystroem(kernel="linear"), LogisticRegression()), "Nystroem"),
        ({"model": MODEL, "clean": lambda table: table}, "lambda"),
        (np.array([MODEL, Own()], dtype=object), "Own"),
        (DummyClassifier(strategy="stratified", random_state=0), "DummyClassifier"),
        (DummyClassifier(strategy="uniform", random_state=0), "DummyClassifier"),
        (KNeighborsClassifier(weights=softmax), "softmax"),
        (KNeighborsClassifier(2, algorithm="brute").fit(X, Y), "matrix product"),
        (KNeighborsClassifier(2).fit(np.zeros((4, 20)), Y), "matrix product"),
        (make_pipeline(KNNImputer(), LogisticRegression()), "KNNImputer"),
        (TransformedTargetRegressor(LinearRegression(), transformer=FunctionTransformer(np.log, np.cumsum)), "cumsum"),
    ],
    ids=without_addresses,
)
def test_what_is_not_row_wise_library_code_is_a_risk(model: object, word: str) -> None:
    assert word in (object_risk(model) or "")


def test_a_table_for_each_of_several_outputs_has_no_entry_for_each_row(risk: Risk) -> None:
    model = RandomForestClassifier(3).fit(X, np.column_stack([Y, 1 - Y]))
    source = source_of("return np.asarray(model.predict_proba(X)).reshape(-1, 4)")
    assert "is not known to treat each row by itself" in (risk(source, model) or "")
    assert risk(source_of("return model.predict(X)"), model) is None


def test_settings_that_do_not_mix_rows_are_independent() -> None:
    for model in (DummyClassifier(), KNeighborsClassifier(2, weights="distance", algorithm="kd_tree").fit(X, Y)):
        assert object_risk(model) is None


def test_numpy_functions_of_elements_are_independent() -> None:
    assert object_risk(make_pipeline(FunctionTransformer(np.log1p), LogisticRegression())) is None


def test_a_method_that_was_replaced_is_a_risk(monkeypatch: pytest.MonkeyPatch) -> None:
    replaced = LogisticRegression().fit(X, Y)
    replaced.predict = lambda table: table
    assert object_risk(replaced) == "The method predict of LogisticRegression was replaced."
    monkeypatch.setattr(LogisticRegression, "predict", lambda _, table: table)
    assert object_risk(MODEL) == "The method predict of LogisticRegression was replaced."


def test_another_method_of_a_library_in_the_place_of_predict_is_a_risk(monkeypatch: pytest.MonkeyPatch) -> None:
    replaced = LocalOutlierFactor()
    replaced.predict = replaced.fit_predict
    assert object_risk(replaced) == "The method predict of LocalOutlierFactor was replaced."
    monkeypatch.setattr(LocalOutlierFactor, "predict", LocalOutlierFactor.fit_predict)
    assert object_risk(LocalOutlierFactor()) == "The method predict of LocalOutlierFactor was replaced."


@pytest.mark.parametrize("wrap", [functools.partialmethod, functools.lru_cache, property, staticmethod])
def test_a_method_that_was_replaced_by_a_wrapped_function_is_a_risk(
    wrap: Callable[[object], object], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(LogisticRegression, "predict", wrap(lambda _, table: table))
    assert object_risk(MODEL) == "The method predict of LogisticRegression was replaced."


@pytest.mark.parametrize(
    ("patch", "name"),
    [
        ("import sklearn.utils.validation as v\nv.check_array = lambda X, **_: X - X.mean()", "check_array"),
        ("np.expm1 = lambda y: y - y.mean()", "expm1"),
        ("pd.DataFrame.fillna = lambda X, value: X.ffill()", "fillna"),
    ],
)
def test_a_library_that_model_py_has_changed_is_a_risk(
    risk: Risk, patch: str, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for owner in (sklearn.utils.validation, np, pd.DataFrame):
        if hasattr(owner, name):
            monkeypatch.setattr(owner, name, getattr(owner, name))
    found = risk(
        f"import numpy as np\nimport pandas as pd\n{patch}\ndef predict(model, X):\n    return model.predict(X)\n"
    )
    assert found is not None
    assert found.startswith(f"model.py replaces {name} of ")


def test_a_model_that_holds_itself_is_looked_at_once() -> None:
    bundle: dict[str, object] = {"model": MODEL}
    bundle["self"] = bundle
    assert object_risk(bundle) is None
