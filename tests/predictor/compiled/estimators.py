"""Fitted estimators of every kind that is compiled, each with rows of its kind."""

import asyncio
import json
import types
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import numpy as np
import pandas as pd
from sklearn import ensemble, linear_model, tree
from sklearn.compose import ColumnTransformer
from sklearn.datasets import load_diabetes, load_iris
from sklearn.decomposition import PCA
from sklearn.feature_selection import SelectKBest
from sklearn.impute import SimpleImputer
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import (
    MaxAbsScaler,
    MinMaxScaler,
    OneHotEncoder,
    OrdinalEncoder,
    RobustScaler,
    StandardScaler,
)

from web_single.config import Config
from web_single.predictor.compiled.builder import Build
from web_single.predictor.compiled.engine.evaluator import CompiledEvaluator
from web_single.predictor.compiled.equivalence.split_points import points_of
from web_single.predictor.compiled.manifest import Manifest
from web_single.predictor.runner.wire_format import FrameHeader
from web_single.predictor.signature.model_output import ModelOutput
from web_single.predictor.signature.signature import Signature
from web_single_runner.conversion.conversion import CONVERT, convert
from web_single_runner.inference.calls import answer
from web_single_runner.inference.rows import RowBatch
from web_single_runner.introspection.description import describe
from web_single_runner.loading.loaded_model import LoadedModel

PROVED_ROWS = 300
FLOWERS, SPECIES = load_iris(return_X_y=True)
PATIENTS, PROGRESS = load_diabetes(return_X_y=True)
NAMES = np.array(["setosa", "versicolor", "virginica"])
FRAME = pd.DataFrame(
    {
        "town": ["Ulm", "Aalen", "Ulm", "Gera"] * 20,
        "size": np.linspace(1, 90, 80),
        "kind": ["a", "b", "c", "d", "e"] * 16,
        "age": np.linspace(0.5, 0.1, 80),
    }
)
WORTH = np.sin(np.arange(80.0))


def gaps(table: Any) -> Any:  # noqa: ANN401 - an array
    """Return a copy in which every seventh value is missing."""
    copy = table.copy()
    copy.flat[::7] = np.nan
    return copy


def columns_of(numbers: Any) -> ColumnTransformer:  # noqa: ANN401 - any transformer
    return ColumnTransformer(
        [
            ("town", OneHotEncoder(handle_unknown="ignore"), ["town"]),
            ("kind", OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1), ["kind"]),
            ("numbers", numbers, ["age", "size"]),
        ],
        sparse_threshold=0,
    )


DICE: dict[str, Any] = {"random_state": 0}
TREES: dict[str, tuple[Any, Any, Any]] = {
    "forest": (ensemble.RandomForestClassifier(20, **DICE), FLOWERS, SPECIES),
    "forest of names": (ensemble.RandomForestClassifier(10, max_depth=3, **DICE), FLOWERS, NAMES[SPECIES]),
    "forest of two": (ensemble.RandomForestClassifier(10, **DICE), FLOWERS, SPECIES > 0),
    "forest with gaps": (ensemble.RandomForestClassifier(10, **DICE), gaps(FLOWERS), SPECIES),
    "extra trees": (ensemble.ExtraTreesClassifier(10, **DICE), FLOWERS, SPECIES),
    "one tree": (tree.DecisionTreeClassifier(**DICE), FLOWERS, SPECIES),
    "boosting": (ensemble.GradientBoostingClassifier(n_estimators=10, **DICE), FLOWERS, SPECIES),
    "boosting of two": (ensemble.GradientBoostingClassifier(n_estimators=10, **DICE), FLOWERS, SPECIES > 0),
    "histograms": (ensemble.HistGradientBoostingClassifier(max_iter=10, **DICE), FLOWERS, SPECIES),
    "histograms with gaps": (ensemble.HistGradientBoostingClassifier(max_iter=10, **DICE), gaps(FLOWERS), SPECIES > 0),
    "isolation forest": (ensemble.IsolationForest(n_estimators=20, **DICE), FLOWERS, None),
    "isolation of some columns": (ensemble.IsolationForest(n_estimators=20, max_features=2, **DICE), FLOWERS, None),
    "forest of numbers": (ensemble.RandomForestRegressor(10, **DICE), PATIENTS, PROGRESS),
    "one tree of numbers": (tree.DecisionTreeRegressor(**DICE), PATIENTS, PROGRESS),
    "boosting of numbers": (ensemble.GradientBoostingRegressor(n_estimators=10, **DICE), PATIENTS, PROGRESS),
    "histograms of numbers": (ensemble.HistGradientBoostingRegressor(max_iter=10, **DICE), PATIENTS, PROGRESS),
}
LINEAR: dict[str, tuple[Any, Any, Any]] = {
    "logistic": (linear_model.LogisticRegression(max_iter=2000), FLOWERS, NAMES[SPECIES]),
    "logistic of two": (linear_model.LogisticRegression(), FLOWERS, SPECIES > 0),
    "ridge": (linear_model.Ridge(), PATIENTS, PROGRESS),
    "ridge classifier": (linear_model.RidgeClassifier(), FLOWERS, SPECIES),
    "stochastic": (
        make_pipeline(StandardScaler(), linear_model.SGDClassifier(loss="log_loss", **DICE)),
        FLOWERS,
        SPECIES,
    ),
}
PIPELINES: dict[str, tuple[Any, Any, Any]] = {
    "scaler and forest": (
        make_pipeline(StandardScaler(), ensemble.RandomForestClassifier(20, **DICE)),
        FLOWERS,
        SPECIES,
    ),
    "best columns and forest": (
        make_pipeline(SelectKBest(k=2), ensemble.RandomForestClassifier(10, **DICE)),
        FLOWERS,
        SPECIES,
    ),
    "imputer, scaler and boosting": (
        make_pipeline(SimpleImputer(), RobustScaler(), ensemble.GradientBoostingRegressor(n_estimators=10, **DICE)),
        gaps(PATIENTS),
        PROGRESS,
    ),
    "components": (make_pipeline(StandardScaler(), PCA(3), linear_model.LogisticRegression()), FLOWERS, SPECIES),
    "best columns": (
        make_pipeline(MinMaxScaler(clip=True), SelectKBest(k=2), linear_model.LogisticRegression()),
        FLOWERS,
        SPECIES,
    ),
    "largest": (make_pipeline(MaxAbsScaler(), linear_model.Ridge()), PATIENTS, PROGRESS),
    "columns and forest": (
        make_pipeline(columns_of("passthrough"), ensemble.RandomForestClassifier(10, **DICE)),
        FRAME,
        NAMES[(WORTH > 0).astype(int)],
    ),
    "columns and ridge": (make_pipeline(columns_of(StandardScaler()), linear_model.Ridge()), FRAME, WORTH),
}
ALL = TREES | LINEAR | PIPELINES


@dataclass(frozen=True)
class Converted:
    """A fitted model beside what was converted of it; `points` are where each of its columns is split."""

    model: Any
    manifest: Manifest
    folder: Path
    evaluation: CompiledEvaluator
    points: list[list[float]]
    frame: bool

    def table(self, rows: list[list[Any]]) -> Any:  # noqa: ANN401 - an array or a DataFrame
        """Return rows as the model takes them."""
        return pd.DataFrame(rows, columns=FRAME.columns) if self.frame else np.array(rows, dtype=float)

    def answer(self, rows: list[list[Any]], *, with_probabilities: bool) -> list[ModelOutput]:
        """Return what the model itself answers."""
        if not rows:
            return []
        results = self.model.predict(self.table(rows)).tolist()
        if not with_probabilities:
            return [ModelOutput(result, None) for result in results]
        return list(map(ModelOutput, results, self.model.predict_proba(self.table(rows)).tolist()))


def converted(name: str, folder: Path) -> Converted:
    """Fit a model and convert it, in this process."""
    return convert_model(*ALL[name], folder)


class InProcessRunner:
    """Serves the calls of a build in this process, without a model folder."""

    def __init__(self, model: Any) -> None:  # noqa: ANN401 - any estimator
        self._delivered = LoadedModel(types.ModuleType("model"), model)  # type: ignore[no-untyped-call]
        self.description, self._plan = describe(self._delivered)  # type: ignore[no-untyped-call]

    async def call(self, head: FrameHeader, block: bytes, *, timeout_seconds: float) -> tuple[FrameHeader, bytes]:
        """Return the reply as the server would read it."""
        assert timeout_seconds
        with warnings.catch_warnings(action="ignore"):  # of the model, when numbers are large
            reply, reply_block = self._reply(head, block)
        return json.loads(json.dumps(reply)), reply_block

    def _reply(self, head: FrameHeader, block: bytes) -> tuple[FrameHeader, bytes]:
        if head.get("ask") == CONVERT:
            reply = convert(self._delivered, self._plan)  # type: ignore[no-untyped-call]
        elif "ask" in head:
            reply = {"rows": None}, b""
        else:
            rows = RowBatch(head["rows"], head["columns"], block, head["values"])  # type: ignore[no-untyped-call]
            reply = answer(self._delivered, self._plan, rows, head["probabilities"])  # type: ignore[no-untyped-call]
        return cast("tuple[FrameHeader, bytes]", reply)


class UntimedBuild(Build):
    """Builds as `build_compiled` does, but for the timing; `points` are those of the columns."""

    points: list[list[float]]

    async def run_on(self, runner: InProcessRunner) -> Manifest:
        """Return the manifest of the runner's model."""
        self.runner = runner  # type: ignore[assignment]
        self.description = runner.description
        self.signature = Signature.from_description(runner.description)
        return await self._convert()

    async def _prove(self, converted: FrameHeader, points: list[list[float]] | None) -> Manifest:
        self.points = points_of(converted["steps"], points, len(self.description["features"]))
        return await super()._prove(converted, points)

    async def _time(self, manifest: Manifest, _: list[list[Any]]) -> Manifest:
        return manifest


def build_in_process(model: Any, folder: Path, *, rows: int = PROVED_ROWS) -> tuple[Manifest, UntimedBuild]:  # noqa: ANN401 - any estimator
    """Build the compiled model of a fitted model into a folder; return the manifest, and how it was built."""
    config = Config(compile="trust", _env_file=None)  # without a model.py there is none to read
    build = UntimedBuild(None, None, config, folder, lambda *_: None, rows)  # type: ignore[arg-type]
    return asyncio.run(build.run_on(InProcessRunner(model))), build


def convert_model(estimator: Any, table: Any, target: Any, folder: Path) -> Converted:  # noqa: ANN401 - any estimator
    """Fit this model and build its compiled model, in this process."""
    model = estimator.fit(table, target)
    manifest, build = build_in_process(model, folder)
    assert manifest.reason is None, manifest.reason
    evaluation = CompiledEvaluator(manifest, folder)
    return Converted(model, manifest, folder, evaluation, build.points, frame=isinstance(table, pd.DataFrame))
