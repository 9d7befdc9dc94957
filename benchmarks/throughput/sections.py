"""The sections of the page: each is made from what one command measured."""

from collections.abc import Callable, Iterable

from benchmarks.throughput.aims import AIMS
from benchmarks.throughput.figures import (
    Figure,
    figure_of,
    find,
    memory_mib,
    of_load,
    ratio_of,
    shared_memory_mib,
    start_seconds,
)
from benchmarks.throughput.records import Comparison, Contest, Results
from benchmarks.throughput.table import NOTHING, median, number, percent, spread, table, times

SPEED = ("requests/s", "p50 ms", "p99 ms")


def ladder(results: Results) -> str:
    """Return the ladder of shortcuts: speed by clients, what it takes, and how far the aims are met."""
    (comparison,) = results.comparisons
    parts = [f"### {crowd(clients)}\n\n{ladder_of(comparison, clients)}" for clients in numbers_of_clients(comparison)]
    parts += [f"### Start and memory\n\n{costs(comparison)}", f"### What was checked\n\n{checks(comparison)}"]
    return "\n".join([*parts, f"### Aims\n\n{aims(comparison)}"])


def ladder_of(comparison: Comparison, clients: int) -> str:
    """Return the table for one number of clients."""
    simple, ceiling = find(comparison, "straightforward"), find(comparison, "ceiling")
    rate = of_load("rate", clients)
    rows = [
        [*speed(contest, clients), times(ratio_of(contest, simple, rate)), percent(ratio_of(contest, ceiling, rate))]
        for contest in comparison.contests
    ]
    return table(["", *SPEED, "of straightforward", "of the ceiling"], rows)


def speed(contest: Contest, clients: int) -> list[str]:
    """Return a contender's name and its speed."""
    figures = [figure_of(contest, of_load(name, clients)) for name in ("rate", "p50_ms", "p99_ms")]
    return [contest.label, spread(figures[0]), *map(median, figures[1:])]


def costs(comparison: Comparison) -> str:
    """Return how long each takes to start and how much memory it holds."""
    simple = find(comparison, "straightforward")
    rows = [
        [
            contest.label,
            spread(figure_of(contest, start_seconds)),
            times(ratio_of(contest, simple, start_seconds)),
            median(figure_of(contest, memory_mib)),
            median(figure_of(contest, shared_memory_mib)),
            times(ratio_of(contest, simple, memory_mib)),
        ]
        for contest in comparison.contests
    ]
    head = ["", "start to first answer, s", "of straightforward", "RSS, MiB", "PSS, MiB", "RSS of straightforward"]
    return table(head, rows)


def checks(comparison: Comparison) -> str:
    """Return how it was set, what it said was in force, and what was compared."""
    rows = [
        [
            contest.label,
            contest.told,
            in_force(contest),
            *(total(contest, name) for name in ("checked", "answered", "stored")),
            number(sum(load.failed for visit in contest.visits for load in visit.loads)),
        ]
        for contest in comparison.contests
    ]
    return table(["", "settings", "in force", "answers compared", "answered", "stored", "failed"], rows) + troubles(
        comparison
    )


def in_force(contest: Contest) -> str:
    """Return what `GET /model` told of the shortcuts."""
    told = [f"{name}: {value}" for name, value in (contest.visits[-1].in_force if contest.visits else {}).items()]
    return ", ".join(told) or "not told"


def total(contest: Contest, name: str) -> str:
    """Return a count over all rounds."""
    counts = [getattr(visit, name) for visit in contest.visits]
    return NOTHING if not counts or None in counts else number(sum(counts))


def troubles(comparison: Comparison) -> str:
    """Return a sentence for each contender that could not be measured to the end."""
    told = [f"- {contest.label}: {contest.trouble}\n" for contest in comparison.contests if contest.trouble]
    return "".join(["\nNot measured to the end:\n\n", *told]) if told else ""


def aims(comparison: Comparison) -> str:
    """Return what the ratios are, and what they should be."""
    rows = []
    for aim in AIMS:
        figure = aim.measured(comparison)
        contest, other = find(comparison, aim.key), find(comparison, aim.other)
        if figure is None or contest is None or other is None:
            continue
        bound = f"at least {aim.at_least:g}" if aim.at_least is not None else f"at most {aim.at_most:.3g}"
        met = "met" if aim.is_met(figure.median) else "missed"
        rows.append([aim.what, contest.label, other.label, spread(figure), bound, met])
    return table(["", "of", "as a multiple of", "measured", "aim", ""], rows)


def compared(results: Results) -> str:
    """Return a table of all comparisons; ratios are to the first of each."""
    (clients,) = {number for comparison in results.comparisons for number in numbers_of_clients(comparison)}
    rate = of_load("rate", clients)
    rows = [
        [
            comparison.subject,
            *speed(contest, clients),
            times(ratio_of(contest, comparison.contests[0], rate)),
            in_force(contest),
        ]
        for comparison in results.comparisons
        for contest in comparison.contests
    ]
    head = ["", "contender", *SPEED, "of the first", "in force"]
    return f"{crowd(clients)}.\n\n{table(head, rows)}{''.join(map(troubles, results.comparisons))}"


def by_clients(results: Results) -> str:
    """Return a table with a row for each number of clients."""
    (comparison,) = results.comparisons
    rows = [
        [f"{clients:,}", *speed(contest, clients), failures(contest, clients)]
        for clients in numbers_of_clients(comparison)
        for contest in comparison.contests
    ]
    return table(["clients", "contender", *SPEED, "failed"], rows) + troubles(comparison)


def failures(contest: Contest, clients: int) -> str:
    """Return how many requests failed in all rounds."""
    loads = [load for visit in contest.visits for load in visit.loads]
    return number(sum(load.failed for load in loads if load.clients == clients))


def schedule(results: Results) -> str:
    """Return the latencies in open loops; the first run of a visit measured the capacity."""
    (comparison,) = results.comparisons
    rows = [
        [contest.label, *scheduled(contest, position)]
        for contest in comparison.contests
        for position in range(1, len(contest.visits[0].loads) if contest.visits else 0)
    ]
    head = [
        "",
        "share of capacity",
        "asked/s",
        "answered/s",
        "p50 ms",
        "p99 ms",
        "p99.9 ms",
        "failed",
        "client late, p99 ms",
    ]
    return table(head, rows) + troubles(comparison)


def scheduled(contest: Contest, position: int) -> Iterable[str]:
    """Return the figures of one run in an open loop, over all rounds."""
    loads = [visit.loads[position] for visit in contest.visits]
    shares = [
        load.asked_per_second / visit.loads[0].rate
        for visit, load in zip(contest.visits, loads, strict=True)
        if load.asked_per_second and visit.loads[0].answered
    ]
    yield percent(Figure.of(shares))
    for name in ("asked_per_second", "rate", "p50_ms", "p99_ms", "p999_ms"):
        yield median(Figure.of([getattr(load, name) for load in loads]))
    yield number(sum(load.failed for load in loads))
    yield median(Figure.of([load.late_p99_ms for load in loads if load.late_p99_ms is not None]))


def peers(results: Results) -> str:
    """Return the ladder's tables with other servers, and the versions of each."""
    (comparison,) = results.comparisons
    ours = find(comparison, "all")
    parts = []
    for clients in numbers_of_clients(comparison):
        rate = of_load("rate", clients)
        rows = [
            [
                *speed(contest, clients),
                times(ratio_of(contest, find(comparison, "straightforward"), rate)),
                times(ratio_of(ours, contest, rate)) if ours else NOTHING,
                "yes" if contest.visits and contest.visits[-1].stored is not None else "no",
            ]
            for contest in comparison.contests
        ]
        head = ["", *SPEED, "of straightforward", "all shortcuts are", "stores"]
        parts.append(f"### {crowd(clients)}\n\n{table(head, rows)}")
    versions = [
        f"- {contest.label}: {', '.join(contest.versions)}\n" for contest in comparison.contests if contest.versions
    ]
    parts += [f"### Start and memory\n\n{costs(comparison)}", f"### What was checked\n\n{checks(comparison)}"]
    return "\n".join([*parts, f"### Versions\n\n{''.join(versions)}"])


def numbers_of_clients(comparison: Comparison) -> list[int]:
    """Return the numbers of clients that were measured."""
    loads = [load for contest in comparison.contests for visit in contest.visits for load in visit.loads]
    return sorted({load.clients for load in loads})


def crowd(clients: int) -> str:
    """Return a number of clients in words."""
    return "One client" if clients == 1 else f"{clients:,} clients"


SECTIONS: dict[str, tuple[str, Callable[[Results], str]]] = {
    "ladder": ("The ladder", ladder),
    "peers": ("Other servers", peers),
    "deliveries": ("Other deliveries", compared),
    "rows": ("Rows in the table", compared),
    "features": ("Features", compared),
    "clients": ("Clients", by_clients),
    "schedule": ("On a schedule", schedule),
}
