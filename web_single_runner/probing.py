"""Probing: which X the delivered `predict` takes, found by asking it with a few rows. What it does is the truth."""

import math
import time
from itertools import cycle, islice

from web_single_runner.answers import UnusableAnswerError, first_not_finite
from web_single_runner.asking import predict, predict_proba
from web_single_runner.channel import explain
from web_single_runner.estimator import BOOLEAN, CATEGORY, NUMBER, TEXT, new_feature, of_library
from web_single_runner.refusal import RefusalError
from web_single_runner.rows import Plan, Rows, plainest_container

ANY = "any"
# Two flowers, an Iris setosa and an Iris virginica, each repeated to the length that the model takes;
# where it takes only zeros and ones, these, and where it takes only zeros, these.
NUMBERS = (((5.1, 3.5, 1.4, 0.2), (6.7, 3.0, 5.2, 2.3)), ((0.0,), (1.0,)), ((0.0,), (0.0,)))
SOME_TEXT = "some text"
MOST_COUNTS = 32
MOST_COLUMNS = 64


class Probe:
    """What was found: the plan, two rows that were answered, the answers; or the trouble where none was."""

    def __init__(self, delivered, deadline):
        self.delivered = delivered
        self.deadline = deadline
        self.plan = None
        self.rows = []
        self.results = []
        self.has_probabilities = delivered.predict_proba is not None
        self.probabilities_of_rows = None
        self.trouble = None
        self.first_failure = None

    def ask(self, plan, rows):
        """Return the answers to plain rows; None where it raises, or has no finite answer."""
        if time.monotonic() > self.deadline:
            return None
        try:
            results = predict(self.delivered, plan, Rows.of(rows))
            return results if first_not_finite(results) is None else None
        except BaseException as error:  # noqa: BLE001 - whatever it raises: these rows are not what it takes
            self.first_failure = self.first_failure or error
            return None

    def ask_probabilities(self):
        """Find out whether it answers the rows that it takes with as many numbers for each, as its classes have."""
        if not self.has_probabilities or not self.rows:
            return
        try:
            self.probabilities_of_rows = predict_proba(self.delivered, self.plan, Rows.of(self.rows))
        except BaseException:  # noqa: BLE001 - as above
            self.has_probabilities = False


def find(delivered, plans, deadline):
    """Return what the delivered code takes, these plans first; a RefusalError where no answer can be kept."""
    probe = Probe(delivered, deadline)
    if not any(try_plan(probe, plan) for plan in plans) and is_own(delivered):
        search_counts(probe)
    if not probe.rows:
        give_up(probe, plans)
    else:
        learn_kinds(probe)
        learn_missing(probe)
    probe.ask_probabilities()
    return probe


def is_own(delivered):
    """Tell whether what is asked is code of the data scientist, which may take another X than the estimator."""
    return delivered.has_own_predict or not of_library(delivered.model)


def try_plan(probe, plan):
    """Keep this plan where the model answers two rows of it, at once or one by one."""
    for row_by_row in (False, True):
        plan.row_by_row = row_by_row
        for unknown in (NUMBER, TEXT):
            for numbers in NUMBERS:
                rows = [row_of(plan.features, values, unknown) for values in numbers]
                results = probe.ask(plan, rows)
                if results is not None:
                    for feature in plan.features:
                        feature["tried"] = unknown if feature["kind"] is None else None
                    probe.plan, probe.rows, probe.results = plan, rows, results
                    return True
            if all(feature["kind"] is not None for feature in plan.features):
                break
    return False


def row_of(features, numbers, unknown):
    """Return a row of these features: the numbers in turn, the first categories, some text."""
    values = islice(cycle(numbers), len(features))
    return [value_of(feature, feature["kind"] or unknown, number) for feature, number in zip(features, values)]


def value_of(feature, kind, number):
    if kind == CATEGORY:
        return feature["values"][0]
    return {BOOLEAN: True, TEXT: SOME_TEXT}.get(kind, number)


def search_counts(probe):
    """Try rows of any length: where one length alone is taken, it is the model's; where several are, it has none."""
    found = []
    for count in range(1, MOST_COUNTS + 1):
        attempt = Probe(probe.delivered, probe.deadline)
        plans = [Plan(plainest_container(), [new_feature() for _ in range(count)])]
        if count == 1:
            plans.append(Plan("texts", [dict(new_feature(), kind=TEXT)]))
        plans.append(Plan("row", [new_feature() for _ in range(count)]))
        if any(try_plan(attempt, plan) for plan in plans):
            found.append(attempt)
        probe.first_failure = probe.first_failure or attempt.first_failure
    if found:
        probe.plan, probe.rows, probe.results = found[0].plan, found[0].rows, found[0].results
    if len(found) > 1:
        row_by_row = probe.plan.row_by_row
        probe.plan = Plan(probe.plan.container, None)
        probe.plan.row_by_row = row_by_row


def give_up(probe, plans):
    """Keep what the model told, though it answered none of the rows that follow from it."""
    if isinstance(probe.first_failure, UnusableAnswerError):
        raise RefusalError("The model's answers cannot be kept: {}.".format(probe.first_failure))
    probe.plan = plans[0] if plans else Plan(plainest_container(), None)
    probe.plan.row_by_row = False
    for feature in probe.plan.features or []:
        feature["kind"] = feature["kind"] or ANY
        feature["missing"] = bool(feature["missing"])
    error = probe.first_failure
    told = "{type}: {message}".format(**explain(error)) if error is not None else "no finite answer"
    probe.trouble = "It was asked a few rows when it had loaded, and answered none of them: {}.".format(told)


def learn_kinds(probe):
    """Find out what else than the value that was tried the features of unknown kind take."""
    unknown = [at for at, feature in enumerate(probe.plan.features or []) if feature["kind"] is None]
    groups = [[at] for at in unknown] if len(unknown) <= MOST_COLUMNS else [unknown]
    for group in groups:
        tried = probe.plan.features[group[0]]["tried"]
        other = dict.fromkeys(group, SOME_TEXT if tried == NUMBER else 1.0)
        kind = ANY if probe.ask(probe.plan, [with_values(probe.rows[0], other)]) is not None else tried
        for at in group:
            probe.plan.features[at]["kind"] = kind


def learn_missing(probe):
    """Find out which features may be missing: those without which it still answers, with finite probabilities too."""
    features = probe.plan.features or []
    all_at_once = [with_values(probe.rows[0], {at: gap(feature)}) for at, feature in enumerate(features)]
    if len(features) <= MOST_COLUMNS:
        taken = [answers_all(probe, [row]) for row in all_at_once]
    else:
        everything = with_values(probe.rows[0], {at: gap(feature) for at, feature in enumerate(features)})
        taken = [answers_all(probe, [everything])] * len(features)
    for feature, is_taken in zip(features, taken):
        feature["missing"] = is_taken


def answers_all(probe, rows):
    if probe.ask(probe.plan, rows) is None:
        return False
    if probe.delivered.predict_proba is None:
        return True
    try:
        return first_not_finite(predict_proba(probe.delivered, probe.plan, Rows.of(rows))) is None
    except BaseException:  # noqa: BLE001 - whatever it raises: this is not what it takes
        return False


def gap(feature):
    """Return what the server sends for a missing value: NaN in the block, or nothing in a list."""
    return math.nan if feature["kind"] == NUMBER else None


def with_values(row, values):
    return [values.get(at, value) for at, value in enumerate(row)]
