"""Which Python can run code that a pickle holds by value."""

import json
import subprocess
import sys

import pytest

from web_single.environments.interpreters import interpreters
from web_single.model_folder.code_by_value import compatible_minors

CODE = """
def attribute(x): return x.shape
def call(x): return abs(x)
def compare(x, y): return x < y
def loop(rows):
    for row in rows: pass
def item(x): return x[0]
def inner(x):
    def closed(): return x
    return closed
def constant(): return None
def generate(x): yield x
def sum_of(x, y): return x + y
"""
TELL = (
    CODE
    + """
import json
codes = [value.__code__ for value in list(globals().values()) if hasattr(value, "__code__")]
print(json.dumps([code.co_code.hex() for code in codes]))
"""
)
AMBIGUOUS = 2  # a sum and a closure are the same in 3.11 and 3.12


def parts_of(bytecode: bytes, minor: int) -> tuple[object, ...]:
    parts: list[object] = [0] * (16 if minor < 11 else 18)
    parts[6 if minor >= 11 else 5] = bytecode
    return tuple(parts)


def test_the_python_that_made_it_can_run_it_and_hardly_another() -> None:
    tried = []
    for minor, python in interpreters():
        told = subprocess.run([python, "-c", TELL], capture_output=True, text=True, check=True).stdout
        found = [compatible_minors(parts_of(bytes.fromhex(code), minor)) for code in json.loads(told)]
        assert all(minors is not None and minor in minors for minors in found), (minor, found)
        if minor >= 11:
            assert sum(len(minors or ()) > 1 for minors in found) <= AMBIGUOUS, (minor, found)
        tried.append(minor)
    assert sys.version_info.minor in tried


@pytest.mark.parametrize("parts", [(), ("x",) * 18, (0,) * 15, (b"\xff" * 8,) * 18])
def test_what_is_not_known_holds_nobody_up(parts: tuple[object, ...]) -> None:
    assert compatible_minors(parts) is None
