"""Medians, spreads and ratios."""

from benchmarks.throughput.aims import Aim
from benchmarks.throughput.figures import Figure, figure_of, of_load, ratio_of
from benchmarks.throughput.load import seconds_for
from benchmarks.throughput.records import Comparison
from tests.benchmarks.records import contest, load

RATE = of_load("rate", 64)


def test_a_figure_is_the_median_over_the_rounds_with_its_spread() -> None:
    measured = contest("all", [load(64, 100)], [load(64, 400)], [load(64, 200)])
    assert figure_of(measured, RATE) == Figure(median=200, least=100, largest=400)


def test_a_ratio_is_taken_round_by_round() -> None:
    mine = contest("all", [load(64, 100)], [load(64, 400)], [load(64, 900)])
    other = contest("straightforward", [load(64, 10)], [load(64, 100)], [load(64, 100)])
    assert ratio_of(mine, other, RATE) == Figure(median=9, least=4, largest=10)


def test_a_run_without_an_answer_has_no_figures() -> None:
    assert figure_of(contest("all", [load(64, 100, answered=0)]), RATE) is None
    assert ratio_of(contest("all", [load(64, 9)]), contest("peer", [load(64, 9, answered=0)]), RATE) is None


def test_an_aim_may_be_a_least_or_a_most() -> None:
    comparison = Comparison(subject="", contests=[contest("all", [load(64, 300)]), contest("ceiling", [load(64, 400)])])
    faster = Aim("requests/s", RATE, "all", "ceiling", at_least=0.8)
    quicker = Aim("p50", of_load("p50_ms", 64), "all", "ceiling", at_most=1.5)
    measured = [faster.measured(comparison), quicker.measured(comparison)]
    assert [round(figure.median, 2) for figure in measured if figure] == [0.75, 1.33]
    assert (faster.is_met(0.75), quicker.is_met(1.33)) == (False, True)


def test_an_aim_is_not_told_where_one_of_the_two_did_not_take_part() -> None:
    comparison = Comparison(subject="", contests=[contest("all", [load(64, 300)])])
    assert Aim("requests/s", RATE, "all", "ceiling", at_least=1).measured(comparison) is None
    assert Aim("requests/s", RATE, "ceiling", "all", at_least=1).measured(comparison) is None


def test_slow_servers_are_driven_longer_but_not_without_end() -> None:
    assert [seconds_for(3, 64, rate) for rate in (None, 10_000, 50, 1)] == [3, 3, 6.4, 12]
