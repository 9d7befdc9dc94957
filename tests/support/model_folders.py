"""Model folders for tests: styles that are trained by running their model.py, and small ones that a test writes."""

import pickle
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from web_single.model_folder.folder import ModelFolder, find_artifact

MakeModelFolder = Callable[..., ModelFolder]
TINY = "iniconfig==2.0.0\n"  # a package that is installed in no time, and that the server has in another version

# What the delivery `mischief` does where its first feature says so.
HEALTHY, RAISE, NAN, TOO_FEW, SLEEP, EXIT, CRASH, PRINT, GARBAGE, CHILD, EAT, OBJECT, STOP = range(13)

STYLES = Path(__file__).parent.parent / "delivery"
EXAMPLE = Path(__file__).parent.parent.parent / "data_scientist"


def train(style: str, folder: Path) -> Path:
    """Copy a style into `folder`, run its model.py there, and return the artifact that it wrote."""
    model_folder = folder / style
    shutil.copytree(STYLES / style, model_folder)
    subprocess.run([sys.executable, "-B", "model.py"], cwd=model_folder, check=True)
    return find_artifact(model_folder)


def write_model_folder(folder: Path, code: str, files: Mapping[str, str]) -> Path:
    """Write a new model folder: a pickled object, model.py and other files; return the folder."""
    folder.mkdir()
    (folder / "model.pkl").write_bytes(pickle.dumps({"a": "model"}))
    for name, text in {"model.py": code, **files}.items():
        (folder / name).write_text(text)
    return folder
