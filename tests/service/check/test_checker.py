"""`web-single check`: every kind of finding appears where it should, and nowhere else; with real model processes."""

import math
import pickle
import sys
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

import cloudpickle
import joblib
import pytest
import sklearn.base
from sklearn.datasets import make_classification
from sklearn.linear_model import LinearRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

from tests.support.check_cases import CASES, JOBLIB, OWN_PREDICT, PROBABLE, SOUND
from tests.support.model_folders import write_model_folder
from web_single.config import Config
from web_single.service.check.checker import check_delivery
from web_single.service.check.finding_types import Kind
from web_single.service.check.report import Finding, Report, SampleSource, Verdict

pytestmark = pytest.mark.anyio

MakeConfig = Callable[..., Config]

TESTED_APART = {Kind.NOT_OPENED, Kind.CODE_BY_VALUE, Kind.TRUSTED_VERSIONS, Kind.COMPILED_DIFFERS}
WITH_NAMES = SOUND.replace("n_features_in_ = 2", 'n_features_in_ = 2\n    feature_names_in_ = ["a", "b"]')


async def check(folder: Path, make_config: MakeConfig, **settings: object) -> Report:
    return await check_delivery(folder, make_config(**settings))


async def check_code(folder: Path, make_config: MakeConfig, code: str, **files: str) -> Report:
    named = {name.replace("_", "."): text for name, text in files.items()}
    return await check(write_model_folder(folder / "delivery", code, named), make_config)


def only(report: Report) -> Finding:
    (finding,) = report.findings
    return finding


@pytest.mark.parametrize("kind", CASES, ids=lambda kind: kind.name)
async def test_a_fault_is_found_and_nothing_else(kind: Kind, tmp_path: Path, make_config: MakeConfig) -> None:
    case = CASES[kind]
    report = await check(write_model_folder(tmp_path / "faulty", case.faulty, case.files), make_config)
    assert [finding.name for finding in report.findings] == [kind.name.lower()]
    assert "{}" not in only(report).to_do


@pytest.mark.parametrize("kind", CASES, ids=lambda kind: kind.name)
async def test_a_mended_delivery_has_no_findings(kind: Kind, tmp_path: Path, make_config: MakeConfig) -> None:
    case = CASES[kind]
    report = await check(write_model_folder(tmp_path / "mended", case.mended, case.mended_files), make_config)
    assert report.findings == []
    assert report.verdict is Verdict.SERVED


def test_every_kind_of_finding_has_its_test() -> None:
    assert {*CASES} | TESTED_APART == {*Kind}


async def test_code_by_value_is_told_with_its_python(tmp_path: Path, make_config: MakeConfig) -> None:
    folder = write_model_folder(
        tmp_path / "delivery", "", {"requirements.txt": f"cloudpickle=={version('cloudpickle')}"}
    )
    model = {"by name": math.hypot} | ({"by value": lambda a, b: a + b})
    code = "def predict(model, X): return [list(model.values())[-1](a, b) for a, b in X]"
    (folder / "model.py").write_text(code)
    (folder / "model.pkl").write_bytes(cloudpickle.dumps(model))
    finding = only(await check(folder, make_config))
    assert finding.name == "code_by_value"
    assert f"3.{sys.version_info.minor}" in finding.message.partition("holds code by value of Python ")[2]
    (folder / "model.pkl").write_bytes(cloudpickle.dumps({"by name": math.hypot}))
    (folder / "requirements.txt").unlink()
    assert (await check(folder, make_config)).findings == []


async def test_another_scikit_learn_that_is_trusted_is_told(
    tmp_path: Path, make_config: MakeConfig, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = write_model_folder(tmp_path / "delivery", "", {})
    (folder / "model.py").unlink()
    monkeypatch.setattr(sklearn.base, "__version__", "1.3.2")
    (folder / "model.pkl").write_bytes(pickle.dumps(LinearRegression().fit([[0.0], [1.0]], [0.0, 1.0])))
    monkeypatch.undo()
    report = await check(folder, make_config, sklearn_mismatch="allow", model_python=sys.executable)
    lines, trusted = report.findings
    assert (lines.name, trusted.name) == ("no_requirements", "trusted_versions")
    assert "`scikit-learn==1.3.2`" in lines.to_do
    assert (report.scikit_learn.trained_with, report.scikit_learn.serving_with) == ("1.3.2", "1.9.1")


async def test_what_a_delivery_needs_is_told_with_the_line_to_write(tmp_path: Path, make_config: MakeConfig) -> None:
    case = CASES[Kind.NOT_IN_REQUIREMENTS]
    finding = only(await check(write_model_folder(tmp_path / "delivery", case.faulty, case.files), make_config))
    assert finding.message == "The delivery needs joblib, and requirements.txt does not name it."
    assert finding.to_do == f"Write this line in `requirements.txt`: `{JOBLIB}`."


async def test_a_folder_without_an_artifact_is_told(tmp_path: Path, make_config: MakeConfig) -> None:
    report = await check(tmp_path, make_config)
    assert only(report).name == "not_opened"
    assert report.verdict is Verdict.NOT_SERVED
    assert report.version is None


async def test_another_delivery_than_the_pinned_one_is_not_loaded(tmp_path: Path, make_config: MakeConfig) -> None:
    code = f"open({str(tmp_path / 'loaded')!r}, 'w')\n{SOUND}"
    report = await check(write_model_folder(tmp_path / "delivery", code, {}), make_config, model_sha256="0" * 64)
    assert "not the one that is pinned" in only(report).message
    assert not (tmp_path / "loaded").exists()


async def test_a_model_that_would_be_written_on_import_is_never_imported(
    tmp_path: Path, make_config: MakeConfig
) -> None:
    code = f"open({str(tmp_path / 'loaded')!r}, 'w')\n{CASES[Kind.WRITES_ON_IMPORT].faulty}"
    report = await check_code(tmp_path, make_config, code)
    assert only(report).name == "writes_on_import"
    assert not (tmp_path / "loaded").exists()


async def test_a_model_that_loads_too_slowly_is_told(tmp_path: Path, make_config: MakeConfig) -> None:
    folder = write_model_folder(tmp_path / "delivery", "import time\ntime.sleep(600)\n", {})
    report = await check(folder, make_config, load_timeout_seconds=1)
    assert only(report).name == "not_loaded"
    assert "LOAD_TIMEOUT_SECONDS" in only(report).message


async def test_a_row_that_hangs_is_named(tmp_path: Path, make_config: MakeConfig) -> None:
    code = SOUND.replace("a + b > 4", "(a == 7 and time.sleep(600)) or b > 4") + "\nimport time\n"
    folder = write_model_folder(tmp_path / "delivery", code, {"example.json": "[[1, 2], [7, 2]]"})
    report = await check(folder, make_config, predict_timeout_seconds=1)
    assert only(report).message.startswith("[7, 2] was not answered. The model did not answer in 1 seconds")


async def test_a_process_that_ends_at_wrong_input_is_told_and_the_rest_is_asked(
    tmp_path: Path, make_config: MakeConfig
) -> None:
    code = SOUND.replace("for a, b in X", "for a, b in map(sure, X)") + (
        "\nimport os\ndef sure(row): return row if len(row) == 2 else os._exit(3)\n"
    )
    message = only(await check_code(tmp_path, make_config, code)).message
    assert message.startswith("The model's process hangs or ends at too few features ([5.1]), too many features (")


async def test_the_answers_that_differ_are_shown(tmp_path: Path, make_config: MakeConfig) -> None:
    message = only(await check_code(tmp_path, make_config, CASES[Kind.DEPENDS_ON_OTHER_ROWS].faulty)).message
    assert "[5.1, 3.5] is answered alone by 'high' and among others by 'low'" in message


async def test_probabilities_that_alone_differ_are_shown(tmp_path: Path, make_config: MakeConfig) -> None:
    code = PROBABLE.replace("high(a, b)] for", "high(a, b)] if len(X) == 1 or b > 3 else [0.5, 0.5] for")
    finding = only(await check_code(tmp_path, make_config, code, example_json="[[1, 2], [3, 4]]"))
    assert finding.name == "depends_on_other_rows"
    assert "and among others by probabilities [0.5, 0.5]" in finding.message


async def test_dice_are_no_dependence_on_other_rows(tmp_path: Path, make_config: MakeConfig) -> None:
    """Where the first row gets the same answer each time, by chance or not."""
    code = SOUND.replace("a + b > 4", "a == 7 and len(X) == 1 and next(dice)") + (
        "\nimport itertools\ndice = itertools.cycle([1, 0])\n"
    )
    finding = only(await check_code(tmp_path, make_config, code, example_json="[[1, 2], [7, 2]]"))
    assert finding.name == "not_deterministic"


async def test_rows_that_are_answered_alone_only_are_told(tmp_path: Path, make_config: MakeConfig) -> None:
    code = SOUND.replace("in X]", "in X if len(X) < 9 or 1 / 0]")
    finding = only(await check_code(tmp_path, make_config, code))
    assert finding.name == "depends_on_other_rows"
    assert finding.message == (
        "12 rows that are answered one by one are not answered at once: ZeroDivisionError: division by zero"
    )


async def test_the_probabilities_of_an_svc_may_differ_from_its_labels(tmp_path: Path, make_config: MakeConfig) -> None:
    rows, labels = make_classification(
        60, n_classes=3, n_informative=3, n_redundant=0, n_features=4, flip_y=0.4, random_state=5
    )
    (tmp_path / "delivery").mkdir()
    with pytest.warns(FutureWarning, match="probability"):
        model = make_pipeline(StandardScaler(), SVC(probability=True, random_state=0)).fit(rows, labels)
    joblib.dump(model, tmp_path / "delivery/model.joblib")
    (tmp_path / "delivery/example.json").write_text(str(rows.tolist()))
    (tmp_path / "delivery/requirements.txt").write_text("scikit-learn==1.9.1")
    finding = only(await check(tmp_path / "delivery", make_config))
    assert (finding.name, finding.severity) == ("probabilities_differ", "note")
    assert "an SVC" in finding.message


async def test_the_rows_of_the_delivery_are_asked_by_name(tmp_path: Path, make_config: MakeConfig) -> None:
    report = await check_code(
        tmp_path, make_config, WITH_NAMES, example_json='{"instances": [{"b": 1, "a": 5}, [1, 2]]}'
    )
    assert report.findings == []
    assert report.asked == SampleSource(2, "example.json")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("[[1, 2]", "example.json is no JSON: "),
        ("[]", "example.json holds no list of rows."),
        ('{"rows": [[1, 2]]}', "example.json holds no list of rows."),
        ("[1, 2]", "example.json holds no list of rows."),
        ('[[1, "2"]]', "example.json: Instance 0: Feature 1: a number is expected, not text."),
    ],
)
async def test_an_example_of_no_use_is_told_and_rows_are_made_up(
    text: str, reason: str, tmp_path: Path, make_config: MakeConfig
) -> None:
    report = await check_code(tmp_path, make_config, SOUND, example_json=text)
    assert only(report).name == "example_not_used"
    assert only(report).message.startswith(reason)
    assert report.asked == SampleSource(12, "made up from the signature")


@pytest.mark.parametrize(
    "returned",
    [
        "[[1, 2]] * 99, [0] * 99",
        "{'data': [[1, 2]] * 99, 'target': [0] * 99}",
        "__import__('numpy').ones((99, 2))",
        "__import__('pandas').DataFrame({'y': [0] * 99, 'b': [1] * 99, 'a': [2.5] * 99})",
    ],
)
async def test_rows_are_taken_from_the_data_set_of_the_delivery(
    returned: str, tmp_path: Path, make_config: MakeConfig
) -> None:
    report = await check_code(tmp_path, make_config, f"{WITH_NAMES}\ndef get_dataset(): return {returned}\n")
    assert report.findings == []
    assert report.asked == SampleSource(24, "get_dataset() in model.py")


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("import socket; socket.create_connection(('127.0.0.1', 9))", "PermissionError: it would use the network"),
        ("open('data.csv', 'w')", "PermissionError: model.py would write data.csv into the delivery"),
        ("raise SystemExit(4)", "SystemExit: 4"),
        ("return [[1, 2, 3]]", "Instance 0: 2 features are expected (a, b), not 3."),
    ],
)
async def test_a_data_set_of_no_use_is_left_out_with_the_reason(
    body: str, reason: str, tmp_path: Path, make_config: MakeConfig
) -> None:
    report = await check_code(tmp_path, make_config, f"{WITH_NAMES}\ndef get_dataset():\n    {body}\n")
    assert report.findings == []
    assert report.asked is not None
    assert (report.asked.rows, report.asked.source) == (12, "made up from the signature")
    assert reason in (report.asked.remark or "")


async def test_a_data_set_that_takes_too_long_is_left_out(
    tmp_path: Path, make_config: MakeConfig, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("web_single.service.check.runner_client.INQUIRY_SECONDS", 0.5)
    code = SOUND + "\nimport time\ndef get_dataset(): time.sleep(600)\n"
    report = await check_code(tmp_path, make_config, code)
    assert report.findings == []
    assert report.asked == SampleSource(
        12,
        "made up from the signature",
        "get_dataset() in model.py was left out: TimeoutError: no answer in 0.5 seconds",
    )


async def test_a_data_set_that_needs_arguments_is_not_asked_for(tmp_path: Path, make_config: MakeConfig) -> None:
    report = await check_code(tmp_path, make_config, SOUND + "\ndef get_dataset(path): return 1 / 0\n")
    assert report.asked == SampleSource(12, "made up from the signature")


async def test_an_unclear_model_is_asked_the_rows_of_its_example(tmp_path: Path, make_config: MakeConfig) -> None:
    code = OWN_PREDICT + "[{'x': 1}[row[0]] for row in X]"
    report = await check_code(tmp_path, make_config, code, example_json='[["x", 2]]')
    assert only(report).name == "unclear"
    assert report.asked == SampleSource(1, "example.json")
    assert report.figures.row_milliseconds is not None


@pytest.mark.parametrize("name", ["train.log", "runs.db", "work.ipynb", "old/model.zip", "model_old.pickle"])
async def test_a_stray_file_is_named(name: str, tmp_path: Path, make_config: MakeConfig) -> None:
    folder = write_model_folder(tmp_path / "delivery", SOUND, {})
    (folder / name).parent.mkdir(exist_ok=True)
    (folder / name).write_text("stray")
    report = await check(folder / "model.pkl", make_config)
    assert only(report).message.startswith(f"{name} does not look like")


async def test_a_data_file_is_stray_beyond_some_megabytes(tmp_path: Path, make_config: MakeConfig) -> None:
    folder = write_model_folder(tmp_path / "delivery", SOUND, {"small.csv": "a,b", "words.txt": "x"})
    assert (await check(folder, make_config)).findings == []
    with (folder / "large.csv").open("wb") as file:
        file.truncate(6 * 10**6)
    assert only(await check(folder, make_config)).message.startswith("large.csv does not")
