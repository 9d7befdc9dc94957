"""The Pythons of a machine, in the order in which they are tried."""

import sys
from pathlib import Path

import pytest

from web_single.environments import interpreters as interpreters_module
from web_single.environments.interpreters import ask, base_python, fault_of_import, interpreters
from web_single.environments.uv import UvResult

OURS = Path(sys.executable)


def test_ours_comes_first_then_the_newest_and_no_version_twice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    paths = [tmp_path / f"versions/{version}/bin/python{version}" for version in ("3.8", "3.10", "3.7", "2.7")]
    others = [tmp_path / "shims/python3.9", tmp_path / "bin/python3.13", tmp_path / "bin/python3.10"]
    for path in [*paths, paths[0].with_name("python3.8-config"), *others]:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    rows = ",".join(f'{{"path": "{path}"}}' for path in others)

    def run_uv(*_: object, **__: object) -> UvResult:
        return UvResult(0, said=f"warning: a shim leads nowhere\n[{rows}]\n")

    monkeypatch.setenv("PYENV_ROOT", str(tmp_path))
    monkeypatch.setattr(interpreters_module, "run_uv", run_uv)
    found = list(interpreters())
    assert found[0] == (sys.version_info.minor, base_python())
    assert [entry for entry in found if entry[0] != sys.version_info.minor] == [
        entry for entry in [(10, paths[1]), (8, paths[0]), (13, others[1])] if entry[0] != sys.version_info.minor
    ]


def test_an_interpreter_tells_what_it_has_without_what_lies_in_folders_of_ours(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "here.py").touch()
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    installed = ask(OURS, ["numpy", "json", "builtins", "here", "probe", "tmp"], ["pytest"])
    assert installed.missing == ("here", "probe", "tmp")  # /tmp would be a package of its own
    assert installed.packages["pytest"] == pytest.__version__
    assert installed.python_version.startswith(f"3.{sys.version_info.minor}.")


def test_why_a_module_cannot_be_imported_is_told() -> None:
    assert fault_of_import(OURS, "json") is None
    assert fault_of_import(OURS, "not_there") == "ModuleNotFoundError: No module named 'not_there'"
