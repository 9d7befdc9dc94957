"""The start of a model's process: wherever it is cancelled, no process and no descriptor is left."""

import asyncio
import sys
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from tests.support.model_folders import EXAMPLE
from tests.support.waiting import wait_until_async
from web_single.config import Config
from web_single.environments.environment import find_environment
from web_single.errors import ModelFolderError
from web_single.model_folder.folder import ModelFolder
from web_single.predictor.predictor import Predictor
from web_single.predictor.preload import PreloadedModel
from web_single.predictor.runner.process import REQUEST_IDS, RunnerProcess

pytestmark = pytest.mark.anyio

# It sends that it is ready, and writes a file when the server closes the channel.
ENDS_BY_ITSELF = """#!{python}
import socket, struct, sys
channel, head = socket.socket(fileno=int(sys.argv[2])), b'{{"ready": {{}}}}'
channel.sendall(struct.pack("<IIQ", 0, len(head), 0) + head)
channel.recv(1)
open({path!r}, "w").close()
"""
STEPS = 40  # of the event loop: a start takes fewer until it waits for what the process sends
on_both_loops = pytest.mark.parametrize(
    "anyio_backend", [("asyncio", {}), ("asyncio", {"use_uvloop": True})], ids=["asyncio", "uvloop"]
)


@pytest.fixture
def silent_python(tmp_path: Path) -> Path:
    """An interpreter that starts at once, and then sends nothing."""
    path = tmp_path / "python"
    path.write_text("#!/bin/sh\nexec sleep 600\n")
    path.chmod(0o700)
    return path


def start(python: Path) -> "asyncio.Task[RunnerProcess]":
    artifact = EXAMPLE / "model.joblib"
    return asyncio.create_task(RunnerProcess.start(artifact, python=python, load_timeout_seconds=600, runners=1))


def descriptors() -> int:
    return psutil.Process().num_fds()


def children() -> set[psutil.Process]:
    return set(psutil.Process().children())


async def cancel_after(starting: "asyncio.Task[RunnerProcess]", *, steps: int, cancellations: int) -> None:
    for _ in range(steps):
        await asyncio.sleep(0)
    for _ in range(cancellations):
        starting.cancel()
        await asyncio.sleep(0)
    await asyncio.wait({starting})
    assert starting.cancelled()
    await wait_until_async(lambda: not children())


@on_both_loops
@pytest.mark.parametrize("cancellations", [1, 2])
async def test_a_start_that_is_cancelled_anywhere_leaves_nothing(silent_python: Path, cancellations: int) -> None:
    await cancel_after(start(silent_python), steps=STEPS, cancellations=1)  # a loop keeps a descriptor from the first
    before = descriptors()
    for steps in range(STEPS):
        await cancel_after(start(silent_python), steps=steps, cancellations=cancellations)
        await wait_until_async(lambda: descriptors() <= before)


@on_both_loops
async def test_a_process_that_cannot_be_started_leaves_nothing(tmp_path: Path) -> None:
    counts = []
    for _ in range(3):
        with pytest.raises(ModelFolderError, match="cannot be started"):
            await start(tmp_path / "no_python")
        await asyncio.sleep(0.1)  # what was closed is closed in the loop's next steps
        counts.append(descriptors())
    assert counts[2] <= counts[1]


@pytest.mark.parametrize("use_uvloop", [False, True])
def test_an_event_loop_that_ends_first_takes_the_process_with_it(silent_python: Path, *, use_uvloop: bool) -> None:
    uvloop = pytest.importorskip("uvloop")
    before = descriptors()

    async def leave_a_start_behind() -> None:
        tasks.append(start(silent_python))
        await wait_until_async(lambda: bool(children()))

    tasks: list[asyncio.Task[RunnerProcess]] = []
    with asyncio.Runner(loop_factory=uvloop.new_event_loop if use_uvloop else None) as runner:
        runner.run(leave_a_start_behind())
    assert not children()
    assert descriptors() <= before


async def test_a_start_that_is_cancelled_when_the_process_has_just_started_leaves_nothing(
    make_config: Callable[..., Config], monkeypatch: pytest.MonkeyPatch
) -> None:
    config, model_folder, before = make_config(), ModelFolder.open(EXAMPLE), children()
    async with PreloadedModel.of(model_folder, find_environment(model_folder, config), config) as preloaded:
        take = preloaded.predictor._take_description

        def take_and_cancel(description: dict[str, object]) -> None:
            take(description)
            asyncio.get_running_loop().call_soon(preloaded.started.cancel)

        monkeypatch.setattr(Predictor, "_take_description", lambda _, description: take_and_cancel(description))
        await asyncio.wait({preloaded.started})
    assert preloaded.started.cancelled()
    await wait_until_async(lambda: children() <= before)


async def test_request_ids_begin_again_where_a_frame_has_no_room_for_more(make_config: Callable[..., Config]) -> None:
    config, model_folder = make_config(), ModelFolder.open(EXAMPLE)
    async with PreloadedModel.of(model_folder, find_environment(model_folder, config), config) as preloaded:
        await preloaded.started
        preloaded.predictor.ready_runner()._calls = REQUEST_IDS - 2
        rows = [[5.1, 3.5, 1.4, 0.2]]
        results = [(await preloaded.predictor.predict(rows))[0].result for _ in range(3)]
        assert len(set(results)) == 1


async def test_a_process_that_ends_by_itself_is_not_killed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("web_single.predictor.runner.process.END_SECONDS", 60)
    last_words, python = tmp_path / "last words", tmp_path / "python"
    python.write_text(ENDS_BY_ITSELF.format(python=sys.executable, path=str(last_words)))
    python.chmod(0o700)
    runner = await start(python)
    await runner.end()
    assert (runner.exit, last_words.exists()) == ("exit code 0", True)
