"""A container of the image: it predicts, is locked up, ends when told to, and loses nothing that it answered."""

import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from tests.container.containers import Container, ready, started
from tests.container.workshop import Workshop
from tests.support.servers import all_are_gone
from tests.support.waiting import wait_until

USER = 10001
SETOSA = [5.1, 3.5, 1.4, 0.2]
TEMPORARY = ("/tmp", "/var/tmp", "/run")  # noqa: S108 - the container's
FILTERED = "2"  # how the kernel calls seccomp with a filter


@pytest.fixture
def volume(workshop: Workshop) -> Iterator[str]:
    """A named volume, as `docker run -v predictions:/data` makes it."""
    name = f"predictions-{time.monotonic_ns()}"
    yield name
    workshop.podman("volume", "rm", "--force", name)


@pytest.fixture
def model_folder(plain: Path, tmp_path: Path) -> Path:
    """A folder that everybody may read, with another model than the built-in one."""
    folder = tmp_path / "delivery"
    folder.mkdir(mode=0o755)
    for source, name in ((plain, "model.joblib"), (plain.with_name("model.py"), "model.py")):
        shutil.copyfile(source, folder / name)
        (folder / name).chmod(0o644)
    return folder


def status_of(process: psutil.Process) -> dict[str, str]:
    lines = Path(f"/proc/{process.pid}/status").read_text().splitlines()
    return {name: value.strip() for name, _, value in (line.partition(":") for line in lines)}


def test_the_first_prediction_inside_is_answered(
    workshop: Workshop, image: str, note_figure: Callable[[str], None]
) -> None:
    start = time.monotonic()
    with ready(workshop, image) as container:
        assert container.predict(SETOSA) == (200, {"id": 1, "result": 0})
        note_figure(f"container: first answer {time.monotonic() - start:.1f} s after podman run")


def test_no_process_is_root(container: Container) -> None:
    users = [process.uids() for process in container.processes()]
    assert len(users) >= 4  # the first process, the server, the runner, its guard
    assert {user for three in users for user in three} == {USER}


def test_no_process_has_or_gets_a_capability(container: Container) -> None:
    for status in map(status_of, container.processes()):
        held = [status[name] for name in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb")]
        assert {int(mask, 16) for mask in held} == {0}
        assert status["NoNewPrivs"] == "1"


def test_every_process_is_under_seccomp(container: Container) -> None:
    assert {status_of(process)["Seccomp"] for process in container.processes()} == {FILTERED}


def test_the_root_file_system_is_read_only(container: Container) -> None:
    mounts = [line.split() for line in Path(f"/proc/{container.pid}/mountinfo").read_text().splitlines()]
    (options,) = [fields[5] for fields in mounts if fields[4] == "/"]
    assert "ro" in options.split(",")


def test_it_serves_with_no_folder_to_write_in_but_the_database_s(workshop: Workshop, image: str) -> None:
    with ready(workshop, image, "--read-only-tmpfs=false") as container:
        assert container.execute("find", *TEMPORARY, "/data", "-maxdepth", "0", "-writable") == "/data"
        assert container.predict(SETOSA) == (200, {"id": 1, "result": 0})


def test_what_a_delivery_brings_finds_a_home_for_its_caches(container: Container) -> None:
    container.execute("python", "-c", "import pathlib; (pathlib.Path.home() / '.cache/x').mkdir(parents=True)")


def test_the_health_check_passes(container: Container) -> None:
    assert container.health_check() == 0


def test_the_health_check_fails_where_the_model_is_away(workshop: Workshop, image: str, model_folder: Path) -> None:
    with ready(workshop, image, "--volume", f"{model_folder}:/delivery:ro") as container:
        assert container.health_check() == 0
        (model_folder / "note.txt").write_text("a delivery that changed is not started again")
        (runner,) = container.runners()
        runner.kill()
        wait_until(lambda: container.health_check() == 1)


@pytest.mark.parametrize("workers", [1, 2])
def test_sigterm_ends_it_with_0_and_leaves_no_runner(workshop: Workshop, image: str, workers: int) -> None:
    with ready(workshop, image, "--env", f"WORKERS={workers}") as container:
        wait_until(lambda: len(container.runners()) == workers)
        family = container.processes()
        assert container.stop() == 0
        assert "server_stopped" in container.log()
        wait_until(lambda: all_are_gone(family))


def test_a_stop_in_the_first_moment_is_obeyed(workshop: Workshop, image: str) -> None:
    with started(workshop, image) as container:
        start = time.monotonic()
        container.stop()
        assert time.monotonic() - start < 30


def test_a_model_that_dies_leaves_no_zombie(workshop: Workshop, image: str) -> None:
    with ready(workshop, image) as container:
        wait_until(lambda: len(container.runners()) == 1)  # beside a compiled model it comes up later than the server
        (runner,) = container.runners()
        wait_until(lambda: bool(runner.children()))
        guards = runner.children()
        runner.kill()
        wait_until(lambda: not any(process.is_running() for process in [runner, *guards]))
        container.wait_until_ready()
        assert container.predict(SETOSA)[0] == 200


def test_the_predictions_survive_a_new_container_on_the_same_volume(
    workshop: Workshop, image: str, volume: str
) -> None:
    mounted = ("--volume", f"{volume}:/data")
    with ready(workshop, image, *mounted) as container:
        container.predict(SETOSA)
        psutil.Process(container.pid).kill()
    with ready(workshop, image, *mounted) as container:
        assert container.ask("GET", "/predict") == (200, [{"id": 1, "result": 0}])
        assert container.predict(SETOSA) == (200, {"id": 2, "result": 0})


def test_another_delivery_mounted_over_the_built_in_one_is_served(
    workshop: Workshop, image: str, model_folder: Path
) -> None:
    with ready(workshop, image, "--volume", f"{model_folder}:/delivery:ro") as container:
        assert container.predict([4, 4]) == (200, {"id": 1, "result": "high"})


def test_a_delivery_that_its_user_may_not_read_is_told(workshop: Workshop, image: str, model_folder: Path) -> None:
    model_folder.chmod(0o700)
    with started(workshop, image, "--volume", f"{model_folder}:/delivery:ro") as container:
        assert container.exit_code() == 3
        assert container.log().splitlines()[-1] == (
            "web-single: The delivery in /delivery cannot be read: "
            "[Errno 13] Permission denied: '/delivery/model.joblib'."
        )


def test_a_folder_for_the_database_that_its_user_may_not_write_in_is_told(
    workshop: Workshop, image: str, tmp_path: Path
) -> None:
    with started(workshop, image, "--volume", f"{tmp_path}:/data") as container:
        assert container.exit_code() == 4
        assert container.log().splitlines()[-1] == (
            "web-single: The database /data/predictions.db cannot be opened: user 10001 may not write in /data."
        )


def test_two_workers_serve(workshop: Workshop, image: str) -> None:
    with ready(workshop, image, "--env", "WORKERS=2") as container:
        wait_until(lambda: len(container.runners()) == 2)
        answers = [container.predict(SETOSA) for _ in range(20)]
        assert answers == [(200, {"id": number, "result": 0}) for number in range(1, 21)]
