"""Which packages requirements.txt names, and which it lacks."""

import pytest

from web_single.service.check.requirements import (
    RequirementLine,
    is_named,
    packages_in,
    without_what_comes_along,
)


@pytest.mark.parametrize(
    ("line", "named"),
    [
        ("scikit-learn==1.9.1", RequirementLine("scikit-learn", pinned=True)),
        ("Scikit_Learn ~= 1.9  # ours", RequirementLine("scikit-learn", pinned=True)),
        ("pandas[parquet]>=3 ; python_version > '3'", RequirementLine("pandas", pinned=False)),
        ("  numpy  # any ==", RequirementLine("numpy", pinned=False)),
        ("mine @ https://example.com/mine.zip", RequirementLine("mine", pinned=True)),
        ("./wheels/my_model-1.0-py3-none-any.whl", RequirementLine("my-model", pinned=True)),
        ("my_model-1.0.tar.gz", RequirementLine("my-model", pinned=True)),
    ],
)
def test_a_line_names_a_package_with_a_version_or_without(line: str, named: RequirementLine) -> None:
    assert packages_in([line]) == [named]


@pytest.mark.parametrize("line", ["", "# numpy", "-r more.txt", "--no-binary :all:", "."])
def test_a_line_names_no_package(line: str) -> None:
    assert packages_in([line]) == []


@pytest.mark.parametrize(
    ("needed", "named"),
    [
        ("opencv-python-headless", "opencv-python"),
        ("psycopg2-binary", "psycopg2"),
        ("google", "google-cloud-storage"),
        ("numpy", "numpy"),
    ],
)
def test_a_variant_counts_as_named(needed: str, named: str) -> None:
    assert is_named(needed, [RequirementLine(named, pinned=True)])


def test_a_package_is_not_named_by_one_that_begins_alike() -> None:
    assert not is_named("numpy", [RequirementLine("numpydoc", pinned=True)])


def test_what_others_bring_along_is_not_lacking() -> None:
    assert without_what_comes_along(["joblib", "numpy", "pandas"], ["scikit-learn"]) == ["pandas"]
    assert without_what_comes_along(["numpy"], ["joblib"]) == ["numpy"]
