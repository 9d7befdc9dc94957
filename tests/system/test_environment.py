"""A real server whose model needs an environment of its own."""

import os
import subprocess
import sys
from pathlib import Path

import httpx2
import pytest

from tests.support.model_folders import TINY, MakeModelFolder
from tests.support.servers import Server, command_of, running

pytestmark = pytest.mark.slow

CODE = """
import iniconfig
from importlib.metadata import version

def predict(model, X):
    return [version("iniconfig") for _ in X]
"""


def build(artifact: Path, cache: Path, *options: str) -> str:
    command: list[str | Path] = [Path(sys.executable).with_name("web-single"), "build", artifact, *options]
    settings = {"APP_ENV": "prod", "COMPILE": "off", "ENVIRONMENT_CACHE_DIR": str(cache)}
    return subprocess.run(command, env=os.environ | settings, check=True, capture_output=True, text=True).stdout


@pytest.mark.parametrize("workers", [1, 2])
def test_a_model_is_served_from_an_environment_that_was_built_before(
    make_model_folder: MakeModelFolder, tmp_path: Path, workers: int
) -> None:
    artifact, cache = make_model_folder(requirements=TINY, code=CODE).artifact, tmp_path / "cache"
    settings = {"MODEL_PATH": str(artifact), "ENVIRONMENT_CACHE_DIR": str(cache)}
    refused = Server(tmp_path / "refused.log", {"DB_URL": "sqlite:///x.db", **settings})
    assert refused.process.wait(60) == 3
    assert f"run `web-single build {artifact}` before" in refused.log.read_text()

    build(artifact, cache)
    (made,) = cache.glob("*/")
    with running(tmp_path, workers=workers, **settings) as server:
        answer = httpx2.post(f"{server.url}/predict", json={"features": [1.0]})
        assert answer.json()["result"] == "2.0.0"
        assert {command_of(runner)[0] for runner in server.runners()} == {str(made / "bin/python")}
        os.utime(made / "used", (0, 0))
        (artifact.parent / "requirements.txt").write_text("iniconfig==2.1.0\n")
        told = build(artifact, cache, "--prune", "--unused-days", "0")
        assert told.endswith("0 unused environments removed.\n")
        assert made.exists()
    assert "1 unused environment removed" in build(artifact, cache, "--prune", "--unused-days", "0")
