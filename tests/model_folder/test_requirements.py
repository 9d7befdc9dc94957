"""What a delivery needs to be installed."""

from dataclasses import replace
from importlib.metadata import version
from pathlib import Path

import pytest

from tests.support.model_folders import TINY, MakeModelFolder
from web_single.errors import ModelFolderError
from web_single.model_folder.artifact_metadata import ArtifactMetadata
from web_single.model_folder.requirements import (
    Requirements,
    distribution_of,
    included_files,
    lines_of,
    satisfied_by_server,
    tell_missing,
)


def requirements_of(make_model_folder: MakeModelFolder, contents: ArtifactMetadata) -> Requirements:
    return Requirements.of(replace(make_model_folder(), contents=contents))


@pytest.mark.parametrize(
    ("contents", "bounds"),
    [
        (ArtifactMetadata(scikit_learn="1.4.1.post1"), ("numpy<2",)),
        (ArtifactMetadata(scikit_learn="1.4.2"), ()),
        (ArtifactMetadata(scikit_learn="1.10.0"), ()),
        (ArtifactMetadata(scikit_learn="1.5.2", numpy_core=True), ("numpy>=2",)),
        (ArtifactMetadata(), ()),
    ],
)
def test_numpy_is_held_to_what_the_artifact_was_made_with(
    make_model_folder: MakeModelFolder, contents: ArtifactMetadata, bounds: tuple[str, ...]
) -> None:
    assert requirements_of(make_model_folder, contents).bounds == bounds


def test_what_a_model_needs_and_nobody_lists_is_added(make_model_folder: MakeModelFolder) -> None:
    contents = ArtifactMetadata(modules=("cloudpickle", "joblib", "sklearn"), data_frame=True)
    assert requirements_of(make_model_folder, contents).added == ("pandas", "joblib", "cloudpickle")
    assert requirements_of(make_model_folder, ArtifactMetadata()).added == ("joblib",)


def test_modules_of_the_delivery_and_private_ones_are_not_asked_for(make_model_folder: MakeModelFolder) -> None:
    (make_model_folder(code="import helper, yaml").folder / "helper.py").write_text("")
    contents = ArtifactMetadata(modules=("__main__", "_loss", "helper", "model", "sklearn"))
    assert requirements_of(make_model_folder, contents).modules == ("sklearn", "yaml")


def test_included_files_count_and_missing_ones_are_left_to_uv(make_model_folder: MakeModelFolder) -> None:
    model_folder = make_model_folder(
        requirements="-r more.txt\n--constraint=bounds.txt # why\n-r gone.txt\n./own.whl\n"
    )
    for name in ("more.txt", "bounds.txt", "own.whl"):
        (model_folder.folder / name).write_text("-r requirements.txt\n" if name == "more.txt" else "")
    found = included_files(model_folder.folder / "requirements.txt")
    assert [path.name for path in found] == ["bounds.txt", "more.txt", "own.whl", "requirements.txt"]


def test_what_is_editable_is_refused_before_anything_is_run(make_model_folder: MakeModelFolder) -> None:
    model_folder = make_model_folder(requirements=f"{TINY}--editable ./package\n")
    with pytest.raises(ModelFolderError, match=r"requirements.txt: `--editable ./package` cannot be kept"):
        Requirements.of(model_folder).digests()


@pytest.mark.parametrize("line", ["--no-binary :all:", " --no-binary=iniconfig"])
def test_what_would_be_built_is_refused_before_its_code_is_run(make_model_folder: MakeModelFolder, line: str) -> None:
    model_folder = make_model_folder(requirements=f"-r more.txt\n{TINY}")
    (model_folder.folder / "more.txt").write_text(f"{line}\n")
    with pytest.raises(
        ModelFolderError, match=r"more.txt: `--no-binary.*` asks for packages that are built here, .*: rem"
    ):
        Requirements.of(model_folder).digests()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_files_that_windows_wrote_are_read(make_model_folder: MakeModelFolder, encoding: str) -> None:
    path = make_model_folder().folder / "requirements.txt"
    path.write_bytes("numpy\r\npandas".encode(encoding))
    assert lines_of(path) == ["numpy", "pandas"]


def test_the_line_to_write_is_that_of_the_package() -> None:
    assert distribution_of("PIL") == "pillow"
    assert distribution_of("category_encoders") == "category-encoders"
    told = tell_missing(["sklearn"], "here")
    assert told.endswith("not installed here: write this line in requirements.txt beside the model: `scikit-learn`.")


@pytest.mark.parametrize(
    ("content", "met"),
    [
        (f"scikit-learn=={version('scikit-learn')} # the course's\n\n# more\njoblib>=1\n", True),
        ("scikit-learn==1.0.2\n", False),
        ("nowhere-learn\n", False),
        ("nowhere-learn; python_version < '3'\n", True),
        ("joblib[extra]\n", False),
        ("-r other.txt\n", False),
        ("--index-url https://example.org\n", False),
    ],
)
def test_names_and_versions_are_compared_with_ours_and_all_else_is_left_to_uv(
    tmp_path: Path, content: str, *, met: bool
) -> None:
    (tmp_path / "requirements.txt").write_text(content)
    assert satisfied_by_server(tmp_path / "requirements.txt") is met
