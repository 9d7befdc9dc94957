"""web-single new: a delivery to start from."""

import shlex
import shutil
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Annotated

import typer

from web_single.errors import ScaffoldError

MODEL_PY = '''\
"""Which cultivar a wine is from, by thirteen measurements of it: replace this by your own model.

`python model.py` trains the model and writes model.joblib beside this file.
The server calls `load_model` and `predict`, and never what stands behind `if __name__ == "__main__":`.
"""

from pathlib import Path

import joblib
from sklearn.datasets import load_wine
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

MODEL_FILE = Path(__file__).with_name("model.joblib")


def get_dataset():
    """Return the features X, a DataFrame with a row for each wine, and the labels y."""
    return load_wine(return_X_y=True, as_frame=True)


def train(X, y):
    model = make_pipeline(StandardScaler(), LogisticRegression(random_state=0))
    return model.fit(X, y)


def predict(model, X):
    """Return one result for each row of X."""
    return model.predict(X)


def load_model(path=MODEL_FILE):
    return joblib.load(path)


if __name__ == "__main__":
    X, y = get_dataset()
    X_train, X_test, y_train, y_test = train_test_split(X, y, stratify=y, random_state=7)
    model = train(X_train, y_train)
    accuracy = (predict(model, X_test) == y_test).mean()
    print(f"accuracy: {accuracy:.3f} on {len(X_test)} wines it has not seen")
    joblib.dump(model, MODEL_FILE)
'''
REQUIRED = ("scikit-learn", "pandas", "joblib")

Folder = Annotated[Path, typer.Argument(help="The folder to write; it is made where there is none.")]


def new(folder: Folder) -> None:
    """Write a delivery to start from: model.py and requirements.txt. Nothing is overwritten."""
    requirements = "".join(f"{name}=={version(name)}\n" for name in REQUIRED)
    write_new(folder, {"model.py": MODEL_PY, "requirements.txt": requirements})
    named = shlex.quote(str(folder))
    typer.echo(f"{folder}/model.py and {folder}/requirements.txt are written. Next, train it, check it, serve it:\n")
    typer.echo(f"  {program('python')} {shlex.quote(str(folder / 'model.py'))}")
    typer.echo(f"  {program('web-single')} check {named}")
    typer.echo(f"  MODEL_PATH={named} {program('web-single')} serve")


def write_new(folder: Path, texts: dict[str, str]) -> None:
    """Write files that are not there yet, all of them or, where one is there, none."""
    there = [name for name in texts if (folder / name).exists()]
    if there:
        raise ScaffoldError(f"{' and '.join(there)} in {folder} would be overwritten: name another folder.")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in texts.items():
            with (folder / name).open("x", encoding="utf-8") as file:
                file.write(text)
    except OSError as error:
        raise ScaffoldError(f"The delivery cannot be written to {folder}: {error}.") from error


def program(name: str) -> str:
    """Return what to type for a program of this environment: its name where the shell finds it, else its path."""
    ours = Path(sys.executable).with_name(name)
    found = shutil.which(name)
    return name if found is not None and Path(found) == ours else shlex.quote(str(ours))
