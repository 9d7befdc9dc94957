"""Other servers, each set up as its own documentation advises, in an environment of its own."""

import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Any

from benchmarks.handover.compare import make_environment
from benchmarks.throughput.contender import Contender
from benchmarks.throughput.contenders import ALL, LANE, QUEUE, STRAIGHTFORWARD
from benchmarks.throughput.deliveries import EXAMPLE, Delivered
from benchmarks.throughput.plan import Plan
from benchmarks.throughput.records import Results
from benchmarks.throughput.rounds import Entry, compare, tell
from benchmarks.throughput.visit import in_closed_loops
from benchmarks.throughput.wire import PREDICT, Row, Wire

WRITTEN = Path(__file__).with_name("written")
SCIKIT_LEARN = f"scikit-learn=={version('scikit-learn')}"


def tensor(row: Row) -> dict[str, Any]:
    """Return a row in the Open Inference Protocol."""
    return {"inputs": [{"name": "X", "shape": [1, len(row)], "datatype": "FP64", "data": list(row)}]}


@dataclass(frozen=True)
class Peer:
    """A server of others: what is installed, what its user writes (a folder of `written/`), how it is started.

    The first word of a command is a program of its environment; `source` is where its documentation says so.
    """

    key: str
    label: str
    told: str
    source: str
    packages: tuple[str, ...]
    command: tuple[str, ...]
    wire: Wire
    settings: Mapping[str, str] = field(default_factory=dict)
    preparation: tuple[str, ...] = ()

    def contender(self, delivered: Delivered, work: Path) -> Contender:
        """Make its environment, and put what its user writes beside the delivery."""
        tell(f"installing: {self.label}")
        python = make_environment(work / f"environment-{self.key}", (*self.packages, SCIKIT_LEARN))
        folder = work / self.key
        shutil.copytree(delivered.folder, folder)
        shutil.copytree(WRITTEN / self.key, folder, dirs_exist_ok=True)
        program = str(python.parent / self.command[0])
        return Contender(
            key=self.key,
            label=self.label,
            told=self.told,
            command=(program, *self.command[1:]),
            settings={"PATH": f"{python.parent}{os.pathsep}{os.environ['PATH']}", "PYTHONPATH": ".", **self.settings},
            preparation=((str(python), *self.preparation),) if self.preparation else (),
            wire=self.wire,
            folder=folder,
            versions=(*self.packages, SCIKIT_LEARN),
        )


PEERS = (
    Peer(
        key="mlserver",
        label="MLServer",
        told="batches of up to 64, 10 ms; one worker for the model, as by default",
        source="https://docs.seldon.ai/mlserver/user-guide/adaptive-batching",
        packages=("mlserver==1.7.1", "mlserver-sklearn==1.7.1", "pandas", "uvloop<0.22"),  # it does not start with 0.23
        command=("mlserver", "start", "."),
        wire=Wire("/v2/models/delivered/infer", tensor, lambda answer: answer["outputs"][0]["data"][0]),
        settings={
            "MLSERVER_HOST": "127.0.0.1",
            "MLSERVER_HTTP_PORT": "{port}",
            "MLSERVER_GRPC_PORT": "{port_2}",
            "MLSERVER_METRICS_PORT": "{port_3}",
        },
    ),
    Peer(
        key="bentoml",
        label="BentoML",
        told="adaptive batches of up to 64; a worker for each core",
        source="https://docs.bentoml.com/en/latest/get-started/adaptive-batching.html",
        packages=("bentoml==1.4.40",),
        command=("bentoml", "serve", "service:Delivered", "--host", "127.0.0.1", "--port", "{port}"),
        wire=Wire("/predict", lambda row: {"features": [list(row)]}, lambda answer: answer[0]),
        settings={"BENTOML_DO_NOT_TRACK": "True"},
    ),
    Peer(
        key="litserve",
        label="LitServe",
        told="batches of up to 64, 10 ms; a worker for each core",
        source="https://lightning.ai/docs/litserve/features/batching",
        packages=("litserve==0.2.19",),
        command=("python", "server.py"),
        wire=PREDICT,
        settings={"PORT": "{port}"},
    ),
    Peer(
        key="litserve-onnx",
        label="LitServe, the model converted to ONNX",
        told="as LitServe; without a proof that the model is the same",
        source="https://lightning.ai/docs/litserve/features/batching",
        packages=("litserve==0.2.19", "onnxruntime==1.32.0", "skl2onnx==1.20.0", "protobuf<7"),
        command=("python", "server.py"),
        wire=PREDICT,
        settings={"PORT": "{port}"},
        preparation=("convert.py",),
    ),
    Peer(
        key="mlflow",
        label="MLflow models serve",
        told="a worker for each core; it has no batching",
        source="https://mlflow.org/docs/latest/ml/deployment/deploy-model-locally",
        packages=("mlflow==3.17.2",),
        command=(
            *("mlflow", "models", "serve", "--model-uri", "logged", "--env-manager", "local"),
            *("--host", "127.0.0.1", "--port", "{port}", "--workers", str(os.cpu_count() or 1)),
        ),
        wire=Wire("/invocations", lambda row: {"inputs": [list(row)]}, lambda answer: answer["predictions"][0]),
        settings={"MLFLOW_DISABLE_TELEMETRY": "true"},
        preparation=("log.py",),
    ),
)


def measure_peers(plan: Plan) -> Results:
    """Measure other servers with the example, in turn with ours."""
    delivered = plan.deliver(EXAMPLE)
    own = plan.chosen((STRAIGHTFORWARD, QUEUE, LANE, ALL))
    others = [peer.contender(delivered, plan.work) for peer in PEERS if plan.takes(peer.key)]
    drive = in_closed_loops(plan.clients, plan.seconds)
    entries = [Entry(contender, delivered, drive) for contender in (*own, *others)]
    return plan.results("peers", [compare(delivered.label, entries, plan.work, plan.rounds)])
