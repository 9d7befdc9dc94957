"""The README's docker commands: run as they stand, by podman, in a container without a network."""

import re
import shlex
import shutil
from pathlib import Path

import pytest

from tests.container.containers import ready
from tests.container.workshop import Workshop
from web_single.config import CHECKOUT

README = (CHECKOUT / "README.md").read_text()
BUILD = "docker build -t web_single_example ."
RUNS = re.findall(r"^docker run (.*) web_single_example$", README, re.MULTILINE)


def test_the_readme_builds_the_image_as_the_tests_do() -> None:
    assert f"```console\n{BUILD}\n" in README
    assert len(RUNS) == 3


@pytest.mark.parametrize("typed", RUNS)
def test_what_the_readme_runs_serves(workshop: Workshop, image: str, plain: Path, tmp_path: Path, typed: str) -> None:
    model_folder = tmp_path / "delivery"
    model_folder.mkdir(mode=0o755)
    shutil.copyfile(plain, model_folder / "model.joblib")
    shutil.copyfile(plain.with_name("model.py"), model_folder / "model.py")
    options = shlex.split(typed.replace("/my/folder", str(model_folder)).replace("-p 8000:8000", ""))
    with ready(workshop, image, *options) as container:
        features = [4, 4] if "/delivery" in typed else [5.1, 3.5, 1.4, 0.2]
        assert container.predict(features)[0] == 200
    workshop.podman("volume", "rm", "--force", "predictions")
