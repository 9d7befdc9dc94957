"""Does a delivered function only pass on to the model? Told from its text: nothing is imported and nothing runs."""

import ast
from typing import Any

from web_single.model_folder.folder import ModelFolder
from web_single.model_folder.source.bindings import Function, Sources

MODEL_AND_X = 2


def passthrough_blocker(model_folder: ModelFolder, name: str) -> str | None:
    """Return what keeps a delivered function from being the model's own method of this name; None where it is that."""
    if model_folder.code is None:
        return None
    module = Sources(model_folder.folder).module("model")
    if module is None:
        return "model.py cannot be read by the server's Python."
    if module.scope.stars:
        return f"model.py imports everything of {module.scope.stars[0]}, which may have a {name}."
    if any(isinstance(node, ast.Global) and name in node.names for node in ast.walk(module.tree)):
        return f"A function in model.py may replace its {name}."
    return why_not_asked_for(module.scope.bound.get(name, []), name)


def why_not_asked_for(meanings: list[Any], name: str) -> str | None:
    """Return what is wrong with what a name is bound to in model.py, if it is bound at all."""
    functions = [meaning.node for meaning in meanings if isinstance(meaning, Function)]
    if not meanings or (len(functions) == len(meanings) == 1 and passes_on(functions[0], name)):
        return None
    where = f", line {functions[0].lineno}," if functions else ""
    return f"{name} in model.py{where} does more than `return model.{name}(X)`."


def passes_on(node: ast.AST, name: str) -> bool:
    """Tell whether a function of a model and X returns what the model's method of that name returns for X."""
    if not isinstance(node, ast.FunctionDef) or node.decorator_list:
        return False
    arguments = node.args
    names = [each.arg for each in (*arguments.posonlyargs, *arguments.args)]
    if len(names) != MODEL_AND_X or arguments.vararg or arguments.kwonlyargs or arguments.kwarg or arguments.defaults:
        return False
    returned = returned_by(node.body)
    match returned:
        case ast.Call(
            func=ast.Attribute(value=ast.Name(id=model), attr=attribute), args=[ast.Name(id=data)], keywords=[]
        ):
            return attribute == name and model != data and {model, data} == set(names)
    return False


def returned_by(body: list[ast.stmt]) -> ast.expr | None:
    """Return the expression that a function of this body returns, where it does nothing else."""
    if body and isinstance(body[0], ast.Expr) and isinstance(body[0].value, ast.Constant):
        body = body[1:]  # its docstring
    match body:
        case [ast.Return(value=value)]:
            return value
        case [ast.Assign(targets=[ast.Name(id=name)], value=value), ast.Return(value=ast.Name(id=returned))]:
            return value if name == returned else None
    return None
