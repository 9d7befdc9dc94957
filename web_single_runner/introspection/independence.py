"""Row independence: checks whether the result for a row can depend on other rows of the batch."""

import functools
import os
import sys
import types
from pathlib import Path

from web_single_runner.introspection.row_operations import ESTIMATOR_METHODS
from web_single_runner.introspection.row_wise import passthrough_blocker

LIBRARIES = ("sklearn", "xgboost", "lightgbm", "catboost", "numpy", "scipy", "pandas", "joblib", "builtins")
# Library classes inherit methods from these standard library modules.
STANDARD = ("abc", "collections", "enum", "functools", "typing", "dataclasses", "_collections_abc", "contextlib")
MAX_OBJECTS = 200_000
# Found by calling every scikit-learn estimator with 40 rows as a batch and one by one: these fit to the batch,
# share a stopping criterion between rows, draw random numbers, or amplify rounding (Nystroem: up to 1e-7).
NOT_ROW_WISE = (
    *("IterativeImputer", "NMF", "MiniBatchNMF", "BernoulliRBM", "SparsePCA", "MiniBatchSparsePCA", "Nystroem"),
    # Squared distances by a matrix product, which rounds a single row differently: near neighbours and ties differ.
    *("KNNImputer", "KernelRidge", "KernelPCA", "AffinityPropagation", "LabelPropagation", "LabelSpreading"),
    *("NearestCentroid", "KMeans", "MiniBatchKMeans", "BisectingKMeans", "Birch"),
)
LEAVES = (str, bytes, bytearray, int, float, complex, bool, type(None), range, slice)
HELD = {functools.partial: ("func", "args", "keywords"), types.MethodType: ("__self__",)}
FUNCTION = types.FunctionType
FUNCTIONS = (FUNCTION, types.MethodType)
# Attributes in which available_if, property, partialmethod, staticmethod and lru_cache store their function.
WRAPPED = ("fn", "fget", "func", "__func__", "__wrapped__")
# Parameters with a user function called at prediction: `np.cumsum` and `sklearn.preprocessing.scale` mix rows.
CALLING = {
    "FunctionTransformer": ("func", "inverse_func"),
    "TransformedTargetRegressor": ("inverse_func",),
    **dict.fromkeys(("KNeighborsClassifier", "KNeighborsRegressor", "KNNImputer"), ("weights",)),
    **dict.fromkeys(("RadiusNeighborsClassifier", "RadiusNeighborsRegressor"), ("weights",)),
}
DRAWING = ("stratified", "uniform")  # strategies of DummyClassifier: the random number depends on the row position


def dependence_risks(delivered):
    """Return the reason why results may depend on other rows, for each method.

    Returns:
        {"predict": reason or None, "predict_proba": reason or None}; None if the analysis shows independence.
    """
    file = getattr(delivered.code, "__file__", None)
    changed = changed_library(str(Path(file).parent) + os.sep) if file is not None else None
    return {name: changed or dependence_risk(delivered, name) for name in ("predict", "predict_proba")}


def changed_library(folder):
    """Return a sentence about a library function that code in this folder replaced; None if there is none."""
    for name, module in list(sys.modules.items()):
        if root_of(name) not in LIBRARIES:
            continue
        attributes = vars(module).copy()
        classes = [each for each in attributes.values() if isinstance(each, type) and each.__module__ == name]
        for owner, values in [(name, attributes), *((each.__name__, vars(each)) for each in classes)]:
            replaced = [each for each, value in values.items() if type(value) is FUNCTION and is_below(value, folder)]
            if replaced:
                return "model.py replaces {} of {}.".format(replaced[0], owner)
    return None


def is_below(function, folder):
    """Return whether a function's source file is in this folder, excluding `site-packages` below it."""
    path = function.__code__.co_filename
    return path.startswith(folder) and "site-packages" not in path


def dependence_risk(delivered, name):
    function = getattr(delivered.code, name, None)
    if function is not None:
        return passthrough_blocker(name, function, delivered.code, delivered.model, object_risk)
    return object_risk(delivered.model)


def object_risk(model):
    """Return why a method of this object may mix rows; None if it consists only of row-wise library code.

    Every object reachable from the model must have a library class with unmodified methods.
    """
    seen, classes, pending = {}, set(), [model]
    while pending:
        part = pending.pop()
        if isinstance(part, LEAVES) or id(part) in seen:
            continue
        seen[id(part)] = part  # keeps the object alive, so that its id is not reused
        if len(seen) > MAX_OBJECTS:
            return "The model consists of more than {} objects.".format(MAX_OBJECTS)
        kind = part if isinstance(part, type) else type(part)
        risk = part_risk(part) or (class_risk(kind) if kind not in classes else None)
        if risk is not None:
            return risk
        classes.add(kind)
        pending += parts_of(part)
    return None


def part_risk(part):
    """Return why this object itself may mix rows, ignoring its class and parts; None if it does not."""
    if isinstance(part, FUNCTIONS):
        return None if is_of_library(part) else "The model calls {}, a function of its own.".format(part.__name__)
    kind = type(part).__name__
    if getattr(part, "_fit_method", None) == "brute" and not isinstance(part, type):
        return "{} computes distances by a matrix product, which is not row-wise.".format(kind)
    if kind == "DummyClassifier" and part.strategy in DRAWING:
        return "DummyClassifier draws its results at random."
    for name in ESTIMATOR_METHODS:
        if name in getattr(part, "__dict__", {}) and not isinstance(part, type):
            return replacement(name, type(part))
    for name in CALLING.get(kind, ()):
        function = getattr(part, name, None)
        checks = getattr(getattr(function, "func", None), "__module__", None) == "sklearn.utils.validation"
        if callable(function) and type(function).__name__ != "ufunc" and not checks:
            called = getattr(function, "__name__", type(function).__name__)
            return "{} calls {}, which is not known to be row-wise.".format(kind, called)
    return None


def class_risk(kind):
    """Return why an object of this class may mix rows; None for row-wise classes of known libraries."""
    if root_of(kind.__module__) not in LIBRARIES and kind is not functools.partial:
        return "{} is not a class of a known library.".format(kind.__qualname__)
    if any(base.__name__ in NOT_ROW_WISE for base in kind.__mro__):
        return "{} is not row-wise.".format(kind.__name__)
    replaced = replaced_method(kind)
    return replaced and replacement(replaced, kind)


def replacement(name, kind):
    return "The method {} of {} was replaced.".format(name, kind.__qualname__)


def replaced_method(kind):
    """Return the name of a method of a library class that other code replaced, or None."""
    for base in kind.__mro__:
        for name, value in vars(base).items():
            function = function_of(value)
            is_own = isinstance(function, FUNCTION) and not is_of_library(function)
            if is_own or (name in ESTIMATOR_METHODS and getattr(function, "__name__", name) != name):
                return name
    return None


def function_of(value):
    """Return the function that a class attribute wraps, or the attribute itself."""
    while not isinstance(value, FUNCTION):
        inner = [getattr(value, name) for name in WRAPPED if callable(getattr(value, name, None))]
        if not inner:
            break
        value = inner[0]
    return value


def is_of_library(function):
    """Return whether a library defines this function, by its globals: decorators copy only the name."""
    root = root_of(function.__globals__.get("__name__"))
    return root in LIBRARIES or root in STANDARD


def root_of(module):
    return (module or "").split(".")[0]


def parts_of(part):
    """Return the parts of an object: items, attributes, entries of an object array."""
    if isinstance(part, (list, tuple, set, frozenset)):
        return list(part)
    if getattr(getattr(part, "dtype", None), "kind", None) == "O" and hasattr(part, "ravel"):
        return list(part.ravel())
    items = [*part.keys(), *part.values()] if isinstance(part, dict) else []
    attributes = [] if isinstance(part, (type, types.FunctionType)) else [*getattr(part, "__dict__", {}).values()]
    return items + attributes + [getattr(part, name) for name in HELD.get(type(part), ())]
