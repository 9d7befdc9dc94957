"""The delivered folder, its files, and the version that follows from their bytes."""

import hashlib
import json
import os
from pathlib import Path

import pytest

from web_single.errors import ModelFolderChangedError, ModelFolderError
from web_single.model_folder import folder as folder_module
from web_single.model_folder.folder import ModelFolder, delivered_files, fingerprint


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
    model_folder = ModelFolder.open(folder / "model.joblib")
    assert model_folder.sha256 == fingerprint(folder)
    assert model_folder.version == model_folder.sha256[:12]


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
    with pytest.raises(ModelFolderError, match="leaves the delivery"):
        fingerprint(folder)


def test_a_missing_artifact_is_said(folder: Path) -> None:
    with pytest.raises(ModelFolderError, match=r"There is no model at .*nothing.joblib: set MODEL_PATH"):
        ModelFolder.open(folder / "nothing.joblib")


def test_a_file_that_cannot_be_read_is_said(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError("not yours")

    monkeypatch.setattr(Path, "open", refuse)  # as root, every file can be read
    with pytest.raises(ModelFolderError, match="cannot be read: not yours"):
        fingerprint(folder)


@pytest.mark.parametrize(
    ("ending", "target"),
    [("leads nowhere", "nothing"), ("leads nowhere", "link"), ("a hidden folder", ".hidden")],
    ids=["dangling", "loop", "hidden"],
)
def test_a_link_that_no_version_could_cover_is_refused(folder: Path, ending: str, target: str) -> None:
    (folder / ".hidden").mkdir()
    (folder / "link").symlink_to(target)
    with pytest.raises(ModelFolderError, match=rf"/link is a link .*{ending}"):
        fingerprint(folder)


@pytest.mark.parametrize("mark", ["pyvenv.cfg", "conda-meta"])
def test_an_environment_among_the_files_is_refused_unless_it_is_hidden(folder: Path, mark: str) -> None:
    (folder / "venv").mkdir()
    (folder / "venv" / mark).touch()
    with pytest.raises(ModelFolderError, match=r"/venv is an environment of Python.*start with a dot"):
        fingerprint(folder)
    (folder / "venv").rename(folder / ".venv")
    assert fingerprint(folder)


def test_a_folder_of_many_other_things_is_refused(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folder_module, "MOST_FILES", 3)
    assert fingerprint(folder)
    (folder / "helpers/one_more.py").touch()
    with pytest.raises(ModelFolderError, match="more than 3 files: put the model into a folder of its own"):
        fingerprint(folder)


def test_a_file_that_grows_while_it_is_read_is_refused(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shorter = os.stat_result([0] * 10)
    monkeypatch.setattr("os.fstat", lambda _: shorter)
    with pytest.raises(
        ModelFolderChangedError, match="changed while it was read: start the server when it is complete"
    ):
        fingerprint(folder)


def test_a_name_that_is_no_text_is_told_as_text(folder: Path) -> None:
    Path(os.fsdecode(os.fsencode(folder) + b"/\xff.csv")).touch()
    assert "\\xff.csv" in ModelFolder.open(folder).digests


def test_the_digest_of_each_file_is_that_of_its_bytes(folder: Path) -> None:
    digests = ModelFolder.open(folder).digests
    assert list(digests) == ["helpers/__init__.py", "model.joblib", "model.py"]
    assert digests["model.py"] == hashlib.sha256(b"code").hexdigest()


def test_what_changed_is_named(folder: Path) -> None:
    model_folder = ModelFolder.open(folder / "model.joblib")
    model_folder.check_unchanged()
    (folder / "model.joblib").write_bytes(b"heavier")
    (folder / "model.py").unlink()
    (folder / "predictions.log").touch()
    told = r"\(model.joblib, model.py is gone, predictions.log is new\): restart the server\.$"
    with pytest.raises(ModelFolderChangedError, match=told):
        model_folder.check_unchanged()


def test_of_many_changes_the_first_are_named(folder: Path) -> None:
    model_folder = ModelFolder.open(folder)
    for letter in "abcde":
        (folder / letter).touch()
    with pytest.raises(ModelFolderChangedError, match=r"\(a is new, b is new, c is new, 2 more\)"):
        model_folder.check_unchanged()


def test_another_process_gets_the_same_delivery(folder: Path) -> None:
    model_folder = ModelFolder.open(folder)
    assert ModelFolder.from_json(json.loads(json.dumps(model_folder.as_json()))) == model_folder


def test_its_parts_are_known_where_they_are_there(folder: Path) -> None:
    model_folder = ModelFolder.open(folder)
    assert (model_folder.code, model_folder.requirements) == (folder / "model.py", None)
    (folder / "requirements.txt").touch()
    (folder / "model.py").unlink()
    model_folder = ModelFolder.open(folder)
    assert (model_folder.code, model_folder.requirements) == (None, folder / "requirements.txt")


ENDINGS = [".joblib", ".pkl", ".pickle", ".PKL", ".joblib.gz", ".pkl.z", ".pickle.xz", ".joblib.lz4"]


@pytest.mark.parametrize("ending", ENDINGS)
def test_the_folder_may_be_named_instead_of_its_artifact(tmp_path: Path, ending: str) -> None:
    for name in [f"churn{ending}", "data.csv.gz", "model.py", ".hidden.pkl"]:
        (tmp_path / name).write_text("any")
    (tmp_path / "folder.pkl").mkdir()
    assert ModelFolder.open(tmp_path) == ModelFolder.open(tmp_path / f"churn{ending}")
    assert ModelFolder.open(tmp_path).artifact == tmp_path / f"churn{ending}"


def test_of_several_artifacts_model_joblib_is_the_one(folder: Path) -> None:
    (folder / "scaler.pkl").touch()
    assert ModelFolder.open(folder).artifact == folder / "model.joblib"
    (folder / "model.joblib").rename(folder / "clf.joblib")
    with pytest.raises(
        ModelFolderError, match=r"several artifacts in .* \(clf.joblib, scaler.pkl\): set MODEL_PATH to one"
    ):
        ModelFolder.open(folder)


def test_a_folder_without_an_artifact_is_told_what_to_do(folder: Path) -> None:
    (folder / "model.joblib").unlink()
    with pytest.raises(ModelFolderError, match=r"run `python model.py` to train it, or set MODEL_PATH to the artifact"):
        ModelFolder.open(folder)
    (folder / "model.py").unlink()
    with pytest.raises(ModelFolderError, match=r"no .joblib, .pkl or .pickle in [^:]*: set MODEL_PATH to the artifact"):
        ModelFolder.open(folder)


def test_an_artifact_that_no_version_would_cover_is_refused(folder: Path) -> None:
    (folder / ".model.joblib").touch()
    with pytest.raises(ModelFolderError, match="is hidden or compiled"):
        ModelFolder.open(folder / ".model.joblib")


def test_the_pinned_delivery_is_taken(folder: Path) -> None:
    assert ModelFolder.open(folder, pin=fingerprint(folder)) == ModelFolder.open(folder)


def test_any_other_delivery_is_refused_before_its_artifact_is_looked_into(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked_into: list[Path] = []
    monkeypatch.setattr(folder_module, "read_contents", looked_into.append)
    pin = fingerprint(folder)
    (folder / "model.joblib").write_bytes(b"other weights")
    with pytest.raises(
        ModelFolderError, match=rf"its fingerprint is {fingerprint(folder)}, and MODEL_SHA256 is {pin}\."
    ):
        ModelFolder.open(folder, pin=pin)
    assert looked_into == []
