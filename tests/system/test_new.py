"""web-single new: what it writes can be trained, served and asked."""

import shlex
import subprocess
import sys
from pathlib import Path

import httpx2
import pytest

from tests.support.servers import running
from web_single.cli import main as cli
from web_single.cli.new import program
from web_single.model_folder.folder import ModelFolder, digest_files
from web_single.model_folder.source.import_effects import what_importing_does

WINE = [13.24, 2.59, 2.87, 21.0, 118.0, 2.8, 2.69, 0.39, 1.82, 4.32, 1.04, 2.93, 735.0]


def test_what_it_writes_is_trained_and_served_by_the_commands_that_it_tells(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "a new one"
    cli.commands(["new", str(folder)], standalone_mode=False)
    told = capsys.readouterr().out
    train, check, serve = (line.strip() for line in told.splitlines()[2:])
    assert "accuracy: " in subprocess.run(shlex.split(train), capture_output=True, text=True, check=True).stdout
    _, digests = digest_files(folder)
    assert list(digests) == ["model.joblib", "model.py", "requirements.txt"]
    assert what_importing_does(ModelFolder.open(folder)) == []
    assert shlex.split(check)[1:] == ["check", str(folder)]
    model_path, _, command = shlex.split(serve)
    assert command == "serve"
    with running(tmp_path, MODEL_PATH=model_path.removeprefix("MODEL_PATH=")) as server:
        answer = httpx2.post(f"{server.url}/predict", json={"features": WINE})
    assert (answer.status_code, answer.json()["result"]) == (200, 0)
    assert digest_files(folder)[1] == digests


def test_nothing_is_overwritten(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "requirements.txt").write_text("mine")
    with pytest.raises(SystemExit) as ended:
        cli.main(["new", str(tmp_path)])
    assert ended.value.code == 7
    assert "requirements.txt in" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["requirements.txt"]
    assert (tmp_path / "requirements.txt").read_text() == "mine"


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(SystemExit) as ended:
        cli.main(["new", str(tmp_path / "file")])
    assert ended.value.code == 7
    assert f"web-single: The delivery cannot be written to {tmp_path}/file: " in capsys.readouterr().err


def test_a_program_is_told_by_its_name_where_the_shell_finds_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    ours = Path(sys.executable).parent
    monkeypatch.setenv("PATH", str(ours))
    assert program("python") == "python"
    monkeypatch.setenv("PATH", "/nowhere")
    assert program("python") == str(ours / "python")
