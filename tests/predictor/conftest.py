"""What tests of environments share: one cache in a run, and deliveries that say what they need."""

import pickle
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import sklearn.base
from sklearn.preprocessing import StandardScaler

from web_single.config import Config
from web_single.predictor.delivery import Delivery

Deliver = Callable[..., Delivery]
TINY = "iniconfig==2.0.0\n"  # a package that is installed in no time, and that the server has in another version


@pytest.fixture(scope="session")
def environments(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("environments")


@pytest.fixture
def environment_config(environments: Path) -> Callable[..., Config]:
    """Return a maker of settings whose environments are kept for the run."""

    def make(**given: object) -> Config:
        return Config(**{"environments_path": environments, **given})  # type: ignore[arg-type]

    return make


@pytest.fixture
def deliver(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Deliver:
    """Write a delivery: a plain object, or with `made_by` a model that says so."""

    def write(
        model: bytes = pickle.dumps({"answer": 42}),
        *,
        made_by: str | None = None,
        code: str | None = None,
        requirements: str | None = None,
    ) -> Delivery:
        folder = tmp_path / "delivery"
        folder.mkdir(exist_ok=True)
        if made_by is not None:
            monkeypatch.setattr(sklearn.base, "__version__", made_by)
            model = pickle.dumps(StandardScaler().fit(np.eye(3)))
        (folder / "model.pkl").write_bytes(model)
        for name, text in {"model.py": code, "requirements.txt": requirements}.items():
            if text is not None:
                (folder / name).write_text(text)
        return Delivery.open(folder / "model.pkl")

    return write
