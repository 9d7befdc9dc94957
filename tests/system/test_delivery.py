"""A delivery at a real server: named by its folder, pinned, refused before it is run, and replaced."""

import shutil
from pathlib import Path

import httpx2
import pytest

from tests.support.servers import running, start_and_fail
from tests.support.waiting import wait_until
from web_single.model_folder.folder import fingerprint


@pytest.fixture
def folder(plain: Path, tmp_path: Path) -> Path:
    return shutil.copytree(plain.parent, tmp_path / "delivery")


@pytest.mark.parametrize("workers", [1, 2])
def test_another_delivery_than_the_pinned_one_is_refused_before_it_is_run(
    folder: Path, tmp_path: Path, workers: int
) -> None:
    pin = fingerprint(folder)
    with (folder / "model.py").open("a") as file:
        file.write(f"\nopen({str(tmp_path / 'it-ran')!r}, 'w').close()\n")
    code, told = start_and_fail(tmp_path, MODEL_PATH=folder, MODEL_SHA256=pin, WORKERS=workers)
    assert code == 3
    assert told == (
        f"web-single: The delivery in {folder} is not the one that is pinned: "
        f"its fingerprint is {fingerprint(folder)}, and MODEL_SHA256 is {pin}."
    )
    assert not (tmp_path / "it-ran").exists()


def test_a_model_py_that_would_write_a_model_is_refused_before_it_is_run(folder: Path, tmp_path: Path) -> None:
    with (folder / "model.py").open("a") as file:
        file.write(f"\nopen({str(tmp_path / 'it-ran')!r}, 'w').close()\n")
        file.write('pickle.dump(model, open("model.pickle", "wb"))\n')
    line = len((folder / "model.py").read_text().splitlines())
    code, told = start_and_fail(tmp_path, MODEL_PATH=folder)
    assert code == 3
    assert told == (
        f"web-single: model.py would write a model when it is imported: line {line} pickle.dump(...). "
        f'Put line {line} under `if __name__ == "__main__":`.'
    )
    assert not (tmp_path / "it-ran").exists()


def test_a_syntax_error_is_told_with_its_line(folder: Path, tmp_path: Path) -> None:
    (folder / "model.py").write_text("import pickle\n\ndef predict(model, X:\n    pickle.dump(1)\n")
    code, told = start_and_fail(tmp_path, MODEL_PATH=folder)
    assert code == 3
    assert "(model.py, line 3)" in told


@pytest.mark.slow
def test_files_are_replaced_by_copying_them_over_and_restarting(folder: Path, tmp_path: Path) -> None:
    before, request = fingerprint(folder), {"features": [0, 0]}
    with running(tmp_path, workers=2, MODEL_PATH=folder, MODEL_SHA256=before) as server:
        assert httpx2.post(f"{server.url}/predict", json=request).json() == {"id": 1, "result": "low"}
        code = (folder / "model.py").read_text()
        (folder / "model.py").write_text(code + "\ndef predict(model, X):\n    return ['new' for _ in X]\n")
        wait_until(lambda: len(server.events("model_folder_changed")) == 2)
        warning = "The delivery changed (model.py): restart the server."
        assert {event["warning"] for event in server.events("model_folder_changed")} == {warning}
        assert httpx2.get(f"{server.url}/health/ready").json() == {"status": "ready", "warning": warning}
        assert httpx2.post(f"{server.url}/predict", json=request).json() == {"id": 2, "result": "low"}
        assert server.stop() == 0
    with running(tmp_path, MODEL_PATH=folder, MODEL_SHA256=fingerprint(folder)) as server:
        assert httpx2.post(f"{server.url}/predict", json=request).json() == {"id": 3, "result": "new"}
        stored = httpx2.get(f"{server.url}/predict?detail=true").json()
    versions = [prediction["model_version"] for prediction in stored]
    assert versions == [before[:12], before[:12], fingerprint(folder)[:12]]
