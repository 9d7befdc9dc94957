"""Where uv looks for packages: where this machine's pip does."""

from pathlib import Path

import pytest

from web_single.environments.pip_config import UvIndexConfig, pip_settings
from web_single.environments.uv import UvResult, run_uv

CONFIG = """
[global]
index-url = https://me:secret@index.example/simple
extra-index-url =
    https://one.example/simple
    https://two.example/simple
trusted-host = one.example
[install]
find-links = /wheels /more
no-index = true
"""


@pytest.fixture(autouse=True)
def _pip_of_the_test(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("INDEX_URL", "EXTRA_INDEX_URL", "FIND_LINKS", "TRUSTED_HOST", "NO_INDEX", "CERT"):
        monkeypatch.delenv(f"PIP_{name}", raising=False)
    for name in ("UV_DEFAULT_INDEX", "UV_INDEX", "UV_FIND_LINKS", "UV_INSECURE_HOST", "SSL_CERT_FILE"):
        monkeypatch.delenv(name, raising=False)
    (tmp_path / "pip.conf").write_text(CONFIG)
    monkeypatch.setenv("PIP_CONFIG_FILE", str(tmp_path / "pip.conf"))


def test_the_settings_of_pip_become_variables_of_uv() -> None:
    index = UvIndexConfig.of_pip()
    expected = {
        "UV_DEFAULT_INDEX": "https://me:secret@index.example/simple",
        "UV_INDEX": "https://one.example/simple https://two.example/simple",
        "UV_INDEX_STRATEGY": "unsafe-best-match",
        "UV_INSECURE_HOST": "one.example",
        "UV_FIND_LINKS": "/wheels,/more",
    }
    assert {name: index.variables.get(name) for name in expected} == expected
    assert index.arguments == ("--no-index",)
    assert "secret" not in repr(index)


def test_the_variables_of_pip_win_over_its_files_and_those_of_uv_over_both(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIP_INDEX_URL", "https://other.example/simple")
    assert UvIndexConfig.of_pip().variables["UV_DEFAULT_INDEX"] == "https://other.example/simple"
    monkeypatch.setenv("UV_DEFAULT_INDEX", "https://own.example/simple")
    assert "UV_DEFAULT_INDEX" not in UvIndexConfig.of_pip().variables


def test_without_a_pip_its_variables_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("web_single.environments.pip_config._pip_config_list", lambda: "")
    monkeypatch.setenv("PIP_CERT", "/bundle.pem")
    assert pip_settings()["cert"] == "/bundle.pem"
    assert UvIndexConfig.of_pip().variables["SSL_CERT_FILE"] == "/bundle.pem"


def test_what_uv_says_is_told_in_one_line_without_addresses(tmp_path: Path) -> None:
    said = (
        "Using Python 3.11.7 environment at: .venv\n"
        "error: No solution found when resolving dependencies\n"
        "  cause: Because a==1 was not found in https://me:secret@index.example/simple\n"
        "         and you require a==1, it fails.\n\nhint: try something\n"
    )
    outcome = UvResult(1, said=UvIndexConfig.hide_in(said))
    assert outcome.has_no_solution
    assert outcome.reason == "Because a==1 was not found in the package index and you require a==1, it fails"
    assert not run_uv(["no-such-command"], folder=tmp_path, index=UvIndexConfig({})).succeeded
