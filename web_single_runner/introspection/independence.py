"""Independence: whether the result for a row provably does not depend on the other rows in the same call."""

import functools
import os
import sys
import types
from pathlib import Path

from web_single_runner.introspection.row_operations import ESTIMATOR_METHODS
from web_single_runner.introspection.row_wise import passthrough_blocker

LIBRARIES = ("sklearn", "xgboost", "lightgbm", "catboost", "numpy", "scipy", "pandas", "joblib", "builtins")
# Library classes inherit methods from these modules of Python.
STANDARD = ("abc", "collections", "enum", "functools", "typing", "dataclasses", "_collections_abc", "contextlib")
MAX_OBJECTS = 200_000
# Found by calling every estimator of scikit-learn with 40 rows together and alone: these fit to the rows of the call,
# share a stopping criterion between them, draw random numbers, or magnify the last bits (Nystroem: up to 1e-7).
NOT_ROW_WISE = (
    *("IterativeImputer", "NMF", "MiniBatchNMF", "BernoulliRBM", "SparsePCA", "MiniBatchSparsePCA", "Nystroem"),
    # Squared distances by a matrix product, which rounds a row alone in another way: near neighbours and ties differ.
    *("KNNImputer", "KernelRidge", "KernelPCA", "AffinityPropagation", "LabelPropagation", "LabelSpreading"),
    *("NearestCentroid", "KMeans", "MiniBatchKMeans", "BisectingKMeans", "Birch"),
)
LEAVES = (str, bytes, bytearray, int, float, complex, bool, type(None), range, slice)
HELD = {functools.partial: ("func", "args", "keywords"), types.MethodType: ("__self__",)}
FUNCTION = types.FunctionType
FUNCTIONS = (FUNCTION, types.MethodType)
# available_if, property, partialmethod, staticmethod and lru_cache keep the function that they call in these.
WRAPPED = ("fn", "fget", "func", "__func__", "__wrapped__")
# They call functions that a user chose, at prediction: `np.cumsum` and `sklearn.preprocessing.scale` mix rows.
CALLING = {
    "FunctionTransformer": ("func", "inverse_func"),
    "TransformedTargetRegressor": ("inverse_func",),
    **dict.fromkeys(("KNeighborsClassifier", "KNeighborsRegressor", "KNNImputer"), ("weights",)),
    **dict.fromkeys(("RadiusNeighborsClassifier", "RadiusNeighborsRegressor"), ("weights",)),
}
DRAWING = ("stratified", "uniform")  # strategies of DummyClassifier: which number a row gets depends on its position


def dependence_risks(delivered):
    """Return why results may depend on other rows, by method; None where they provably do not.

    Returns:
        {"predict": sentence or None, "predict_proba": sentence or None}
    """
    file = getattr(delivered.code, "__file__", None)
    changed = changed_library(str(Path(file).parent) + os.sep) if file is not None else None
    return {name: changed or dependence_risk(delivered, name) for name in ("predict", "predict_proba")}


def changed_library(folder):
    """Return what the code in this folder has replaced in a library; None where that is nothing."""
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
    """Return whether the source of a function is in this folder, and not in an environment there."""
    path = function.__code__.co_filename
    return path.startswith(folder) and "site-packages" not in path


def dependence_risk(delivered, name):
    function = getattr(delivered.code, name, None)
    if function is not None:
        return passthrough_blocker(name, function, delivered.code, delivered.model, object_risk)
    return object_risk(delivered.model)


def object_risk(model):
    """Return why a method of this object may mix rows; None where it consists of row-wise library code alone.

    Every object that can be reached from the model must be of a library's own class, with the class's own methods.
    """
    seen, classes, pending = {}, set(), [model]
    while pending:
        part = pending.pop()
        if isinstance(part, LEAVES) or id(part) in seen:
            continue
        seen[id(part)] = part  # keeps it alive, so that no other object gets its id
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
    """Return why this object alone may mix rows; None where it does not."""
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
    """Return the name of a method of a library's class that other code has replaced, or None."""
    for base in kind.__mro__:
        for name, value in vars(base).items():
            function = function_of(value)
            is_own = isinstance(function, FUNCTION) and not is_of_library(function)
            if is_own or (name in ESTIMATOR_METHODS and getattr(function, "__name__", name) != name):
                return name
    return None


def function_of(value):
    """Return the function that an attribute of a class calls, where it wraps one."""
    while not isinstance(value, FUNCTION):
        inner = [getattr(value, name) for name in WRAPPED if callable(getattr(value, name, None))]
        if not inner:
            break
        value = inner[0]
    return value


def is_of_library(function):
    """Return whether a library defines this function: a decorator may copy its name, but not its globals."""
    root = root_of(function.__globals__.get("__name__"))
    return root in LIBRARIES or root in STANDARD


def root_of(module):
    return (module or "").split(".")[0]


def parts_of(part):
    """Return what an object holds: items, attributes, the entries of an array of objects."""
    if isinstance(part, (list, tuple, set, frozenset)):
        return list(part)
    if getattr(getattr(part, "dtype", None), "kind", None) == "O" and hasattr(part, "ravel"):
        return list(part.ravel())
    items = [*part.keys(), *part.values()] if isinstance(part, dict) else []
    attributes = [] if isinstance(part, (type, types.FunctionType)) else [*getattr(part, "__dict__", {}).values()]
    return items + attributes + [getattr(part, name) for name in HELD.get(type(part), ())]
