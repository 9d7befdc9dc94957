"""The README's own commands, run as they stand; only the address is rewritten."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.system.servers import Server
from web_single.config import CHECKOUT

README = (CHECKOUT / "README.md").read_text()
ADDRESS = "http://0.0.0.0:8000"


def commands_with_answers() -> list[tuple[str, str]]:
    """Return each curl command of the README with the answer that stands below it."""
    return re.findall(r"```console\n(curl .*)\n```\n\n```json\n(.*)\n```", README)


def test_the_readme_has_the_three_calls_word_for_word() -> None:
    body = '{"features": [5.1, 3.5, 1.4, 0.2]}'
    assert [command for command, _ in commands_with_answers()] == [
        f'curl -X POST "{ADDRESS}/predict" -H "Content-Type: application/json" -d \'{body}\'',
        f'curl "{ADDRESS}/predict"',
        f'curl "{ADDRESS}/predict/1"',
    ]


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
@pytest.mark.skipif(not (CHECKOUT / ".venv/.installed-main").exists(), reason="make has not set this checkout up")
@pytest.mark.parametrize("start", ["make serve", "python main.py"])
def test_what_the_readme_says_is_what_happens(tmp_path: Path, start: str) -> None:
    assert f"\n{start}\n" in README
    program, argument = start.split()
    command = [shutil.which(program) or sys.executable, argument]
    settings = {"DB_URL": f"sqlite:///{tmp_path}/predictions.db"}
    server = Server(tmp_path / "server.log", settings, command=command, folder=CHECKOUT)
    try:
        server.wait_until_ready()
        for typed, answer in commands_with_answers():
            rewritten = typed.replace(ADDRESS, server.url)
            told = subprocess.run(rewritten, shell=True, check=True, capture_output=True, text=True)  # noqa: S602
            assert told.stdout == answer
    finally:
        server.kill_everything()
