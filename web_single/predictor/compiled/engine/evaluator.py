"""Evaluation of a compiled model, from rows to outputs, with a fallback for each output that is not certain."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from web_single.predictor.compiled.engine.links import labels_of, numbers_of, probabilities_of
from web_single.predictor.compiled.engine.preprocessing import Array, UnsupportedRowsError, are_none, steps_of
from web_single.predictor.compiled.engine.scores import Score, linear_scores, onnx_scores, tree_scores
from web_single.predictor.compiled.manifest import Manifest
from web_single.predictor.signature.model_output import ModelOutput

LABELS, PROBABILITIES, NUMBERS = "labels", "probabilities", "numbers"
NUMBER = "number"  # the link of regressors
TREELITE, ONNX, NUMPY = "treelite", "onnxruntime", "numpy"
TREES_FILE, LABELS_FILE = "trees.treelite", "labels.onnx"
SURE_MARGIN = 1e-4  # minimum difference between two probabilities in float32
SURE_SHARE = 1e-5  # the same between two sums in float32, relative to their magnitude
INLIERS = (-1, 1)

Rows = Sequence[Sequence[Any]]


class CompiledEvaluator:
    """Computes outputs from the converted model in the manifest and the engine files in a folder.

    An output is certain if rounding errors cannot change it. All other rows fall back to the reference path.
    """

    def __init__(self, manifest: Manifest, folder: Path) -> None:
        last = manifest.converted["last"]
        features = manifest.description["features"]
        self._link, self._offset = last["link"], last.get("offset")
        self._float32 = last["kind"] == "trees" and last["float32"]
        self._missing = manifest.missing
        self._probabilities = PROBABILITIES in manifest.answers
        self._dtype = np.float64 if all(feature["kind"] == "number" for feature in features) else object
        self._steps = steps_of(manifest.converted["steps"])
        self._scores = self._find_scores(last, folder, manifest.engines)
        self._quick = onnx_scores(folder / LABELS_FILE) if ONNX in manifest.engines else None
        self._clear = max(SURE_MARGIN, SURE_SHARE * last.get("magnitude", 0.0))
        classes = INLIERS if self._link == "isolation" else manifest.description["classes"] or ()
        self._labels = [ModelOutput(label, None) for label in classes]

    def _find_scores(self, last: Mapping[str, Any], folder: Path, engines: Sequence[str]) -> Score | None:
        if last["kind"] == "linear":
            return linear_scores(dict(last))
        return tree_scores(dict(last), folder / TREES_FILE) if TREELITE in engines else None

    def predict(self, rows: Rows, *, with_probabilities: bool) -> list[ModelOutput | None]:
        """Return the output for each row; None for a row that falls back to the reference path.

        Args:
            rows: The rows, shape (rows, features).
            with_probabilities: Whether the outputs include probabilities.
        """
        if with_probabilities and not self._probabilities:
            return [None] * len(rows)
        with np.errstate(all="ignore"):  # rows that overflow fall back
            return self._answer(rows, with_probabilities=with_probabilities)

    def _answer(self, rows: Rows, *, with_probabilities: bool) -> list[ModelOutput | None]:
        table = np.array(rows, dtype=self._dtype)
        try:
            if not self._missing:
                check(~has_missing(table))
            for step in self._steps:
                table = step(table)
            table = self._to_estimator_dtype(table)
        except UnsupportedRowsError as error:
            return self._answer_usual(rows, error.usual, with_probabilities=with_probabilities)
        if self._quick is not None and not with_probabilities:
            return self._predict_float32(table)
        return self._predict_exact(table, with_probabilities=with_probabilities)

    def _to_estimator_dtype(self, table: Array) -> Array:
        """Return the table, shape (rows, columns), in the last estimator's dtype, float32 or float64.

        Raises:
            UnsupportedRowsError: A value is not finite in this dtype (NaN is allowed if missing values are).
        """
        table = np.ascontiguousarray(table, dtype=np.float32 if self._float32 else np.float64)
        usual = ~np.isinf(table) if self._missing else np.isfinite(table)
        if not usual.all():
            raise UnsupportedRowsError(np.asarray(usual.all(axis=1)))
        return table

    def _answer_usual(self, rows: Rows, usual: Array, *, with_probabilities: bool) -> list[ModelOutput | None]:
        """Return the outputs of the supported rows; None for the others. `usual` is a bool array, shape (rows,)."""
        answers: list[ModelOutput | None] = [None] * len(rows)
        places = np.flatnonzero(usual).tolist()
        if places:
            found = self._answer([rows[at] for at in places], with_probabilities=with_probabilities)
            for at, answer in zip(places, found, strict=True):
                answers[at] = answer
        return answers

    def _predict_float32(self, table: Array) -> list[ModelOutput | None]:
        """Return labels from float32 scores where the margin is large enough, and from exact scores elsewhere."""
        assert self._quick is not None  # noqa: S101 - the caller checks it
        scores = self._quick(table)
        if scores.shape[1] == 1:
            chosen, margin = scores[:, 0] > 0, np.abs(scores[:, 0])
        else:
            ordered = np.sort(scores, axis=1)
            chosen, margin = scores.argmax(axis=1), ordered[:, -1] - ordered[:, -2]
        answers: list[ModelOutput | None] = [self._labels[at] for at in chosen.tolist()]
        doubtful = ~(margin > self._clear)
        if doubtful.any():
            places = np.flatnonzero(doubtful)
            exact = self._predict_exact(table[places], with_probabilities=False)
            for at, answer in zip(places.tolist(), exact, strict=True):
                answers[at] = answer
        return answers

    def _predict_exact(self, table: Array, *, with_probabilities: bool) -> list[ModelOutput | None]:
        if self._scores is None:
            return [None] * len(table)
        scores = self._scores(table)
        if self._link == NUMBER:
            numbers, sure = numbers_of(scores)
            found = zip(numbers.tolist(), sure.tolist(), strict=True)
            return [ModelOutput(value, None) if is_sure else None for value, is_sure in found]
        chosen, sure = labels_of(scores, self._link, self._offset)
        answers = [self._labels[at] for at in chosen.tolist()]
        if with_probabilities:
            probabilities, both_sure = probabilities_of(scores, self._link)
            sure = sure & both_sure
            answers = [
                ModelOutput(*pair) for pair in zip((a.result for a in answers), probabilities.tolist(), strict=True)
            ]
        return [answer if is_sure else None for answer, is_sure in zip(answers, sure.tolist(), strict=True)]


def has_missing(table: Array) -> Array:
    """Return for each row whether it has a missing value, bool, shape (rows,)."""
    missing = np.isnan(table) if table.dtype == np.float64 else are_none(table)
    return np.asarray(missing.any(axis=1), dtype=bool)


def check(usual: Array) -> None:
    """Raise UnsupportedRowsError unless all rows are supported."""
    if not usual.all():
        raise UnsupportedRowsError(usual)
