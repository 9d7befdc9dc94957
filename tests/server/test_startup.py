import gc
import subprocess
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest

from web_single.config import CHECKOUT
from web_single.server.startup import gc_paused, import_in_background


@pytest.fixture(autouse=True)
def _nothing_stays_frozen() -> Iterator[None]:
    yield
    gc.unfreeze()


def test_no_garbage_is_looked_for_meanwhile_and_afterwards_it_is_again() -> None:
    with gc_paused():
        assert not gc.isenabled()
    assert gc.isenabled()


def test_garbage_is_looked_for_again_also_where_an_import_fails() -> None:
    with pytest.raises(ImportError), gc_paused():
        raise ImportError
    assert gc.isenabled()


def test_what_was_imported_is_not_looked_at_again() -> None:
    with gc_paused():
        kept = [{"like": "a module"}]
    assert not any(found is kept for found in gc.get_objects())


@pytest.mark.parametrize("module", ["web_single.server.worker", "main"])
def test_a_process_that_serves_looks_for_garbage_when_it_has_imported_all(module: str) -> None:
    told = "import gc; print(gc.isenabled(), gc.get_freeze_count() > 10_000)"
    start = "from main import main; import sys; sys.argv[1:] = ['--help']\ntry: main()\nexcept SystemExit: pass\n"
    code = (start if module == "main" else f"import {module}\n") + told
    run = subprocess.run([sys.executable, "-c", code], cwd=CHECKOUT, capture_output=True, text=True, check=True)
    assert run.stdout.splitlines()[-1] == "True True"


def test_a_module_is_imported_while_something_else_is_done(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(tmp_path)
    (tmp_path / "slow.py").write_text("from meeting import begun, go_on\nbegun.set()\nassert go_on.wait(30)\n")
    (tmp_path / "meeting.py").write_text("import threading\nbegun, go_on = threading.Event(), threading.Event()\n")
    meeting = import_module("meeting")
    with import_in_background("slow") as slow:
        assert meeting.begun.wait(30)
        assert not slow.done()
        meeting.go_on.set()
    assert slow.result().begun is meeting.begun


def test_an_import_has_ended_when_what_was_done_meanwhile_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(tmp_path)
    (tmp_path / "broken.py").write_text("import not_there\n")
    with pytest.raises(KeyError), import_in_background("broken") as broken:
        raise KeyError
    assert isinstance(broken.exception(timeout=0), ModuleNotFoundError)
