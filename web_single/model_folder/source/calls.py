"""Classification of calls that train or write a model, and static evaluation of conditions."""

import ast

from web_single.model_folder.source.bindings import Binding, External, Function, Scope
from web_single.model_folder.source.findings import Effect

PICKLES = ("pickle", "cPickle", "_pickle", "pickle5", "cloudpickle", "dill", "joblib", "sklearn.externals.joblib")
WRITERS = {
    *(f"{module}.dump" for module in PICKLES),
    *(f"{module}.{name}().dump" for module in PICKLES for name in ("Pickler", "CloudPickler")),
    "joblib.numpy_pickle.dump",
    "skops.io.dump",
    "torch.save",
}
DUMPERS = {*(f"{module}.dumps" for module in PICKLES), "skops.io.dumps"}
BUFFERS = {"io.BytesIO()", "BytesIO()"}
WRITING_METHODS = {"save_model", "to_pickle"}
BYTE_WRITERS = {"write", "write_bytes"}
TRAINERS = {
    *(
        f"sklearn.model_selection.{name}"
        for name in (
            *("cross_val_score", "cross_val_predict", "cross_validate"),
            *("learning_curve", "validation_curve", "permutation_test_score"),
        )
    ),
    *(f"{module}.{name}" for module in ("lightgbm", "xgboost", "catboost") for name in ("train", "cv")),
}
TRAINING_METHODS = {"fit", "fit_transform", "fit_predict", "partial_fit"}


def effect_of(call: ast.Call, meaning: Binding | None, scope: Scope) -> Effect | None:
    """Return the effect of a call itself, without the effects of the user code that it runs; None if it has none."""
    method = call.func.attr if isinstance(call.func, ast.Attribute) else None
    if method in TRAINING_METHODS or (isinstance(meaning, External) and meaning.name in TRAINERS):
        return Effect.TRAINS
    if isinstance(meaning, External) and meaning.name in WRITERS:
        return None if _goes_to_memory(call, scope) else Effect.WRITES
    if method in WRITING_METHODS and not isinstance(meaning, Function):
        return Effect.WRITES
    if method in BYTE_WRITERS and any(_is_dumped(argument, scope) for argument in call.args):
        return None if _is_buffer(call.func, scope) else Effect.WRITES
    return None


def _goes_to_memory(call: ast.Call, scope: Scope) -> bool:
    """Return whether a model is dumped into an in-memory buffer instead of a file."""
    targets = [*call.args[1:2], *(keyword.value for keyword in call.keywords)]
    if isinstance(call.func, ast.Attribute) and isinstance(call.func.value, ast.Call):
        targets += call.func.value.args[:1]  # Pickler(buffer).dump(model)
    return any(_is_memory(target, scope) for target in targets)


def _is_buffer(function: ast.expr, scope: Scope) -> bool:
    return isinstance(function, ast.Attribute) and _is_memory(function.value, scope)


def _is_memory(expression: ast.expr, scope: Scope) -> bool:
    meaning = scope.meaning_of(expression)
    return isinstance(meaning, External) and meaning.name in BUFFERS


def _is_dumped(expression: ast.expr, scope: Scope) -> bool:
    meaning = scope.meaning_of(expression)
    return isinstance(meaning, External) and meaning.name.removesuffix("()") in DUMPERS


def truth(test: ast.expr, scope: Scope) -> bool | None:  # noqa: PLR0911 - one for each kind of condition
    """Return the value of a condition at import time, or None if it is unknown.

    The main known fact: `__name__` is not `"__main__"`.
    """
    match test:
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            value = truth(operand, scope)
            return None if value is None else not value
        case ast.BoolOp(op=operator, values=values):
            found = [truth(value, scope) for value in values]
            decisive = isinstance(operator, ast.Or)
            if decisive in found:
                return decisive
            return None if None in found else not decisive
        case ast.Compare(left=left, ops=[operator], comparators=[right]):
            return _compare(left, operator, right, scope)
        case ast.Name(id="TYPE_CHECKING") | ast.Attribute(attr="TYPE_CHECKING"):
            return False
        case ast.Constant(value=value):
            return bool(value)
        case ast.Name(id=name):
            only = scope.only_value_of(name)
            return truth(only, scope) if isinstance(only, (ast.Constant, ast.Compare)) else None
    return None


def _compare(left: ast.expr, operator: ast.cmpop, right: ast.expr, scope: Scope) -> bool | None:
    values = [_plain(side, scope) for side in (left, right)]
    if None in values:
        return None
    one, other = values
    match operator:
        case ast.Eq():
            return one == other
        case ast.NotEq():
            return one != other
        case ast.In() if isinstance(other, tuple):
            return one in other
        case ast.NotIn() if isinstance(other, tuple):
            return one not in other
    return None


def _plain(expression: ast.expr, scope: Scope) -> object:
    """Return the value of a constant, of `__name__`, or of a tuple, list or set of these (as a tuple), else None."""
    match expression:
        case ast.Name(id="__name__"):
            return scope.module.name
        case ast.Constant(value=value):
            return value
        case ast.Tuple(elts=parts) | ast.List(elts=parts) | ast.Set(elts=parts):
            values = [_plain(part, scope) for part in parts]
            return None if None in values else tuple(values)
    return None
