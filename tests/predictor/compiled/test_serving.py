"""A server with a compiled model: what it answers and hands back, how it starts, and how it gives it up."""

import asyncio
import json
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from structlog.testing import capture_logs

from tests.support.compiled import build
from tests.support.model_folders import EXAMPLE
from tests.support.waiting import wait_until
from web_single.app import create_app
from web_single.config import Config
from web_single.errors import ModelFolderError
from web_single.predictor.compiled.model import CompiledModel
from web_single.predictor.runner.process import RunnerProcess
from web_single.predictor.shadow_check import ShadowChecker
from web_single.service.prediction_service import PredictionService

MakeConfig = Callable[..., Config]
FLOWER = [5.1, 3.5, 1.4, 0.2]
HUGE = [5.1, 3.5, 1.4, 1e39]  # float32 has no such number


@pytest.fixture
def example_config(compiled_example: Path, compiled_config: MakeConfig, tmp_path: Path) -> MakeConfig:
    """Return a maker of settings that serve the example with its compiled model."""
    shutil.copytree(compiled_example, tmp_path / "compiled")
    return lambda **given: compiled_config(**{"model_path": EXAMPLE / "model.joblib", "shadow_sample_rate": 0, **given})


@contextmanager
def serving(config: Config) -> Iterator[TestClient]:
    with TestClient(create_app(config)) as client:
        yield client


def predict(client: TestClient, features: list[Any], query: str = "") -> Any:  # noqa: ANN401 - a JSON value
    return client.post(f"/predict{query}", json={"features": features}).json()


def compiled(client: TestClient) -> Any:  # noqa: ANN401 - a JSON value
    return client.get("/model").json()["compiled"]


def folder_of(config: Config) -> Path:
    assert config.compiled_cache_dir is not None
    (folder,) = config.compiled_cache_dir.glob("*/")
    return folder


def change_manifest(config: Config, change: Callable[[dict[str, Any]], None]) -> None:
    path = folder_of(config) / "manifest.json"
    manifest = json.loads(path.read_text())
    change(manifest)
    path.write_text(json.dumps(manifest))


@contextmanager
def runner_held_back(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], None]]:
    """Let no model's process start until what is given is called."""
    start, may_start = RunnerProcess.start, asyncio.Event()

    async def start_later(*arguments: Any, **options: Any) -> RunnerProcess:  # noqa: ANN401 - passed on
        await may_start.wait()
        return await start(*arguments, **options)

    with monkeypatch.context() as patch:
        patch.setattr(RunnerProcess, "start", start_later)
        yield may_start.set


def test_it_answers_what_it_is_sure_of_and_hands_back_the_rest(example_config: MakeConfig) -> None:
    with serving(example_config()) as client:
        assert predict(client, FLOWER)["result"] == 0
        assert predict(client, FLOWER, "?include=probabilities")["probabilities"] == [1.0, 0.0, 0.0]
        assert "no number beyond 3.4e38" in predict(client, HUGE)["detail"]
        told = compiled(client)
        stored = client.get("/predict?detail=true").json()
    assert (told["state"], told["answered"], told["fallbacks"]) == ("on", 2, 1)
    assert told["answers"] == ["labels", "probabilities"]
    assert told["proof"]["kinds"]["thresholds"]["rows"] > 1000
    assert [prediction["features"] for prediction in stored] == [FLOWER, FLOWER]


def test_a_batch_is_answered_in_its_order_whoever_answers(example_config: MakeConfig) -> None:
    rows = [FLOWER, [6.2, 2.9, 4.3, 1.3], [7.7, 3.0, 6.1, 2.3]]
    with serving(example_config()) as client:
        evaluation = client.app.state.prediction_service._predictor.compiled._evaluation  # type: ignore[attr-defined]
        whole = evaluation.predict

        def all_but_the_second(rows: list[Any], **options: bool) -> list[Any]:
            return [None if at == 1 else answer for at, answer in enumerate(whole(rows, **options))]

        evaluation.predict = all_but_the_second
        answer = client.post("/predict/batch", json={"instances": rows}).json()
        told = compiled(client)
    assert [prediction["result"] for prediction in answer["predictions"]] == [0, 1, 2]
    assert (told["answered"], told["fallbacks"]) == (2, 1)


def faster_up_to(config: Config, rows: int) -> None:
    """Let the compiled model count as faster for so many rows at most, and as slow: a call may hold one row."""
    timings = {"batches": [{"rows": rows, "compiled_seconds": rows, "model_seconds": rows + 1}]}
    change_manifest(config, lambda manifest: manifest.update(timings=timings))


async def predict_at_once(service: PredictionService, rows: list[list[float]]) -> list[Any]:
    return [each.result for each in await asyncio.gather(*map(service.predict, rows))]


def test_a_batch_for_which_the_model_is_faster_is_left_to_it(example_config: MakeConfig) -> None:
    config = example_config()
    faster_up_to(config, 2)
    rows = [FLOWER, [6.2, 2.9, 4.3, 1.3], [7.7, 3.0, 6.1, 2.3]]
    with serving(config) as client:
        wait_until(lambda: client.get("/model").json()["runner"]["state"] == "ready")
        service = client.app.state.prediction_service  # type: ignore[attr-defined]
        assert client.portal is not None
        assert client.portal.call(predict_at_once, service, rows) == [0, 1, 2]
        answer = client.post("/predict/batch", json={"instances": rows}).json()
        assert [prediction["result"] for prediction in answer["predictions"]] == [0, 1, 2]
        assert (compiled(client)["answered"], compiled(client)["fallbacks"]) == (0, 0)
        assert client.portal.call(predict_at_once, service, rows[:2]) == [0, 1]
        assert compiled(client)["answered"] == 2


def test_while_the_model_is_away_a_large_batch_is_computed_in_short_calls(
    example_config: MakeConfig, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = example_config()
    faster_up_to(config, 2)
    sizes: list[int] = []
    predict_part = CompiledModel.predict

    def record(self: CompiledModel, rows: list[Any], **options: bool) -> list[Any]:
        sizes.append(len(rows))
        return predict_part(self, rows, **options)

    monkeypatch.setattr(CompiledModel, "predict", record)
    with runner_held_back(monkeypatch), serving(config) as client:
        service = client.app.state.prediction_service  # type: ignore[attr-defined]
        assert client.portal is not None
        assert client.portal.call(predict_at_once, service, [FLOWER] * 3) == [0, 0, 0]
    assert sizes == [1, 1, 1]


def test_turned_off_it_is_not_even_looked_for(example_config: MakeConfig) -> None:
    with serving(example_config(compile="off")) as client:
        assert predict(client, FLOWER)["result"] == 0
        assert (compiled(client)["state"], compiled(client)["reason"]) == ("off", "COMPILE is off.")


def test_the_server_does_not_wait_for_the_models_process(
    example_config: MakeConfig, monkeypatch: pytest.MonkeyPatch
) -> None:
    with runner_held_back(monkeypatch) as release, serving(example_config()) as client:
        assert client.get("/health/ready").status_code == 200
        assert client.get("/model").json()["runner"]["state"] == "starting"
        assert predict(client, FLOWER)["result"] == 0
        assert client.portal is not None
        waiting = client.portal.start_task_soon(client.app.state.prediction_service.predict, HUGE)  # type: ignore[attr-defined]
        assert not waiting.done()
        client.portal.call(release)
        assert "no number beyond" in str(waiting.exception(timeout=60))
        assert client.get("/model").json()["runner"]["state"] == "ready"


def test_a_server_that_is_stopped_before_the_models_process_is_there_ends(
    example_config: MakeConfig, monkeypatch: pytest.MonkeyPatch
) -> None:
    with runner_held_back(monkeypatch), serving(example_config()) as client:
        assert predict(client, FLOWER)["result"] == 0


def test_a_delivery_that_cannot_be_loaded_ends_the_server_all_the_same(
    example_config: MakeConfig, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def refuse(*_: object, **__: object) -> None:
        raise ModelFolderError("It cannot be loaded.")

    monkeypatch.setattr(RunnerProcess, "start", refuse)
    with serving(example_config()) as client:
        wait_until(lambda: client.app.state.failure is not None)  # type: ignore[attr-defined]
        assert isinstance(client.app.state.failure, ModelFolderError)  # type: ignore[attr-defined]


def test_a_models_process_that_is_killed_at_its_start_is_started_again(
    example_config: MakeConfig, monkeypatch: pytest.MonkeyPatch
) -> None:
    start, attempts = RunnerProcess.start, []

    async def fail_once(*arguments: Any, **options: Any) -> RunnerProcess:  # noqa: ANN401 - passed on
        attempts.append(arguments)
        if len(attempts) == 1:
            raise ModelFolderError("The model's process ended while it loaded: killed by SIGKILL.")
        return await start(*arguments, **options)

    monkeypatch.setattr(RunnerProcess, "start", fail_once)
    with serving(example_config()) as client:
        wait_until(lambda: client.get("/model").json()["runner"]["state"] == "ready")
        assert predict(client, FLOWER)["result"] == 0
        assert client.app.state.failure is None  # type: ignore[attr-defined]


def test_a_model_that_tells_something_else_of_itself_is_not_answered_for(example_config: MakeConfig) -> None:
    config = example_config()
    change_manifest(config, lambda manifest: manifest["description"].update(estimator="another.Model"))
    with serving(config) as client:
        wait_until(lambda: compiled(client)["state"] == "off")
        assert "tells something else" in compiled(client)["reason"]
        assert client.get("/model").json()["estimator"] == "sklearn.ensemble._forest.RandomForestClassifier"
        assert predict(client, FLOWER)["result"] == 0


def test_one_that_was_changed_after_its_proof_is_found_by_verifying_and_never_used_again(
    trained: Callable[[str], Path], compiled_config: MakeConfig, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = compiled_config(model_path=trained("strict_categories"), shadow_sample_rate=1)
    assert build(config.model_path, config).reason is None
    change_manifest(config, lambda manifest: manifest["converted"]["last"].update(intercepts=[0.0]))
    monkeypatch.setattr("web_single.predictor.shadow_check.PAUSE_SECONDS", 0.0)
    with capture_logs() as logs, serving(config) as client:
        row = client.app.state.status_service.get_example().rows[0]  # type: ignore[attr-defined]
        right = client.app.state.status_service.get_example().results[0]  # type: ignore[attr-defined]
        assert predict(client, row)["result"] != right
        wait_until(lambda: compiled(client)["state"] == "refuted")
        assert predict(client, row)["result"] == right
        told = compiled(client)
    assert (told["verified"], told["differing"]) == (1, 1)
    assert [log["row"] for log in logs if log["event"] == "compiled_mismatch"] == [row]
    with serving(config) as client:
        assert compiled(client)["state"] == "refuted"
        assert str(right) in compiled(client)["reason"]
        assert predict(client, row)["result"] == right


def test_one_that_raises_is_turned_off_and_the_row_is_answered(example_config: MakeConfig) -> None:
    with serving(example_config()) as client:
        model = client.app.state.prediction_service._predictor.compiled  # type: ignore[attr-defined]
        model._evaluation._labels = []
        assert predict(client, FLOWER)["result"] == 0
        assert compiled(client)["state"] == "off"
        assert compiled(client)["reason"].startswith("It failed: IndexError")
        assert predict(client, FLOWER)["result"] == 0


@pytest.mark.parametrize("text", ["", "[]", '{"proof": null}'])
def test_a_manifest_that_cannot_be_read_counts_as_none(example_config: MakeConfig, text: str) -> None:
    config = example_config(app_env="prod")
    (folder_of(config) / "manifest.json").write_text(text)
    with capture_logs() as logs, serving(config) as client:
        assert predict(client, FLOWER)["result"] == 0
        assert compiled(client)["state"] == "not built"
    (log,) = [log for log in logs if log["event"] == "compiled_not_used"]
    assert log["log_level"] == "warning"
    assert log["reason"] == f"Run `web-single build {EXAMPLE / 'model.joblib'}`."


def test_files_that_cannot_be_read_leave_the_plain_way(example_config: MakeConfig) -> None:
    config = example_config()
    (folder_of(config) / "labels.onnx").write_bytes(b"no graph")
    with serving(config) as client:
        assert compiled(client)["state"] == "off"
        assert "cannot be loaded" in compiled(client)["reason"]
        assert predict(client, FLOWER)["result"] == 0


@pytest.mark.slow
def test_in_dev_it_is_built_while_the_plain_way_serves(compiled_config: MakeConfig) -> None:
    config = compiled_config(model_path=EXAMPLE / "model.joblib")
    with serving(config) as client:
        assert compiled(client)["state"] == "building"
        assert predict(client, FLOWER)["result"] == 0
        assert compiled(client)["answered"] == 0
        wait_until(lambda: compiled(client)["state"] != "building", 120)
        assert predict(client, FLOWER)["result"] == 0
        assert (compiled(client)["state"], compiled(client)["answered"]) == ("on", 1)
        assert sum(kind["rows"] for kind in compiled(client)["proof"]["kinds"].values()) >= 50_000


def test_a_share_of_one_looks_at_all_rows_and_a_share_of_none_at_no_row() -> None:
    assert ShadowChecker(None, None, share=1)._draw() == 0  # type: ignore[arg-type]
    draws = [ShadowChecker(None, None, share=0.01)._draw() for _ in range(2000)]  # type: ignore[arg-type]
    assert 80 < sum(draws) / len(draws) < 120
