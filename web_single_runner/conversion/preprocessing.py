"""Conversion of preprocessing steps to lists of column operations, applied in order in float64."""

import math

from web_single_runner.errors import CannotConvertError
from web_single_runner.introspection.estimator import is_a, is_nothing, positions


def steps_of(steps, names):
    """Return the operations of all steps; `names` are the column names, None for columns without one."""
    told = []
    for step in steps:
        if isinstance(step, str) or step is None:
            continue
        told += step_of(step, names)
        names = [None] * 10**4  # later steps select columns by position
    return told


def step_of(step, names):
    """Return the operations of one step; raise CannotConvertError if it is not supported."""
    name = type(step).__name__
    if name == "ColumnTransformer":
        return column_transformer(step, names)
    if name not in STEPS or not is_a(step, name):
        raise CannotConvertError("{} is not among the steps that are compiled.".format(name))
    return STEPS[name](step)


def operation(name, *values):
    return {"op": name, "values": [plain_numbers(value) for value in values]}


def plain_numbers(value):
    return value.tolist() if hasattr(value, "tolist") else value


def standard_scaler(step):
    told = [operation("subtract", step.mean_)] if step.with_mean else []
    return told + ([operation("divide", step.scale_)] if step.with_std else [])


def min_max_scaler(step):
    told = [operation("multiply", step.scale_), operation("add", step.min_)]
    return told + ([operation("clip", *step.feature_range)] if getattr(step, "clip", False) else [])


def max_abs_scaler(step):
    told = [operation("divide", step.scale_)]
    return told + ([operation("clip", -1.0, 1.0)] if getattr(step, "clip", False) else [])


def robust_scaler(step):
    told = [operation("subtract", step.center_)] if step.with_centering else []
    return told + ([operation("divide", step.scale_)] if step.with_scaling else [])


def simple_imputer(step):
    statistics = plain_numbers(step.statistics_)
    if step.add_indicator or not (isinstance(step.missing_values, float) and math.isnan(step.missing_values)):
        raise CannotConvertError("This use of SimpleImputer is not compiled.")
    if any(is_nothing(value) for value in statistics):
        raise CannotConvertError("SimpleImputer leaves out a column that had no values.")
    return [operation("fill", statistics)]


def selector(step):
    return [operation("take", step.get_support(indices=True))]


def pca(step):
    if step.whiten:
        raise CannotConvertError("PCA with whitening is not compiled.")
    return [operation("subtract", step.mean_), operation("multiply_matrix", step.components_.T, step.mean_)]


def one_hot_encoder(step):
    if getattr(step, "_infrequent_enabled", False):
        raise CannotConvertError("OneHotEncoder with infrequent categories is not compiled.")
    if step.handle_unknown not in ("ignore", "error"):
        raise CannotConvertError("OneHotEncoder(handle_unknown={!r}) is not compiled.".format(step.handle_unknown))
    dropped = getattr(step, "drop_idx_", None)
    dropped = [None] * len(step.categories_) if dropped is None else plain_numbers(dropped)
    return [operation("one_hot", categories_of(step), dropped, step.handle_unknown == "ignore")]


def ordinal_encoder(step):
    if getattr(step, "_infrequent_enabled", False):
        raise CannotConvertError("OrdinalEncoder with infrequent categories is not compiled.")
    unknown = step.unknown_value if step.handle_unknown == "use_encoded_value" else None
    return [operation("ordinal", categories_of(step), unknown)]


def categories_of(step):
    """Return the categories of each column.

    Raises:
        CannotConvertError: A category is missing (None, NaN) or not JSON-compatible.
    """
    categories = [plain_numbers(known) for known in step.categories_]
    if any(
        not isinstance(value, (str, int, float, bool)) or is_nothing(value) for each in categories for value in each
    ):
        raise CannotConvertError("{} knows values that are not compiled.".format(type(step).__name__))
    return categories


def column_transformer(step, names):
    parts = []
    for _, part, columns in step.transformers_:
        at = positions(columns, names)
        if isinstance(part, str) and part == "drop":
            continue
        steps = [inner for _, inner in part.steps] if is_a(part, "Pipeline") else [part]
        steps = [] if isinstance(part, str) else steps
        parts.append({"columns": at, "steps": steps_of(steps, [names[each] for each in at])})
    if step.transformer_weights:
        raise CannotConvertError("ColumnTransformer with weights is not compiled.")
    return [{"op": "columns", "values": [parts]}]


def identity(step):
    if step.func is not None:
        raise CannotConvertError("FunctionTransformer is not compiled.")
    return []


STEPS = {
    "StandardScaler": standard_scaler,
    "MinMaxScaler": min_max_scaler,
    "MaxAbsScaler": max_abs_scaler,
    "RobustScaler": robust_scaler,
    "SimpleImputer": simple_imputer,
    "VarianceThreshold": selector,
    "SelectKBest": selector,
    "SelectPercentile": selector,
    "SelectFromModel": selector,
    "PCA": pca,
    "OneHotEncoder": one_hot_encoder,
    "OrdinalEncoder": ordinal_encoder,
    "FunctionTransformer": identity,
}
