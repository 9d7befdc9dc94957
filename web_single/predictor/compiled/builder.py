"""Build of a compiled model: convert it in the model process, check its equivalence, time it and cache it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from web_single.config import Compile, Config
from web_single.environments.environment import Environment
from web_single.errors import RunnerCrashedError
from web_single.model_folder.folder import ModelFolder
from web_single.model_folder.source.passthrough import passthrough_blocker
from web_single.predictor.compiled.cache import CompiledCache, keep_manifest, key_of
from web_single.predictor.compiled.engine.evaluator import (
    LABELS,
    LABELS_FILE,
    NUMBER,
    NUMBERS,
    NUMPY,
    ONNX,
    PROBABILITIES,
    TREELITE,
    TREES_FILE,
    CompiledEvaluator,
)
from web_single.predictor.compiled.engine.trees import TreeEnsemble
from web_single.predictor.compiled.equivalence.probe_rows import ProbeRows
from web_single.predictor.compiled.equivalence.split_points import Points, points_of
from web_single.predictor.compiled.equivalence.tester import MAX_FALLBACK_RATE, PROBE_ROWS, EquivalenceTester, Progress
from web_single.predictor.compiled.manifest import Manifest
from web_single.predictor.compiled.timing import SIZES, Timings, measure
from web_single.predictor.runner.process import RunnerProcess
from web_single.predictor.runner.wire_format import FrameHeader, decode_rows, encode_rows
from web_single.predictor.signature.model_output import ModelOutput
from web_single.predictor.signature.signature import Signature

CALL_SECONDS = 600
TREES = "trees"
QUICK_LINKS = ("mean", "sigmoid", "softmax")
DATASET_SECONDS = 30
TIMED_ROWS = SIZES[-1]

Row = list[Any]


async def build_compiled(
    model_folder: ModelFolder, environment: Environment, config: Config, *, tell: Progress, rows: int = PROBE_ROWS
) -> Manifest:
    """Return the manifest of the compiled model; build it first if it is not cached.

    The callback `tell` receives the step, the rows done and the total number of rows, None without a total.
    `rows` is the number of probe rows for the equivalence check.

    Returns:
        The manifest. Its `reason` is set if the compiled model cannot be used.

    Raises:
        ModelFolderError: The model folder cannot be loaded.
    """
    cache, key = CompiledCache.of(config), key_of(model_folder, environment, config)
    with cache.turn(key):
        found = cache.find(key)
        if found is not None:
            return found
        with cache.making(key) as folder:
            manifest = await Build(model_folder, environment, config, folder, tell, rows).run()
            keep_manifest(folder, manifest)
    return manifest


@dataclass
class Build:
    """Builds one compiled model in a folder and checks its equivalence on `rows` probe rows."""

    model_folder: ModelFolder
    environment: Environment
    config: Config
    folder: Path
    tell: Progress
    rows: int

    async def run(self) -> Manifest:
        """Return the manifest, and write the files of the engines to the folder."""
        reason = self._why_not_passed_on("predict")
        if reason is not None:
            return Manifest(description={}, reason=reason)
        self.tell("Loading the model", 0, None)
        self.model_folder.check_unchanged()
        self.runner = await RunnerProcess.start(
            self.model_folder.artifact,
            python=self.environment.python,
            load_timeout_seconds=self.config.load_timeout_seconds,
            runners=1,
        )
        try:
            self.description = self.runner.description
            self.signature = Signature.from_description(self.description)
            self.model_folder.check_unchanged(loaded=True)
            return await self._convert()
        finally:
            await self.runner.end()

    def _why_not_passed_on(self, name: str) -> str | None:
        trusted = self.config.compile is Compile.TRUST
        return None if trusted else passthrough_blocker(self.model_folder, name)

    async def _convert(self) -> Manifest:
        self.tell("Converting the model", 0, None)
        head, block = await self.runner.call({"ask": "convert"}, b"", timeout_seconds=CALL_SECONDS)
        if "not_converted" in head:
            return self._refusal(head["not_converted"])
        converted = head["converted"]
        try:
            points = self._write_files(converted["last"], block)
            return await self._prove(converted, points)
        except RunnerCrashedError as error:
            return self._refusal(f"The proof could not be finished: {error.message}")
        except Exception as error:  # noqa: BLE001 - after any error of an engine, the reference path serves
            return self._refusal(f"It cannot be computed: {type(error).__name__}: {error}")

    def _write_files(self, last: FrameHeader, block: bytes) -> Points | None:
        """Write the files of the engines and return the trees' thresholds by column; None for a model without trees."""
        if last["kind"] != TREES:
            return None
        self.tell("Compiling the trees", 0, None)
        trees = TreeEnsemble.read(last, block)
        (self.folder / TREES_FILE).write_bytes(trees.to_treelite())
        if last["float32"] and last["link"] in QUICK_LINKS:
            (self.folder / LABELS_FILE).write_bytes(trees.to_onnx())
        last |= {"magnitude": trees.magnitude(), "counts": None}  # the counts are no longer needed
        return trees.points()

    def _refusal(self, reason: str, row: Row | None = None) -> Manifest:
        return Manifest(description=self.description, reason=reason, row=row)

    async def _prove(self, converted: FrameHeader, points: Points | None) -> Manifest:
        answers = self._possible_answers(converted)
        exact = (NUMPY,) if points is None else (TREELITE,)
        told = Manifest(self.description, converted, answers, exact, missing=True)
        ways = {"exact": exact} | ({"quick": (*exact, ONNX)} if (self.folder / LABELS_FILE).exists() else {})
        evaluations = {name: CompiledEvaluator(replace(told, engines=way), self.folder) for name, way in ways.items()}
        prover = EquivalenceTester(self._ask, evaluations, with_probabilities=PROBABILITIES in answers)
        features = self.signature.features or ()
        own = await self._own_rows()
        probe = ProbeRows(features, points_of(converted["steps"], points, len(features)), own)
        seconds = await prover.run(probe.kinds(self.rows), self.rows, self.tell)
        manifest = self._select_engine(told, prover, seconds)
        return await self._time(manifest, probe.draw("within", TIMED_ROWS)) if manifest.is_usable else manifest

    async def _time(self, manifest: Manifest, rows: list[Row]) -> Manifest:
        """Return the manifest with timings; it is not usable if the compiled model is slower even for a single row."""
        self.tell("Timing the compiled model", 0, None)
        answers = await self._ask(rows)
        rows = [row for row, answer in zip(rows, answers, strict=True) if answer is not None]
        timings = await self._timings(manifest, rows, with_probabilities=False)
        if not timings.max_rows:
            return self._refusal("It is not faster than the model itself.")
        manifest = replace(manifest, timings=timings)
        if PROBABILITIES not in manifest.answers:
            return manifest
        timings = await self._timings(manifest, rows, with_probabilities=True)
        if not timings.max_rows:
            return replace(manifest, answers=tuple(name for name in manifest.answers if name != PROBABILITIES))
        return replace(manifest, probability_timings=timings)

    async def _timings(self, manifest: Manifest, rows: list[Row], *, with_probabilities: bool) -> Timings:
        evaluation = CompiledEvaluator(manifest, self.folder)
        return await measure(
            partial(evaluation.predict, with_probabilities=with_probabilities),
            partial(self._ask, with_probabilities=with_probabilities),
            rows,
        )

    def _possible_answers(self, converted: FrameHeader) -> tuple[str, ...]:
        if converted["last"]["link"] == NUMBER:
            return (NUMBERS,)
        passed_on = self._why_not_passed_on("predict_proba") is None
        return (LABELS, PROBABILITIES) if self.signature.probabilities and passed_on else (LABELS,)

    def _select_engine(self, told: Manifest, prover: EquivalenceTester, seconds: float) -> Manifest:
        """Return the manifest with the engines and outputs that had no mismatch in the equivalence check."""
        exact, quick = prover.results["exact"], prover.results.get("quick")
        missing = True not in exact.differences | prover.probabilities.differences
        if False in exact.differences:
            difference = exact.differences[False]
            return self._refusal(f"It differs from the delivered model: {difference}.", difference.row)
        if quick is not None and quick.differences:
            quick = None
        used = quick or exact
        proof = prover.proof_of(used, seconds)
        if proof.fallbacks > MAX_FALLBACK_RATE * proof.rows:
            return self._refusal(f"{proof.fallbacks} of {proof.rows} rows would be handed back to the model.")
        answers, back = told.answers, sum(prover.probabilities.fallbacks.values())
        if False in prover.probabilities.differences or back > MAX_FALLBACK_RATE * proof.rows:
            answers = tuple(name for name in answers if name != PROBABILITIES)
        engines = told.engines if quick is None else (*told.engines, ONNX)
        return replace(told, answers=answers, engines=engines, missing=missing, proof=proof)

    async def _own_rows(self) -> list[Row]:
        """Return the rows of the model folder: the probe rows of the load, and the valid rows of its `get_dataset`."""
        asked: list[Row] = self.description["probe"]["rows"]
        head, _ = await self.runner.call({"ask": "dataset"}, b"", timeout_seconds=DATASET_SECONDS)
        rows = head.get("rows") or []
        return asked + [row for row in rows if self._is_taken(row)]

    def _is_taken(self, row: Row) -> bool:
        try:
            self.signature.validate_row(row)
        except Exception:  # noqa: BLE001 - any invalid row is left out
            return False
        return True

    async def _ask(
        self, rows: Sequence[Sequence[Any]], *, with_probabilities: bool | None = None
    ) -> list[ModelOutput | None]:
        """Return the outputs of the model process; None for a row that it rejects.

        A rejected batch is split in halves to find the rejected rows.

        Args:
            rows: The rows, shape (rows, features).
            with_probabilities: Whether to return probabilities; None returns them if the model has them.
        """
        if with_probabilities is None:
            with_probabilities = self.signature.probabilities
        head, block = encode_rows(rows, self.signature.non_numeric_columns(rows))
        head["probabilities"] = with_probabilities
        reply, reply_block = await self.runner.call(head, block, timeout_seconds=CALL_SECONDS)
        if "results" in reply:
            if not with_probabilities:
                return [ModelOutput(result, None) for result in reply["results"]]
            return list(map(ModelOutput, reply["results"], decode_rows(reply_block, rows=len(rows))))
        if len(rows) == 1:
            return [None]
        middle = len(rows) // 2
        halves = rows[:middle], rows[middle:]
        return [each for half in halves for each in await self._ask(half, with_probabilities=with_probabilities)]
