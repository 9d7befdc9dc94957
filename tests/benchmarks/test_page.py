"""The page and its picture, written from figures."""

from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from benchmarks.throughput.figures import Figure
from benchmarks.throughput.page import write_page
from benchmarks.throughput.picture import draw
from benchmarks.throughput.records import Results
from benchmarks.throughput.sections import SECTIONS
from benchmarks.throughput.table import number, spread, table, times
from tests.benchmarks.records import contest, load, results

SIMPLE = contest("straightforward", [load(1, 100), load(64, 80)], [load(1, 100), load(64, 80)])
FAST = contest("all", [load(1, 4000), load(64, 24_000)], [load(1, 4000), load(64, 16_000)])
CEILING = contest("ceiling", [load(1, 20_000), load(64, 40_000)], [load(1, 20_000), load(64, 40_000)])


def page_of(folder: Path, measured: Results) -> str:
    (folder / "results").mkdir()
    (folder / "results" / f"{measured.kind}.json").write_text(measured.model_dump_json())
    return write_page(folder).read_text()


@pytest.mark.parametrize(
    ("value", "written"),
    [(None, "-"), (0, "0"), (12_345.6, "12,346"), (12.34, "12.3"), (1.234, "1.23"), (0.0123, "0.0123")],
)
def test_numbers_have_three_digits_that_count(value: float | None, written: str) -> None:
    assert number(value) == written


def test_a_spread_stands_in_brackets_where_there_is_one() -> None:
    assert spread(Figure(200, 100, 300)) == "200 (100 to 300)"
    assert spread(Figure(200, 200, 200)) == "200"
    assert times(Figure(280, 1, 900)) == "280x"


def test_a_cell_may_hold_what_tables_are_made_of() -> None:
    assert table(["a", "b"], [["x|y", "1"]]) == "| a | b |\n| --- | ---: |\n| x\\|y | 1 |\n"


def test_the_ladder_tells_speed_and_ratios_for_each_number_of_clients(tmp_path: Path) -> None:
    page = page_of(tmp_path, results("ladder", SIMPLE, FAST, CEILING))
    assert "### One client" in page
    assert "| the all | 20,000 (16,000 to 24,000) | 0.0521 | 0.156 | 250x | 50 % |" in page


def test_the_ladder_tells_aims_as_met_or_missed(tmp_path: Path) -> None:
    page = page_of(tmp_path, results("ladder", SIMPLE, FAST, CEILING))
    assert "| requests/s, 64 clients | the all | the straightforward | 250 (200 to 300) | at least 200 | met |" in page
    assert "| requests/s, 64 clients | the all | the ceiling | 0.5 (0.4 to 0.6) | at least 0.55 | missed |" in page


def test_the_machine_and_its_disk_stand_beside_the_tables(tmp_path: Path) -> None:
    page = page_of(tmp_path, results("ladder", SIMPLE))
    assert "2026-01-31, 2 cores of a processor, 8 GiB, Linux 6.1, Python 3.11.7, fastapi 0.165.0." in page
    assert "The disk takes 0.25 ms (p50) to keep 4 KiB." in page


@pytest.mark.parametrize("kind", SECTIONS)
def test_what_was_in_the_way_of_a_contender_is_told(tmp_path: Path, kind: str) -> None:
    one = contest("straightforward", [load(64, 80)])
    page = page_of(tmp_path, results(kind, one, contest("all", trouble="It ended with code 1.")))
    assert "- the all: It ended with code 1.\n" in page


@pytest.mark.parametrize("kind", ["ladder", "deliveries", "peers"])
def test_what_was_in_force_stands_in_the_table(tmp_path: Path, kind: str) -> None:
    page = page_of(tmp_path, results(kind, contest("all", [load(64, 80)])))
    assert "| compiled: on |" in page


def test_a_schedule_tells_shares_of_the_capacity_of_its_own_round(tmp_path: Path) -> None:
    rounds = [
        [
            load(64, rate),
            load(256, 0.4 * rate, asked_per_second=rate / 2, p50_ms=p50_ms, p999_ms=7, late_p99_ms=0.1, failed=40),
        ]
        for rate, p50_ms in ((100, 5), (200, 11), (1200, 23))
    ]
    page = page_of(tmp_path, results("schedule", contest("all", *rounds)))
    # Medians over the rounds, of which the last one is far from the others; what failed is a sum.
    assert "| the all | 50 % | 100 | 80.0 | 11.0 | 37.5 | 7.00 | 120 | 0.1 |" in page.splitlines()


def test_a_bar_is_as_long_as_the_logarithm_of_its_figure() -> None:
    slow, fast = contest("slow", [load(64, 100)]), contest("fast", [load(64, 10_000)])
    picture = ET.fromstring(draw(results("ladder", slow, fast).comparisons[0]))  # noqa: S314 - our own picture
    bars = [float(bar.attrib["width"]) for bar in picture.iter("{http://www.w3.org/2000/svg}rect")][1:]
    assert bars[1] == pytest.approx(2 * bars[0], abs=0.2)


def test_a_contender_without_figures_has_no_bar() -> None:
    assert "the all" not in draw(results("ladder", SIMPLE, contest("all")).comparisons[0])
