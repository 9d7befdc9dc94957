"""`web-single check` as it is typed: its exit codes, its card without a terminal, its JSON."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import psutil
import pytest

from tests.support.check_cases import CASES, SOUND
from tests.support.model_folders import EXAMPLE, write_model_folder
from tests.support.servers import is_gone
from tests.support.waiting import wait_until
from web_single.config import CHECKOUT
from web_single.model_folder.folder import fingerprint
from web_single.service.check.finding_types import Kind

pytestmark = pytest.mark.measured

COMMAND = str(Path(sys.executable).with_name("web-single"))


def run(*arguments: str | Path, **settings: str) -> subprocess.CompletedProcess[str]:
    command = [COMMAND, "check", *map(str, arguments)]
    return subprocess.run(command, env={**os.environ, **settings}, capture_output=True, text=True, check=False)


def report_of(*arguments: str | Path, **settings: str) -> dict[str, Any]:
    report: dict[str, Any] = json.loads(run(*arguments, "--json", **settings).stdout)
    return report


@pytest.fixture
def sound(tmp_path: Path) -> Path:
    return write_model_folder(tmp_path / "sound", SOUND, {})


@pytest.fixture
def doubtful(tmp_path: Path) -> Path:
    return write_model_folder(tmp_path / "doubtful", CASES[Kind.ANSWERS_WRONG_INPUT].faulty, {})


@pytest.fixture
def broken(tmp_path: Path) -> Path:
    return write_model_folder(tmp_path / "broken", CASES[Kind.NOT_LOADED].faulty, {})


def test_the_exit_code_tells_the_verdict(sound: Path, doubtful: Path, broken: Path) -> None:
    codes = {folder.name: (run(folder).returncode, run(folder, "--strict").returncode) for folder in (sound, doubtful)}
    assert codes == {"sound": (0, 0), "doubtful": (0, 1)}
    assert run(broken).returncode == 2
    assert run(broken.parent / "nowhere").returncode == 2


def test_a_wrong_setting_ends_it_with_a_sentence(sound: Path) -> None:
    told = run(sound, LOAD_TIMEOUT_SECONDS="soon")
    assert (told.returncode, told.stdout) == (2, "")
    assert told.stderr.startswith("web-single: LOAD_TIMEOUT_SECONDS: ")


def test_the_delivery_of_model_path_is_checked_where_none_is_named(sound: Path) -> None:
    assert report_of(MODEL_PATH=str(sound))["path"] == str(sound)


def test_the_card_of_the_example_tells_what_it_is(tmp_path: Path) -> None:
    told = run(EXAMPLE, COLUMNS="200")
    assert told.returncode == 0
    assert told.stderr == ""
    lines = [" ".join(line.split()) for line in told.stdout.splitlines()]
    assert lines[0] == f"{EXAMPLE}: can be served"
    assert f"version {fingerprint(EXAMPLE)[:12]}" in lines
    assert "answers a label: 0, 1, 2; with probabilities" in lines
    assert "0 to 3 number null is taken" in lines
    assert "asked 24 rows, get_dataset() in model.py; alone, at once, and again" in lines
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("name", ["sound", "doubtful", "broken"])
def test_a_card_in_a_pipe_is_plain_text_of_80_columns(name: str, request: pytest.FixtureRequest) -> None:
    card = run(request.getfixturevalue(name)).stdout
    below = card.splitlines()[1:]  # the path on the first line may be of any length
    assert max(map(len, below)) <= 80
    assert "\x1b" not in card
    assert all(line == line.rstrip() for line in card.splitlines())


def test_a_finding_stands_on_the_card_with_what_to_do(broken: Path) -> None:
    card = " ".join(run(broken).stdout.split())
    assert "cannot be served" in card
    assert "error: loading" in card
    assert "ValueError: out of order" in card
    assert f"To do: {Kind.NOT_LOADED.to_do}" in card
    assert card.endswith("1 error, 0 warnings, 0 notes.")


def test_terminal_codes_of_the_delivery_do_not_reach_the_card(tmp_path: Path) -> None:
    code = "raise ValueError('\\x1b[31mred\\x1b[0m\\n' * 99)"
    told = run(write_model_folder(tmp_path / "coloured", code, {}))
    assert "ValueError: [31mred" in " ".join(told.stdout.split())
    assert "\x1b" not in told.stdout


def test_the_json_has_the_same_keys_for_every_delivery(sound: Path, broken: Path) -> None:
    reports = [report_of(folder) for folder in (sound, broken, broken.parent / "nowhere")]
    keys = {*reports[0]}
    assert keys == {
        *("verdict", "path", "version", "sha256", "files", "scikit_learn", "environment", "estimator", "signature"),
        *("modules", "asked", "figures", "findings", "compiled"),
    }
    assert [{*report} for report in reports] == [keys] * 3
    assert [report["verdict"] for report in reports] == ["served", "not_served", "not_served"]
    assert [len(report["findings"]) for report in reports] == [0, 1, 1]
    assert {*reports[1]["findings"][0]} == {"name", "severity", "topic", "message", "to_do"}
    assert reports[0]["files"] == [
        {"name": name, "size_bytes": (sound / name).stat().st_size} for name in ("model.pkl", "model.py")
    ]
    assert reports[0]["figures"]["row_milliseconds"] > 0


def test_the_delivery_is_as_it_was(sound: Path) -> None:
    before = fingerprint(sound)
    run(sound)
    assert fingerprint(sound) == before
    assert sorted(path.name for path in sound.iterdir()) == ["model.pkl", "model.py"]


@pytest.mark.parametrize("broken_off_by", [signal.SIGINT, signal.SIGTERM])
def test_breaking_it_off_ends_the_model_too(broken_off_by: signal.Signals, tmp_path: Path) -> None:
    code = f"import os, time\nopen({str(tmp_path / 'pid')!r}, 'w').write(str(os.getpid()))\ntime.sleep(600)\n"
    folder = write_model_folder(tmp_path / "slow", code, {})
    process = subprocess.Popen([COMMAND, "check", str(folder)], stderr=subprocess.PIPE)
    wait_until(lambda: (tmp_path / "pid").exists() and bool((tmp_path / "pid").read_text()))
    runner = psutil.Process(int((tmp_path / "pid").read_text()))
    process.send_signal(broken_off_by)
    assert process.communicate()[1] == b""
    assert process.returncode == 128 + broken_off_by
    wait_until(lambda: is_gone(runner))


def test_the_log_is_shown_where_it_is_asked_for(sound: Path) -> None:
    assert "runner_started" in run(sound, LOG_LEVEL="info").stderr


@pytest.mark.slow
def test_what_new_writes_passes_the_check(tmp_path: Path) -> None:
    folder = tmp_path / "mine"
    subprocess.run([COMMAND, "new", str(folder)], check=True, capture_output=True)
    subprocess.run([sys.executable, "-B", "model.py"], cwd=folder, check=True, capture_output=True)
    assert report_of(folder)["findings"] == []


def test_the_documentation_tells_of_every_finding() -> None:
    page = (CHECKOUT / "docs/check.md").read_text()
    assert all(f"| `{kind.name.lower()}` |" in page for kind in Kind)
