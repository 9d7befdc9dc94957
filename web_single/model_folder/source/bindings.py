"""Name resolution in user code by static analysis, without importing or running it."""

import ast
import warnings
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

MOST_BYTES = 2**22
MOST_HOPS = 20
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
UNKNOWN = object()

FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef


class Binding:
    """The object that a name refers to."""


@dataclass(frozen=True, eq=False)
class External(Binding):
    """An object of a library, by its qualified name; the return value of a call has `()` after the name."""

    name: str


@dataclass(frozen=True, eq=False)
class Function(Binding):
    """A function of the user code; `owner` is the class on whose instance it is called."""

    node: FunctionNode
    scope: "Scope"
    owner: "Class | None" = None


@dataclass(frozen=True, eq=False)
class Class(Binding):
    """A class of the user code."""

    node: ast.ClassDef
    scope: "Scope"

    def method(self, name: str, owner: "Class | None" = None, hops: int = 0) -> Function | None:
        """Return a method of the class or of its base classes in the user code, or None.

        Args:
            name: The name of the method.
            owner: The class on whose instance the method is called; by default this class.
            hops: The number of base classes followed so far.
        """
        owner = owner or self
        for node in self.node.body:
            if isinstance(node, FUNCTIONS) and node.name == name:
                return Function(node, self.scope, owner)
        for base in self.node.bases if hops < MOST_HOPS else ():
            parent = self.scope.meaning_of(base)
            if isinstance(parent, Class) and (found := parent.method(name, owner, hops + 1)):
                return found
        return None


@dataclass(frozen=True, eq=False)
class Instance(Binding):
    """An instance of a class of the user code."""

    of: Class


@dataclass(frozen=True, eq=False)
class Imported:
    """An import: a module, or a name in it."""

    module: str
    name: str | None = None


class Sources:
    """The modules of a model folder, parsed on first access and cached."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._modules: dict[str, Module | None] = {}

    def module(self, name: str) -> "Module | None":
        """Return a module of the model folder, or None if it does not exist or cannot be parsed by this Python."""
        if name not in self._modules:
            stem = self.folder.joinpath(*name.split("."))
            paths = [stem / "__init__.py", stem.with_name(f"{stem.name}.py")]
            path = next((path for path in paths if path.is_file()), None)
            tree = parse(path) if path is not None else None
            self._modules[name] = Module(name, path, tree, self) if path is not None and tree is not None else None
        return self._modules[name]


def parse(path: Path) -> ast.Module | None:
    """Return the syntax tree of a file, or None if this Python cannot parse it or it is over 4 MiB.

    That is no error: the model process may run another Python, and reports syntax errors itself.
    """
    try:
        if path.stat().st_size > MOST_BYTES:
            return None
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(path.read_bytes())
    except (OSError, SyntaxError, ValueError, RecursionError, MemoryError):
        return None


class Module(Binding):
    """A module of the user code, under the name that it is imported by."""

    def __init__(self, name: str, path: Path, tree: ast.Module, sources: Sources) -> None:
        self.name = name
        self.file = path.relative_to(sources.folder).as_posix()
        self.package = name if path.name == "__init__.py" else name.rpartition(".")[0]
        self.tree = tree
        self.sources = sources
        self.scope = Scope(self, None, tree.body)

    def member(self, name: str) -> Binding | None:
        """Return the binding of a name in the module, or the submodule of that name."""
        if name in self.scope.bound or self.scope.stars:
            return self.scope.lookup(name)
        return self.sources.module(f"{self.name}.{name}")

    def absolute(self, node: ast.ImportFrom) -> str:
        """Return the absolute name of the module in a `from ... import` statement of this module."""
        parts = self.package.split(".") if node.level else []
        parts = parts[: len(parts) - node.level + 1] if node.level > 1 else parts
        return ".".join(part for part in [*parts, node.module or ""] if part)


@dataclass
class Scope:
    """The namespace of a module, a class body or a function call."""

    module: Module
    parent: "Scope | None"
    body: list[ast.stmt]
    bound: dict[str, list[Any]] = field(default_factory=dict)
    stars: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        for node in statements_of(self.body):
            self._bind(node)

    @classmethod
    def of_call(cls, function: Function) -> "Scope":
        """Return the namespace of a function call; all arguments but `self` or `cls` are unknown."""
        scope = cls(function.scope.module, function.scope, function.node.body)
        arguments = [*function.node.args.posonlyargs, *function.node.args.args]
        for argument in ast.walk(function.node.args):
            if isinstance(argument, ast.arg):
                scope.bound.setdefault(argument.arg, []).append(UNKNOWN)
        decorators = {node.id for node in function.node.decorator_list if isinstance(node, ast.Name)}
        if function.owner and arguments and "staticmethod" not in decorators:
            of_class = "classmethod" in decorators
            scope.bound[arguments[0].arg] = [function.owner if of_class else Instance(function.owner)]
        return scope

    def _bind(self, node: ast.AST) -> None:
        match node:
            case ast.Import(names=names):
                for each in names:
                    module = each.name if each.asname else each.name.split(".")[0]
                    self._add(each.asname or module, Imported(module))
            case ast.ImportFrom(names=names):
                module = self.module.absolute(node)
                self.stars += [module for each in names if each.name == "*"]
                for each in names:
                    self._add(each.asname or each.name, Imported(module, each.name))
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                self._add(name, Function(node, self))
            case ast.ClassDef(name=name):
                self._add(name, Class(node, self))
            case _:
                self._bind_values(node)

    def _bind_values(self, node: ast.AST) -> None:
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                self._add(name, value)
            case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value):
                self._add(name, value)
            case ast.Global(names=names):
                for name in names:
                    self._add(name, UNKNOWN)
            case ast.Assign(targets=targets):
                self._add_unknown(targets)
            case ast.AugAssign(target=target) | ast.For(target=target) | ast.AsyncFor(target=target):
                self._add_unknown([target])
            case ast.withitem(optional_vars=ast.expr() as target):
                self._add_unknown([target])

    def _add_unknown(self, targets: list[ast.expr]) -> None:
        for name in (node for target in targets for node in ast.walk(target)):
            if isinstance(name, ast.Name) and isinstance(name.ctx, ast.Store):
                self._add(name.id, UNKNOWN)

    def _add(self, name: str, meaning: object) -> None:
        self.bound.setdefault(name, []).append(meaning)

    def lookup(self, name: str, hops: int = 0) -> Binding | None:
        """Return the binding of a name in this scope, or None if it is unknown or ambiguous."""
        meanings = self.bound.get(name, [])
        if not meanings and self.parent is not None:
            return self.parent.lookup(name, hops)
        if not meanings:
            return self._lookup_in_stars(name)
        if len({ast.expr if isinstance(meaning, ast.expr) else type(meaning) for meaning in meanings}) > 1:
            return None
        if isinstance(meanings[-1], Imported):
            return self._meaning_of_import(meanings[-1])
        if isinstance(meanings[-1], ast.expr):
            return self.meaning_of(meanings[-1], hops + 1) if len(meanings) == 1 else None
        return meanings[-1] if meanings[-1] is not UNKNOWN else None

    def _lookup_in_stars(self, name: str) -> Binding | None:
        for star in self.stars:
            module = self.module.sources.module(star)
            if module is None:
                return External(f"{star}.{name}")
            if module is not self.module and (found := module.member(name)):
                return found
        return None

    def _meaning_of_import(self, imported: Imported) -> Binding | None:
        module = self.module.sources.module(imported.module)
        if imported.name is None:
            return module or External(imported.module)
        return module.member(imported.name) if module else External(f"{imported.module}.{imported.name}")

    def meaning_of(self, expression: ast.expr, hops: int = 0) -> Binding | None:
        """Return the binding of an expression, resolved through names, attributes and calls, or None if unknown."""
        if hops > MOST_HOPS:
            return None
        match expression:
            case ast.Name(id=name):
                return self.lookup(name, hops)
            case ast.Attribute(value=value, attr=attribute):
                return member(self.meaning_of(value, hops + 1), attribute)
            case ast.Call(func=function):
                return result(self.meaning_of(function, hops + 1))
        return None

    def only_value_of(self, name: str) -> ast.expr | None:
        """Return the expression that is assigned to a name, or None if there is not exactly one binding."""
        meanings = self.bound.get(name, [])
        if not meanings and self.parent is not None:
            return self.parent.only_value_of(name)
        return meanings[0] if len(meanings) == 1 and isinstance(meanings[0], ast.expr) else None


def member(meaning: Binding | None, name: str) -> Binding | None:
    """Return the binding of an attribute, or None if unknown."""
    match meaning:
        case Module():
            return meaning.member(name)
        case External(name=whole):
            return External(f"{whole}.{name}")
        case Class():
            return meaning.method(name)
        case Instance(of=of):
            return of.method(name)
    return None


def result(meaning: Binding | None) -> Binding | None:
    """Return the binding of the return value of a call, or None if unknown."""
    match meaning:
        case Class():
            return Instance(meaning)
        case External(name=name):
            return External(f"{name}()")
    return None


def statements_of(body: Iterable[ast.AST]) -> Iterator[ast.AST]:
    """Yield the statements of a body and its nested blocks, without the bodies of functions and classes."""
    for node in body:
        yield node
        if not isinstance(node, (*FUNCTIONS, ast.ClassDef, ast.expr)):
            yield from statements_of(ast.iter_child_nodes(node))
