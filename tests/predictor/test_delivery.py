"""The delivered folder, its files, and the version that follows from their bytes."""

import hashlib
import json
import shutil
from pathlib import Path

import pytest

from tests.deliveries import EXAMPLE
from web_single.errors import DeliveryChangedError, DeliveryError
from web_single.predictor.delivery import Delivery, delivered_files, fingerprint


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "model.py").write_bytes(b"code")
    (tmp_path / "model.joblib").write_bytes(b"weights")
    (tmp_path / "helpers").mkdir()
    (tmp_path / "helpers/__init__.py").write_bytes(b"")
    return tmp_path


def test_the_fingerprint_is_over_path_size_and_bytes_of_each_file_in_order(folder: Path) -> None:
    files = [(b"helpers/__init__.py", b""), (b"model.joblib", b"weights"), (b"model.py", b"code")]
    digest = hashlib.sha256()
    for path, content in files:
        digest.update(path + b"\0" + len(content).to_bytes(8, "little") + content)
    assert fingerprint(folder) == digest.hexdigest()


def test_the_version_is_the_start_of_the_fingerprint(folder: Path) -> None:
    delivery = Delivery.open(folder / "model.joblib")
    assert delivery.sha256 == fingerprint(folder)
    assert delivery.version == delivery.sha256[:12]


def test_hidden_and_compiled_files_do_not_belong_to_it(folder: Path) -> None:
    before = fingerprint(folder)
    for name in [".git", "__pycache__", "helpers/__pycache__"]:
        (folder / name).mkdir()
        (folder / name / "something").write_text("x")
    (folder / ".DS_Store").write_text("x")
    (folder / "old.pyc").write_text("x")
    assert fingerprint(folder) == before


def test_every_other_change_is_another_version(folder: Path) -> None:
    versions = {fingerprint(folder)}
    (folder / "model.py").write_bytes(b"cod3")
    versions.add(fingerprint(folder))
    (folder / "data.csv").write_bytes(b"")
    versions.add(fingerprint(folder))
    (folder / "data.csv").rename(folder / "data2.csv")
    versions.add(fingerprint(folder))
    assert len(versions) == 4


def test_a_link_within_the_delivery_is_followed(folder: Path) -> None:
    (folder / "link.py").symlink_to("model.py")
    (folder / "same").symlink_to("helpers")
    assert folder / "link.py" in delivered_files(folder)
    assert [path for path in delivered_files(folder) if path.parent.name == "same"] == []


def test_a_link_that_leaves_the_delivery_is_refused(folder: Path) -> None:
    (folder / "elsewhere").symlink_to("/etc/hostname")
    with pytest.raises(DeliveryError, match="leaves the delivery"):
        fingerprint(folder)


def test_a_missing_artefact_is_said(folder: Path) -> None:
    with pytest.raises(DeliveryError, match=r"There is no model at .*nothing.joblib: set MODEL_PATH"):
        Delivery.open(folder / "nothing.joblib")


def test_a_file_that_cannot_be_read_is_said(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError("not yours")

    monkeypatch.setattr(Path, "open", refuse)  # as root, every file can be read
    with pytest.raises(DeliveryError, match="cannot be read: not yours"):
        fingerprint(folder)


def test_changed_bytes_are_refused(folder: Path) -> None:
    delivery = Delivery.open(folder / "model.joblib")
    delivery.check_unchanged()
    (folder / "model.py").write_bytes(b"new code")
    with pytest.raises(DeliveryChangedError, match="restart it"):
        delivery.check_unchanged()


def test_another_process_gets_the_same_delivery(folder: Path) -> None:
    shutil.copy(EXAMPLE / "model.joblib", folder)
    delivery = Delivery.open(folder / "model.joblib")
    assert Delivery.from_json(json.loads(json.dumps(delivery.as_json()))) == delivery
