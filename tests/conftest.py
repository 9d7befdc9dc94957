"""What tests share: trained deliveries, the application on a database of its own, figures told at the end."""

import os
import pickle
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import sklearn.base
from fastapi.testclient import TestClient
from filelock import FileLock
from sklearn.preprocessing import StandardScaler

from tests.support.compiled import build
from tests.support.model_folders import EXAMPLE, MakeModelFolder, train
from tests.support.profiles import register_profiles
from tests.support.waiting import raise_client_timeouts
from web_single.app import create_app
from web_single.config import Config
from web_single.model_folder.folder import ModelFolder, find_artifact, fingerprint

pytest_plugins = ["pytester", "tests.support.skips"]

FIGURES = pytest.StashKey[list[str]]()
SLOW_FOLDERS = tuple(Path(__file__).parent / name for name in ("container", "gallery"))
LONG_FOLDER = Path(__file__).parent / "system"

register_profiles()
raise_client_timeouts()


def pytest_configure(config: pytest.Config) -> None:
    config.stash[FIGURES] = []
    # What a shell or nohup starts in the background ignores these signals, and so would the servers that tests stop.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGHUP, signal.SIG_DFL)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if any(item.path.is_relative_to(folder) for folder in SLOW_FOLDERS):
            item.add_marker(pytest.mark.slow)
    # The longest files first: one that comes last would keep one process busy while the other has ended.
    items.sort(key=lambda item: not item.path.is_relative_to(LONG_FOLDER))


def pytest_sessionfinish(session: pytest.Session) -> None:
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput["figures"] = session.config.stash[FIGURES]


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:  # noqa: ANN401 - xdist has no types
    """Take the figures of a process that has run its part of the tests."""
    node.config.stash[FIGURES] += getattr(node, "workeroutput", {}).get("figures", [])


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    if config.stash[FIGURES]:
        terminalreporter.section("figures")
        for figure in config.stash[FIGURES]:
            terminalreporter.line(figure)


@pytest.fixture(scope="session")
def note_figure(pytestconfig: pytest.Config) -> Callable[[str], None]:
    """Tell a measured figure at the end of the run; none is ever asserted tightly."""
    return pytestconfig.stash[FIGURES].append


@pytest.fixture(autouse=True)
def _no_settings_but_those_of_the_test(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in Config.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="session", autouse=True)
def _the_example_is_never_touched() -> Iterator[None]:
    before = fingerprint(EXAMPLE)
    yield
    assert fingerprint(EXAMPLE) == before
    assert not list(EXAMPLE.rglob("__pycache__"))


@pytest.fixture(scope="session")
def shared_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder that all processes of this run share: what is made there is made once, under a lock."""
    base = tmp_path_factory.getbasetemp()
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "shared"
    folder.mkdir(exist_ok=True)
    return folder


@pytest.fixture(scope="session")
def trained(shared_folder: Path) -> Callable[[str], Path]:
    """Return a function that returns the artifact of a style, trained once in a run."""

    def get(style: str) -> Path:
        with FileLock(shared_folder / f"{style}.lock"):
            return (
                find_artifact(shared_folder / style)
                if (shared_folder / style).exists()
                else train(style, shared_folder)
            )

    return get


@pytest.fixture(scope="session")
def compiled_example(shared_folder: Path) -> Path:
    """Return the COMPILED_CACHE_DIR that holds the compiled example; a test that changes it copies it before."""
    folder = shared_folder / "compiled"
    config = Config(model_path=EXAMPLE / "model.joblib", compiled_cache_dir=folder, _env_file=None)
    with FileLock(shared_folder / "compiled.lock"):
        assert build(config.model_path, config).reason is None  # at once where another process has built it
    return folder


@pytest.fixture(scope="session")
def environments(shared_folder: Path) -> Path:
    """Return the ENVIRONMENT_CACHE_DIR of this run; an environment that is there is not made again."""
    return shared_folder / "environments"


@pytest.fixture
def plain(trained: Callable[[str], Path]) -> Path:
    return trained("plain")


@pytest.fixture
def mischief(trained: Callable[[str], Path]) -> Path:
    return trained("mischief")


@pytest.fixture
def make_config(tmp_path: Path, plain: Path) -> Callable[..., Config]:
    """Return a maker of settings: the plain model and a database of this test, unless told otherwise."""

    def make(**given: Any) -> Config:  # noqa: ANN401 - a value for any setting
        defaults: dict[str, Any] = {
            "model_path": plain,
            "compile": "off",
            "db_url": f"sqlite:///{tmp_path}/predictions.db",
            "write_timeout_seconds": 30,  # how fast a disk is that others use, too, is not what is tested
        }
        return Config(**defaults | given)

    return make


@pytest.fixture
def client(make_config: Callable[..., Config]) -> Iterator[TestClient]:
    """The whole application, with the plain model in a real runner."""
    with TestClient(create_app(make_config())) as test_client:
        yield test_client


@pytest.fixture
def mischief_client(make_config: Callable[..., Config], mischief: Path) -> Iterator[TestClient]:
    """The whole application, with the model that misbehaves on demand."""
    config = make_config(model_path=mischief, predict_timeout_seconds=30)
    with TestClient(create_app(config)) as test_client:
        yield test_client


@pytest.fixture
def make_model_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> MakeModelFolder:
    """Return a function that writes a model folder: a plain object, or with `made_by` a model of that scikit-learn."""

    def make(
        model: bytes = pickle.dumps({"answer": 42}),
        *,
        made_by: str | None = None,
        code: str | None = None,
        requirements: str | None = None,
    ) -> ModelFolder:
        folder = tmp_path / "delivery"
        folder.mkdir(exist_ok=True)
        if made_by is not None:
            monkeypatch.setattr(sklearn.base, "__version__", made_by)
            model = pickle.dumps(StandardScaler().fit(np.eye(3)))
        (folder / "model.pkl").write_bytes(model)
        for name, text in {"model.py": code, "requirements.txt": requirements}.items():
            if text is not None:
                (folder / name).write_text(text)
        return ModelFolder.open(folder / "model.pkl")

    return make
