"""What the model's process gets to see of ours."""

from pathlib import Path

import pytest

from web_single.environments import env_vars as runner_environment
from web_single.environments.env_vars import allowed_cpus, variables


def test_our_settings_and_our_interpreter_are_hidden(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [
        "DB_URL",
        "MODEL_PATH",
        "APP_ENV",
        "PYTHONPATH",
        "PYTHONHOME",
        "VIRTUAL_ENV",
        "PYTHONDONTWRITEBYTECODE",
    ]:
        monkeypatch.setenv(name, "secret")
    monkeypatch.setenv("AWS_REGION", "here")
    seen = variables(runners=1)
    assert "secret" not in seen.values()
    assert seen["AWS_REGION"] == "here"


def test_addresses_of_package_indexes_are_hidden(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ["PIP_INDEX_URL", "UV_DEFAULT_INDEX", "POETRY_PYPI_MIRROR_URL"]:
        monkeypatch.setenv(name, "https://me:secret@index.example/simple")
    assert "secret" not in str(variables(runners=1))


def test_programs_of_the_models_own_interpreter_come_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/usr/bin")
    assert variables(runners=1, python=Path("/made/bin/python"))["PATH"] == "/made/bin:/usr/bin"
    assert variables(runners=1)["PATH"] == "/usr/bin"


def test_threads_are_divided_among_the_runners(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runner_environment, "allowed_cpus", lambda: 8)
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    assert variables(runners=2)["OMP_NUM_THREADS"] == "4"
    assert variables(runners=64)["OMP_NUM_THREADS"] == "1"


def test_a_thread_count_that_is_set_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OMP_NUM_THREADS", "3")
    assert variables(runners=1)["OMP_NUM_THREADS"] == "3"


@pytest.mark.parametrize(("limit", "cpus"), [("150000 100000", 2), ("max 100000", 8), ("100000 100000", 1), ("", 8)])
def test_the_control_groups_limit_counts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, limit: str, cpus: int
) -> None:
    (tmp_path / "cpu.max").write_text(limit)
    monkeypatch.setattr(runner_environment, "CPU_LIMIT", tmp_path / "cpu.max")
    monkeypatch.setattr("os.sched_getaffinity", lambda _: set(range(8)), raising=False)
    assert allowed_cpus() == cpus


def test_without_affinity_all_cpus_count(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr("os.sched_getaffinity", raising=False)
    monkeypatch.setattr("os.cpu_count", lambda: 6)
    monkeypatch.setattr(runner_environment, "CPU_LIMIT", tmp_path / "nothing")
    assert allowed_cpus() == 6
