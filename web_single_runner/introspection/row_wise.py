"""Row-wise analysis: checks from the source of `predict` in model.py whether it processes each row independently.

An abstract interpretation over an allowlist of operations; any other operation counts as mixing rows. Names are
resolved in the loaded module: `np` is the numpy module, and a threshold is its actual value.
"""

import ast
import inspect
import types
from pathlib import Path

from web_single_runner.introspection.row_operations import (
    COLUMN,
    ESTIMATOR_METHODS,
    ROWS,
    TABLE,
    Known,
    are_known,
    combined,
    known,
    of_function,
    of_method,
    output_of,
)
from web_single_runner.loading.conventions import roles_of


class NotRowWiseError(Exception):
    """A syntax tree node is not known to be row-wise; the argument is the node, or None for the whole function."""


def passthrough_blocker(name, function, code, model, object_risk):
    """Return why this function of model.py may mix rows; None if the analysis shows that it is row-wise.

    Args:
        name: "predict" or "predict_proba".
        function: The function of this name in model.py.
        code: The module model.py.
        model: The loaded model, passed to the function in addition to X.
        object_risk: A function that returns why methods of an object may mix rows, or None.

    Returns:
        The reason as a sentence, or None.
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
    """Return whether the function is fully defined by the source of model.py: no wrapper, closure or other file."""
    return (
        type(function) is types.FunctionType
        and function.__globals__ is vars(code)
        and function.__closure__ is None
        and function.__code__.co_filename == getattr(code, "__file__", None)
    )


def definition_of(function, tree):
    """Return the syntax tree of a function.

    Raises:
        NotRowWiseError: No definition starts on its first line. A decorated function starts at the decorator.
    """
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef) and node.lineno == function.__code__.co_firstlineno:
            return node
    raise NotRowWiseError(None)


def parameters_of(name, function, model):
    """Return the abstract value of each parameter: X, the model, and the defaults of the others."""
    signature = inspect.signature(function)
    values = {each.name: Known(each.default) for each in signature.parameters.values()}
    roles = roles_of(name, signature)
    return {**values, **{parameter: TABLE if role == "X" else Known(model) for parameter, role in roles.items()}}


class Interpreter:
    """Computes the abstract value of each expression; raises NotRowWiseError for the first unknown one.

    A method `of_X` returns the value of a node of type X: Known, one of ROWS, or None if unknown.
    """

    def __init__(self, values, module_names, object_risk):
        self.values = values
        self.module_names = module_names
        self.object_risk = object_risk

    def run(self, definition):
        """Check a function of the supported form: a docstring, assignments to names and a final return.

        Raises:
            NotRowWiseError: A statement is not supported, or the returned value is not known to be row-wise.
        """
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
        """Return the abstract value of an expression; raise NotRowWiseError if unknown."""
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
        """Return the value of a column selection: `X["name"]`, `X[["a", "b"]]`, `X[:, 1]` or `X[:, 1:3]`."""
        parts = index.elts if isinstance(index, ast.Tuple) else getattr(index, "dims", None)  # `dims` in Python 3.8
        if parts is None:
            return None if is_located else self.columns_named(index, (str,))
        if len(parts) != len(("rows", "columns")) or not is_full_slice(parts[0]):
            return None
        chosen = unwrapped(parts[1])
        return self.columns_between(chosen) if isinstance(chosen, ast.Slice) else self.columns_named(chosen, (str, int))

    def columns_between(self, node):
        bounds = [self.value(each) for each in (node.lower, node.upper, node.step) if each is not None]
        return TABLE if are_known(bounds) else None

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
        if isinstance(node.op, ast.Mod) and is_text(self.value(node.left)):
            return None  # string formatting, which includes the values of all rows
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
        is_row_wise = is_method and not returns_outputs(name, owner.value) and self.object_risk(owner.value) is None
        return output_of(name, arguments[0]) if is_row_wise else None


def returns_outputs(name, model):
    """Return whether this method returns one table per output instead of one entry per row (multi-output models)."""
    return name in ("predict_proba", "predict_log_proba") and isinstance(getattr(model, "classes_", None), list)


def is_text(part):
    return isinstance(part, Known) and isinstance(part.value, (str, bytes))


def is_full_slice(node):
    return isinstance(node, ast.Slice) and node.lower is None and node.upper is None and node.step is None


def unwrapped(node):
    """Return the index expression; Python 3.8 wraps it in an `Index` node."""
    return node.value if type(node).__name__ == "Index" else node
