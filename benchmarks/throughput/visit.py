"""A visit: one life of a contender, from its start to its stop, checked before and after it is driven."""

import json
import time
from collections.abc import Callable, Sequence
from contextlib import closing, suppress
from http import HTTPStatus
from pathlib import Path
from typing import Any

from benchmarks.throughput.checking import check_answers, check_stored, count_stored
from benchmarks.throughput.contender import Contender
from benchmarks.throughput.deliveries import Delivered
from benchmarks.throughput.load import Target, seconds_for
from benchmarks.throughput.records import Load, Visit
from benchmarks.throughput.server import Server, running

SETTLING_SECONDS = 2
BEFORE, AFTER = slice(0, 200), slice(200, 400)
MODEL_KEYS = ("shortcuts", "batching", "fast_path", "compiled")
Drive = Callable[[Target], list[Load]]


def in_closed_loops(clients: Sequence[int], seconds: float) -> Drive:
    """Return a drive with each number of clients in turn, each again as soon as it is answered."""

    def drive(target: Target) -> list[Load]:
        loads: list[Load] = []
        for number in clients:
            lasting = seconds_for(seconds, number, loads[-1].rate if loads else None)
            loads.append(target.drive(clients=number, seconds=lasting))
        return loads

    return drive


def in_open_loops(shares: Sequence[float], clients: int, connections: int, seconds: float) -> Drive:
    """Return a drive that measures the capacity in a closed loop, and then asks for shares of it on a schedule."""

    def drive(target: Target) -> list[Load]:
        loads = [target.drive(clients=clients, seconds=seconds)]
        for share in shares:
            let_settle()
            loads.append(target.drive_openly(rate=share * loads[0].rate, clients=connections, seconds=seconds))
        return loads

    return drive


def visit(contender: Contender, delivered: Delivered, folder: Path, drive: Drive) -> Visit:
    """Start a contender in a folder that may hold its database already, check it, drive it, check it, and stop it."""
    folder.mkdir(parents=True, exist_ok=True)
    database = folder / "predictions.db"
    before = count_stored(database, contender.table) if contender.table and database.exists() else 0
    bodies = folder / "bodies.ndjson"
    bodies.write_text("".join(f"{json.dumps(contender.wire.body(row))}\n" for row in delivered.rows))
    with running(contender, delivered, folder) as server:
        start_seconds = server.wait_for_answer(delivered.rows[0])
        checked = check_answers(server, delivered, BEFORE)
        let_settle()
        loads = drive(Target(server.port, contender.wire.path, bodies))
        rss, pss = server.memory()
        let_settle()
        checked += check_answers(server, delivered, AFTER)
        in_force = what_is_in_force(server)
    answered = 1 + checked + sum(load.answered for load in loads)
    stored = None
    if contender.table is not None:
        hung_up = sum(load.clients + load.failed for load in loads)
        stored = check_stored(database, contender.table, delivered, before=before, answered=answered, hung_up=hung_up)
    return Visit(
        start_seconds=start_seconds,
        rss_mib=rss,
        pss_mib=pss,
        loads=loads,
        checked=checked,
        answered=answered,
        stored=stored,
        in_force=in_force,
    )


def let_settle() -> None:
    """Let what goes on in the background end.

    With a compiled model the model's own process still loads; and what wrk hung up on is answered too: a thousand of
    them may be as many as are let wait.
    """
    time.sleep(SETTLING_SECONDS)


def what_is_in_force(server: Server) -> dict[str, str]:
    """Return what `GET /model` tells of the shortcuts, where there is one."""
    with closing(server.connect()) as connection, suppress(OSError):
        status, model = server.get(connection, "/model")
        if status == HTTPStatus.OK and isinstance(model, dict):
            return {name: in_a_word(model[name]) for name in MODEL_KEYS if name in model}
    return {}


def in_a_word(value: Any) -> str:  # noqa: ANN401 - whatever JSON holds
    """Return a state, with the engine or the reason that goes with it, and how many rows it left to the model."""
    if isinstance(value, dict):
        words = [in_a_word(value[name]) for name in ("state", "engine", "engines", "reason") if value.get(name)]
        left = value.get("fallbacks")
        return ": ".join(words) + (f" ({left:,} rows left to the model process)" if left else "")
    if isinstance(value, list):
        return ", ".join(map(in_a_word, value))
    if isinstance(value, bool):
        return "on" if value else "off"
    return str(value)
