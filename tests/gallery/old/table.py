"""The tables of deliveries from another time: what `make gallery` saw of each."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from tests.gallery.handover_page import write_table
from tests.gallery.old.deliveries import Answers, count_differing

LONGEST_ERROR = 90
DELIVERIES = (
    "| made by scikit-learn | model | runs in | first answer "
    "| rows | differing | in last bits | without it, in {today} |\n"
    "|---|---|---|---|---|---|---|---|\n"
)
ENVIRONMENTS = """\
| scikit-learn | requirements.txt | Python | numpy | to make, cold | to make, warm |
|---|---|---|---|---|---|
"""


@dataclass(frozen=True)
class Served:
    """What was seen of one delivery."""

    made_by: Mapping[str, str]
    kind: str
    runs_in: Mapping[str, str]
    first_answer_seconds: float
    rows: int
    differing: int
    last_bits: int
    today: str

    def as_row(self) -> str:
        counts = [str(count) for count in (self.rows, self.differing, self.last_bits)]
        seconds = f"{self.first_answer_seconds:.1f} s"
        return _row([_tell(self.made_by), self.kind, _tell(self.runs_in), seconds, *counts, self.today])


@dataclass(frozen=True)
class Made:
    """How long an environment took to be made."""

    scikit_learn: str
    requirements: Sequence[str]
    runs_in: Mapping[str, str]
    cold_seconds: float
    warm_seconds: float

    def as_row(self) -> str:
        requirements = ", ".join(f"`{line}`" for line in self.requirements) or "none"
        python, numpy = _minor(self.runs_in["python"]), self.runs_in["numpy"]
        times = [f"{seconds:.1f} s" for seconds in (self.cold_seconds, self.warm_seconds)]
        return _row([self.scikit_learn, requirements, python, numpy, *times])


def tell_today(answers: Answers, truth: Answers) -> str:
    """Return in a few words what would have happened: a wrong probability is told apart from a wrong result."""
    if "failed" in answers:
        first = str(answers["failed"]).splitlines()[0].split(" from '")[0]
        return f"`{first[:LONGEST_ERROR]}`"
    rows, (differing, _) = len(truth["alone"]), count_differing(answers, truth)
    if not differing:
        return "the same answers"
    wrong = sum(one != other for one, other in zip(answers["alone"], truth["alone"], strict=True))
    return f"**{wrong} of {rows} results differ**, {differing} with the probabilities"


def write_tables(served: Iterable[Served], made: Iterable[Made], *, today: str) -> None:
    """Write both tables into docs/handover.md."""
    write_table("old", DELIVERIES.format(today=today) + "".join(each.as_row() for each in served))
    write_table("old environments", ENVIRONMENTS + "".join(each.as_row() for each in made))


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |\n"


def _tell(versions: Mapping[str, str]) -> str:
    """Return what made or what runs a model."""
    return f"{versions['scikit-learn']}, numpy {versions['numpy']}, Python {_minor(versions['python'])}"


def _minor(version: str) -> str:
    return ".".join(version.split(".")[:2])
