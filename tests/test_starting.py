import gc
import subprocess
import sys
from collections.abc import Iterator

import pytest

from web_single.config import CHECKOUT
from web_single.starting import nothing_is_garbage


@pytest.fixture(autouse=True)
def _nothing_stays_frozen() -> Iterator[None]:
    yield
    gc.unfreeze()


def test_no_garbage_is_looked_for_meanwhile_and_afterwards_it_is_again() -> None:
    with nothing_is_garbage():
        assert not gc.isenabled()
    assert gc.isenabled()


def test_garbage_is_looked_for_again_also_where_an_import_fails() -> None:
    with pytest.raises(ImportError), nothing_is_garbage():
        raise ImportError
    assert gc.isenabled()


def test_what_was_imported_is_not_looked_at_again() -> None:
    with nothing_is_garbage():
        kept = [{"like": "a module"}]
    assert not any(found is kept for found in gc.get_objects())


@pytest.mark.parametrize("module", ["web_single.worker", "main"])
def test_a_process_that_serves_looks_for_garbage_when_it_has_imported_all(module: str) -> None:
    told = "import gc; print(gc.isenabled(), gc.get_freeze_count() > 10_000)"
    start = "from main import main; import sys; sys.argv[1:] = ['--help']\ntry: main()\nexcept SystemExit: pass\n"
    code = (start if module == "main" else f"import {module}\n") + told
    run = subprocess.run([sys.executable, "-c", code], cwd=CHECKOUT, capture_output=True, text=True, check=True)
    assert run.stdout.splitlines()[-1] == "True True"
