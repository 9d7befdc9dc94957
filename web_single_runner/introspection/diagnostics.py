"""What `web-single check` asks beside answers: what the model is made of, and rows that it was trained on."""

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
    """Return the head of the reply to one question. Whatever the delivered code raises is told, not died of."""
    try:
        if question == DATASET:
            return {"rows": dataset_rows(plan)}
        return {"classes": sorted(class_names(delivered.model))}
    except BaseException as error:  # noqa: BLE001 - `sys.exit()` in it too
        return {"raised": explain(error)}


def class_names(part, levels=MOST_LEVELS):
    """Return the names of the classes of a model and of all estimators in it."""
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
    """Return some rows of X from the delivered `get_dataset()`; None where there is none that needs no arguments."""
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
    """Refuse to reach other machines by Python's own sockets."""
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
    """Return X of what a `get_dataset()` returns: X itself, (X, y), or what holds them by name."""
    if isinstance(dataset, tuple):
        return dataset[0]
    if isinstance(dataset, dict):
        return dataset["X"] if "X" in dataset else dataset["data"]
    return dataset


def some_rows(X, names):
    """Return rows from all over X, each as a sequence of values; by the model's names where X has them."""
    if hasattr(X, "iloc"):
        X = X[names] if names and hasattr(X, "columns") and set(names) <= set(X.columns) else X
        X = X.iloc[spread(len(X))]
        rows = X.itertuples(index=False, name=None) if hasattr(X, "itertuples") else X
    else:
        rows = [X[at] for at in spread(len(X))]
    return [row if hasattr(row, "__len__") and not isinstance(row, str) else [row] for row in rows]


def spread(count):
    """Return at most so many positions, evenly spread over all."""
    return [at * count // MOST_ROWS for at in range(MOST_ROWS)] if count > MOST_ROWS else list(range(count))


def cell(value):
    """Return one value as JSON has it: nothing for NaN and its like."""
    value = plain(value)
    return None if isinstance(value, float) and math.isnan(value) else value
