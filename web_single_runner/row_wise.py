"""Row-wise: whether a `predict` in model.py provably treats each row of X by itself, read from its source.

An abstract interpretation over a short list of operations; what is not on the list counts as mixing rows. Names are
looked up in the loaded module: `np` is numpy itself, and a threshold is the number that it is.
"""

import ast
import inspect
import types
from pathlib import Path

from web_single_runner.conventions import roles_of

TABLE = "table"  # for each row of X one row or entry, in the order of X
COLUMN = "column"  # a TABLE that is one-dimensional
FLAT = "flat"  # the values of a TABLE in its order, as a list or in another shape
ROWS = (TABLE, COLUMN, FLAT)

ESTIMATOR_METHODS = ("predict", "predict_proba", "predict_log_proba", "decision_function", "score_samples", "transform")
CONVERSIONS = ("asarray", "array", "ascontiguousarray", "DataFrame")
KEEPING_METHODS = ("copy", "to_numpy", "toarray")
FLATTENING_METHODS = ("tolist", "to_list", "ravel", "flatten")
ELEMENTWISE = (
    *("exp", "expm1", "log", "log1p", "sqrt", "square", "abs", "absolute", "sign", "floor", "ceil", "rint", "isnan"),
    *("round", "around", "clip", "maximum", "minimum", "where"),
)
ELEMENTWISE_METHODS = {"round": ("decimals",), "clip": ("lower", "upper", "min", "max"), "fillna": ("value",)}
REDUCTIONS = ("argmax", "argmin", "max", "min", "sum", "mean")
SCALARS = (int, float, str, bool, type(None))
PLAIN_TYPES = (int, float, str, bool, object, "int", "int32", "int64", "float", "float32", "float64", "str", "bool")


class NotRowWiseError(Exception):
    """This node of the syntax tree is not known to treat each row by itself."""


class Known:
    """A value that does not depend on X: a number, a list of columns, the model, a module."""

    def __init__(self, value):
        self.value = value

    def is_scalar(self):
        is_of_numpy = hasattr(self.value, "dtype") and getattr(self.value, "shape", None) == ()
        return isinstance(self.value, SCALARS) or is_of_numpy


def passthrough_blocker(name, function, code, model, object_risk):
    """Return why this function of model.py may mix rows; None where it provably treats each by itself.

    Args:
        name: "predict" or "predict_proba".
        function: What model.py has under this name.
        code: The module model.py.
        model: The loaded model, the argument of the function beside X.
        object_risk: Returns why methods of an object may mix rows, or None.

    Returns:
        A sentence, or None.
    """
    if not is_plain_function(function, code):
        return "{} in model.py is not a plain function of it.".format(name)
    source = Path(code.__file__).read_text(encoding="utf-8")
    try:
        definition = definition_of(function, ast.parse(source))
        Interpreter(parameters_of(name, function, model), vars(code), object_risk).run(definition)
    except NotRowWiseError as error:
        node = error.args[0]
        text = (ast.get_source_segment(source, node) or "").split("\n")[0][:80] if node is not None else "def " + name
        place = "{} in model.py, line {}".format(name, getattr(node, "lineno", function.__code__.co_firstlineno))
        return "{}: `{}` is not known to treat each row by itself.".format(place, text)
    return None


def is_plain_function(function, code):
    """Return whether the source of model.py says what this function does: no wrapper, no closure, no other file."""
    return (
        type(function) is types.FunctionType
        and function.__globals__ is vars(code)
        and function.__closure__ is None
        and function.__code__.co_filename == getattr(code, "__file__", None)
    )


def definition_of(function, tree):
    """Return the syntax tree of a function; with a decorator its code begins on another line than its `def`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef) and node.lineno == function.__code__.co_firstlineno:
            return node
    raise NotRowWiseError(None)


def parameters_of(name, function, model):
    """Return what the function is called with: X, the model, and the defaults for all else."""
    signature = inspect.signature(function)
    values = {each.name: Known(each.default) for each in signature.parameters.values()}
    roles = roles_of(name, signature)
    return {**values, **{parameter: TABLE if role == "X" else Known(model) for parameter, role in roles.items()}}


class Interpreter:
    """Finds for each expression what its value has to do with the rows; a NotRowWiseError names the first unknown.

    A method `of_X` returns the value of a node of type X: Known, TABLE, COLUMN, FLAT, or None for unknown.
    """

    def __init__(self, values, module_names, object_risk):
        self.values = values
        self.module_names = module_names
        self.object_risk = object_risk

    def run(self, definition):
        """Check a function: a docstring, assignments to names, and a return at the end."""
        body = definition.body[1:] if ast.get_docstring(definition) is not None else definition.body
        for statement in body[:-1]:
            if not isinstance(statement, ast.Assign) or not all(
                isinstance(each, ast.Name) for each in statement.targets
            ):
                raise NotRowWiseError(statement)
            self.values.update(dict.fromkeys([each.id for each in statement.targets], self.value(statement.value)))
        if not body or not isinstance(body[-1], ast.Return) or body[-1].value is None:
            raise NotRowWiseError(body[-1] if body else definition)
        if self.value(body[-1].value) not in ROWS:
            raise NotRowWiseError(body[-1])

    def value(self, node):
        """Return what an expression is."""
        method = getattr(self, "of_" + type(node).__name__, None)
        found = method(node) if method is not None else None
        if found is None:
            raise NotRowWiseError(node)
        return found

    def of_Constant(self, node):
        return Known(node.value)

    def of_Name(self, node):
        if node.id in self.values:
            return self.values[node.id]
        plain = {"int": int, "float": float, "str": str, "bool": bool, "object": object}
        return Known({**plain, **self.module_names}[node.id]) if node.id in {**plain, **self.module_names} else None

    def of_List(self, node):
        parts = [self.value(each) for each in node.elts]
        return Known([part.value for part in parts]) if are_known(parts) else None

    def of_Tuple(self, node):
        return self.of_List(node)

    def of_Attribute(self, node):
        owner = self.value(node.value)
        if owner in ROWS:
            return owner if node.attr == "values" else None
        return known(lambda: getattr(owner.value, node.attr))

    def of_Subscript(self, node):
        index = unwrapped(node.slice)
        is_located = isinstance(node.value, ast.Attribute) and node.value.attr in ("iloc", "loc")
        owner = self.value(node.value.value if is_located else node.value)
        if owner in ROWS:
            return self.columns_of(index, is_located) if owner == TABLE else None
        key = self.value(index)
        return known(lambda: owner.value[key.value]) if isinstance(key, Known) else None

    def columns_of(self, index, is_located):
        """Return what `X["name"]`, `X[["a", "b"]]`, `X[:, 1]` and `X[:, 1:3]` are: columns are chosen, and no rows."""
        parts = index.elts if isinstance(index, ast.Tuple) else getattr(index, "dims", None)  # those in Python 3.8
        if parts is None:
            return None if is_located else self.columns_named(index, (str,))
        if len(parts) != len(("rows", "columns")) or not is_full_slice(parts[0]):
            return None
        chosen = unwrapped(parts[1])
        return TABLE if isinstance(chosen, ast.Slice) else self.columns_named(chosen, (str, int))

    def columns_named(self, node, types_of_names):
        names = self.value(node)
        if not isinstance(names, Known):
            return None
        names = names.value.tolist() if hasattr(names.value, "tolist") else names.value
        if type(names) in types_of_names:
            return COLUMN
        is_list = isinstance(names, list) and names
        return TABLE if is_list and all(type(name) in types_of_names for name in names) else None

    def of_BinOp(self, node):
        is_elementwise = not isinstance(node.op, ast.MatMult)
        return combined([self.value(node.left), self.value(node.right)]) if is_elementwise else None

    def of_UnaryOp(self, node):
        operand = self.value(node.operand)
        if isinstance(node.op, ast.USub) and isinstance(operand, Known):
            return known(lambda: -operand.value)
        return combined([operand])

    def of_Compare(self, node):
        is_elementwise = len(node.ops) == 1 and not isinstance(node.ops[0], (ast.In, ast.NotIn, ast.Is, ast.IsNot))
        return combined([self.value(node.left), self.value(node.comparators[0])]) if is_elementwise else None

    def of_Call(self, node):
        options = {keyword.arg: self.value(keyword.value) for keyword in node.keywords}
        arguments = [self.value(each) for each in node.args]
        if not isinstance(node.func, ast.Attribute):
            return None
        owner, name = self.value(node.func.value), node.func.attr
        if owner in ROWS:
            return of_method(owner, name, arguments, options)
        if isinstance(owner.value, types.ModuleType):
            return of_function(owner.value.__name__, name, arguments, options)
        is_method = name in ESTIMATOR_METHODS and len(arguments) == 1 and not options and arguments[0] in ROWS
        return table_of(arguments[0]) if is_method and self.object_risk(owner.value) is None else None


def of_method(owner, name, arguments, options):
    """Return what a method of X, or of what was made of it, returns."""
    if name == "astype":
        return owner if len(arguments) == 1 and not options and is_plain_type(arguments[0]) else None
    if name == "reshape":
        sizes = [each.value for each in arguments if isinstance(each, Known)]
        return FLAT if sizes[:1] == [-1] and len(sizes) == len(arguments) and not options else None
    if name in ELEMENTWISE_METHODS and set(options) <= set(ELEMENTWISE_METHODS[name]):
        return combined([owner, *arguments, *options.values()])
    if name in REDUCTIONS:
        return reduced(owner, arguments, options)
    if arguments or options or name not in KEEPING_METHODS + FLATTENING_METHODS:
        return None
    return owner if name in KEEPING_METHODS else FLAT


def of_function(module, name, arguments, options):
    """Return what a function of numpy or pandas returns."""
    if module not in ("numpy", "pandas") or not arguments:
        return None
    if name in CONVERSIONS:
        is_plain = len(arguments) == 1 and set(options) <= {"dtype", "columns"} and are_known(options.values())
        rows = table_of(arguments[0]) if name == "DataFrame" else arguments[0]
        return rows if is_plain and is_plain_type(options.get("dtype", Known(float))) else None
    if name in ELEMENTWISE and module == "numpy" and not options:
        return combined(arguments) if name != "where" or len(arguments) > 1 else None
    return reduced(arguments[0], arguments[1:], options) if name in REDUCTIONS and module == "numpy" else None


def table_of(rows):
    """Return what has a row for each row or entry of this."""
    return TABLE if rows == COLUMN else rows


def reduced(owner, arguments, options):
    """Return what a reduction within each row returns; over any other axis it mixes rows."""
    axis = options.get("axis", arguments[0] if arguments else None)
    is_within_rows = isinstance(axis, Known) and axis.value == 1 and len(options) + len(arguments) == 1
    return COLUMN if owner == TABLE and is_within_rows else None


def combined(parts):
    """Return what an operation on elements returns: rows cannot mix with scalars, or in columns alone.

    A column and a table, `(n,)` and `(n, k)`, are broadcast along the wrong axis where n is k.
    """
    rows = [part for part in parts if not isinstance(part, Known)]
    scalars = [part for part in parts if isinstance(part, Known)]
    if not rows or not all(part.is_scalar() for part in scalars):
        return None
    return rows[0] if len(rows) == 1 or set(rows) == {COLUMN} else None


def known(read):
    """Return what this reads of something known; a property or a `__getitem__` may raise anything."""
    try:
        return Known(read())
    except Exception:  # noqa: BLE001 - then it is not known
        return None


def are_known(parts):
    return all(isinstance(part, Known) for part in parts)


def is_plain_type(part):
    """Return whether conversion to this type is by value; categories, for one, are those of all values."""
    value = part.value if isinstance(part, Known) else None
    is_of_numpy = isinstance(value, type) and value.__module__ == "numpy"
    return is_of_numpy or any(value is each or (type(each) is str and value == each) for each in PLAIN_TYPES)


def is_full_slice(node):
    return isinstance(node, ast.Slice) and node.lower is None and node.upper is None and node.step is None


def unwrapped(node):
    """Return the index itself; Python 3.8 wraps it into a node."""
    return node.value if type(node).__name__ == "Index" else node
