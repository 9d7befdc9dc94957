"""The core: the ladder of shortcuts with the example delivery, and some rungs of it with others."""

from benchmarks.throughput.contenders import ALL, LADDER, LANE, PLAIN
from benchmarks.throughput.deliveries import EXAMPLE, STYLES
from benchmarks.throughput.plan import Plan
from benchmarks.throughput.records import Results
from benchmarks.throughput.rounds import Entry, compare
from benchmarks.throughput.visit import in_closed_loops

CLIENTS_ELSEWHERE = 64


def measure_ladder(plan: Plan) -> Results:
    """Measure all rungs with the example."""
    delivered = plan.deliver(EXAMPLE)
    drive = in_closed_loops(plan.clients, plan.seconds)
    entries = [Entry(contender, delivered, drive) for contender in plan.chosen(LADDER)]
    return plan.results("ladder", [compare(delivered.label, entries, plan.work, plan.rounds)])


def measure_deliveries(plan: Plan) -> Results:
    """Measure some rungs with other deliveries."""
    drive = in_closed_loops((CLIENTS_ELSEWHERE,), plan.seconds)
    comparisons = []
    for style in STYLES:
        delivered = plan.deliver(style)
        entries = [Entry(contender, delivered, drive) for contender in plan.chosen((PLAIN, LANE, ALL))]
        comparisons.append(compare(delivered.label, entries, plan.work, plan.rounds))
    return plan.results("deliveries", comparisons)
