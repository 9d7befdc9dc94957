"""Deliveries that cannot be served: what was done to a good one, and what the sentence about it must hold."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

GOOD = "script_only"


def code(source: str) -> Callable[[Path], None]:
    """Return what replaces model.py."""
    return lambda folder: void(folder.joinpath("model.py").write_text(source))


def artifact(change: Callable[[bytes], bytes]) -> Callable[[Path], None]:
    """Return what changes the bytes of the artifact."""

    def do(folder: Path) -> None:
        file = folder / "model.joblib"
        file.write_bytes(change(file.read_bytes()))

    return do


def void(_: object) -> None:
    """Let go of what a write returns."""


@dataclass(frozen=True)
class Refusal:
    """A fault, how it comes into a good delivery, and the words of the sentence that helps."""

    name: str
    what: str
    spoil: Callable[[Path], None]
    words: tuple[str, ...]
    settings: dict[str, str] = field(default_factory=dict, hash=False)

    def __str__(self) -> str:
        return self.name


UNGUARDED = """\
import joblib
from sklearn.datasets import load_iris
from sklearn.tree import DecisionTreeClassifier


def train():
    clf = DecisionTreeClassifier().fit(*load_iris(return_X_y=True))
    joblib.dump(clf, "model.joblib")


train()
"""
KEEPS_A_LOG = """\
from pathlib import Path

Path(__file__).with_name("imports.log").write_text("imported")
"""
WANTS_MORE = """\
def predict(model, sepals, petals):
    return model.predict([[*sepals, *petals]])
"""
FROM_NOWHERE = b"cnowhere_learn.linear\nModel\n)R."  # a pickle: call nowhere_learn.linear.Model()
FROM_A_SCRIPT = b"c__main__\nForgotten\n)R."
PAGE = b"<!DOCTYPE html>\n<html><head><title>404 - not found</title></head><body>model.joblib</body></html>\n"

REFUSALS = (
    Refusal(
        "syntax_error",
        "model.py is no Python",
        code("import joblib\n\ndef predict(model, X)\n    return model.predict(X)\n"),
        ("model.py", "line 3", "expected ':'"),
    ),
    Refusal(
        "missing_import",
        "model.py imports what is not installed",
        code("import nowhere_learn\n"),
        ("nowhere_learn", "requirements.txt"),
    ),
    Refusal(
        "missing_library",
        "the artifact needs what is not installed",
        artifact(lambda _: FROM_NOWHERE),
        ("nowhere_learn", "requirements.txt"),
    ),
    Refusal(
        "missing_class",
        "the artifact needs a class that model.py does not define",
        artifact(lambda _: FROM_A_SCRIPT),
        ("Forgotten", "model.py"),
    ),
    Refusal(
        "endless_import",
        "importing model.py does not end",
        code("while True:\n    pass\n"),
        ("3 seconds", "LOAD_TIMEOUT_SECONDS"),
        settings={"LOAD_TIMEOUT_SECONDS": "3"},
    ),
    Refusal(
        "half",
        "the artifact is cut in half",
        artifact(lambda whole: whole[: len(whole) // 2]),
        ("model.joblib", "incomplete"),
    ),
    Refusal("empty", "the artifact is empty", artifact(lambda _: b""), ("model.joblib", "empty")),
    Refusal("page", "a page of a web site under the name model.joblib", artifact(lambda _: PAGE), ("HTML",)),
    Refusal(
        "unguarded",
        "importing model.py would train and save",
        code(UNGUARDED),
        ("line 11", "train()", "joblib.dump", '__name__ == "__main__"'),
    ),
    Refusal(
        "writes",
        "model.py writes into the delivery when imported",
        code(KEEPS_A_LOG),
        ("imports.log", "model.py"),
    ),
    Refusal(
        "exits",
        "model.py ends the process when imported",
        code("import sys\n\nsys.exit(7)\n"),
        ("model.py", "exit"),
    ),
    Refusal(
        "other_predict",
        "`predict` wants more than a model and X",
        code(WANTS_MORE),
        ("predict(model, sepals, petals)", "predict(model, X)"),
    ),
    Refusal(
        "other_load_model",
        "`load_model` wants more than a path",
        code("def load_model(path, key):\n    return path, key\n"),
        ("load_model(path, key)", "load_model(path)"),
    ),
    Refusal(
        "no_model",
        "`load_model` forgets its `return`",
        code("import joblib\n\ndef load_model(path):\n    joblib.load(path)\n"),
        ("load_model", "None", "return"),
    ),
)
