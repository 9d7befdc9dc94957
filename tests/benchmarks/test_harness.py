"""The harness itself, with the quickest contender."""

import dataclasses
from pathlib import Path

import pytest
from typer.testing import CliRunner

from benchmarks.throughput.__main__ import app
from benchmarks.throughput.contenders import CEILING
from benchmarks.throughput.deliveries import Delivered
from benchmarks.throughput.machine import fsync_ms
from benchmarks.throughput.rounds import Entry, compare
from benchmarks.throughput.visit import in_closed_loops

DELIVERED = Delivered("constant", Path(), [[5.1, 3.5, 1.4, 0.2]] * 400, [0] * 400)


@pytest.mark.slow
def test_a_contender_is_visited_and_driven(tmp_path: Path) -> None:
    entry = Entry(CEILING, DELIVERED, in_closed_loops((2,), 1))
    (contest,) = compare("smoke", [entry], tmp_path, rounds=1).contests
    assert contest.trouble is None
    ((load,),) = [visit.loads for visit in contest.visits]
    assert load.answered > 0
    assert load.failed == 0
    assert contest.visits[0].checked == 400
    assert list(tmp_path.iterdir()) == []


def test_wrong_answers_are_told_and_not_measured(tmp_path: Path) -> None:
    liar = dataclasses.replace(CEILING, is_exact=True)
    entry = Entry(liar, dataclasses.replace(DELIVERED, answers=[1] * 400), in_closed_loops((2,), 1))
    (contest,) = compare("smoke", [entry], tmp_path, rounds=1).contests
    assert contest.visits == []
    assert contest.trouble is not None
    assert contest.trouble.startswith(
        "200 of 200 answers are wrong, the first: [5.1, 3.5, 1.4, 0.2] was answered by 0, not 1"
    )


def test_a_contender_that_ends_is_told_with_its_last_words_and_without_paths(tmp_path: Path) -> None:
    broken = dataclasses.replace(CEILING, command=("sh", "-c", "echo no model in {model}; exit 3"))
    delivered = dataclasses.replace(DELIVERED, folder=tmp_path / "delivery")
    (contest,) = compare("smoke", [Entry(broken, delivered, in_closed_loops((2,), 1))], tmp_path, rounds=1).contests
    assert contest.trouble == "It ended with code 3. Its log ends with: no model in delivery/model.joblib"


def test_what_cannot_be_measured_is_refused() -> None:
    done = CliRunner().invoke(app, ["measure", "everything"], env={"COLUMNS": "300"})
    assert done.exit_code == 2
    assert "everything cannot be measured" in done.output


@pytest.mark.parametrize("appends", [1, 5])
def test_the_time_of_the_disk_leaves_nothing_behind(tmp_path: Path, appends: int) -> None:
    assert fsync_ms(tmp_path, appends) > 0
    assert list(tmp_path.iterdir()) == []
