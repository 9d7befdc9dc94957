"""How MLServer and mlflow are started and asked, as their own documentation says."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.handover.deliveries import Delivered, Style

WRITTEN = Path(__file__).parent / "written"


@dataclass(frozen=True)
class Attempt:
    """A way to get a delivery served: which files of `written/` it needs, and what that means for its user."""

    files: str
    needs: str
    before: tuple[str, ...] = ()  # run with the peer's Python before the server starts


class MLServer:
    """`mlserver start FOLDER` with its scikit-learn runtime."""

    name = "MLServer 1.7.1"
    server = ("mlserver==1.7.1", "mlserver-sklearn==1.7.1", "pandas", "uvloop<0.22")  # it does not start with 0.23
    packages = (*server, "scikit-learn==1.9.1")
    attempts = (
        Attempt("mlserver", "`model-settings.json`"),
        Attempt("mlserver-wrapper", "`model-settings.json` and a wrapper class"),
        Attempt(
            "mlserver-wrapper-main",
            "`model-settings.json` and a wrapper class that puts the names of model.py on `__main__`",
        ),
    )
    attempt_of_its_time = attempts[0]
    ready = "/v2/models/delivered/ready"
    given_up = ("Couldn't load model", "Traceback (most recent call last)")

    @staticmethod
    def variables(ports: list[int]) -> dict[str, str]:
        """Return where it listens."""
        names = ("MLSERVER_HTTP_PORT", "MLSERVER_GRPC_PORT", "MLSERVER_METRICS_PORT")
        return {"MLSERVER_HOST": "127.0.0.1", **{name: str(port) for name, port in zip(names, ports, strict=True)}}

    @staticmethod
    def command(_: list[int]) -> list[str]:
        """Return what starts it, in the folder of the delivery."""
        return ["mlserver", "start", "."]

    @staticmethod
    def request(delivered: Delivered) -> tuple[str, dict[str, Any]]:
        """Return the path and the body that ask for all rows, in the Open Inference Protocol."""
        return "/v2/models/delivered/infer", v2_body(delivered.style, delivered.rows)

    @staticmethod
    def answers(body: dict[str, Any]) -> list[Any]:
        """Return the results."""
        return list(body["outputs"][0]["data"])


def v2_body(style: Style, rows: list[list[Any]]) -> dict[str, Any]:
    """Return rows as one tensor or, with names, as a column each."""
    if not style.names:
        values = [value for row in rows for value in row]
        shape = [len(rows), len(rows[0])]
        return {"inputs": [{"name": "X", "shape": shape, "datatype": "FP64", "data": values}]}
    columns = [
        {"name": name, "shape": [len(rows), 1], "data": list(values)}
        | (
            {"datatype": "BYTES", "parameters": {"content_type": "str"}}
            if isinstance(values[0], str)
            else {"datatype": "FP64"}
        )
        for name, values in zip(style.names, zip(*rows, strict=True), strict=True)
    ]
    return {"parameters": {"content_type": "pd"}, "inputs": columns}


class MLflow:
    """`mlflow models serve` of a model that was logged again."""

    name = "mlflow 3.17.2"
    server = ("mlflow==3.17.2",)
    packages = (*server, "scikit-learn==1.9.1")
    attempts = (
        Attempt("mlflow", "a script that logs the model again", ("log.py",)),
        Attempt("mlflow-cloudpickle", "a script that logs the model again, by cloudpickle", ("log.py",)),
        Attempt(
            "mlflow-code",
            "a script that logs the model again, by cloudpickle, imports all of model.py and packs it",
            ("log.py",),
        ),
        Attempt("mlflow-wrapper", "a script that logs a wrapper class, model.py and the artifact", ("log.py",)),
    )
    attempt_of_its_time = attempts[1]
    ready = "/ping"
    given_up = ("Traceback (most recent call last)",)

    @staticmethod
    def variables(_: list[int]) -> dict[str, str]:
        """Return nothing: the command says where it listens."""
        return {}

    @staticmethod
    def command(ports: list[int]) -> list[str]:
        """Return what starts it, in the folder of the delivery."""
        where = ["--host", "127.0.0.1", "--port", str(ports[0])]
        return ["mlflow", "models", "serve", "--model-uri", "logged", "--env-manager", "local", *where]

    @staticmethod
    def request(delivered: Delivered) -> tuple[str, dict[str, Any]]:
        """Return the path and the body that ask for all rows."""
        if delivered.style.names:
            return "/invocations", {"dataframe_split": {"columns": delivered.style.names, "data": delivered.rows}}
        return "/invocations", {"inputs": delivered.rows}

    @staticmethod
    def answers(body: dict[str, Any]) -> list[Any]:
        """Return the results."""
        return list(body["predictions"])
