"""How many examples hypothesis tries: `quick` for `make test`, `thorough` for `make test-all`."""

from hypothesis import HealthCheck, settings

# How long an example takes depends on what else the machine does, and is never what is tested.
ALLOWED = [HealthCheck.too_slow, HealthCheck.function_scoped_fixture]


def register_profiles() -> None:
    """Register both profiles and load `quick`; `--hypothesis-profile` loads another."""
    # The same examples in each run: who changes one line sees no failure of another.
    settings.register_profile(
        "quick", max_examples=20, derandomize=True, database=None, deadline=None, suppress_health_check=ALLOWED
    )
    settings.register_profile("thorough", max_examples=100, deadline=None, suppress_health_check=ALLOWED)
    settings.load_profile("quick")


def scaled(max_examples: int) -> int:
    """Return how many examples a test tries that tries `max_examples` in the thorough profile."""
    return max(1, max_examples * settings().max_examples // 100)
