"""Which modules the delivered code needs, read from its syntax."""

from pathlib import Path

import pytest

from web_single.model_folder.imported_modules import imported_modules

CODE = {
    "import numpy as np, scipy.stats": {"numpy", "scipy"},
    "from sklearn.svm import SVC\nfrom . import here": {"sklearn"},
    "class A:\n    import yaml\n": {"yaml"},
    "with open('x') as f:\n    import yaml\n": {"yaml"},
    "def predict(model, X):\n    import shap\n    with x:\n        import yaml\n": {"shap", "yaml"},
    "def load_model(path):\n    import onnx\n": {"onnx"},
    "def plot():\n    import matplotlib\n": set(),
    "try:\n    import fast\nexcept ImportError:\n    fast = None\n": set(),
    "if TYPE_CHECKING:\n    import pandas\nif __name__ == '__main__':\n    import mlflow\n": set(),
    "import model\nimport nothing.of.it": {"nothing"},
    "this is no Python": set(),
}


@pytest.mark.parametrize(("code", "modules"), CODE.items())
def test_what_is_imported_without_condition_is_needed(tmp_path: Path, code: str, modules: set[str]) -> None:
    (tmp_path / "model.py").write_text(code)
    assert imported_modules(tmp_path) == modules


def test_helpers_in_the_delivery_are_looked_through_and_not_needed(tmp_path: Path) -> None:
    (tmp_path / "model.py").write_text("import helper\nfrom package.part import x\n")
    (tmp_path / "helper.py").write_text("import lightgbm, model, helper\n")
    (tmp_path / "unused.py").write_text("import never\n")
    (tmp_path / "package").mkdir()
    (tmp_path / "package/__init__.py").write_text("")
    (tmp_path / "package/part.py").write_text("import yaml\n")
    assert imported_modules(tmp_path) == {"lightgbm", "yaml"}


def test_without_code_nothing_is_needed(tmp_path: Path) -> None:
    assert imported_modules(tmp_path) == set()


def test_what_python_warns_of_in_foreign_code_is_its_authors(tmp_path: Path) -> None:
    (tmp_path / "model.py").write_text("import numpy\nPATTERN = '\\d'\n")
    assert imported_modules(tmp_path) == {"numpy"}
