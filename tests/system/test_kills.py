"""kill -9 at any moment: of everything, of the model's process, of a worker, of the server alone."""

import asyncio
import os
import random
import signal
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import httpx2
import psutil
import pytest

from tests.support.load import Load, lost_or_wrong, read_back, run_load, wrongly_predicted
from tests.support.model_folders import CHILD, CRASH, EXIT, HEALTHY, PRINT, SLEEP
from tests.support.servers import Server, all_are_gone, is_gone, running
from tests.support.waiting import wait_until

ROUNDS = int(os.environ.get("ROUNDS", "1"))
CLIENTS = 8
CATCHABLE = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)

NoteFigure = Callable[[str], None]
Settings = dict[str, Any]

ALL_SHORTCUTS, NOT_COMPILED, PLAIN = "all shortcuts", "not compiled", "the plain way"


@pytest.fixture
def settings(request: pytest.FixtureRequest, compiled_example: Path) -> Settings:
    """The settings of the way that a test names."""
    ways: dict[str, Settings] = {
        ALL_SHORTCUTS: {"COMPILED_CACHE_DIR": compiled_example},
        NOT_COMPILED: {"COMPILE": "off"},
        PLAIN: {"OPTIMIZATIONS": "off"},
    }
    return ways[request.param] | {"ACCESS_LOG": "off"}


@pytest.mark.parametrize(
    ("settings", "workers"),
    [(ALL_SHORTCUTS, 1), pytest.param(ALL_SHORTCUTS, 2, marks=pytest.mark.slow), (PLAIN, 1)],
    indirect=["settings"],
)
def test_kill_9_of_everything_loses_nothing_that_was_acknowledged(
    request: pytest.FixtureRequest, tmp_path: Path, settings: Settings, workers: int, note_figure: NoteFigure
) -> None:
    acknowledged: dict[int, tuple[list[float], object]] = {}
    dice = random.Random(workers)
    for _ in range(ROUNDS):
        with running(tmp_path, workers=workers, **settings) as server:
            assert lost_or_wrong(acknowledged, read_back(server.url)) == 0
            moment = dice.uniform(0.3, 1.5)

            def kill_at_some_moment(kill: Callable[[], None] = server.kill_everything, wait: float = moment) -> None:
                time.sleep(wait)
                kill()

            load = run_load(server.url, clients=CLIENTS, seconds=moment, meanwhile=kill_at_some_moment)
            assert load.acknowledged
            acknowledged |= load.acknowledged
    with running(tmp_path, workers=workers, **settings) as server:
        stored = read_back(server.url)
    lost, wrong = lost_or_wrong(acknowledged, stored), wrongly_predicted(stored)
    note_figure(
        f"kill -9 of everything, {ROUNDS} rounds, {request.node.callspec.id}: {len(acknowledged)} acknowledged, "
        f"{len(stored)} stored, {lost} lost, {wrong} wrong"
    )
    assert (lost, wrong) == (0, 0)


def has_started(server: Server, times: int) -> bool:
    return len(server.events("runner_started")) == times


@pytest.mark.parametrize(
    "settings",
    [NOT_COMPILED, *(pytest.param(way, marks=pytest.mark.slow) for way in (ALL_SHORTCUTS, PLAIN))],
    indirect=True,
)
def test_kill_9_of_the_model_costs_at_most_some_503_and_no_prediction(
    request: pytest.FixtureRequest, tmp_path: Path, settings: Settings, note_figure: NoteFigure
) -> None:
    away: list[float] = []
    load = Load()
    with running(tmp_path, **settings) as server:
        for starts in range(1, ROUNDS + 1):
            # Beside a compiled model it comes up later than the server.
            wait_until(partial(has_started, server, starts))
            (runner,) = server.runners()

            async def kill_under_load(kill: Callable[[], None] = runner.kill) -> float:
                asking = asyncio.create_task(load.run(server.url, clients=CLIENTS, seconds=3))
                await asyncio.sleep(0.5)
                killed_at = time.monotonic()
                kill()
                await asking
                return killed_at

            killed_at = asyncio.run(kill_under_load())
            wait_until(server.is_ready)
            # Answers on their way at the kill may still arrive in the moment after it.
            away.append(next((at for at in load.answered_at if at > killed_at + 0.2), time.monotonic()) - killed_at)
            assert is_gone(runner)
        stored = read_back(server.url)
    lost, wrong = lost_or_wrong(load.acknowledged, stored), wrongly_predicted(stored)
    note_figure(
        f"kill -9 of the model, {ROUNDS} rounds, {request.node.callspec.id}: {load.statuses.get(200, 0)} answers, "
        f"{load.statuses.get(503, 0)} times 503, back after {min(away):.2f} to {max(away):.2f} s, "
        f"{lost} acknowledged but not stored, {wrong} wrong"
    )
    answered_without_the_model = ALL_SHORTCUTS in request.node.callspec.id
    assert set(load.statuses) <= ({200} if answered_without_the_model else {200, 503})
    assert (lost, wrong, load.broken_connections) == (0, 0, 0)
    assert len(stored) == len(load.acknowledged)


@pytest.mark.parametrize(
    "kind",
    [EXIT, pytest.param(CRASH, marks=pytest.mark.slow), SLEEP, pytest.param(signal.SIGSTOP, marks=pytest.mark.slow)],
    ids=["exit", "segfault", "hang", "SIGSTOP"],
)
def test_whatever_the_model_does_the_server_lives_and_the_model_comes_back(
    tmp_path: Path, mischief: Path, kind: int
) -> None:
    with running(tmp_path, MODEL_PATH=mischief, PREDICT_TIMEOUT_SECONDS=0.5) as server:
        load = Load()
        if kind is signal.SIGSTOP:
            server.runners()[0].suspend()
            kind = HEALTHY
        else:
            answer = httpx2.post(f"{server.url}/predict", json={"features": [kind, 60]}, timeout=30)
            assert (answer.status_code, answer.headers["Retry-After"]) == (503, "1")
        asyncio.run(load.run(server.url, clients=4, seconds=0.5, first_feature=HEALTHY))
        wait_until(server.is_ready)
        asyncio.run(load.run(server.url, clients=4, seconds=0.5, first_feature=HEALTHY))
        assert set(load.statuses) <= {200, 503}
        assert load.acknowledged
        assert lost_or_wrong(load.acknowledged, read_back(server.url)) == 0
        assert len(read_back(server.url)) == len(load.acknowledged)
        assert server.is_ready()
        assert server.stop() == 0


def test_a_model_that_prints_without_end_goes_on_answering(tmp_path: Path, mischief: Path) -> None:
    with running(tmp_path, MODEL_PATH=mischief) as server:
        load = Load()
        asyncio.run(load.run(server.url, clients=4, seconds=1, first_feature=PRINT))
        assert set(load.statuses) == {200}
        assert server.events("model_output")
        assert server.stop() == 0


@pytest.mark.parametrize("workers", [pytest.param(1, marks=pytest.mark.slow), 2])
@pytest.mark.parametrize("how", [signal.SIGKILL, *(pytest.param(how, marks=pytest.mark.slow) for how in CATCHABLE)])
def test_the_server_takes_workers_and_runners_with_it_however_it_ends(tmp_path: Path, workers: int, how: int) -> None:
    with running(tmp_path, workers=workers) as server:
        family = server.family()
        assert len(server.runners()) == workers
        server.process.send_signal(how)
        wait_until(partial(all_are_gone, family))


def test_what_the_model_has_started_ends_with_a_server_that_is_killed(tmp_path: Path, mischief: Path) -> None:
    for _ in range(ROUNDS):
        with running(tmp_path, MODEL_PATH=mischief) as server:
            answer = httpx2.post(f"{server.url}/predict", json={"features": [CHILD, 0]}).json()
            family = [*server.family(), psutil.Process(answer["result"])]
            server.process.kill()
            wait_until(partial(all_are_gone, family))


def test_a_killed_worker_is_replaced_and_the_other_serves_meanwhile(tmp_path: Path, note_figure: NoteFigure) -> None:
    with running(tmp_path, workers=2) as server:
        for _ in range(ROUNDS):
            victim = server.workers()[0]
            load = run_load(server.url, clients=CLIENTS, seconds=1, meanwhile=victim.kill)
            assert set(load.statuses) == {200}
            wait_until(lambda: len(server.workers()) == 2 and len(server.runners()) == 2)
            assert lost_or_wrong(load.acknowledged, read_back(server.url)) == 0
        replaced = len(server.events("worker_ended"))
        note_figure(f"kill -9 of a worker, {ROUNDS} rounds: {replaced} replaced, no answer but 200")
        assert replaced == ROUNDS
        assert server.stop() == 0
