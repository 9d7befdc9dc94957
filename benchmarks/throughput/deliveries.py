"""Which deliveries are served, each with rows of its own data and what its own `predict` answers."""

import json
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from web_single.config import CHECKOUT

DELIVERED = Path(__file__).with_name("delivered")
SAMPLE = Path(__file__).with_name("sample.py")
ROWS = 1000


@dataclass(frozen=True)
class Style:
    """A delivery that is copied and, but for the example, trained; its numbers may be replaced in `model.py`."""

    label: str
    source: Path
    numbers: Mapping[str, int] = field(default_factory=dict)


EXAMPLE = Style("the example: a forest of 100 trees, 4 features", CHECKOUT / "data_scientist")
STYLES = (
    Style("StandardScaler and LogisticRegression, 30 features", DELIVERED / "linear"),
    Style("a DataFrame with words: OneHotEncoder and a forest, 4 features", DELIVERED / "categories"),
    Style("GradientBoostingClassifier, 13 features", DELIVERED / "boosting"),
    Style("a forest of 1,000 trees, 100 features", DELIVERED / "forest", {"TREES": 1000, "FEATURES": 100}),
)


def of_width(features: int) -> Style:
    """Return a forest on so many features."""
    return Style(f"{features:,} features", DELIVERED / "forest", {"FEATURES": features})


@dataclass(frozen=True)
class Delivered:
    """A delivery in its folder, with rows and the answers to them."""

    label: str
    folder: Path
    rows: list[list[Any]]
    answers: list[Any]

    @property
    def artifact(self) -> Path:
        """Return the path of the model."""
        return self.folder / "model.joblib"


def deliver(style: Style, folder: Path) -> Delivered:
    """Copy a delivery into the folder, train it there if need be, and ask its `predict`."""
    shutil.copytree(style.source, folder)
    code = folder / "model.py"
    for name, number in style.numbers.items():
        lines = code.read_text().splitlines(keepends=True)
        code.write_text("".join(f"{name} = {number}\n" if line.startswith(f"{name} = ") else line for line in lines))
    if not (folder / "model.joblib").exists():
        subprocess.run([sys.executable, "-B", "model.py"], cwd=folder, check=True)
    command = [sys.executable, "-B", str(SAMPLE), str(ROWS)]
    sample = json.loads(subprocess.run(command, cwd=folder, check=True, capture_output=True).stdout)
    return Delivered(style.label, folder, sample["rows"], sample["answers"])
