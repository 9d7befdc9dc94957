"""What the tests of the image share: a workshop, the image built once in a run, one container to look at."""

import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.container.containers import Container, ready
from tests.container.machine import UnfitMachineError, prepare
from tests.container.workshop import Workshop, open_workshop
from web_single.config import CHECKOUT

IMAGE = "localhost/web_single_example"
BUILD_SECONDS = 900


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The first of these tests waits for the image."""
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent):
            item.add_marker(pytest.mark.timeout(BUILD_SECONDS))


@pytest.fixture(scope="session")
def workshop() -> Iterator[Workshop]:
    """A workshop with a base image."""
    try:
        prepare()
        with open_workshop() as opened:
            opened.make_base()
            yield opened
    except UnfitMachineError as error:
        pytest.skip(str(error))


@pytest.fixture(scope="session")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What a fresh clone has: every file that git tracks, and nothing that lies about."""
    folder = tmp_path_factory.mktemp("clone")
    for name in tracked_files():
        if (CHECKOUT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(CHECKOUT / name, folder / name)
    return folder


def tracked_files() -> list[str]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=CHECKOUT, check=True, capture_output=True, text=True)
    return listed.stdout.rstrip("\0").split("\0")


@pytest.fixture(scope="session")
def image(workshop: Workshop, checkout: Path, note_figure: Callable[[str], None]) -> str:
    """The image, built from what git tracks."""
    start = time.monotonic()
    workshop.build(checkout, IMAGE)
    note_figure(f"image built in {time.monotonic() - start:.0f} s")
    return IMAGE


@pytest.fixture(scope="module")
def container(workshop: Workshop, image: str) -> Iterator[Container]:
    """A container that is ready; tests look at it and leave it as it is."""
    with ready(workshop, image) as served:
        yield served
