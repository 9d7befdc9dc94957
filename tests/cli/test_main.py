import subprocess
import sys

import pytest
from typer.testing import CliRunner

from web_single.cli.main import NAMES, commands

MODULES_AFTER = """
import sys
from web_single.cli.main import commands
try:
    commands([sys.argv[1], "--help"])
finally:
    print("modules:", *sys.modules)
"""


def modules_of(command: str) -> set[str]:
    """Return the modules that are imported when a command is called."""
    run = subprocess.run([sys.executable, "-c", MODULES_AFTER, command], capture_output=True, text=True, check=True)
    return set(run.stdout.split("modules:")[1].split())


def test_the_help_tells_every_command_and_what_it_does() -> None:
    told = CliRunner().invoke(commands, ["--help"]).stdout
    for name in NAMES:
        assert f" {name} " in told
    assert "Serve the model until Ctrl-C" in told


def test_a_command_that_is_misspelled_is_told_its_name() -> None:
    run = CliRunner().invoke(commands, ["exprot"])
    assert run.exit_code == 2
    assert "Did you mean 'export'?" in run.stderr


@pytest.mark.parametrize("command", NAMES)
def test_a_command_imports_no_other(command: str) -> None:
    modules = modules_of(command)
    assert [name for name in NAMES if f"web_single.cli.{name}" in modules] == [command]


@pytest.mark.parametrize("command", sorted(set(NAMES) - {"serve"}))
def test_only_serving_imports_the_application(command: str) -> None:
    assert "web_single.app" not in modules_of(command)
