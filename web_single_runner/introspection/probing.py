"""Probing: determines which X `predict` accepts by calling it with a few rows."""

import math
import time
from itertools import cycle, islice

from web_single_runner.channel import explain
from web_single_runner.errors import UnsupportedModelError
from web_single_runner.inference.calls import predict, predict_proba
from web_single_runner.inference.results import UnusableAnswerError, columns_of, first_not_finite
from web_single_runner.inference.rows import InputAdapter, RowBatch, default_container
from web_single_runner.introspection.estimator import BOOLEAN, CATEGORY, NUMBER, TEXT, count_of, new_feature, of_library

ANY = "any"
# Pairs of probe rows, each repeated to the number of features: an Iris setosa and an Iris virginica,
# then codes for models that accept only 0 and 1, only 1 and 2, or only 0.
NUMBERS = (((5.1, 3.5, 1.4, 0.2), (6.7, 3.0, 5.2, 2.3)), ((0.0,), (1.0,)), ((1.0,), (2.0,)), ((0.0,), (0.0,)))
TEXTS = ("some text", "2026-01-31", "2026-01-31 09:30:00")
MOST_COUNTS = 32
MOST_COLUMNS = 64


class Probe:
    """Calls the model with probe rows and holds the outcome.

    The outcome is the InputAdapter, two accepted rows and their results, or the error if no row was accepted.
    `deadline` is a time of `time.monotonic()` in seconds.
    """

    def __init__(self, delivered, deadline):
        self.delivered = delivered
        self.deadline = deadline
        self.plan = None
        self.rows = []
        self.results = []
        self.has_probabilities = delivered.predict_proba is not None
        self.probabilities_of_rows = None
        self.error = None
        self.first_failure = None

    def ask(self, plan, rows):
        """Return the results for these rows; None if `predict` raises, a result is not finite or time is up."""
        if time.monotonic() > self.deadline:
            self.error = "Asking it a few rows took longer than expected: less is known of its features."
            return None
        try:
            results = predict(self.delivered, plan, RowBatch.of(rows))
            return results if first_not_finite(results) is None else None
        except BaseException as error:  # noqa: BLE001 - any exception means that it rejects these rows
            self.first_failure = self.first_failure or error
            return None

    def ask_probabilities(self):
        """Set the probabilities of the accepted rows; clear `has_probabilities` if `predict_proba` fails."""
        if not self.has_probabilities or not self.rows:
            return
        try:
            self.probabilities_of_rows = predict_proba(self.delivered, self.plan, RowBatch.of(self.rows))
        except BaseException:  # noqa: BLE001 - as above
            self.has_probabilities = False


def find(delivered, plans, deadline):
    """Return the Probe for the first plan that `predict` accepts.

    Args:
        delivered: The loaded model.
        plans: The InputAdapters to try, in this order.
        deadline: The end of probing, in seconds of `time.monotonic()`.

    Raises:
        UnsupportedModelError: No rows were accepted, and the first failure was a result that JSON cannot represent.
    """
    probe = Probe(delivered, deadline)
    if not any(try_plan(probe, plan) for plan in plans) and is_own(delivered):
        search_counts(probe)
    if not probe.rows:
        give_up(probe, plans)
        return probe
    learn_layout(probe)
    probe.ask_probabilities()
    infer_feature_types(probe)
    learn_missing(probe)
    return probe


def is_own(delivered):
    """Return whether `predict` is user code, which may accept a different X than the estimator."""
    return delivered.has_own_predict or not of_library(delivered.model) or count_of(delivered.model) is None


def try_plan(probe, plan):
    """Return whether the model accepts two rows of this plan and needs all its columns; store the plan if so."""
    if not answers_rows(probe, plan):
        return False
    if plan.input_type == "dataframe" and is_own(probe.delivered):
        return drop_unused_columns(probe)
    return True


def answers_rows(probe, plan):
    """Return whether the model accepts two rows of this plan, in one call or one per call; store the plan if so."""
    plan.by_column = True  # only affects tuples; `learn_layout` decides
    for single_row_only in (False, True):
        plan.single_row_only = single_row_only
        for unknown in (NUMBER, TEXT):
            for numbers in NUMBERS:
                rows = [row_of(plan.features, values, unknown) for values in numbers]
                results = probe.ask(plan, rows)
                if results is not None and (single_row_only or answers_any_number(probe, plan, rows)):
                    for feature in plan.features:
                        feature["tried"] = unknown if feature["kind"] is None else None
                    probe.plan, probe.rows, probe.results = plan, rows, results
                    return True
            if all(feature["kind"] is not None for feature in plan.features):
                break
    return False


def answers_any_number(probe, plan, rows):
    """Return whether one row and three rows also work: code for one flat row may read two rows as two values."""
    return all(probe.ask(plan, some) is not None for some in (rows[:1], [*rows, rows[0]]))


def drop_unused_columns(probe):
    """Drop the columns that do not change the results, because user code computes them; return success.

    If the columns are those of the model itself, user code builds its own table. A DataFrame of these columns is then
    not its input, and the plan is discarded.
    """
    plan, rows, failure = probe.plan, probe.rows, probe.first_failure  # failures of the reduced rows are not reported
    needless = [at for at in range(len(plan.features)) if probe.ask(*without(plan, rows, [at])) == probe.results]
    if not needless:
        return True
    fewer, rows_of_fewer = without(plan, rows, needless)
    same = count_of(probe.delivered.model) is None and probe.ask(fewer, rows_of_fewer) == probe.results
    probe.first_failure = failure
    probe.plan, probe.rows, probe.results = (fewer, rows_of_fewer, probe.results) if same else (None, [], [])
    return same


def without(plan, rows, needless):
    """Return copies of the plan and the rows without the columns at positions `needless`."""
    kept = [at for at in range(len(plan.features)) if at not in needless]
    fewer = InputAdapter(plan.input_type, [plan.features[at] for at in kept])
    fewer.single_row_only, fewer.by_column = plan.single_row_only, plan.by_column
    return fewer, [[row[at] for at in kept] for row in rows]


def learn_layout(probe):
    """Set `by_column`: whether a result tuple has one part per output, checked with three instead of two rows."""
    if probe.plan.single_row_only:
        return
    try:
        answers = probe.delivered.predict(probe.plan.X(RowBatch.of([*probe.rows, probe.rows[0]])))
    except BaseException:  # noqa: BLE001 - the results for two rows remain valid
        answers = None
    probe.plan.by_column = columns_of(answers, len(probe.rows) + 1) is not None
    probe.results = probe.ask(probe.plan, probe.rows) or probe.results


def row_of(features, numbers, unknown):
    """Return a probe row: cycled numbers, the first category, True or a text, by feature kind."""
    values = islice(cycle(numbers), len(features))
    return [value_of(feature, feature["kind"] or unknown, number) for feature, number in zip(features, values)]


def value_of(feature, kind, number):
    if kind == CATEGORY:
        return feature["values"][0]
    return {BOOLEAN: True, TEXT: TEXTS[0]}.get(kind, number)


def search_counts(probe):
    """Try rows with 1 to MOST_COUNTS features and store the plan of the first accepted length.

    If several lengths are accepted, the number of features is unknown.
    """
    found = []
    for count in range(1, MOST_COUNTS + 1):
        attempt = Probe(probe.delivered, probe.deadline)
        plans = [InputAdapter(default_container(), [new_feature() for _ in range(count)])]
        if count == 1:
            plans.append(InputAdapter("texts", [dict(new_feature(), kind=TEXT)]))
        plans.append(InputAdapter("row", [new_feature() for _ in range(count)]))
        if any(answers_rows(attempt, plan) for plan in plans):
            found.append(attempt)
        probe.first_failure = probe.first_failure or attempt.first_failure
        probe.error = probe.error or attempt.error
    if len(found) > 1:  # code that accepts longer rows reads a text as a row of letters
        found = [attempt for attempt in found if attempt.plan.input_type != "texts"]
    if found:
        probe.plan, probe.rows, probe.results = found[0].plan, found[0].rows, found[0].results
    if len(found) > 1:
        probe.plan.features = probe.plan.names = None


def give_up(probe, plans):
    """Store the most likely plan and the error message after all probe rows were rejected."""
    if isinstance(probe.first_failure, UnusableAnswerError):
        raise UnsupportedModelError("The model's answers cannot be kept: {}.".format(probe.first_failure))
    probe.plan = plans[0] if plans else InputAdapter(default_container(), None)
    probe.plan.single_row_only = True  # batching is untested without a successful call
    for feature in probe.plan.features or []:
        feature["kind"] = feature["kind"] or ANY
        feature["nullable"] = bool(feature["nullable"])
    error = probe.first_failure
    told = "{type}: {message}".format(**explain(error)) if error is not None else "no finite answer"
    probe.error = "It was asked a few rows when it had loaded, and answered none of them: {}.".format(told)


def infer_feature_types(probe):
    """Set the kind of each unknown feature: ANY if it also accepts the other type, else the type tried."""
    unknown = [at for at, feature in enumerate(probe.plan.features or []) if feature["kind"] is None]
    groups = [[at] for at in unknown] if len(unknown) <= MOST_COLUMNS else [unknown]
    for group in groups:
        tried = probe.plan.features[group[0]]["tried"]
        others = TEXTS if tried == NUMBER else (1.0,)
        rows = [with_values(probe.rows[0], dict.fromkeys(group, other)) for other in others]
        kind = ANY if any(probe.ask(probe.plan, [row]) is not None for row in rows) else tried
        for at in group:
            probe.plan.features[at]["kind"] = kind


def learn_missing(probe):
    """Set `nullable` of each feature: whether results and probabilities stay finite when it is missing."""
    features = probe.plan.features or []
    all_at_once = [with_values(probe.rows[0], {at: gap(feature)}) for at, feature in enumerate(features)]
    if len(features) <= MOST_COLUMNS:
        taken = [answers_all(probe, [row]) for row in all_at_once]
    else:
        everything = with_values(probe.rows[0], {at: gap(feature) for at, feature in enumerate(features)})
        taken = [answers_all(probe, [everything])] * len(features)
    for feature, is_taken in zip(features, taken):
        feature["nullable"] = is_taken


def answers_all(probe, rows):
    if probe.ask(probe.plan, rows) is None:
        return False
    if not probe.has_probabilities:
        return True
    try:
        return first_not_finite(predict_proba(probe.delivered, probe.plan, RowBatch.of(rows))) is None
    except BaseException:  # noqa: BLE001 - any exception means that it rejects these rows
        return False


def gap(feature):
    """Return what the server sends for a missing value: NaN in the block, None in a list."""
    return math.nan if feature["kind"] == NUMBER else None


def with_values(row, values):
    return [values.get(at, value) for at, value in enumerate(row)]
