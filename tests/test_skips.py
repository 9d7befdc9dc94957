"""A skip that nobody would notice fails where CI is true."""

import pytest

SKIPPED = """
import pytest

@pytest.fixture
def tool():
    pytest.skip("no such tool")

def test_that_needs_a_tool(tool): pass

@pytest.mark.skipif(True, reason="no such system")
def test_that_needs_a_system(): pass

def test_that_needs_a_python():
    pytest.skip("this machine has no Python 3.14")

@pytest.mark.xfail(reason="known")
def test_that_is_known_to_fail(): assert False
"""


@pytest.fixture
def outcomes(
    pytester: pytest.Pytester, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> dict[str, int]:
    """Return the outcomes of a run with this value of CI."""
    monkeypatch.setenv("CI", request.param)
    pytester.makepyfile(SKIPPED)
    counted: dict[str, int] = pytester.runpytest_inprocess("-p", "tests.support.skips").parseoutcomes()
    return counted


@pytest.mark.parametrize("outcomes", ["true"], indirect=True)
def test_in_ci_a_skip_fails_unless_its_reason_is_listed(outcomes: dict[str, int]) -> None:
    assert outcomes == {"errors": 2, "skipped": 1, "xfailed": 1}


@pytest.mark.parametrize("outcomes", ["", "false"], indirect=True)
def test_elsewhere_a_skip_is_a_skip(outcomes: dict[str, int]) -> None:
    assert outcomes == {"skipped": 3, "xfailed": 1}
