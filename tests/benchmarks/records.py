"""Made-up figures, to write pages from."""

from benchmarks.throughput.records import Comparison, Contest, Load, Machine, Results, Visit


def load(clients: int, rate: float, **given: object) -> Load:
    """Return a run of two seconds."""
    figures: dict[str, object] = {"p50_ms": 1000 / rate, "p99_ms": 3000 / rate}
    return Load.model_validate(
        {"by": "wrk", "clients": clients, "seconds": 2, "answered": round(2 * rate), "failed": 0} | figures | given
    )


def contest(key: str, *rounds: list[Load], **given: object) -> Contest:
    """Return a contender with the runs of each round."""
    visits = [
        Visit(
            start_seconds=1,
            rss_mib=100,
            pss_mib=80,
            loads=loads,
            checked=400,
            answered=1000,
            stored=1000,
            in_force={"compiled": "on"},
        )
        for loads in rounds
    ]
    plain = {"key": key, "label": f"the {key}", "told": f"`{key.upper()}=on`", "versions": [], "visits": visits}
    return Contest.model_validate(plain | given)


def results(kind: str, *contests: Contest) -> Results:
    """Return what a command measured on a machine of our own making."""
    machine = Machine(
        cpu="a processor",
        cores=2,
        memory_gib=8,
        system="Linux 6.1",
        python="3.11.7",
        versions={"fastapi": "0.165.0"},
        load_generator="wrk 4.1.0",
        fsync_ms=0.25,
    )
    comparison = Comparison(subject="the example", contests=list(contests))
    return Results(kind=kind, date="2026-01-31", rounds=2, seconds=3, machine=machine, comparisons=[comparison])
