"""A visit to a real server that serves one style: everything it is asked, and everything it answers."""

import asyncio
import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import httpx2

from tests.gallery.gallery import STYLES
from tests.gallery.refusals import Refusal
from tests.gallery.style import Style
from tests.gallery.workshop import Handover
from tests.gallery.wrong import Wrong, wrong_requests
from tests.support.servers import START_SECONDS, Server
from tests.support.waiting import wait_until
from web_single.config import Config
from web_single.environments.environment import find_environment
from web_single.model_folder.folder import ModelFolder
from web_single.predictor.compiled.builder import build_compiled

CLIENTS = 8
PROBE_ROWS = 2000  # the proof in full is another test's
# Served without any shortcut too: all of them by `make gallery`, else an array, a table with categories, and texts.
SERVED_PLAINLY = (
    [style.name for style in STYLES] if os.environ.get("GALLERY") == "all" else ["course", "column_transformer", "text"]
)
COMMAND = str(Path(sys.executable).with_name("web-single"))


@dataclass(frozen=True)
class Asked:
    """A request, and its answer."""

    features: Any
    status: int
    body: Any

    @property
    def result(self) -> Any:  # noqa: ANN401 - whatever the model answers
        """The result; the whole answer where there is none, so that a failing test shows it."""
        return self.body.get("result", self.body) if self.status == 200 else self.body


@dataclass
class Visit:
    """What was asked of one style's server, and what it answered.

    `compiled` is a second visit, for the rows alone, to a server with a compiled model; `refusal` why there is none.
    """

    style: Style
    handover: Handover
    model: dict[str, Any] = field(default_factory=dict)
    document: dict[str, Any] = field(default_factory=dict)
    alone: list[Asked] = field(default_factory=list)
    by_name: list[Asked] = field(default_factory=list)
    together: Asked | None = None
    probabilities: list[Asked] = field(default_factory=list)
    examples: list[Asked] = field(default_factory=list)
    refused: list[tuple[Wrong, Asked]] = field(default_factory=list)
    compiled: "Visit | None" = None
    plain: "Visit | None" = None
    refusal: str | None = None
    stored: list[dict[str, Any]] = field(default_factory=list)
    stored_after_refusals: list[dict[str, Any]] = field(default_factory=list)
    files_before: dict[str, str] = field(default_factory=dict)
    files_after: dict[str, str] = field(default_factory=dict)


def visit(style: Style, handover: Handover, folder: Path) -> Visit:
    """Serve a style, ask it everything, and stop it; where it can be compiled, serve it so and ask its rows again."""
    seen = Visit(style, handover, files_before=digests(handover.folder))
    with visiting(style, handover, folder, COMPILE="off") as client:
        seen.model = client.get("/model").json()
        ask_rows(client, seen)
        seen.stored = client.get("/predict?detail=true").json()
        seen.refused = [(wrong, ask(client, wrong.features)) for wrong in wrong_requests(style)]
        seen.stored_after_refusals = client.get("/predict?detail=true").json()
        seen.document = client.get("/openapi.json").json()
        seen.examples = [ask(client, features) for features in examples_of(seen.document)]
    if style.name in SERVED_PLAINLY:
        seen.plain = visit_again(style, handover, folder, OPTIMIZATIONS="off")
    seen.refusal = compile_delivery(style, handover, folder)
    if seen.refusal is None:
        seen.compiled = visit_again(style, handover, folder, COMPILE="on")
    seen.files_after = digests(handover.folder)
    return seen


def compile_delivery(style: Style, handover: Handover, folder: Path) -> str | None:
    """Build the compiled model where servers of this folder look for it; return why there is none."""
    environments = folder / "environments" if style.own_environment else None
    config = Config(compiled_cache_dir=folder / "compiled", environment_cache_dir=environments, _env_file=None)
    delivery = ModelFolder.open(handover.folder)
    environment = find_environment(delivery, config)
    building = build_compiled(delivery, environment, config, tell=lambda *_: None, rows=PROBE_ROWS)
    return asyncio.run(building).reason


def visit_again(style: Style, handover: Handover, folder: Path, **environment: str) -> Visit:
    """Serve a style in another way, and ask it its rows."""
    seen = Visit(style, handover)
    with visiting(style, handover, folder, **environment) as client:
        ask_rows(client, seen)
        seen.model = client.get("/model").json()
    return seen


@contextmanager
def visiting(style: Style, handover: Handover, folder: Path, **environment: str) -> Iterator[httpx2.Client]:
    """Serve a style, with a client that knows where."""
    with (
        serving(style, handover, folder, **environment) as url,
        httpx2.Client(base_url=url, timeout=30) as client,
    ):
        yield client


def ask_rows(client: httpx2.Client, seen: Visit) -> None:
    """Ask for each row alone, by position and by name, for all together, and for the first with probabilities.

    Those that are alone in their requests are asked at once: where they may, they share calls of the model.
    """
    style, rows = seen.style, seen.style.all_rows()
    with ThreadPoolExecutor(CLIENTS) as pool:
        seen.alone = list(pool.map(partial(ask, client), rows))
    response = client.post("/predict/batch", json={"instances": rows})
    seen.together = Asked(rows, response.status_code, response.json())
    if style.names is not None:
        named = [dict(zip(style.names, row, strict=True)) for row in rows]
        seen.by_name = [ask(client, dict(reversed(features.items()))) for features in named]
    if style.probabilities:
        seen.probabilities = [ask(client, row, "?include=probabilities") for row in rows[:3]]


def ask(client: httpx2.Client, features: Any, query: str = "") -> Asked:  # noqa: ANN401 - right ones and wrong ones
    """Ask for one prediction."""
    response = client.post(f"/predict{query}", json={"features": features})
    return Asked(features, response.status_code, response.json())


def examples_of(document: dict[str, Any]) -> Iterator[Any]:
    """Yield the features of each example of a prediction's request."""
    body = document["paths"]["/predict"]["post"]["requestBody"]["content"]["application/json"]
    for example in body.get("examples", {}).values():
        yield example["value"]["features"]


class NotServedError(Exception):
    """The server did not start; this is what it said."""


@contextmanager
def serving(style: Style, handover: Handover, folder: Path, **environment: str) -> Iterator[str]:
    """Run `web-single serve` on this delivery, and tell its address."""
    if style.own_environment:
        environment["ENVIRONMENT_CACHE_DIR"] = str(folder / "environments")
        build(handover, environment)
    server = start(handover.folder, folder, **environment)
    try:
        if code_of_start(server) is not None:
            raise NotServedError(server.log.read_text()[-3000:])
        yield server.url
    finally:
        server.kill_everything()


def build(handover: Handover, environment: Mapping[str, str]) -> None:
    """Run `web-single build` on a delivery that brings its libraries: nothing is downloaded at a start in prod."""
    subprocess.run([COMMAND, "build", handover.folder], env={**os.environ, **environment, "COMPILE": "off"}, check=True)


@dataclass(frozen=True)
class Refused:
    """How a server ended that was to serve what cannot be served, None where it serves it; what it told on stderr."""

    exit_code: int | None
    told: str
    files_before: dict[str, str]
    files_after: dict[str, str]


def try_to_serve(refusal: Refusal, good: Path, folder: Path) -> Refused:
    """Spoil a copy of a good delivery, and let `web-single serve` say what is wrong with it."""
    delivery = folder / "delivery"
    shutil.copytree(good, delivery)
    refusal.spoil(delivery)
    before = digests(delivery)
    server = start(delivery, folder, **refusal.settings)
    try:
        code = code_of_start(server)
    finally:
        server.kill_everything()
    lines = [line for line in server.log.read_text().splitlines() if not line.startswith("{")]
    told = "\n".join(lines).replace(str(delivery), delivery.name)
    return Refused(code, told, files_before=before, files_after=digests(delivery))


def start(delivery: Path, folder: Path, **environment: str) -> Server:
    """Start `web-single serve`."""
    given = {
        "MODEL_PATH": str(delivery),
        "DB_URL": f"sqlite:///{folder}/predictions.db",
        "DOCS": "on",
    }
    return Server(folder / "server.log", given | environment, command=(COMMAND, "serve"))


def code_of_start(server: Server) -> int | None:
    """Return the exit code of a start that failed, and None when the server is ready."""

    def decided() -> bool:
        listens = bool(server.events("server_listening"))
        return server.process.poll() is not None or (listens and server.is_ready())

    wait_until(decided, START_SECONDS)
    return server.process.poll()


def digests(folder: Path) -> dict[str, str]:
    """Return the digest of each file, and the names of the folders too."""
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""
        for path in sorted(folder.rglob("*"))
    }
