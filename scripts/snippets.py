"""Code shown in the documentation: each snippet is taken from the file that it names."""

import ast
import re
from pathlib import Path
from textwrap import dedent

# <!-- path/of/file.py: Class.method -->, a link to the file, and the block of code below it.
SNIPPET = re.compile(r"<!-- (?P<path>\S+): (?P<symbol>\S+) -->\n(\[\S*\]\(\S*\)\n\n)?```python\n.*?```", re.DOTALL)


def fill_snippets(text: str, checkout: Path) -> str:
    """Return a page with each of its snippets as the named file has it now."""

    def fill(found: re.Match[str]) -> str:
        code = symbol_in((checkout / found["path"]).read_text(), found["symbol"])
        link = f"[`{found['path']}`](../{found['path']})"
        return f"<!-- {found['path']}: {found['symbol']} -->\n{link}\n\n```python\n{code}\n```"

    return SNIPPET.sub(fill, text)


def symbol_in(source: str, symbol: str) -> str:
    """Return the source of a class, a function, a method (`Class.method`) or an assigned name."""
    inside: ast.Module | ast.stmt = ast.parse(source)
    for name in symbol.split("."):
        inside = node = next(child for child in getattr(inside, "body", []) if name_of(child) == name)
    first = min([node.lineno, *(decorator.lineno for decorator in getattr(node, "decorator_list", []))])
    return dedent("\n".join(source.splitlines()[first - 1 : node.end_lineno]))


def name_of(node: ast.AST) -> str | None:
    """Return the name that a statement defines."""
    if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
        return node.name
    target = node.targets[0] if isinstance(node, ast.Assign) else getattr(node, "target", None)
    return target.id if isinstance(target, ast.Name) else None
