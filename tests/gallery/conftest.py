"""The gallery's run: deliveries are made once, and served two at a time while the tests wait for what comes of it."""

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.gallery.gallery import STYLES
from tests.gallery.refusals import GOOD, REFUSALS, Refusal
from tests.gallery.style import Style
from tests.gallery.visit import Refused, Visit, try_to_serve, visit
from tests.gallery.workshop import Handover, NoEnvironmentError, hand_over

SERVERS = 2


@dataclass
class Run:
    """What was made for the tests that were chosen, and what comes of serving it."""

    handovers: dict[str, Handover | NoEnvironmentError]
    visits: dict[str, Future[Visit]] = field(default_factory=dict)
    refusals: dict[str, Future[Refused]] = field(default_factory=dict)


@pytest.fixture(scope="session")
def gallery(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Run]:
    """Make and serve the deliveries that the chosen tests are about, all at once."""
    folder = tmp_path_factory.mktemp("gallery")
    chosen = chosen_parameters(request.session.items)
    styles = [style for style in STYLES if style in chosen]
    good = next(style for style in STYLES if style.name == GOOD)
    run = Run(hand_over([*styles, *[good] * (good not in styles)], folder))
    with ThreadPoolExecutor(SERVERS) as pool:
        for style in styles:
            handover = run.handovers[style.name]
            if isinstance(handover, Handover):
                run.visits[style.name] = pool.submit(visit, style, handover, folder / style.name)
        for refusal in REFUSALS:
            if refusal in chosen:
                good_one = folder / GOOD / "delivery"
                run.refusals[refusal.name] = pool.submit(try_to_serve, refusal, good_one, make(folder / refusal.name))
        yield run
        pool.shutdown(cancel_futures=True)


def make(folder: Path) -> Path:
    """Make a folder, and return it."""
    folder.mkdir()
    return folder


def chosen_parameters(items: list[pytest.Item]) -> list[Any]:
    """Return the styles and refusals that the chosen tests are about."""
    return [value for item in items if hasattr(item, "callspec") for value in item.callspec.params.values()]


@pytest.fixture
def visit_to(gallery: Run) -> Callable[[Style], Visit]:
    """Return a visit when it is over; a style whose libraries cannot be had is skipped."""

    def wait(style: Style) -> Visit:
        handover = gallery.handovers[style.name]
        if isinstance(handover, NoEnvironmentError):
            pytest.skip(f"the libraries of {style} cannot be installed here: {handover}")
        return gallery.visits[style.name].result()

    return wait


@pytest.fixture
def refused(gallery: Run) -> Callable[[Refusal], Refused]:
    """Return how the server ended that was to serve this."""
    return lambda refusal: gallery.refusals[refusal.name].result()
