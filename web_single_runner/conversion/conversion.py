"""Model conversion: converts supported estimators to plain numbers, from which the server builds a compiled model.

The server runs an equivalence check on the result before use; this module only rejects what cannot be equivalent.
"""

from web_single_runner.channel import explain
from web_single_runner.conversion.last_step import last_of
from web_single_runner.conversion.preprocessing import steps_of
from web_single_runner.errors import CannotConvertError
from web_single_runner.introspection.estimator import is_a

CONVERT = "convert"
CONTAINERS = ("array", "dataframe")
MATRIX = "multiply_matrix"
METHODS = ("predict", "predict_proba")


def convert(delivered, plan):
    """Return the reply to a conversion request: a head, and the tree nodes as a block; errors are in the head."""
    try:
        converted, block = conversion_of(delivered.model, plan)
    except CannotConvertError as error:
        return {"not_converted": str(error)}, b""
    except BaseException as error:  # noqa: BLE001 - any failure means that the model is not supported
        told = explain(error)
        return {"not_converted": "It cannot be converted: {type}: {message:.300}".format(**told)}, b""
    return {"converted": converted}, block


def conversion_of(model, plan):
    """Return the model as JSON-compatible values (preprocessing steps, last step), and its trees as a block.

    Raises:
        CannotConvertError: The input type, a feature or an estimator is not supported.
    """
    if plan.input_type not in CONTAINERS or plan.single_row_only or plan.by_column or not plan.features:
        raise CannotConvertError("Only models that take an array or a DataFrame, many rows at once, are compiled.")
    if any(feature["kind"] == "any" for feature in plan.features):
        raise CannotConvertError("It is not known which values its features take.")
    *steps, last = chain_of(model)
    names = [feature["name"] for feature in plan.features]
    told = steps_of(steps, names)
    last_told, block = last_of(last)
    if any(step["op"] == MATRIX for step in told):
        told, (last_told["components"], last_told["means"]) = without_matrix(told, last_told)
    return {"steps": told, "last": last_told, "estimator": type(last).__name__}, block


def without_matrix(steps, last):
    """Return the steps before the matrix multiplication, and its values, which become part of the linear model.

    Raises:
        CannotConvertError: The multiplication is not the only one, directly before a linear model.
    """
    *before, matrix = steps
    if last["kind"] != "linear" or matrix["op"] != MATRIX or any(step["op"] == MATRIX for step in before):
        raise CannotConvertError("Components are compiled right before a linear model alone: their sums are rounded.")
    return before, matrix["values"]


def chain_of(model):
    """Return the estimators that X passes through, in order; raise CannotConvertError if one is not scikit-learn's."""
    if is_a(model, "BaseSearchCV"):
        check_is_plain(model)
        return chain_of(model.best_estimator_)
    if is_a(model, "Pipeline"):
        check_is_plain(model)
        *steps, last = [step for _, step in model.steps]
        kept = [step for step in steps if step is not None and not isinstance(step, str)]
        return [each for step in kept for each in chain_of(step)] + chain_of(last)
    check_is_plain(model)
    return [model]


def check_is_plain(estimator):
    """Raise CannotConvertError unless the class is of scikit-learn itself: a subclass may override any method."""
    kind = type(estimator)
    if kind.__module__.split(".")[0] != "sklearn":
        raise CannotConvertError("{} is not an estimator of scikit-learn.".format(kind.__qualname__))
    if any(name in vars(estimator) for name in METHODS):
        raise CannotConvertError("The methods of {} were replaced.".format(kind.__qualname__))
