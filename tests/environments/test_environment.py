"""What runs a delivery: our own libraries, an environment that is made for it, or an interpreter that is given."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cloudpickle
import pytest
from structlog.testing import capture_logs

from tests.support.model_folders import EXAMPLE, TINY, MakeModelFolder
from web_single.config import Config
from web_single.environments import builder as environment_builder
from web_single.environments import environment
from web_single.environments.cache import EnvironmentCache, key_of
from web_single.environments.environment import Environment, find_environment
from web_single.environments.interpreters import InterpreterInfo, ask, base_python, interpreters
from web_single.errors import ModelFolderError
from web_single.model_folder.folder import ModelFolder
from web_single.model_folder.requirements import Requirements
from web_single.predictor.predictor import Predictor

MakeConfig = Callable[..., Config]
OURS = Path(sys.executable)
BUILT_BY_ITSELF = """
[build-system]
requires = []
build-backend = "backend"
backend-path = ["."]
[project]
name = "package"
dynamic = ["version"]
"""


def folder_of(found: Environment) -> Path:
    return found.python.parent.parent


def test_the_example_runs_on_the_servers_own_libraries(environment_config: MakeConfig) -> None:
    found = find_environment(ModelFolder.open(EXAMPLE / "model.joblib"), environment_config())
    assert (found.python, found.origin) == (OURS, "server")
    assert found.packages["scikit-learn"] == "1.9.1"
    assert Environment.from_json(json.loads(json.dumps(found.as_json()))) == found


def test_our_own_interpreter_is_asked_once(environment_config: MakeConfig, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def ask_and_count(python: Path, *names: list[str]) -> InterpreterInfo:
        asked.append(python)
        return ask(python, *names)

    monkeypatch.setattr(environment, "ask", ask_and_count)
    find_environment(ModelFolder.open(EXAMPLE / "model.joblib"), environment_config())
    assert asked == [OURS]


@pytest.mark.parametrize(
    "requirements", ["scikit-learn>=1.5\n-r more.txt\n", "numpy # any\n", "", "pandas; python_version < '3'\n"]
)
def test_requirements_that_the_server_satisfies_need_no_environment(
    make_model_folder: MakeModelFolder, environment_config: MakeConfig, tmp_path: Path, requirements: str
) -> None:
    model_folder = make_model_folder(requirements=requirements)
    (model_folder.folder / "more.txt").write_text("joblib\n")
    assert find_environment(model_folder, environment_config(environment_cache_dir=tmp_path)).origin == "server"


def test_requirements_that_the_server_does_not_satisfy_get_an_environment(
    make_model_folder: MakeModelFolder, environment_config: MakeConfig
) -> None:
    model_folder = make_model_folder(requirements=TINY, code="import iniconfig")
    found = find_environment(model_folder, environment_config())
    assert found.origin == "built"
    assert ask(found.python, packages=["iniconfig"]).packages["iniconfig"] == "2.0.0"
    with capture_logs() as logs:
        assert find_environment(model_folder, environment_config()) == found
    assert logs == []


def test_what_is_neither_there_nor_listed_is_told_with_the_lines_to_write(
    make_model_folder: MakeModelFolder, environment_config: MakeConfig
) -> None:
    model_folder = make_model_folder(code="import cv2, yaml_not_there\n", made_by="1.3.2")
    with pytest.raises(
        ModelFolderError, match=r"these lines in requirements.txt.*`opencv-python-headless`, `yaml-not-th"
    ):
        find_environment(model_folder, environment_config())


def test_an_environment_without_what_the_code_imports_is_told_and_not_kept(
    make_model_folder: MakeModelFolder, environment_config: MakeConfig, tmp_path: Path
) -> None:
    model_folder = make_model_folder(code="import not_there\n", requirements=TINY)
    with pytest.raises(ModelFolderError, match=r"this line in requirements.txt beside the model: `not-there`"):
        find_environment(model_folder, environment_config(environment_cache_dir=tmp_path / "cache"))
    assert list((tmp_path / "cache").glob("*/")) == []


def test_an_environment_that_lacks_what_new_code_imports_is_told(
    make_model_folder: MakeModelFolder, environment_config: MakeConfig
) -> None:
    find_environment(make_model_folder(requirements=TINY), environment_config())
    with pytest.raises(ModelFolderError, match=r"not installed in the environment made for it.*`not-there`"):
        find_environment(make_model_folder(code="import not_there\n"), environment_config())


def test_only_the_server_means_only_the_server(
    make_model_folder: MakeModelFolder, environment_config: MakeConfig
) -> None:
    config = environment_config(model_python="server")
    with pytest.raises(ModelFolderError, match=r"not those of requirements.txt\. MODEL_PYTHON=auto makes"):
        find_environment(make_model_folder(requirements=TINY), config)
    with pytest.raises(ModelFolderError, match=r"made by scikit-learn 1\.3\.2, and 1\.9\.1 is installed"):
        find_environment(make_model_folder(made_by="1.3.2"), config)


def test_no_code_of_a_package_in_the_delivery_is_run(
    make_model_folder: MakeModelFolder, environment_config: MakeConfig
) -> None:
    model_folder = make_model_folder(requirements="./package\n")
    (model_folder.folder / "package").mkdir()
    (model_folder.folder / "package/pyproject.toml").write_text(BUILT_BY_ITSELF)
    (model_folder.folder / "package/backend.py").write_text("open('../was_run', 'w')")
    for mode in ("server", "auto"):
        with pytest.raises(ModelFolderError):
            find_environment(model_folder, environment_config(model_python=mode))
    assert not list(model_folder.folder.rglob("was_run"))


def test_a_given_interpreter_is_used_if_its_scikit_learn_is_that_of_the_model(
    make_model_folder: MakeModelFolder, environment_config: MakeConfig
) -> None:
    config = environment_config(model_python=sys.executable)
    found = find_environment(make_model_folder(requirements=TINY), config)  # who names an interpreter knows what it has
    assert (found.python, found.origin) == (OURS, "custom")
    with pytest.raises(ModelFolderError, match=r"made by scikit-learn 1\.3\.2, and 1\.9\.1 is installed"):
        find_environment(make_model_folder(made_by="1.3.2"), config)
    with pytest.raises(ModelFolderError, match=r"not installed for .*python: .*`not-there`"):
        find_environment(make_model_folder(made_by="1.9.0", code="import not_there"), config)


def test_what_is_no_python_is_told(make_model_folder: MakeModelFolder, environment_config: MakeConfig) -> None:
    with pytest.raises(ModelFolderError, match=r"/bin/sh is no Python from 3.8 on"):
        find_environment(make_model_folder(), environment_config(model_python="/bin/sh"))


@pytest.mark.parametrize("made_by", ["1.9.0", "1.9.1", None])
def test_the_same_minor_version_of_scikit_learn_is_taken(
    make_model_folder: MakeModelFolder, environment_config: MakeConfig, made_by: str | None
) -> None:
    assert find_environment(make_model_folder(made_by=made_by), environment_config()).origin == "server"


@pytest.mark.parametrize("environment", ["auto", "server", sys.executable])
def test_another_scikit_learn_answers_only_where_that_is_trusted_and_logged(
    make_model_folder: MakeModelFolder, environment_config: MakeConfig, environment: str
) -> None:
    config = environment_config(model_python=environment, sklearn_mismatch="allow")
    with capture_logs() as logs:
        assert find_environment(make_model_folder(made_by="1.3.2"), config).python == OURS
    assert [(log["event"], log["trained_with"], log["serving_with"]) for log in logs] == [
        ("model_version_trusted", "1.3.2", "1.9.1")
    ]


def test_in_prod_nothing_is_made_at_the_start_and_what_was_built_serves(
    make_model_folder: MakeModelFolder, environment_config: MakeConfig, tmp_path: Path
) -> None:
    config = environment_config(app_env="prod", environment_cache_dir=tmp_path / "cache")
    model_folder = make_model_folder(requirements=TINY)
    with pytest.raises(ModelFolderError, match=f"run `web-single build {model_folder.artifact}` before"):
        find_environment(model_folder, config)
    assert not (tmp_path / "cache").exists()
    built = find_environment(model_folder, config, build=True)
    assert find_environment(model_folder, config) == built


@pytest.mark.parametrize("cache", ["file", "file/below"])
def test_a_folder_that_cannot_be_written_to_is_told_with_the_setting(
    make_model_folder: MakeModelFolder, environment_config: MakeConfig, tmp_path: Path, cache: str
) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(
        ModelFolderError, match=rf"in {tmp_path / cache}: .*\. Set ENVIRONMENT_CACHE_DIR to a folder that can"
    ):
        find_environment(
            make_model_folder(requirements=TINY), environment_config(environment_cache_dir=tmp_path / cache)
        )


def test_other_requirements_are_another_environment(make_model_folder: MakeModelFolder) -> None:
    keys = {key_of(Requirements.of(make_model_folder(requirements="-r more.txt\n")))}
    (make_model_folder().folder / "more.txt").write_text(TINY)
    keys.add(key_of(Requirements.of(make_model_folder())))
    (make_model_folder().folder / "more.txt").write_text("iniconfig==2.1.0\n")
    keys.add(key_of(Requirements.of(make_model_folder())))
    keys.add(key_of(Requirements.of(make_model_folder(made_by="1.3.2"))))
    assert len(keys) == 4
    assert key_of(Requirements.of(make_model_folder(made_by="1.3.2", code="# other code"))) in keys


def test_requirements_that_contradict_the_model_are_told_in_the_words_of_uv(
    make_model_folder: MakeModelFolder, environment_config: MakeConfig
) -> None:
    model_folder = make_model_folder(made_by="1.5.2", requirements="scikit-learn==1.3.2\n")
    with pytest.raises(ModelFolderError, match=r"cannot be installed together: .*==1\.5\.2 and .*==1\.3\.2"):
        find_environment(model_folder, environment_config())


def test_the_pythons_that_packages_need_are_told(
    make_model_folder: MakeModelFolder, environment_config: MakeConfig, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(environment_builder, "interpreters", lambda: iter([(sys.version_info.minor, base_python())]))
    sentence = rf"^scikit-learn 1\.0\.2 needs Python 3\.8 to 3\.10; this machine has 3\.{sys.version_info.minor}\. "
    with pytest.raises(ModelFolderError, match=sentence):
        find_environment(make_model_folder(made_by="1.0.2"), environment_config())


# A call of the type of code objects with 16 arguments, as cloudpickle writes it on Python 3.8 to 3.10.
OLD_CODE = b"ccloudpickle.cloudpickle\n_builtin_type\n(S'CodeType'\ntR(" + b"I0\n" * 16 + b"tR."


def test_code_by_value_runs_on_a_python_of_its_maker_or_not_at_all(
    make_model_folder: MakeModelFolder, environment_config: MakeConfig, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(environment_builder, "interpreters", lambda: iter([(sys.version_info.minor, base_python())]))
    with pytest.raises(
        ModelFolderError, match=r"^The delivery's code needs Python 3\.8 to 3\.10; this machine has 3\.1"
    ):
        find_environment(make_model_folder(model=OLD_CODE), environment_config())


@pytest.mark.slow
def test_code_by_value_gets_a_python_that_runs_it(
    make_model_folder: MakeModelFolder, environment_config: MakeConfig
) -> None:
    if not {minor for minor, _ in interpreters()} & {8, 9, 10}:
        pytest.skip("this machine has no Python 3.8, 3.9 or 3.10")
    found = find_environment(make_model_folder(model=OLD_CODE), environment_config())
    assert found.python_version.split(".")[1] in ("8", "9", "10")
    assert "cloudpickle" in found.packages


def test_code_by_value_of_our_own_python_needs_no_other(
    make_model_folder: MakeModelFolder, environment_config: MakeConfig
) -> None:
    model = cloudpickle.dumps({"sum": lambda rows: [sum(row) for row in rows]})
    assert find_environment(make_model_folder(model=model), environment_config()).origin == "server"


def start_build(model_folder: ModelFolder, cache: Path, **variables: str) -> subprocess.Popen[str]:
    settings = {"APP_ENV": "prod", "COMPILE": "off", "ENVIRONMENT_CACHE_DIR": str(cache), **variables}
    command: list[str | Path] = [OURS.with_name("web-single"), "build", model_folder.artifact]
    return subprocess.Popen(
        command, env=os.environ | settings, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def test_two_processes_that_need_the_same_environment_make_it_once(
    make_model_folder: MakeModelFolder, tmp_path: Path
) -> None:
    model_folder = make_model_folder(requirements=TINY)
    both = [start_build(model_folder, tmp_path / "cache") for _ in range(2)]
    told = [process.communicate(timeout=120) for process in both]
    assert [process.returncode for process in both] == [0, 0]
    assert sum(stderr.count("environment_made") for _, stderr in told) == 1
    assert len(list((tmp_path / "cache").glob("*/"))) == 1


def test_one_that_was_not_finished_is_never_used_and_is_removed(
    make_model_folder: MakeModelFolder, environment_config: MakeConfig, tmp_path: Path
) -> None:
    model_folder = make_model_folder(requirements=TINY)
    config = environment_config(environment_cache_dir=tmp_path / "cache")
    left = tmp_path / "cache" / f"{key_of(Requirements.of(model_folder))}.making-1"
    (left / "bin").mkdir(parents=True)
    (left / "bin/python").symlink_to(OURS)
    with capture_logs() as logs:
        found = find_environment(model_folder, config)
    assert [log["event"] for log in logs] == ["environment_making", "environment_made"]
    assert list((tmp_path / "cache").glob("*/")) == [folder_of(found)]


def test_one_whose_python_is_gone_is_made_anew(
    make_model_folder: MakeModelFolder, environment_config: MakeConfig, tmp_path: Path
) -> None:
    config = environment_config(environment_cache_dir=tmp_path / "cache")
    model_folder = make_model_folder(requirements=TINY)
    found = find_environment(model_folder, config)
    found.python.unlink()
    found.python.symlink_to(tmp_path / "gone")
    assert find_environment(model_folder, config) == found


def test_addresses_of_the_index_are_shown_and_kept_nowhere(make_model_folder: MakeModelFolder, tmp_path: Path) -> None:
    addresses = {"PIP_EXTRA_INDEX_URL": "http://me:secret@127.0.0.1:9/simple", "UV_HTTP_RETRIES": "0"}
    process = start_build(make_model_folder(requirements="not-there-at-all==1\n"), tmp_path / "cache", **addresses)
    told = process.communicate(timeout=120)
    assert process.returncode == 3
    assert "the package index" in told[1]
    assert "127.0.0.1" not in "".join(told)
    assert "secret" not in "".join(told)


def test_a_made_environment_knows_no_index(
    make_model_folder: MakeModelFolder, environment_config: MakeConfig, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "secret-place").mkdir()
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path / "secret-place"))
    found = find_environment(
        make_model_folder(requirements=TINY), environment_config(environment_cache_dir=tmp_path / "cache")
    )
    files = [path for path in folder_of(found).rglob("*") if path.is_file() and not path.is_symlink()]
    assert files
    assert [path for path in files if b"secret-place" in path.read_bytes()] == []


def make_old(cache: EnvironmentCache, environment: Environment) -> None:
    long_ago = time.time() - 31 * 86_400
    os.utime(folder_of(environment) / "used", (long_ago, long_ago))
    (cache.folder / "0.making-1").mkdir()


def test_pruning_removes_what_nobody_used_for_long_and_tells_what_is_freed(
    make_model_folder: MakeModelFolder, environment_config: MakeConfig, tmp_path: Path
) -> None:
    config = environment_config(environment_cache_dir=tmp_path / "cache")
    cache = EnvironmentCache.of(config)
    found = find_environment(make_model_folder(requirements=TINY), config)
    assert cache.prune(keep=None, unused_days=30) == (0, 0)
    make_old(cache, found)
    assert cache.prune(keep=folder_of(found), unused_days=30)[0] == 1  # the unfinished one
    with found.in_use():
        assert cache.prune(keep=None, unused_days=30) == (0, 0)
    removed, freed = cache.prune(keep=None, unused_days=30)
    assert removed == 1
    assert freed > 0
    assert not folder_of(found).exists()
    with pytest.raises(ModelFolderError, match="was removed meanwhile: start again"), found.in_use():
        pass


def test_using_an_environment_keeps_it_for_longer(
    make_model_folder: MakeModelFolder, environment_config: MakeConfig, tmp_path: Path
) -> None:
    config = environment_config(environment_cache_dir=tmp_path / "cache")
    cache = EnvironmentCache.of(config)
    make_old(cache, find_environment(make_model_folder(requirements=TINY), config))
    found = find_environment(make_model_folder(requirements=TINY), config)
    cache.prune(keep=None, unused_days=30)
    assert folder_of(found).exists()


TRAIN = """
import json, sys
import joblib
import numpy as np
from sklearn.datasets import load_iris
from sklearn.ensemble import AdaBoostClassifier, RandomForestClassifier
X, y = load_iris(return_X_y=True)
model = RandomForestClassifier(20, random_state=1).fit(X, y)
joblib.dump(model, sys.argv[1])
rows = np.random.RandomState(0).uniform(0, 8, (200, 4)).round(2)
told = {"rows": rows, "labels": model.predict(rows), "probabilities": model.predict_proba(rows)}
print(json.dumps({name: value.tolist() for name, value in told.items()}))
"""


def train(environment: Environment, artifact: Path) -> dict[str, Any]:
    command: list[str | Path] = [environment.python, "-W", "ignore", "-c", TRAIN, artifact]
    told: dict[str, Any] = json.loads(subprocess.check_output(command, text=True))
    return told


@pytest.mark.slow
@pytest.mark.anyio
async def test_a_model_of_another_time_answers_as_it_did_then(
    make_model_folder: MakeModelFolder, environment_config: MakeConfig, tmp_path: Path
) -> None:
    requirements = "numpy<2\njoblib<1.4\n"  # contradicts what the server has
    first = find_environment(make_model_folder(made_by="1.5.2", requirements=requirements), environment_config())
    (tmp_path / "then").mkdir()
    (tmp_path / "then/requirements.txt").write_text(requirements)
    artifact = tmp_path / "then/model.joblib"
    then = train(first, artifact)
    model_folder, config = ModelFolder.open(artifact), environment_config()
    predictor = Predictor(model_folder, find_environment(model_folder, config), config)
    await predictor.start()
    answers = await predictor.predict(then["rows"], with_probabilities=True)
    await predictor.stop()
    assert predictor.description["scikit_learn"] == "1.5.2"
    assert [answer.result for answer in answers] == then["labels"]
    assert [answer.probabilities for answer in answers] == then["probabilities"]
