"""The README's own commands, run as they stand; only the address is rewritten."""

import gzip
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import httpx2
import pytest

from tests.support.programs import find_program
from tests.support.servers import Server, running
from web_single.config import CHECKOUT

README = (CHECKOUT / "README.md").read_text()
ADDRESS = "http://0.0.0.0:8000"
SET_UP = pytest.mark.skipif(
    not (CHECKOUT / ".venv/.installed-main").exists(), reason="make has not set this checkout up"
)


def blocks() -> list[str]:
    """Return the commands of the README, block by block."""
    return re.findall(r"```console\n(.*?)\n```", README, re.DOTALL)


def commands_with_answers() -> list[tuple[str, str]]:
    """Return each curl command of the README with the answer that stands below it."""
    return re.findall(r"```console\n(curl .*)\n```\n\n```json\n(.*)\n```", README)


def test_the_readme_has_the_three_calls_word_for_word() -> None:
    body = '{"features": [5.1, 3.5, 1.4, 0.2]}'
    assert [command for command, _ in commands_with_answers()] == [
        f'curl -X POST "{ADDRESS}/predict" -H "Content-Type: application/json" -d \'{body}\'',
        f'curl "{ADDRESS}/predict"',
        f'curl "{ADDRESS}/predict/1"',
    ]


@SET_UP
@pytest.mark.parametrize("start", ["make serve", "python main.py"])
def test_what_the_readme_says_is_what_happens(tmp_path: Path, start: str) -> None:
    assert f"\n{start}\n" in README
    find_program("curl")
    program, argument = start.split()
    command = [shutil.which(program) or sys.executable, argument]
    settings = {"DB_URL": f"sqlite:///{tmp_path}/predictions.db"}
    server = Server(tmp_path / "server.log", settings, command=command, folder=CHECKOUT)
    try:
        server.wait_until_ready()
        for typed, answer in commands_with_answers():
            rewritten = typed.replace(ADDRESS, server.url)
            told = subprocess.run(rewritten, shell=True, check=True, capture_output=True, text=True)  # noqa: S602
            assert told.stdout == answer
    finally:
        server.kill_everything()


@SET_UP
def test_a_model_of_ones_own_is_served_as_the_readme_says(tmp_path: Path, plain: Path) -> None:
    (block,) = [block for block in blocks() if block.startswith("MODEL_PATH=")]
    shutil.copytree(plain.parent, tmp_path / "folder")
    typed = block.replace("/path/to/folder", str(tmp_path / "folder"))
    settings = {"DB_URL": f"sqlite:///{tmp_path}/predictions.db"}
    server = Server(tmp_path / "server.log", settings, command=["sh", "-c", f"exec env {typed}"], folder=CHECKOUT)
    try:
        server.wait_until_ready()
        assert httpx2.get(f"{server.url}/model").json()["estimator"] == "model.NearestCentre"
    finally:
        server.kill_everything()


@SET_UP
def test_what_the_readme_types_with_web_single_works(tmp_path: Path) -> None:
    with running(tmp_path) as server:
        httpx2.post(f"{server.url}/predict", json={"features": [5.1, 3.5, 1.4, 0.2]})
    environment = {**os.environ, "DB_URL": f"sqlite:///{tmp_path}/predictions.db"}
    (tmp_path / ".venv").symlink_to(CHECKOUT / ".venv")
    for block in blocks():
        if block.startswith(".venv/bin/web-single"):
            subprocess.run(["sh", "-ec", block], cwd=tmp_path, env=environment, check=True, capture_output=True)
    assert (tmp_path / "predictions.csv").read_text().startswith("id,created_at,model_version,result,feature_0,")
    assert gzip.decompress((tmp_path / "predictions.ndjson.gz").read_bytes()).startswith(b'{"id":1,"result":0,')


@SET_UP
def test_poetry_would_install_what_the_readme_says() -> None:
    """`make setup` has installed it already, from the same lock."""
    assert "poetry install\nexport PYTHONPATH=.\npython main.py" in blocks()
    command = [str(CHECKOUT / ".tools/bin/python"), "-m", "poetry", "install", "--dry-run"]
    told = subprocess.run(command, cwd=CHECKOUT, check=True, capture_output=True, text=True)
    assert "Installing the current project: web-single" in told.stdout


def test_ci_runs_the_command_of_the_readme_and_then_everything() -> None:
    assert "make test" in blocks()
    lines = (CHECKOUT / ".ci/run").read_text().splitlines()
    assert lines[-3:] == ["export CI=true", "make test", "make test-all"]


def test_no_command_of_the_readme_is_left_out() -> None:
    """Those with `docker` are run in `tests/container`, all others here."""
    tested = ("make serve", "make test", "poetry install", "curl ", "MODEL_PATH=", ".venv/bin/web-single ", "docker ")
    assert [block for block in blocks() if not block.startswith(tested)] == []
