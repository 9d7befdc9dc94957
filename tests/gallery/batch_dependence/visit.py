"""A visit to a real server of each model folder: what its clients receive, beside the results of each row alone."""

import json
import os
import random
import shutil
import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2

from tests.gallery.batch_dependence.clients import Request, Response, send_all
from tests.gallery.batch_dependence.model_folder import ModelFolder, Row
from tests.gallery.comparison import OK, all_close
from tests.gallery.visit import code_of_start, start
from web_single.config import CHECKOUT

FOLDERS = Path(__file__).with_name("model_folders")
TRAIN_SECONDS = 600
DISTINCT_ROWS = 120  # more than the longest batch that user code here tells apart
FEW_ROWS, MANY_ROWS, THOROUGH_ROWS = 300, 1500, 6000
MAX_ROUNDS = 20  # of so many rows, until a row-wise model is batched
WITH_PROBABILITIES = 0.3  # of the requests

Outcome = dict[str, Any]  # "result" and "probabilities", where there are


@dataclass(frozen=True)
class Expected:
    """The author's results: of each row alone, and of all rows together."""

    rows: list[Row]
    alone: list[Outcome]
    together: list[Outcome]


@dataclass
class Visit:
    """What the clients of one server received, and what differs from the result of the row alone."""

    folder: ModelFolder
    expected: Expected
    rejection: str | None = None
    is_batched: bool = False
    rows: int = 0
    errors: int = 0
    differences: list[tuple[Row, Any, Any]] = field(default_factory=list)

    def add(self, responses: Sequence[Response]) -> None:
        """Compare what was received with what is expected."""
        self.rows += len(responses)
        for response in responses:
            expected = self.expected.alone[response.request.index]
            outcome = outcome_of(response)
            self.errors += not outcome
            if not are_same(outcome, expected, with_probabilities=response.request.with_probabilities):
                self.differences.append((response.request.row, outcome or response.body, expected))


def predict_alone(folders: Sequence[ModelFolder], place: Path) -> dict[str, Expected]:
    """Train copies of these model folders in `place`, and predict each row alone, in a process apart."""
    orders = [order_for(folder, place) for folder in folders]
    file = place / f"orders-{len(folders)}-{folders[0]}.json"
    file.write_text(json.dumps(orders))
    module = f"{__package__}.author"
    command = [sys.executable, "-m", module, str(file)]
    variables = {**os.environ, "OMP_NUM_THREADS": "1", "PYTHONWARNINGS": "ignore"}  # threads only wait for so few rows
    subprocess.run(command, cwd=CHECKOUT, env=variables, timeout=TRAIN_SECONDS, check=True)
    return {folder.name: read_expected(order) for folder, order in zip(folders, orders, strict=True)}


def order_for(folder: ModelFolder, place: Path) -> dict[str, Any]:
    """Copy a model folder, and return what its author is to do."""
    copy = place / folder.name / folder.name
    shutil.copytree(FOLDERS / folder.name, copy)
    return {
        "folder": str(copy),
        "expected": str(place / folder.name / "expected.json"),
        "input_type": folder.container,
        "names": folder.names,
        "dtypes": folder.dtypes,
        "rows": folder.rows(DISTINCT_ROWS),
        "has_probabilities": folder.has_probabilities,
        "is_fresh_alone": folder.is_fresh_alone,
    }


def read_expected(order: dict[str, Any]) -> Expected:
    text = Path(order["expected"]).read_text()
    assert text, f"{order['folder']} cannot be trained or loaded: see stderr"
    return Expected(order["rows"], **json.loads(text))


def visit(folder: ModelFolder, expected: Future[dict[str, Expected]], place: Path, **settings: str) -> Visit:
    """Serve a model folder with default settings, and let its clients send rows."""
    seen = Visit(folder, expected.result()[folder.name])
    server = start(place / folder.name, place, **settings)
    try:
        if code_of_start(server) is not None:
            seen.rejection = server.log.read_text()
        else:
            send_rows(seen, server.url)
    finally:
        server.kill_everything()
    return seen


def send_rows(seen: Visit, url: str) -> None:
    """Send rows by all clients at the same time; for a row-wise model until it is batched, and as many again."""
    rng = random.Random(seen.folder.name)
    for _ in range(MAX_ROUNDS):
        was_batched = seen.is_batched
        seen.add(send_all(url, draw_requests(seen, rng), clients=seen.folder.clients))
        seen.is_batched = is_batched(url)
        if was_batched or not seen.folder.name.startswith("honest"):
            break


def draw_requests(seen: Visit, rng: random.Random) -> list[Request]:
    """Return requests for each row, and for rows drawn from them."""
    indices = [*range(DISTINCT_ROWS), *rng.choices(range(DISTINCT_ROWS), k=count_for(seen.folder) - DISTINCT_ROWS)]
    rng.shuffle(indices)
    rows = seen.expected.rows
    asks = [seen.folder.has_probabilities and rng.random() < WITH_PROBABILITIES for _ in indices]
    return [Request(index, rows[index], with_probabilities=ask) for index, ask in zip(indices, asks, strict=True)]


def count_for(folder: ModelFolder) -> int:
    """Return how many rows are sent: `BATCH_ROWS`, or many where the model is quick."""
    if "BATCH_ROWS" in os.environ:
        return max(int(os.environ["BATCH_ROWS"]), DISTINCT_ROWS)
    if os.environ.get("GALLERY") == "all":
        return THOROUGH_ROWS if folder.is_quick else MANY_ROWS
    return MANY_ROWS if folder.is_quick else FEW_ROWS


def is_batched(url: str) -> bool:
    """Return whether the server batches the rows of several requests, as `GET /model` reports it."""
    model = httpx2.get(f"{url}/model", timeout=30).json()
    return bool(model["batching"]["state"] == "on")


def outcome_of(response: Response) -> Outcome:
    """Return what a response says of its row; nothing for an error."""
    return response.body if response.status == OK else {}


def are_same(outcome: Outcome, expected: Outcome, *, with_probabilities: bool) -> bool:
    """Return whether a result, and the probabilities where they were requested, are those of the row alone."""
    keys = ("result", "probabilities") if with_probabilities else ("result",)
    if not all(key in expected for key in keys):  # user code raises, and so the response is an error
        return not all(key in outcome for key in keys)
    return all(key in outcome and all_close(outcome[key], expected[key]) for key in keys)
