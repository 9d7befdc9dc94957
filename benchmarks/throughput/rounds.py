"""Rounds: contenders are visited in turn, again and again, so that what drifts meets them all."""

import shutil
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.throughput.contender import Contender
from benchmarks.throughput.deliveries import Delivered
from benchmarks.throughput.errors import BenchmarkError
from benchmarks.throughput.load import Target
from benchmarks.throughput.records import Comparison, Contest, Load, Visit
from benchmarks.throughput.server import prepare
from benchmarks.throughput.visit import Drive, visit
from web_single.config import CHECKOUT


@dataclass(frozen=True)
class Entry:
    """A contender with the delivery that it serves, how it is driven, and a folder that may hold its database."""

    contender: Contender
    delivered: Delivered
    drive: Drive
    folder: Path | None = None
    label: str | None = None


def tell(text: str) -> None:
    """Say how far it is."""
    sys.stderr.write(f"{time.strftime('%H:%M:%S')} {text}\n")


def compare(subject: str, entries: Sequence[Entry], work: Path, rounds: int) -> Comparison:
    """Visit all contenders once without load, so that files are in the page cache, and then in as many rounds."""
    contests = [(entry, contest_of(entry)) for entry in entries]
    for number in range(rounds + 1):
        first = number % len(contests)
        for entry, contest in contests[first:] + contests[:first]:
            if contest.trouble is None:
                told = take_turn(entry, contest, work, number)
                tell(f"{subject}: {f'round {number} of {rounds}' if number else 'trial'}: {contest.label}: {told}")
        if number == 0:
            for _, contest in contests:
                contest.visits.clear()
    return Comparison(subject=subject, contests=[contest for _, contest in contests])


def take_turn(entry: Entry, contest: Contest, work: Path, number: int) -> str:
    """Add a visit to the record of a contender, or what kept it from one, and return it in a line.

    Turn 0 prepares the contender, and puts no load on it.
    """
    folder = entry.folder or work / "visit"
    folder.mkdir(parents=True, exist_ok=True)
    try:
        if number == 0:
            prepare(entry.contender, entry.delivered, folder)
        contest.visits.append(visit(entry.contender, entry.delivered, folder, entry.drive if number else no_load))
    except BenchmarkError as error:
        contest.trouble = without_paths(str(error), work)
        return contest.trouble
    else:
        return in_short(contest.visits[-1])
    finally:
        if entry.folder is None:
            shutil.rmtree(folder)


def without_paths(sentence: str, work: Path) -> str:
    """Return a sentence without the folders of this machine: it will stand on a page."""
    for folder in (work, CHECKOUT, Path.home()):
        sentence = sentence.replace(f"{folder}/", "")
    return sentence


def contest_of(entry: Entry) -> Contest:
    """Return the record of a contender that has not been visited."""
    contender = entry.contender
    return Contest(
        key=contender.key,
        label=entry.label or contender.label,
        told=contender.told,
        versions=list(contender.versions),
        visits=[],
    )


def no_load(_: Target) -> list[Load]:
    """Leave a contender alone."""
    return []


def in_short(seen: Visit) -> str:
    """Return the figures of a visit in a line."""
    loads = "".join(f", {load.rate:,.0f}/s with {load.clients}" for load in seen.loads)
    return f"started in {seen.start_seconds:.2f} s, {seen.rss_mib:.0f} MiB{loads}"
