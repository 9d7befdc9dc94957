"""The modules that model.py and its helper modules import, read from their syntax trees."""

import ast
from collections.abc import Iterable, Iterator
from pathlib import Path

from web_single.model_folder.source.bindings import parse

# The functions that the model process calls: imports in their bodies are needed too.
CALLED = ("load_model", "predict", "predict_proba")


def imported_modules(folder: Path) -> set[str]:
    """Return the top-level modules that model.py and its helper modules need, without the helper modules.

    Imports in a `try`, under a condition or in a function that may never be called do not count.
    """
    foreign: set[str] = set()
    waiting, seen = {"model"}, set[str]()
    while waiting:
        name = waiting.pop()
        seen.add(name)
        sources = sources_of(folder, name)
        if not sources:
            foreign.add(name)
        waiting |= {module for source in sources for module in modules_in(source)} - seen
    return foreign - {"model"}


def sources_of(folder: Path, name: str) -> list[Path]:
    """Return the source files of a module or package in the model folder; empty if it is not there."""
    module, package = folder / f"{name}.py", folder / name
    return [module] if module.is_file() else sorted(package.rglob("*.py")) if package.is_dir() else []


def modules_in(source: Path) -> set[str]:
    """Return the top-level modules that a file needs on import; empty if it cannot be parsed."""
    tree = parse(source)
    return {module for node in _run_by(tree.body if tree is not None else ()) for module in _modules_of(node)}


def _run_by(statements: Iterable[ast.stmt]) -> Iterator[ast.stmt]:
    for statement in statements:
        match statement:
            case ast.ClassDef() | ast.With():
                yield from _run_by(statement.body)
            case ast.FunctionDef(name=name) if name in CALLED:
                yield from _run_by(statement.body)
            case _:
                yield statement


def _modules_of(node: ast.stmt) -> list[str]:
    match node:
        case ast.Import():
            return [alias.name.partition(".")[0] for alias in node.names]
        case ast.ImportFrom(level=0, module=str(module)):
            return [module.partition(".")[0]]
        case _:
            return []
