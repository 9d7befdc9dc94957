"""The image: what is in it, and what never is."""

import json
import shutil
import tomllib
from collections.abc import Callable
from pathlib import Path

from tests.container.containers import Container, ready
from tests.container.workshop import BASE, Workshop
from tests.support.model_folders import EXAMPLE
from web_single.model_folder.folder import ModelFolder

LARGEST_BYTES = 700_000_000
OURS = ("web_single/", "web_single_runner/", "data_scientist/")
GIVEN_TO_THE_BUILD = ("pyproject.toml", "poetry.lock", "requirements-tools.txt", "README.md", "LICENSE")

# What a checkout collects in a day's work; none of it is the package's or the delivery's.
STRAY = (
    *(".env", "predictions.db", "predictions.db-wal", ".venv/bin/python", ".tools/bin/poetry", ".git/config"),
    *("web_single/predictions.db", "web_single/.env", "web_single/api/notes.txt", "web_single/__pycache__/app.pyc"),
    *("data_scientist/.env", "data_scientist/__pycache__/model.pyc", "data_scientist/.ipynb_checkpoints/model.py"),
)

MODULES_WITHOUT_BYTECODE = """
import sys, pathlib, joblib, sklearn.ensemble, web_single.cli.main
cached = {name: getattr(module, "__cached__", None) for name, module in sys.modules.items()}
print([name for name, path in cached.items() if path and not pathlib.Path(path).exists()])
"""
INSTALLED = """
import importlib.metadata, json
print(json.dumps({found.name.lower().replace("_", "-"): found.version for found in importlib.metadata.distributions()}))
"""


def files_below(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def test_the_build_is_given_what_the_image_is_made_of_and_nothing_that_lies_about(
    workshop: Workshop, checkout: Path, tmp_path: Path
) -> None:
    context = tmp_path / "context"
    shutil.copytree(checkout, context)
    for name in STRAY:
        (context / name).parent.mkdir(parents=True, exist_ok=True)
        (context / name).write_text("stray")
    (context / "Listing").write_text(
        f"FROM {BASE}\nWORKDIR /given\nCOPY . .\nRUN find . -type f -printf 'given:%P\\n'\n"
    )

    printed = workshop.build(context, "localhost/listing", dockerfile="Listing")

    given = {line.removeprefix("given:") for line in printed.splitlines() if line.startswith("given:")}
    wanted = {name for name in files_below(checkout) if name.startswith(OURS)}
    assert given == {*wanted, *GIVEN_TO_THE_BUILD}


def test_the_image_has_all_of_the_package_and_of_the_delivery(container: Container, checkout: Path) -> None:
    package = container.execute("python", "-c", "import web_single; print(*web_single.__path__)")
    for inside, outside in ((package, "web_single"), ("/delivery", "data_scientist")):
        listed = container.execute("find", inside, "-type", "f", "-not", "-name", "*.pyc", "-printf", "%P\\n")
        assert set(listed.splitlines()) == files_below(checkout / outside)


def test_the_built_in_delivery_has_the_version_that_it_has_in_the_checkout(container: Container) -> None:
    status, model = container.ask("GET", "/model")
    assert (status, model["version"]) == (200, ModelFolder.open(EXAMPLE / "model.joblib").version)


def test_what_is_installed_is_what_is_locked(container: Container, checkout: Path) -> None:
    installed = json.loads(container.execute("/venv/bin/python", "-I", "-c", INSTALLED))
    locked = tomllib.loads((checkout / "poetry.lock").read_text())["package"]
    assert installed.pop("web-single")
    assert len(installed) > 10
    assert set(installed.items()) <= {(package["name"], package["version"]) for package in locked}


def test_what_builds_it_stays_behind(container: Container) -> None:
    listed = container.execute("find", "/", "/venv/bin", "-maxdepth", "1", "-printf", "%p\\n").split()
    assert "/venv/bin/web-single" in listed
    assert not {"/build", "/tools", "/package", "/venv/bin/pip", "/venv/bin/poetry"} & set(listed)


def test_no_start_compiles_anything(container: Container) -> None:
    assert container.execute("python", "-c", MODULES_WITHOUT_BYTECODE) == "[]"


def test_it_is_much_smaller_than_it_may_be(workshop: Workshop, image: str, note_figure: Callable[[str], None]) -> None:
    added = workshop.size_bytes(image) - workshop.size_bytes(BASE)
    note_figure(f"image: {added / 1e6:.0f} MB over its base")
    assert added < LARGEST_BYTES


def test_it_is_set_up_for_production(container: Container) -> None:
    assert '"app_env": "prod"' in container.log()


def test_it_has_the_documentation_page_until_that_is_turned_off(
    workshop: Workshop, image: str, container: Container
) -> None:
    assert container.ask("GET", "/openapi.json")[0] == 200
    with ready(workshop, image, "--env", "DOCS=off") as without:
        assert without.ask("GET", "/openapi.json")[0] == 404
