"""Where containers cannot be built and run, a sentence says why."""

import platform

import pytest

from tests.container import machine


def test_whoever_is_not_root_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "release", lambda: "bookworm")
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    with pytest.raises(machine.UnfitMachineError, match="are tested by root"):
        machine.prepare()


def test_another_system_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(platform, "freedesktop_os_release", lambda: {"VERSION_CODENAME": "noble"})
    with pytest.raises(machine.UnfitMachineError, match="on Debian"):
        machine.prepare()


def test_a_system_that_does_not_say_what_it_is_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> dict[str, str]:
        raise FileNotFoundError

    monkeypatch.setattr(platform, "freedesktop_os_release", fail)
    with pytest.raises(machine.UnfitMachineError, match="on Debian"):
        machine.prepare()
