"""web-single build: the environment of a delivery, made beforehand."""

import os
from pathlib import Path

import pytest

from tests.support.model_folders import EXAMPLE, TINY, MakeModelFolder
from web_single.cli.main import main


@pytest.fixture(autouse=True)
def _cache_of_the_test(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ENVIRONMENT_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setenv("COMPILE", "off")
    monkeypatch.setenv("APP_ENV", "prod")


def run(*arguments: str | Path, capsys: pytest.CaptureFixture[str]) -> str:
    with pytest.raises(SystemExit) as end:
        main(["build", *map(str, arguments)])
    assert end.value.code == 0
    return capsys.readouterr().out


def test_a_delivery_that_the_servers_libraries_suit_needs_nothing(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("MODEL_PATH", str(EXAMPLE / "model.joblib"))
    told = run(capsys=capsys)
    assert told.startswith("The server's own libraries suit the delivery: Python 3.")
    assert "scikit-learn 1.9.1" in told
    assert not (tmp_path / "cache").exists()


def test_a_pin_holds_for_the_delivery_of_the_settings(
    make_model_folder: MakeModelFolder, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = make_model_folder().folder
    monkeypatch.setenv("MODEL_PATH", str(folder))
    monkeypatch.setenv("MODEL_SHA256", "0" * 64)
    with pytest.raises(SystemExit) as end:
        main(["build"])
    assert end.value.code == 3
    assert "is not the one that is pinned" in capsys.readouterr().err
    assert run(folder, capsys=capsys).startswith("The server's own libraries suit")


def test_what_was_made_is_told_and_what_nobody_needs_is_removed(
    make_model_folder: MakeModelFolder, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    artifact = make_model_folder(requirements=TINY).artifact
    told = run(artifact, capsys=capsys)
    (made,) = (tmp_path / "cache").glob("*/")
    assert told.startswith(f"The delivery runs in {made}: Python 3.")
    os.utime(made / "used", (0, 0))
    make_model_folder(requirements="iniconfig==2.1.0\n")
    told = run(artifact, "--prune", capsys=capsys)
    assert "1 unused environment removed, " in told
    assert not made.exists()
    (kept,) = (tmp_path / "cache").glob("*/")
    assert run(artifact, "--prune", "--unused-days", "0", capsys=capsys).endswith("0 unused environments removed.\n")
    assert kept.exists()
