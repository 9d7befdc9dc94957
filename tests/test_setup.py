"""What make does in a checkout: nothing where all is set up, everything anew where the checkout was moved."""

import shutil
import subprocess
from pathlib import Path

import pytest

from web_single.config import CHECKOUT

TRACKED = ("Makefile", "poetry.lock", "pyproject.toml", "requirements-tools.txt")


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout that was set up where it is, as far as make can see."""
    folder = tmp_path / "checkout"
    (folder / ".venv/lib/python3.11/site-packages").mkdir(parents=True)
    (folder / ".venv/lib/python3.11/site-packages/web_single.pth").write_text(f"{folder}\n")
    for name in TRACKED:
        shutil.copy2(CHECKOUT / name, folder)
    (folder / ".venv/.installed-dev").touch()
    return folder


def what_make_would_do(checkout: Path, target: str) -> str:
    """Return the commands of a dry run."""
    told = subprocess.run(
        ["make", "-n", "--no-print-directory", target], cwd=checkout, check=True, capture_output=True, text=True
    )
    return told.stdout


def test_what_is_set_up_is_not_set_up_again(checkout: Path) -> None:
    assert "scripts/setup.sh" not in what_make_would_do(checkout, "setup")


def test_a_checkout_that_was_moved_is_set_up_anew(checkout: Path) -> None:
    moved = checkout.rename(checkout.with_name("moved"))
    assert "scripts/setup.sh dev" in what_make_would_do(moved, "setup")


def test_dependencies_that_were_edited_can_be_locked_before_they_are_installed(checkout: Path) -> None:
    (checkout / ".venv/.installed-dev").unlink()
    assert what_make_would_do(checkout, "lock").splitlines() == ["scripts/setup.sh lock"]
