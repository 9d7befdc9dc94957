"""What an artifact tells without being loaded."""

import json
import pickle
import sys
from pathlib import Path
from typing import Any, Self

import cloudpickle
import joblib
import numpy as np
import pandas as pd
import pytest
import sklearn
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from tests.support.model_folders import EXAMPLE
from web_single.errors import ModelFolderError
from web_single.model_folder.artifact_metadata import ArtifactMetadata, read_contents


class KeywordsOnly:
    def __new__(cls, *, size: int) -> Self:
        assert size
        return object.__new__(cls)

    def __getnewargs_ex__(self) -> tuple[tuple[()], dict[str, int]]:
        return (), {"size": 1}


class Bomb:
    def __reduce__(self) -> tuple[Any, ...]:
        return (Path("never").touch, ())  # in the folder of the test, where it is ever called


X = np.arange(80.0).reshape(20, 4)
Y = np.arange(20) % 2
LABELS = np.array(["no", "yes"])[Y]
MODELS = {
    "forest": RandomForestClassifier(3).fit(X, Y),
    "pipeline": make_pipeline(StandardScaler(), LogisticRegression()).fit(X, LABELS),
    "objects": LogisticRegression().fit(X, LABELS.astype(object)),
    "boosting": HistGradientBoostingClassifier(max_iter=2).fit(X, Y),
    "dictionary": {"scaler": StandardScaler().fit(X), "names": {"a", "b"}},
    "keywords": [KeywordsOnly(size=1), StandardScaler().fit(X)],
    "complex": [np.zeros(3, dtype=[("a", "f4"), ("b", "U3")]), np.zeros(2, dtype="M8[s]"), StandardScaler().fit(X)],
}
COMPRESSIONS: list[Any] = [0, 3, ("gzip", 3), ("bz2", 3), ("xz", 3), ("lzma", 3)]


@pytest.mark.parametrize("compress", COMPRESSIONS, ids=str)
@pytest.mark.parametrize("name", MODELS)
def test_the_scikit_learn_of_a_joblib_file_is_read(tmp_path: Path, name: str, compress: object) -> None:
    joblib.dump(MODELS[name], tmp_path / "model", compress=compress)
    assert read_contents(tmp_path / "model").scikit_learn == sklearn.__version__


@pytest.mark.parametrize("protocol", range(6))
@pytest.mark.parametrize("name", MODELS)
def test_the_scikit_learn_of_a_pickle_is_read(tmp_path: Path, name: str, protocol: int) -> None:
    (tmp_path / "model").write_bytes(pickle.dumps(MODELS[name], protocol))
    assert read_contents(tmp_path / "model").scikit_learn == sklearn.__version__


def test_the_example_says_what_made_it() -> None:
    assert read_contents(EXAMPLE / "model.joblib").scikit_learn == "1.9.1"


def test_nothing_that_a_pickle_names_is_run(tmp_path: Path) -> None:
    bomb = pickle.dumps([Bomb(), StandardScaler().fit(X)])
    (tmp_path / "model").write_bytes(bomb)
    assert read_contents(tmp_path / "model").scikit_learn == sklearn.__version__
    assert not Path("never").exists()


def test_every_top_level_module_that_is_named_is_told() -> None:
    contents = read_contents(EXAMPLE / "model.joblib")
    assert contents.modules == ("joblib", "numpy", "sklearn")
    assert contents.numpy_core


@pytest.mark.parametrize("protocol", range(6))
def test_names_of_python_2_are_told_as_those_of_python_3(tmp_path: Path, protocol: int) -> None:
    (tmp_path / "model").write_bytes(pickle.dumps([range(3), {1}, complex(1)], protocol))
    assert set(read_contents(tmp_path / "model").modules) <= {"builtins"}


def test_names_expected_in_the_delivered_code_are_told(tmp_path: Path) -> None:
    content = b"(c__main__\nScaler\ncmodel\npredict\ncpandas.core.frame\nDataFrame\nl."
    (tmp_path / "model").write_bytes(content)
    contents = read_contents(tmp_path / "model")
    assert contents.of_delivery == ("Scaler", "predict")
    assert contents.modules == ("__main__", "model", "pandas")
    assert not contents.numpy_core


def test_a_model_fitted_on_named_columns_is_told(tmp_path: Path) -> None:
    joblib.dump(StandardScaler().fit(pd.DataFrame(X, columns=list("abcd"))), tmp_path / "model")
    assert read_contents(tmp_path / "model").data_frame
    assert not read_contents(EXAMPLE / "model.joblib").data_frame


def test_code_by_value_tells_the_python_that_runs_it(tmp_path: Path) -> None:
    (tmp_path / "model").write_bytes(cloudpickle.dumps({"double": lambda x: abs(x) * 2, "scaler": StandardScaler()}))
    minors = read_contents(tmp_path / "model").minors
    assert minors is not None
    assert sys.version_info.minor in minors
    assert len(minors) <= 2
    assert read_contents(EXAMPLE / "model.joblib").minors is None


@pytest.mark.parametrize("memory_map", [None, "r"])
def test_arrays_aligned_for_memory_maps_are_passed_over(tmp_path: Path, memory_map: str | None) -> None:
    joblib.dump([np.arange(1000.0), np.array(["a", None], dtype=object), StandardScaler().fit(X)], tmp_path / "model")
    joblib.load(tmp_path / "model", mmap_mode=memory_map)
    assert read_contents(tmp_path / "model").scikit_learn == sklearn.__version__


def test_what_is_compressed_with_lz4_needs_its_library_to_be_loaded(tmp_path: Path) -> None:
    joblib.dump(MODELS["pipeline"], tmp_path / "model", compress="lz4")
    contents = read_contents(tmp_path / "model")
    assert contents.scikit_learn == sklearn.__version__
    assert "lz4" in contents.modules


@pytest.mark.parametrize(
    "content", [b"tree\nversion=v4", b'{"rules": []}', b"(", b"c", b"\x78\x9c\xff\xff", b"BZh9x", b"\x80\x04."]
)
def test_a_form_of_its_own_says_nothing(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "model").write_bytes(content)
    assert read_contents(tmp_path / "model") == ArtifactMetadata()


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", r"model.joblib is empty: copy it again"),
        (b"\n <!DOCTYPE html><html>", r"model.joblib is an HTML page: was it saved from a web site\?"),
        (b"<HTML>", r"is an HTML page"),
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:0\n", r"is a pointer of Git LFS.*`git lfs pull`"),
    ],
)
def test_what_was_saved_instead_of_the_artifact_is_told(tmp_path: Path, content: bytes, sentence: str) -> None:
    (tmp_path / "model.joblib").write_bytes(content)
    with pytest.raises(ModelFolderError, match=sentence):
        read_contents(tmp_path / "model.joblib")


@pytest.mark.parametrize("compress", [*COMPRESSIONS, "lz4"], ids=str)
@pytest.mark.parametrize("share", [0.2, 0.5, 0.99])
def test_an_artifact_cut_short_is_told(tmp_path: Path, compress: object, share: float) -> None:
    joblib.dump(MODELS["pipeline"], tmp_path / "model", compress=compress)
    whole = (tmp_path / "model").read_bytes()
    (tmp_path / "model").write_bytes(whole[: int(len(whole) * share)])
    with pytest.raises(ModelFolderError, match="model is incomplete, it ends in the middle: copy it again"):
        read_contents(tmp_path / "model")


def test_what_scikit_learn_did_not_make_says_nothing(plain: Path) -> None:
    assert read_contents(plain).scikit_learn is None


def test_another_process_gets_the_same_contents() -> None:
    contents = read_contents(EXAMPLE / "model.joblib")
    assert ArtifactMetadata.from_json(json.loads(json.dumps(contents.as_json()))) == contents
