"""Calling conventions of the functions in `model.py`, derived from their signatures without a trial call."""

import inspect
import os
from pathlib import Path

from web_single_runner.errors import UnsupportedModelError

MODEL_NAMES = ("model", "clf", "classifier", "reg", "regressor", "estimator", "pipeline", "pipe", "bundle", "mdl")
DATA_NAMES = ("x", "data", "df", "features", "rows", "inputs", "samples", "records", "texts", "frame", "values")
PATH_NAMES = ("path", "file", "filename", "filepath", "artifact", "artefact", "location")
ACCEPTED = {
    "load_model": "load_model(path) and load_model() are accepted",
    "predict": "predict(model, X) and predict(X) are accepted",
    "predict_proba": "predict_proba(model, X) and predict_proba(X) are accepted",
}


def call_with_model(name, function, model):
    """Return `predict` or `predict_proba` of model.py as a function of X.

    Raises:
        UnsupportedModelError: The signature has required parameters other than the model and X.
    """
    signature = signature_of(name, function)
    roles = roles_of(name, signature)

    def call(X):
        if not roles:
            return function(model, X)
        given = {"model": model, "X": X}
        bound = inspect.BoundArguments(signature, {parameter: given[role] for parameter, role in roles.items()})
        return function(*bound.args, **bound.kwargs)

    return call


def roles_of(name, signature):
    """Return the role ("model" or "X") of each parameter by name; empty for a function of `*args` only."""
    named = named_parameters(signature)
    required = [each.name for each in named if each.default is each.empty]
    optional = [each.name for each in named if each.default is not each.empty]
    if len(required) == len(("model", "X")):
        roles = ("X", "model") if is_data(required[0]) and not is_data(required[1]) else ("model", "X")
        return dict(zip(required, roles))
    if len(required) == 1 and not is_model(required[0]):
        model = next((parameter for parameter in optional if is_model(parameter)), None)
        return {required[0]: "X"} if model is None else {required[0]: "X", model: "model"}
    if len(required) <= 1:
        data = next((parameter for parameter in optional if is_data(parameter)), None)
        model = next((parameter for parameter in required + optional if is_model(parameter)), None)
        if data is not None:
            return {data: "X"} if model is None else {model: "model", data: "X"}
        if not named and signature.parameters:  # *args
            return {}
    raise UnsupportedModelError("model.py has {}{}; {}.".format(name, signature, ACCEPTED[name]) + advice(required[2:]))


def named_parameters(signature):
    """Return the parameters except `*args` and `**kwargs`."""
    several = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
    return [each for each in signature.parameters.values() if each.kind not in several]


def advice(surplus):
    return " Give {} a default value.".format(" and ".join(surplus)) if surplus else ""


def is_model(name):
    return name.lower().strip("_") in MODEL_NAMES


def is_data(name):
    return name.lower().strip("_") in DATA_NAMES


def call_load_model(function, artifact):
    """Call `load_model` of model.py, with the artifact path if it takes one, and return its result.

    Raises:
        UnsupportedModelError: It has more than one required parameter.
    """
    signature = signature_of("load_model", function)
    parameters = named_parameters(signature)
    required = [each for each in parameters if each.default is each.empty]
    if len(required) > 1:
        surplus = [each.name for each in required[1:]]
        raise UnsupportedModelError(
            "model.py has load_model{}; {}.".format(signature, ACCEPTED["load_model"]) + advice(surplus)
        )
    takers = required or [each for each in parameters if takes_path(each)]
    if not takers:
        return function()
    taker = takers[0]
    path = artifact if wants_path_object(taker) else str(artifact)
    return function(**{taker.name: path}) if taker.kind == taker.KEYWORD_ONLY else function(path)


def takes_path(parameter):
    """Return whether an optional parameter is the artifact path, by its name or default value."""
    named_so = any(word in PATH_NAMES for word in parameter.name.lower().split("_"))
    return named_so or isinstance(parameter.default, os.PathLike)


def wants_path_object(parameter):
    """Return whether the parameter expects a `pathlib.Path`, by its default value or annotation."""
    annotation = parameter.annotation
    named = annotation if isinstance(annotation, str) else getattr(annotation, "__name__", "")
    return isinstance(parameter.default, Path) or named.split(".")[-1] == "Path"


def signature_of(name, function):
    if not callable(function):
        kind = type(function).__name__
        raise UnsupportedModelError(
            "{} in model.py is no function but of type {}; {}.".format(name, kind, ACCEPTED[name])
        )
    if inspect.iscoroutinefunction(function):
        raise UnsupportedModelError("{} in model.py is asynchronous; an ordinary function is accepted.".format(name))
    try:
        return inspect.signature(function)
    except (TypeError, ValueError):  # functions written in C may have no signature
        return inspect.signature(print)  # accepts any arguments
