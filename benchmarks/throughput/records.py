"""What is measured, as it is kept in JSON beside the page, so that the page can be written again without measuring."""

from pydantic import BaseModel


class Load(BaseModel):
    """One run of the load generator."""

    by: str
    clients: int
    seconds: float
    answered: int  # with 2xx
    failed: int  # with another status, or not at all
    p50_ms: float
    p99_ms: float
    p999_ms: float | None = None
    asked_per_second: float | None = None  # open loop: what the schedule asked for
    late_p99_ms: float | None = None  # open loop: how late the client itself was

    @property
    def rate(self) -> float:
        """Return good answers a second."""
        return self.answered / self.seconds


class Visit(BaseModel):
    """One life of a contender: started, checked, driven, checked, stopped."""

    start_seconds: float
    rss_mib: float
    pss_mib: float | None
    loads: list[Load]
    checked: int  # answers that were compared with the estimator's own
    answered: int
    stored: int | None
    in_force: dict[str, str]


class Contest(BaseModel):
    """What a contender did in all rounds, or why it could not."""

    key: str
    label: str
    told: str
    versions: list[str]
    visits: list[Visit]
    trouble: str | None = None


class Comparison(BaseModel):
    """Contenders that were driven in turn."""

    subject: str
    contests: list[Contest]


class Machine(BaseModel):
    """Where it was measured, and with what."""

    cpu: str
    cores: int
    memory_gib: float
    system: str
    python: str
    versions: dict[str, str]
    load_generator: str
    fsync_ms: float


class Results(BaseModel):
    """What one command measured."""

    kind: str
    date: str
    rounds: int
    seconds: float
    machine: Machine
    comparisons: list[Comparison]
