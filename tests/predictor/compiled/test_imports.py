"""What a serving process loads: no numpy and no engine unless there is a compiled model, and never scikit-learn."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.predictor.compiled.estimators import converted

HEAVY = {"joblib", "numpy", "onnx", "onnxruntime", "pandas", "scipy", "skl2onnx", "sklearn", "treelite"}


def loaded_by(statement: str) -> set[str]:
    """Return which of the heavy libraries a fresh interpreter has loaded after a statement."""
    code = f"import sys\n{statement}\nprint(*sys.modules)"
    output = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    return HEAVY & set(output.split())


@pytest.mark.parametrize(
    "module", ["web_single.server.run", "web_single.server.worker", "web_single.predictor.compiled.manager"]
)
def test_a_server_without_a_compiled_model_loads_none_of_it(module: str) -> None:
    assert loaded_by(f"import {module}") == set()


def test_what_computes_a_compiled_model_loads_numpy_alone_until_there_are_trees() -> None:
    assert loaded_by("import web_single.predictor.compiled.builder") == {"numpy"}


def test_what_sums_up_trees_loads_no_more_than_numpy(tmp_path: Path) -> None:
    converted("forest", tmp_path)
    trees = f"TreeliteModel(Path({str(tmp_path / 'trees.treelite')!r}).read_bytes())"
    module = "web_single.predictor.compiled.engine.treelite_native"
    assert loaded_by(f"from pathlib import Path\nfrom {module} import TreeliteModel\n{trees}") == {"numpy"}
