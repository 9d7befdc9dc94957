"""What ends a measurement: `BenchmarkError`, a sentence that stands in the results."""


class BenchmarkError(Exception):
    """A contender did not do what is measured, or what measures is not there."""
