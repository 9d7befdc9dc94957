"""Train model folders, and predict each row alone as their authors would: the expected results.

Runs in a process apart: `python -m tests.gallery.batch_dependence.author ORDERS`.
Each folder gets a process of its own, forked from one that has imported the libraries, once to train and once to
predict, so that nothing of the training is left.
"""

import json
import os
import runpy
import sys
import traceback
import types
from collections.abc import Callable
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import Any

from tests.gallery.author import LIBRARIES, Rows, Session

Outcome = dict[str, Any]


class FreshSession(Session):
    """A session in which model.py is imported, and its model loaded, as in a program that only predicts."""

    def __init__(self, folder: Path, questions: dict[str, Any]) -> None:
        self.questions = questions
        self.script = types.ModuleType("model")
        self.script.__file__ = str(folder / "model.py")
        sys.modules["__main__"] = sys.modules["model"] = self.script  # pickled classes are named `__main__.X`
        sys.path.insert(0, str(folder))
        exec(compile((folder / "model.py").read_text(), "model.py", "exec"), vars(self.script))  # noqa: S102 - a test's own
        self.model = self.load()

    def outcomes(self, rows: Rows) -> list[Outcome]:
        """Return what each of the rows, predicted together, has as its result and its probabilities."""
        outcomes: list[Outcome] = [{} for _ in rows]
        self._add(outcomes, "result", "predict", rows)
        if self.questions["has_probabilities"]:
            self._add(outcomes, "probabilities", "predict_proba", rows)
        return outcomes

    def _add(self, outcomes: list[Outcome], key: str, function: str, rows: Rows) -> None:
        """Add what the author's function returns; nothing where it raises, or returns what JSON does not have."""
        try:
            values = self.ask(function, rows)
            if key == "probabilities":  # one number a row is a list of one
                values = [value if isinstance(value, list) else [value] for value in values]
            json.dumps(values, allow_nan=False)
        except Exception:  # noqa: BLE001 - whatever user code raises
            return
        if len(values) == len(rows):
            for outcome, value in zip(outcomes, values, strict=True):
                outcome[key] = value

    def alone(self, row: list[Any]) -> Outcome:
        """Return the result of a row alone."""
        if not self.questions["is_fresh_alone"]:
            return self.outcomes([row])[0]
        return json.loads(in_child(lambda: json.dumps(self.outcomes([row])[0])))  # type: ignore[no-any-return]  # JSON


def in_child(call: Callable[[], str]) -> str:
    """Return what the call returns in a process forked for it; an empty text where it raises."""
    read_end, write_end = os.pipe()
    child = os.fork()
    if not child:
        with os.fdopen(write_end, "w") as pipe:
            try:
                pipe.write(call())
            except BaseException:  # noqa: BLE001 - whatever it is, this process ends here
                traceback.print_exc()
        os._exit(0)
    os.close(write_end)
    with os.fdopen(read_end) as pipe:
        text = pipe.read()
    os.waitpid(child, 0)
    return text


def train(order: dict[str, Any]) -> str:
    """Run model.py as a script, in its folder."""
    os.chdir(order["folder"])
    sys.path.insert(0, order["folder"])
    runpy.run_path("model.py", run_name="__main__")
    return ""


def predict(order: dict[str, Any]) -> str:
    """Return as JSON what each row alone has as its result, and what all of them have together."""
    os.chdir(order["folder"])
    session = FreshSession(Path(order["folder"]), order)
    alone = [session.alone(row) for row in order["rows"]]
    return json.dumps({"alone": alone, "together": session.outcomes(order["rows"])})


def main() -> None:
    sys.dont_write_bytecode = True
    for name in LIBRARIES:
        with suppress(ImportError):
            import_module(name)
    for order in json.loads(Path(sys.argv[1]).read_text()):
        in_child(lambda order=order: train(order))  # type: ignore[misc]  # mypy infers no type for a default argument
        Path(order["expected"]).write_text(in_child(lambda order=order: predict(order)))  # type: ignore[misc]  # mypy infers no type for a default argument


if __name__ == "__main__":
    main()
