"""Which deliveries are handed over: four styles of the tests, and one from another time."""

import json
import random
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

CHECKOUT = Path(__file__).parent.parent.parent
STYLES = CHECKOUT / "tests" / "delivery"
FROM_ANOTHER_TIME = CHECKOUT / "tests" / "gallery" / "old"
OLD_FOREST = FROM_ANOTHER_TIME / "kept" / "1.3.2-forest"
TRUTH = Path(__file__).with_name("truth.py")
ROWS = 20


@dataclass(frozen=True)
class Style:
    """A delivery, what is special about it, and between which values its rows lie; words are chosen from."""

    name: str
    special: str
    between: tuple[tuple[Any, ...], ...]
    names: tuple[str, ...] = ()

    def rows(self) -> list[list[Any]]:
        """Return rows as JSON has them, the same each time."""
        dice = random.Random(3)  # noqa: S311 - rows, no secret

        def value(span: tuple[Any, ...]) -> str | float:
            return dice.choice(span) if isinstance(span[0], str) else round(dice.uniform(*span), 1)

        return [[value(span) for span in self.between] for _ in range(ROWS)]


FLOWER = ((4.3, 7.9), (2.0, 4.4), (1.0, 6.9), (0.1, 2.5))
WINE = (
    *((11.0, 14.8), (0.7, 5.8), (1.4, 3.2), (10.6, 30.0), (70, 162), (1.0, 3.9), (0.3, 5.1)),
    *((0.1, 0.7), (0.4, 3.6), (1.3, 13.0), (0.5, 1.7), (1.3, 4.0), (278, 1680)),
)
OLD = Style("old_forest", "a forest that scikit-learn 1.3.2 made", FLOWER)
DELIVERIES = (
    Style("course", "the course's own shape: `load_model`, `predict`", WINE),
    Style(
        "own_transformer",
        "a transformer of model.py, pickled as `__main__.RatioAdder`",
        ((25, 240), (1, 8), (1900, 2024)),
    ),
    Style(
        "column_transformer",
        "a ColumnTransformer over a DataFrame with words",
        ((1, 90), (5, 200), ("first", "second", "third"), ("Kiel", "Oslo", "Turku")),
        ("age", "fare", "class", "port"),
    ),
    Style("preprocessing", "a `predict` of its own, which clips and converts", ((-50, 150), (0, 120), (-20, 60))),
    Style("bundle", "a dict of scaler and model, taken apart by its `predict`", FLOWER),
    OLD,
)


@dataclass(frozen=True)
class Delivered:
    """A delivery in its folder, its rows, and the answers of its own `predict`."""

    style: Style
    folder: Path
    rows: list[list[Any]]
    truth: list[Any]


def deliver(style: Style, work: Path, python: Path) -> Delivered:
    """Train a style with the libraries of the server that will get it; take the old one as it was made."""
    folder = work / style.name
    if style is OLD:
        folder.mkdir()
        shutil.copy(FROM_ANOTHER_TIME / "delivered" / "model.py", folder)
        shutil.copy(OLD_FOREST / "model.joblib", folder)
        told = json.loads((OLD_FOREST / "answers.json").read_text())
        return Delivered(style, folder, told["rows"][:ROWS], told["together"][:ROWS])
    shutil.copytree(STYLES / style.name, folder)
    subprocess.run([python, "-B", "model.py"], cwd=folder, check=True, stdout=subprocess.DEVNULL)
    rows = style.rows()
    asked = json.dumps({"rows": rows, "names": style.names})
    told = subprocess.run([python, "-B", TRUTH], cwd=folder, input=asked, check=True, capture_output=True, text=True)
    return Delivered(style, folder, rows, json.loads(told.stdout))
