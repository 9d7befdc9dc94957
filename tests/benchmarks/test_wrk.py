"""What wrk is told, and what is read from what it prints."""

from pathlib import Path

import pytest

from benchmarks.throughput.errors import BenchmarkError
from benchmarks.throughput.wrk import command, parse

PRINTED = """\
Running 3s test @ http://127.0.0.1:8000/predict
  1 threads and 64 connections
Requests/sec:    500.00

{"requests":1500,"microseconds":3000000,"bad_status":20,"connect":1,"read":2,"write":0,"timeout":4,"p50":1250.0,\
"p99":9000.0,"p999":12000.0}
"""


def test_good_answers_alone_count_as_answered() -> None:
    load = parse(PRINTED, 64)
    assert (load.answered, load.failed) == (1480, 27)
    assert load.rate == pytest.approx(1480 / 3)


def test_times_are_in_milliseconds() -> None:
    load = parse(PRINTED, 64)
    assert (load.p50_ms, load.p99_ms, load.p999_ms) == (1.25, 9.0, 12.0)


def test_output_without_figures_is_told() -> None:
    with pytest.raises(BenchmarkError, match="no figures: unable to connect"):
        parse("unable to connect to 127.0.0.1:1", 1)


def test_the_path_and_the_bodies_reach_the_script() -> None:
    words = command("wrk", port=80, path="/v2/infer", bodies=Path("rows"), clients=8, seconds=2.4)
    assert words[words.index("--") :] == ["--", "rows", "/v2/infer"]
    assert words[words.index("--duration") + 1] == "2s"
