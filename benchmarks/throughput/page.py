"""RESULTS.md and its pictures, written from the figures that are kept beside it."""

from pathlib import Path

from benchmarks.throughput.picture import draw
from benchmarks.throughput.records import Machine, Results
from benchmarks.throughput.sections import SECTIONS
from benchmarks.throughput.table import number

PICTURES = ("ladder", "peers")
HEAD = """\
# How fast it is

Each figure is the median over the rounds of one run; in brackets stand the least and the largest.
Ratios are taken round by round.
In a round each contender is started anew, checked, driven, checked again and stopped, one after the other.
The load comes from the same machine, and takes its share of the cores.
`make bench`, `make bench GROWTH=1` and `make bench-peers` write this page.
The [README](README.md) says how, and what each figure is.
"""
ABOUT = {
    "ladder": "The example delivery; each answer of ours and of the straightforward service is committed"
    " (SQLite, `synchronous=FULL`) before it is given.",
    "peers": "The example delivery, each server as its own documentation advises; only ours and the straightforward"
    " service store what they answer.",
    "deliveries": "Some rungs with deliveries of other kinds.",
    "rows": "The same service with a table that has rows already; ratios are to the empty one.",
    "features": "A forest of 100 trees on more and more features.",
    "clients": "More and more clients, each of which asks again as soon as it is answered.",
    "schedule": "Requests go out on a schedule, at shares of the capacity that 64 clients reached just before."
    " Times are counted from when a request was due, so that what a slow answer held up is in them."
    " Where the client itself is late, it is the limit, and not the server.",
}


def write_page(folder: Path) -> Path:
    """Write the page and the pictures from the figures in `results/`, and return the page's path."""
    kept = {kind: folder / "results" / f"{kind}.json" for kind in SECTIONS}
    found = {kind: Results.model_validate_json(path.read_text()) for kind, path in kept.items() if path.exists()}
    page = folder / "RESULTS.md"
    page.write_text(text_of(found))
    for kind in set(PICTURES) & set(found):
        (folder / f"{kind}.svg").write_text(draw(found[kind].comparisons[0]))
    return page


def text_of(found: dict[str, Results]) -> str:
    """Return the page."""
    return HEAD + "".join(section_of(results) for results in found.values())


def section_of(results: Results) -> str:
    """Return a section, with the machine that it was measured on."""
    title, write = SECTIONS[results.kind]
    picture = f"![Predictions a second]({results.kind}.svg)\n\n" if results.kind in PICTURES else ""
    return f"\n## {title}\n\n{ABOUT[results.kind]}\n\n{circumstances(results)}\n\n{picture}{write(results)}"


def circumstances(results: Results) -> str:
    """Return when, on what and how it was measured."""
    return (
        f"{results.date}, {machine_in_words(results.machine)}.\n"
        f"Rounds: {results.rounds}; a run lasts {results.seconds:g} s, up to four times that where answers are slow; "
        f"load by {results.machine.load_generator}.\n"
        f"The disk takes {number(results.machine.fsync_ms)} ms (p50) to keep 4 KiB."
    )


def machine_in_words(machine: Machine) -> str:
    """Return the description of a machine in a line."""
    versions = ", ".join(f"{name} {version}" for name, version in machine.versions.items())
    return (
        f"{machine.cores} cores of {machine.cpu}, {machine.memory_gib:.0f} GiB, {machine.system}, "
        f"Python {machine.python}, {versions}"
    )
