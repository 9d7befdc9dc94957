"""What data scientists do at their desks: run model.py, load what it saved, and ask its own `predict`.

Stands alone, since it runs in the environment of the delivery: `python author.py ORDERS`.
Each desk is a process of its own, forked from one that has imported the libraries: that takes longer than the rest.
"""

import json
import os
import sys
import traceback
import types
from collections.abc import Callable
from contextlib import suppress
from datetime import date
from importlib import import_module
from inspect import signature
from pathlib import Path
from typing import Any

LIBRARIES = (
    *("pandas", "sklearn.calibration", "sklearn.cluster", "sklearn.compose", "sklearn.datasets", "sklearn.ensemble"),
    *("sklearn.feature_extraction.text", "sklearn.linear_model", "sklearn.model_selection", "sklearn.multioutput"),
    *("sklearn.naive_bayes", "sklearn.neighbors", "sklearn.neural_network", "sklearn.pipeline", "sklearn.svm"),
)

Rows = list[list[Any]]


class Session:
    """An interactive session in which model.py was run as the script that it is."""

    def __init__(self, folder: Path, questions: dict[str, Any]) -> None:
        self.questions = questions
        self.script = types.ModuleType("__main__")
        self.script.__file__ = str(folder / "model.py")
        sys.modules["__main__"] = self.script
        sys.argv, sys.path[0] = ["model.py"], str(folder)
        source = (folder / "model.py").read_text()
        with suppress(SystemExit):  # what was not saved then cannot be loaded below
            exec(compile(source, "model.py", "exec"), vars(self.script))  # noqa: S102 - its author would run it too
        self.model = self.load()

    def load(self) -> Any:  # noqa: ANN401 - any model
        """Load the artifact that the script has saved."""
        (artifact,) = (str(path) for path in Path.cwd().glob("model.*") if path.suffix != ".py")
        load = getattr(self.script, "load_model", None)
        if load is not None:
            return load(artifact) if signature(load).parameters else load()
        import joblib  # noqa: PLC0415 - a model in plain Python has none

        return joblib.load(artifact)

    def ask(self, name: str, rows: Rows) -> Any:  # noqa: ANN401 - whatever the model answers
        """Return the answer of the script's function of this name, or else of the model's method, as plain values."""
        function: Callable[..., Any] = getattr(self.script, name, None) or getattr(self.model, name)
        takes_the_model = hasattr(self.script, name) and len(signature(function).parameters) > 1
        arguments = [self.model] if takes_the_model else []
        answer = function(*arguments, self.as_input(rows))
        parts = zip(*answer, strict=True) if isinstance(answer, tuple) else answer  # labels, scores = predict(..)
        return as_plain(parts)

    def as_input(self, rows: Rows) -> Any:  # noqa: ANN401 - of each kind one
        """Return rows in the form that this script's author works with."""
        container = self.questions["input_type"]
        if container == "list":
            return rows
        if container == "texts":
            return [text for (text,) in rows]
        if container == "array":
            import numpy as np  # noqa: PLC0415 - as above

            has_texts = any(isinstance(value, str) for row in rows for value in row)
            return np.array(rows, dtype=object if has_texts else float)
        import pandas as pd  # noqa: PLC0415 - as above

        frame = pd.DataFrame(rows, columns=self.questions["names"])
        return frame.astype(self.questions["dtypes"])

    def takes_missing(self, column: int) -> bool:
        """Tell whether the model answers a row without this value."""
        row = list(self.questions["rows"][0])
        row[column] = None
        try:
            self.ask("predict", [row])
        except Exception:  # noqa: BLE001 - however it refuses
            return False
        return True


def as_plain(value: Any) -> Any:  # noqa: ANN401 - as told
    """Return a result as JSON values."""
    if hasattr(value, "columns"):
        return value.to_dict("records")
    if hasattr(value, "tolist"):
        return value.tolist()
    if isinstance(value, dict):
        return {name: as_plain(part) for name, part in value.items()}
    if isinstance(value, list | tuple | zip):
        return [as_plain(part) for part in value]
    return value.isoformat() if isinstance(value, date) else value


def answer(questions: dict[str, Any]) -> None:
    """Write down what the author's own `predict` says to each row alone, and to all together."""
    session = Session(Path.cwd(), questions)
    rows, one_row = questions["rows"], questions["single_row_only"]
    alone = [session.ask("predict", [row]) for row in rows]
    told = {
        "alone": alone if one_row else [result for (result,) in alone],
        "together": None if one_row else session.ask("predict", rows),
        "probabilities": session.ask("predict_proba", rows) if questions["probabilities"] else None,
        "takes_missing": [session.takes_missing(column) for column in range(len(rows[0]))],
    }
    Path(questions["answers"]).write_text(json.dumps(told, allow_nan=False))


def sit_down(order: dict[str, Any]) -> None:
    """Answer at this order's desk, in a process of its own; what is printed goes into its log."""
    child = os.fork()
    if child:
        os.waitpid(child, 0)
        return
    with Path(order["log"]).open("w") as log:
        os.dup2(log.fileno(), 1)
        os.dup2(log.fileno(), 2)
        os.chdir(order["desk"])
        try:
            answer(order)
        except BaseException:  # noqa: BLE001 - whatever it is, this process ends here
            traceback.print_exc()
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(0)


def main() -> None:
    for name in LIBRARIES:
        with suppress(ImportError):  # the delivery brings what it needs
            import_module(name)
    for order in json.loads(Path(sys.argv[1]).read_text()):
        sit_down(order)


if __name__ == "__main__":
    main()
