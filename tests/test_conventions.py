"""The habits of the house, held by tests: sizes, docs, and a vocabulary without dead words."""

import ast
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from web_single import VERSION
from web_single.config import CHECKOUT, Config
from web_single.logging import Event

MODULES = sorted([*(CHECKOUT / "web_single").rglob("*.py"), CHECKOUT / "main.py"])
LONGEST_FILE = 300
LONGEST_FUNCTION = 40


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(CHECKOUT)))
def test_a_module_is_short_and_says_what_it_is_responsible_for(path: Path) -> None:
    source = path.read_text()
    assert len(source.splitlines()) <= LONGEST_FILE
    assert ast.get_docstring(ast.parse(source))
    for function in functions(path):
        assert (function.end_lineno or 0) - function.lineno < LONGEST_FUNCTION, function.name


@pytest.mark.parametrize("path", sorted(CHECKOUT.glob("docs/decisions/*.md")), ids=lambda path: path.name)
def test_a_decision_is_short(path: Path) -> None:
    assert len(path.read_text().splitlines()) <= 50


def test_the_readme_tells_settings_that_there_are() -> None:
    table = (CHECKOUT / "README.md").read_text().split("## Settings")[1].split("\n## ")[0]
    told = {name for row in table.splitlines() for name in re.findall(r"`([A-Z_]+)`", row.split(" | ")[0])}
    assert told
    assert told <= {name.upper() for name in Config.model_fields}


def test_the_version_is_that_of_the_package() -> None:
    assert tomllib.loads((CHECKOUT / "pyproject.toml").read_text())["project"]["version"] == VERSION


def events_in(source: str) -> set[str]:
    """Return the names of the events that this code logs."""
    attributes = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Attribute)]
    return {node.attr for node in attributes if isinstance(node.value, ast.Name) and node.value.id == "Event"}


def test_every_word_of_the_log_is_used() -> None:
    used = set().union(*(events_in(path.read_text()) for path in MODULES))
    assert {event.name for event in Event} - used == set()


def test_an_event_is_not_used_by_a_longer_name_or_a_comment() -> None:
    assert events_in("log.info(Event.MODEL_OUTPUT_DROPPED)  # Event.MODEL_OUTPUT") == {"MODEL_OUTPUT_DROPPED"}
