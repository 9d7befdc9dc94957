"""Deliveries for tests: each style is a folder with a model.py, trained by running it in a copy of the folder."""

import shutil
import subprocess
import sys
from pathlib import Path

from web_single.predictor.delivery import find_artefact

# What the delivery `mischief` does where its first feature says so.
HEALTHY, RAISE, NAN, TOO_FEW, SLEEP, EXIT, CRASH, PRINT, GARBAGE, CHILD, EAT, OBJECT, STOP = range(13)

STYLES = Path(__file__).parent / "delivery"
EXAMPLE = Path(__file__).parent.parent / "data_scientist"


def train(style: str, folder: Path) -> Path:
    """Copy a style into `folder`, run its model.py there, and return the artefact that it wrote."""
    delivery = folder / style
    shutil.copytree(STYLES / style, delivery)
    subprocess.run([sys.executable, "-B", "model.py"], cwd=delivery, check=True)
    return find_artefact(delivery)
