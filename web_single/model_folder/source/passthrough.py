"""Static check whether a function of model.py only calls the model's method of the same name."""

import ast
from typing import Any

from web_single.model_folder.folder import ModelFolder
from web_single.model_folder.source.bindings import Function, Sources

MODEL_AND_X = 2


def passthrough_blocker(model_folder: ModelFolder, name: str) -> str | None:
    """Return why calling `name` of model.py may differ from calling the model's method, or None if it is the same."""
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
    """Return why the bindings of a name are not a plain pass-through; None if they are, or if there are none."""
    functions = [meaning.node for meaning in meanings if isinstance(meaning, Function)]
    if not meanings or (len(functions) == len(meanings) == 1 and passes_on(functions[0], name)):
        return None
    where = f", line {functions[0].lineno}," if functions else ""
    return f"{name} in model.py{where} does more than `return model.{name}(X)`."


def passes_on(node: ast.AST, name: str) -> bool:
    """Return whether a function of `model` and `X` is just `return model.<name>(X)`."""
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
    """Return the returned expression if a function body does nothing else, otherwise None."""
    if body and isinstance(body[0], ast.Expr) and isinstance(body[0].value, ast.Constant):
        body = body[1:]  # the docstring
    match body:
        case [ast.Return(value=value)]:
            return value
        case [ast.Assign(targets=[ast.Name(id=name)], value=value), ast.Return(value=ast.Name(id=returned))]:
            return value if name == returned else None
    return None
