"""What uv says, as a sentence."""

from web_single.environments.uv import UvResult

FULL = """\
Resolved 5 packages in 3ms
warning: Failed to hardlink files; falling back to full copy. This may lead to degraded performance.
         If the cache and target directories are on different filesystems, hardlinking may not be supported.
error: Failed to install: scikit_learn-1.9.1.whl
  Caused by: No space left on device (os error 28)
"""
NOTHING = (
    "  \u00d7 No solution found when resolving dependencies:\n  \u2570\u2500\u25b6 Because there is no such version."
)


def test_the_reason_leaves_out_warnings_with_all_their_lines() -> None:
    reason = UvResult(2, FULL).reason
    assert reason.startswith("Failed to install: scikit_learn-1.9.1.whl")
    assert reason.endswith("No space left on device (os error 28)")


def test_what_stands_behind_a_warning_is_no_part_of_it() -> None:
    outcome = UvResult(1, "warning: one line\n" + NOTHING)
    assert outcome.has_no_solution
    assert "no such version" in outcome.reason
