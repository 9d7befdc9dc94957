"""What system tests share: coverage where nothing else reaches that code."""

from collections.abc import Iterator

import pytest


@pytest.fixture(scope="module", autouse=True)
def _coverage_is_measured_where_it_counts(request: pytest.FixtureRequest) -> Iterator[None]:
    """Measure only in modules that are marked as `measured`: a server takes a second longer to start then.

    And what is killed while it writes its coverage leaves a broken file.
    """
    with pytest.MonkeyPatch.context() as patch:
        if request.node.get_closest_marker("measured") is None:
            patch.delenv("COVERAGE_PROCESS_CONFIG", raising=False)
        yield
