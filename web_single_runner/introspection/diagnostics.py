"""Diagnostics for `web-single check` and the equivalence check: estimator classes and sample rows of the dataset."""

import contextlib
import inspect
import math
import sys
from pathlib import Path

from web_single_runner.channel import explain
from web_single_runner.inference.results import plain
from web_single_runner.loading.conventions import named_parameters
from web_single_runner.loading.loaded_model import writes_refused

DATASET = "dataset"
MOST_ROWS = 24
MOST_LEVELS = 6
NETWORK = ("socket.connect", "socket.sendto", "socket.getaddrinfo", "socket.gethostbyname")


def inquire(delivered, plan, question):
    """Return the reply head for one diagnostic request; exceptions of user code are reported in it.

    Args:
        delivered: The loaded model.
        plan: The InputAdapter.
        question: DATASET for sample rows, anything else for the estimator classes.
    """
    try:
        if question == DATASET:
            return {"rows": dataset_rows(plan)}
        return {"classes": sorted(class_names(delivered.model))}
    except BaseException as error:  # noqa: BLE001 - `sys.exit()` in it too
        return {"raised": explain(error)}


def class_names(part, levels=MOST_LEVELS):
    """Return the class names of a model and of all estimators nested in it, up to `levels` deep."""
    if levels == 0:
        return set()
    if isinstance(part, dict):
        parts = list(part.values())
    elif isinstance(part, (list, tuple)):
        parts = list(part)
    else:
        parts = list(vars(part).values()) if hasattr(part, "predict") or hasattr(part, "transform") else []
    own = {type(part).__name__} if hasattr(part, "fit") else set()
    return own.union(*(class_names(each, levels - 1) for each in parts))


def dataset_rows(plan):
    """Return sample rows of X from `get_dataset()` of model.py; None if it is missing or requires arguments.

    Raises:
        PermissionError: It uses the network or writes to the model folder.
    """
    code = sys.modules["model"]
    function = getattr(code, "get_dataset", None)
    if not inspect.isfunction(function):
        return None
    if any(each.default is each.empty for each in named_parameters(inspect.signature(function))):
        return None
    with network_refused(), writes_refused(Path(code.__spec__.origin).parent):
        X = x_of(function())
    return [[cell(value) for value in row] for row in some_rows(X, plan.names)]


@contextlib.contextmanager
def network_refused():
    """Raise PermissionError on network access through Python sockets; Unix sockets are allowed."""
    refusing = [True]

    def refuse(event, arguments):
        if refusing and event in NETWORK and (event != "socket.connect" or isinstance(arguments[1], tuple)):
            raise PermissionError("it would use the network")

    sys.addaudithook(refuse)
    try:
        yield
    finally:
        refusing.clear()


def x_of(dataset):
    """Return X from the result of `get_dataset()`: X itself, (X, y), or a dictionary with "X" or "data"."""
    if isinstance(dataset, tuple):
        return dataset[0]
    if isinstance(dataset, dict):
        return dataset["X"] if "X" in dataset else dataset["data"]
    return dataset


def some_rows(X, names):
    """Return evenly spread rows of X, each as a sequence of values; only the named columns if X has them all."""
    if hasattr(X, "iloc"):
        X = X[names] if names and hasattr(X, "columns") and set(names) <= set(X.columns) else X
        X = X.iloc[spread(len(X))]
        rows = X.itertuples(index=False, name=None) if hasattr(X, "itertuples") else X
    else:
        rows = [X[at] for at in spread(len(X))]
    return [row if hasattr(row, "__len__") and not isinstance(row, str) else [row] for row in rows]


def spread(count):
    """Return at most MOST_ROWS positions, evenly spread over `count`."""
    return [at * count // MOST_ROWS for at in range(MOST_ROWS)] if count > MOST_ROWS else list(range(count))


def cell(value):
    """Return one value as a JSON-compatible value: None for NaN and other missing values."""
    value = plain(value)
    return None if isinstance(value, float) and math.isnan(value) else value
