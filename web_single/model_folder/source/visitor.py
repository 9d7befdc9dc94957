"""Traversal of the code that an import runs: statements, called functions and imported helper modules."""

import ast
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace

from web_single.model_folder.source.bindings import (
    FUNCTIONS,
    Binding,
    Class,
    Function,
    FunctionNode,
    Instance,
    Module,
    Scope,
)
from web_single.model_folder.source.calls import effect_of, truth
from web_single.model_folder.source.findings import Finding, Step, behind, first_of, unsure

MOST_CHARACTERS = 60
LOOPS = (ast.For, ast.AsyncFor, ast.While)
ENDS = (ast.Return, ast.Raise, ast.Break, ast.Continue)
EXITS = {"sys.exit", "os._exit", "exit", "quit"}

Comprehension = ast.GeneratorExp | ast.ListComp | ast.SetComp | ast.DictComp


class ImportEffectVisitor(ast.NodeVisitor):
    """Collects the effects of code that runs on import; each function and module is visited once."""

    scope: Scope

    def __init__(self) -> None:
        self._known: dict[object, list[Finding]] = {}

    def import_module(self, module: Module) -> list[Finding]:
        """Return the effects of importing a module, at most one of each kind per top-level statement."""
        if module not in self._known:
            self._known[module] = []  # ends circular imports
            with suppress(RecursionError), self._inside(module.scope):
                self._known[module] = self._effects_of_import(module)
        return self._known[module]

    def _effects_of_import(self, module: Module) -> list[Finding]:
        found = []
        for statement, effects in self._statements(module.tree.body):
            here = Step(module.file, statement.lineno)
            found += [replace(effect, guard=effect.guard or here) for effect in first_of(effects)]
        return found

    @contextmanager
    def _inside(self, scope: Scope) -> Iterator[None]:
        outside = getattr(self, "scope", scope)
        self.scope = scope
        try:
            yield
        finally:
            self.scope = outside

    def _statements(self, body: Sequence[ast.stmt]) -> list[tuple[ast.stmt, list[Finding]]]:
        """Return the reachable statements with their effects; after a conditional exit, effects are not sure."""
        found, sure = [], True
        for statement in body:
            effects = self.visit(statement)
            found.append((statement, effects if sure else unsure(effects)))
            if leaves(statement, self.scope):
                break
            sure = sure and not may_leave(statement, self.scope)
        return found

    def _block(self, body: Sequence[ast.stmt]) -> list[Finding]:
        return [finding for _, effects in self._statements(body) for finding in effects]

    def _all(self, nodes: Iterable[ast.AST | None]) -> list[Finding]:
        return [finding for node in nodes if node is not None for finding in self.visit(node)]

    def visit(self, node: ast.AST) -> list[Finding]:
        """Return the effects of running a node."""
        found: list[Finding] = super().visit(node)
        return found

    def generic_visit(self, node: ast.AST) -> list[Finding]:
        """Return the effects of all descendants of a node without its own visit method."""
        found: list[Finding] = []
        left = [*ast.iter_child_nodes(node)]
        while left:
            part = left.pop(0)
            if hasattr(self, f"visit_{type(part).__name__}"):
                found += self.visit(part)
            else:
                left[:0] = ast.iter_child_nodes(part)
        return found

    def visit_If(self, node: ast.If | ast.While) -> list[Finding]:
        """Visit the branch that is taken if the condition is known, otherwise both as not sure."""
        known = truth(node.test, self.scope)
        if known is not None:
            return self.visit(node.test) + self._block(node.body if known else node.orelse)
        return self.visit(node.test) + unsure(self._block(node.body) + self._block(node.orelse))

    visit_While = visit_If

    def visit_IfExp(self, node: ast.IfExp) -> list[Finding]:
        """Visit the value that is taken if the condition is known, otherwise both as not sure."""
        known = truth(node.test, self.scope)
        if known is not None:
            return self.visit(node.test) + self.visit(node.body if known else node.orelse)
        return self.visit(node.test) + unsure(self._all([node.body, node.orelse]))

    def visit_BoolOp(self, node: ast.BoolOp) -> list[Finding]:
        """Visit the operands of `and` and `or` up to the one that is known to decide."""
        found: list[Finding] = []
        sure = True
        for value in node.values:
            effects = self.visit(value)
            found += effects if sure else unsure(effects)
            known = truth(value, self.scope)
            if known is isinstance(node.op, ast.Or):
                break
            sure = sure and known is not None
        return found

    def visit_For(self, node: ast.For | ast.AsyncFor) -> list[Finding]:
        """Visit a loop as if its body runs: iterables are seldom empty."""
        return self.visit(node.iter) + self._block(node.body) + self._block(node.orelse)

    visit_AsyncFor = visit_For

    def visit_With(self, node: ast.With | ast.AsyncWith) -> list[Finding]:
        """Visit the context managers and the body."""
        return self._all(node.items) + self._block(node.body)

    visit_AsyncWith = visit_With

    def visit_Try(self, node: ast.Try | ast.TryStar) -> list[Finding]:
        """Visit a `try` as if it succeeds; effects of the handlers are not sure."""
        tried = self._block(node.body) + self._block(node.orelse)
        handled = [finding for handler in node.handlers for finding in self._block(handler.body)]
        return tried + unsure(handled) + self._block(node.finalbody)

    visit_TryStar = visit_Try

    def visit_Match(self, node: ast.Match) -> list[Finding]:
        """Visit all cases; their effects are not sure."""
        return self.visit(node.subject) + unsure(finding for case in node.cases for finding in self._block(case.body))

    def visit_FunctionDef(self, node: FunctionNode) -> list[Finding]:
        """Visit the decorators and default values, which run when a function is defined."""
        return self._decorate(node) + self._all([*node.args.defaults, *node.args.kw_defaults])

    visit_AsyncFunctionDef = visit_FunctionDef

    def visit_Lambda(self, node: ast.Lambda) -> list[Finding]:
        """Visit the default values, which run when a lambda is defined."""
        return self._all([*node.args.defaults, *node.args.kw_defaults])

    def visit_ClassDef(self, node: ast.ClassDef) -> list[Finding]:
        """Visit the decorators, base classes and body, which run when a class is defined."""
        found = self._decorate(node) + self._all(node.bases)
        with self._inside(Scope(self.scope.module, self.scope, node.body)):
            return found + self._block(node.body)

    def _decorate(self, node: FunctionNode | ast.ClassDef) -> list[Finding]:
        """Return the effects of evaluating and calling the decorators, without calling the decorated object."""
        found = self._all(node.decorator_list)
        for decorator in node.decorator_list:
            step = self._step(decorator, f"@{shortened(decorator)}")
            found += behind(step, self._run(self.scope.meaning_of(decorator)))
        return found

    def _visit_comprehension(self, node: Comprehension) -> list[Finding]:
        """Visit a comprehension; elements behind an `if` or in a generator are not sure."""
        inner = self._all([node.key, node.value] if isinstance(node, ast.DictComp) else [node.elt])
        runs = not isinstance(node, ast.GeneratorExp) and not any(part.ifs for part in node.generators)
        return self.visit(node.generators[0].iter) + (inner if runs else unsure(inner))

    visit_GeneratorExp = visit_ListComp = visit_SetComp = visit_DictComp = _visit_comprehension

    def visit_Import(self, node: ast.Import | ast.ImportFrom) -> list[Finding]:
        """Visit the imported helper modules and their parent packages."""
        names = [alias.name for alias in node.names]
        if isinstance(node, ast.ImportFrom):
            package = self.scope.module.absolute(node)
            names = [package, *(f"{package}.{name}" for name in names)]
        parts = {".".join(name.split(".")[:count]): None for name in names for count in range(1, name.count(".") + 2)}
        modules = [module for part in parts if (module := self.scope.module.sources.module(part))]
        step = self._step(node, shortened(node))
        return [finding for module in modules for finding in behind(step, self.import_module(module))]

    visit_ImportFrom = visit_Import

    def visit_Call(self, node: ast.Call) -> list[Finding]:
        """Visit the arguments, then the called object."""
        meaning = self.scope.meaning_of(node.func)
        arguments = "..." if node.args or node.keywords else ""
        step = self._step(node, f"{shortened(node.func)}({arguments})")
        effect = effect_of(node, meaning, self.scope)
        own = [Finding(effect, sure=True, chain=(step,))] if effect is not None else []
        return self.generic_visit(node) + own + behind(step, self._run(meaning))

    def _step(self, node: ast.expr | ast.stmt, call: str) -> Step:
        return Step(self.scope.module.file, node.lineno, call)

    def _run(self, meaning: Binding | None) -> list[Finding]:
        """Return the effects of calling a function, class or instance of the user code."""
        match meaning:
            case Class():
                makers = [meaning.method(name) for name in ("__new__", "__init__", "__post_init__")]
                return [finding for maker in makers for finding in self._run(maker)]
            case Instance(of=of):
                return self._run(of.method("__call__"))
            case Function():
                return self._run_function(meaning)
        return []

    def _run_function(self, function: Function) -> list[Finding]:
        key = (function.node, function.owner.node if function.owner else None)
        if key not in self._known:
            self._known[key] = []  # ends recursion
            with self._inside(Scope.of_call(function)):
                effects = first_of(self._block(function.node.body))
            self._known[key] = unsure(effects) if runs_later(function.node) else effects
        return self._known[key]


def leaves(statement: ast.stmt, scope: Scope) -> bool:
    """Return whether no statement after this one in its block runs."""
    match statement:
        case ast.Expr(value=ast.Call(func=function)):
            return ast.unparse(function) in EXITS
        case ast.If(test=test) if (known := truth(test, scope)) is not None:
            return any(leaves(part, scope) for part in (statement.body if known else statement.orelse))
    return isinstance(statement, ENDS)


def may_leave(node: ast.AST, scope: Scope, *, in_loop: bool = False) -> bool:
    """Return whether a statement may exit its block by `return`, `break` or `continue`."""
    if isinstance(node, (ast.Break, ast.Continue)):
        return not in_loop
    if isinstance(node, (*FUNCTIONS, ast.ClassDef, ast.expr)):
        return False
    parts: Iterable[ast.AST] = ast.iter_child_nodes(node)
    if isinstance(node, ast.If) and (known := truth(node.test, scope)) is not None:
        parts = node.body if known else node.orelse
    inside = in_loop or isinstance(node, LOOPS)
    return isinstance(node, ast.Return) or any(may_leave(part, scope, in_loop=inside) for part in parts)


def runs_later(function: FunctionNode) -> bool:
    """Return whether a call only creates a generator or coroutine, so that the body runs later."""
    left: list[ast.AST] = [*function.body]
    while left:
        node = left.pop()
        if isinstance(node, (ast.Yield, ast.YieldFrom)):
            return True
        if not isinstance(node, (*FUNCTIONS, ast.Lambda)):
            left += ast.iter_child_nodes(node)
    return isinstance(function, ast.AsyncFunctionDef)


def shortened(node: ast.AST) -> str:
    """Return the code of a node on one line, at most 60 characters."""
    text = " ".join(ast.unparse(node).split())
    return text if len(text) <= MOST_CHARACTERS else f"{text[: MOST_CHARACTERS - 2]}.."
