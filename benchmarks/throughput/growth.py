"""Growth: the same service with more rows in its table, more features, more clients, and on a schedule."""

import sqlite3
from contextlib import closing
from pathlib import Path

from benchmarks.throughput.contender import Contender
from benchmarks.throughput.contenders import ALL, CEILING, LANE, STRAIGHTFORWARD
from benchmarks.throughput.deliveries import EXAMPLE, Delivered, of_width
from benchmarks.throughput.plan import Plan
from benchmarks.throughput.records import Comparison, Results
from benchmarks.throughput.rounds import Entry, compare, tell
from benchmarks.throughput.server import running
from benchmarks.throughput.visit import in_closed_loops, in_open_loops

CLIENTS = 64
ROWS = (0, 1_000_000, 10_000_000)
WIDTHS = (4, 30, 100, 1000)
CROWDS = (1, 4, 16, 64, 256, 1000)
SHARES = (0.5, 0.8)
CONNECTIONS = 256
TIMES_LONGER = 3  # in an open loop, for the sake of its p99.9


def measure_rows(plan: Plan) -> Results:
    """Measure with tables of different lengths, which are visited in turn."""
    delivered = plan.deliver(EXAMPLE)
    drive = in_closed_loops((CLIENTS,), plan.seconds)
    comparisons = []
    for contender in plan.chosen((STRAIGHTFORWARD, ALL)):
        entries = [
            Entry(contender, delivered, drive, fill(contender, delivered, plan.work, rows), f"{rows:,} rows")
            for rows in ROWS
        ]
        comparisons.append(compare(contender.label, entries, plan.work, plan.rounds))
    return plan.results("rows", comparisons)


def fill(contender: Contender, delivered: Delivered, work: Path, rows: int) -> Path:
    """Return a folder with a database of the contender's own making, and so many more rows like its first."""
    tell(f"filling: {contender.label}, {rows:,} rows")
    folder = work / f"{contender.key}-{rows}-rows"
    folder.mkdir()
    with running(contender, delivered, folder) as server:
        server.wait_for_answer(delivered.rows[0])
    if rows:
        multiply_first_row(folder / "predictions.db", str(contender.table), rows)
    return folder


def multiply_first_row(database: Path, table: str, rows: int) -> None:
    """Add copies of a table's first row, in whatever schema it has, with ids of their own."""
    with closing(sqlite3.connect(database, isolation_level=None)) as connection:
        columns = [name for _, name, *_ in connection.execute(f"PRAGMA table_info({table})") if name != "id"]
        names = ", ".join(columns)
        connection.execute(
            f"WITH RECURSIVE copy(number) AS (SELECT 1 UNION ALL SELECT number + 1 FROM copy WHERE number < {rows}) "  # noqa: S608 - names of ours
            f"INSERT INTO {table} ({names}) "
            f"SELECT {names} FROM copy, (SELECT {names} FROM {table} ORDER BY id LIMIT 1)"
        )
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def measure_features(plan: Plan) -> Results:
    """Measure with forests on different numbers of features."""
    drive = in_closed_loops((CLIENTS,), plan.seconds)
    comparisons = []
    for width in WIDTHS:
        delivered = plan.deliver(of_width(width))
        entries = [Entry(each, delivered, drive) for each in plan.chosen((STRAIGHTFORWARD, LANE, ALL))]
        comparisons.append(compare(delivered.label, entries, plan.work, plan.rounds))
    return plan.results("features", comparisons)


def measure_clients(plan: Plan) -> Results:
    """Measure with different numbers of clients in a closed loop."""
    delivered = plan.deliver(EXAMPLE)
    drive = in_closed_loops(CROWDS, plan.seconds)
    entries = [Entry(each, delivered, drive) for each in plan.chosen((STRAIGHTFORWARD, LANE, ALL, CEILING))]
    return plan.results("clients", [compare(delivered.label, entries, plan.work, plan.rounds)])


def measure_schedule(plan: Plan) -> Results:
    """Measure in an open loop, at shares of the capacity that was measured just before."""
    delivered = plan.deliver(EXAMPLE)
    drive = in_open_loops(SHARES, CLIENTS, CONNECTIONS, TIMES_LONGER * plan.seconds)
    entries = [Entry(each, delivered, drive) for each in plan.chosen((STRAIGHTFORWARD, LANE, ALL))]
    comparisons: list[Comparison] = [compare(delivered.label, entries, plan.work, plan.rounds)]
    return plan.results("schedule", comparisons)
