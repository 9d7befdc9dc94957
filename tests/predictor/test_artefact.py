"""What an artefact tells without being loaded."""

import pickle
from pathlib import Path
from typing import Any, Self

import joblib
import numpy as np
import pytest
import sklearn
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from tests.deliveries import EXAMPLE
from web_single.predictor.artefact import read_scikit_learn_version


class KeywordsOnly:
    def __new__(cls, *, size: int) -> Self:
        assert size
        return object.__new__(cls)

    def __getnewargs_ex__(self) -> tuple[tuple[()], dict[str, int]]:
        return (), {"size": 1}


class Bomb:
    def __reduce__(self) -> tuple[Any, ...]:
        return (Path("/tmp/never").touch, ())  # noqa: S108 - it is never made


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
    assert read_scikit_learn_version(tmp_path / "model") == sklearn.__version__


@pytest.mark.parametrize("protocol", range(6))
@pytest.mark.parametrize("name", MODELS)
def test_the_scikit_learn_of_a_pickle_is_read(tmp_path: Path, name: str, protocol: int) -> None:
    (tmp_path / "model").write_bytes(pickle.dumps(MODELS[name], protocol))
    assert read_scikit_learn_version(tmp_path / "model") == sklearn.__version__


def test_the_example_says_what_made_it() -> None:
    assert read_scikit_learn_version(EXAMPLE / "model.joblib") == "1.9.1"


def test_nothing_that_a_pickle_names_is_run(tmp_path: Path) -> None:
    bomb = pickle.dumps([Bomb(), StandardScaler().fit(X)])
    (tmp_path / "model").write_bytes(bomb)
    assert read_scikit_learn_version(tmp_path / "model") == sklearn.__version__
    assert not Path("/tmp/never").exists()  # noqa: S108 - it is never made


@pytest.mark.parametrize("content", [b"", b"<!DOCTYPE html>", b"\x78\x9cbroken"])
def test_what_cannot_be_read_says_nothing(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "model").write_bytes(content)
    assert read_scikit_learn_version(tmp_path / "model") is None


def test_an_artefact_cut_in_half_says_nothing_or_the_truth(tmp_path: Path) -> None:
    whole = (EXAMPLE / "model.joblib").read_bytes()
    (tmp_path / "model").write_bytes(whole[: len(whole) // 2])
    assert read_scikit_learn_version(tmp_path / "model") is None


def test_what_scikit_learn_did_not_make_says_nothing(plain: Path) -> None:
    assert read_scikit_learn_version(plain) is None
