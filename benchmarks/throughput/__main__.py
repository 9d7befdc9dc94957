"""`python -m benchmarks.throughput` measures the service beside others, and writes RESULTS.md."""

import resource
import shutil
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from benchmarks.throughput.growth import measure_clients, measure_features, measure_rows, measure_schedule
from benchmarks.throughput.ladder import measure_deliveries, measure_ladder
from benchmarks.throughput.page import write_page
from benchmarks.throughput.peers import measure_peers
from benchmarks.throughput.plan import Plan
from benchmarks.throughput.records import Results
from benchmarks.throughput.rounds import tell
from web_single.config import CHECKOUT

HERE = Path(__file__).parent
MEASURES: dict[str, Callable[[Plan], Results]] = {
    "ladder": measure_ladder,
    "deliveries": measure_deliveries,
    "rows": measure_rows,
    "features": measure_features,
    "clients": measure_clients,
    "schedule": measure_schedule,
    "peers": measure_peers,
}
GROWTH = ("deliveries", "rows", "features", "clients", "schedule")
NO_WRK = (
    "wrk is not installed, so a Python client drives the servers, which keeps up with some thousands of requests "
    "a second only; on Debian and Ubuntu: apt-get install wrk."
)

app = typer.Typer(help=__doc__, no_args_is_help=True, add_completion=False)

WhatArgument = Annotated[list[str], typer.Argument(help=f"{', '.join(MEASURES)}; `growth` is {', '.join(GROWTH)}.")]
RoundsOption = Annotated[int, typer.Option("--rounds", min=1, help="Visits to each contender; medians are told.")]
SecondsOption = Annotated[
    float, typer.Option("--seconds", min=1, help="How long one run lasts; up to four times that for slow ones.")
]
ClientsOption = Annotated[str, typer.Option("--clients", help="Numbers of clients of the ladder and the peers.")]
OnlyOption = Annotated[str, typer.Option("--only", help="Keys of contenders, by commas; else all take part.")]
FolderOption = Annotated[
    Path | None, typer.Option("--folder", help="Where databases and deliveries are put; else in the checkout.")
]
OutputOption = Annotated[Path, typer.Option("--output", help="Where RESULTS.md, the pictures and the figures go.")]


@app.command()
def measure(
    what: WhatArgument,
    *,
    rounds: RoundsOption = 3,
    seconds: SecondsOption = 3,
    clients: ClientsOption = "1,8,64,256",
    only: OnlyOption = "",
    folder: FolderOption = None,
    output: OutputOption = HERE,
) -> None:
    """Measure, keep the figures as JSON, and write the page and the pictures anew."""
    names = [name for word in what for name in (GROWTH if word == "growth" else (word,))]
    unknown = [name for name in names if name not in MEASURES]
    if unknown:
        raise typer.BadParameter(f"{', '.join(unknown)} cannot be measured; {', '.join(MEASURES)} can.")
    if shutil.which("wrk") is None:
        tell(NO_WRK)
    allow_many_connections()
    output.joinpath("results").mkdir(parents=True, exist_ok=True)
    troubles = []
    for name in names:
        with tempfile.TemporaryDirectory(prefix=".bench-", dir=folder or CHECKOUT) as work:
            plan = Plan(
                work=Path(work),
                rounds=rounds,
                seconds=seconds,
                clients=tuple(int(number) for number in clients.split(",")),
                only=frozenset(only.split(",")) - {""},
            )
            results = MEASURES[name](plan)
        output.joinpath("results", f"{name}.json").write_text(f"{results.model_dump_json(indent=1)}\n")
        troubles += [
            contest for comparison in results.comparisons for contest in comparison.contests if contest.trouble
        ]
    tell(f"written: {write_page(output)}")
    if troubles:
        sys.exit(1)


@app.command()
def page(output: OutputOption = HERE) -> None:
    """Write the page and the pictures from the figures that are there, without measuring."""
    tell(f"written: {write_page(output)}")


def allow_many_connections() -> None:
    """Let this process, and all that it starts, hold as many connections as the system allows."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


if __name__ == "__main__":
    app()
