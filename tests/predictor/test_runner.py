"""The model's own process, as it loads every kind of delivery; started as the server starts it."""

import asyncio
import gc
import os
import py_compile
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import joblib
import pytest
from sklearn.linear_model import LinearRegression
from sklearn.multioutput import MultiOutputClassifier
from sklearn.tree import DecisionTreeClassifier

from web_single.errors import ModelCodeError, ModelFolderError
from web_single.model_folder.folder import fingerprint
from web_single.predictor.runner.process import RunnerProcess
from web_single.predictor.runner.wire_format import decode_rows, encode_rows

pytestmark = pytest.mark.anyio

X = [[0.0, 0.0], [1.0, 1.0], [2.0, 0.0], [3.0, 1.0]]
Y = [0, 1, 0, 1]


@asynccontextmanager
async def running(artifact: Path, load_timeout_seconds: float = 30) -> AsyncIterator[RunnerProcess]:
    python = Path(sys.executable)
    runner = await RunnerProcess.start(artifact, python=python, load_timeout_seconds=load_timeout_seconds, runners=1)
    try:
        yield runner
    finally:
        await runner.end()


async def ask(runner: RunnerProcess, rows: list[list[float]], *, probabilities: bool = False) -> dict[str, object]:
    head, block = encode_rows(rows)
    reply, _ = await runner.call(head | {"probabilities": probabilities}, block, timeout_seconds=30)
    return reply


@pytest.fixture
def save_model(tmp_path: Path) -> Callable[..., Path]:
    """Write a delivery: a model, and the code beside it."""

    def write(model: object, code: str | None = None) -> Path:
        joblib.dump(model, tmp_path / "model.joblib")
        if code is not None:
            (tmp_path / "model.py").write_text(code)
        return tmp_path / "model.joblib"

    return write


async def test_an_artifact_alone_is_served(save_model: Callable[..., Path]) -> None:
    async with running(save_model(DecisionTreeClassifier().fit(X, Y))) as runner:
        assert await ask(runner, X) == {"results": Y}
        assert runner.description["estimator"] == "sklearn.tree._classes.DecisionTreeClassifier"


async def test_the_delivered_functions_are_used_where_they_exist(save_model: Callable[..., Path]) -> None:
    code = """
import joblib
def load_model(path): return {"inner": joblib.load(path)}
def predict(model, X): return ["class %d" % label for label in model["inner"].predict(X)]
def predict_proba(model, X): return [[0.25, 0.75] for _ in X]
"""
    async with running(save_model(DecisionTreeClassifier().fit(X, Y), code)) as runner:
        assert await ask(runner, X[:2], probabilities=True) == {"results": ["class 0", "class 1"]}
        assert runner.description["probabilities"] is True


@pytest.mark.parametrize("method", ["fork", "spawn"])
async def test_a_pool_of_processes_can_end_its_workers(
    save_model: Callable[..., Path], method: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in [name for name in os.environ if name.startswith("COVERAGE")]:
        monkeypatch.delenv(name)  # its handler of SIGTERM can lock a process up that is ended while it starts
    code = f"""
import multiprocessing
def double(row): return 2 * float(row[0])
def predict(model, X):
    with multiprocessing.get_context("{method}").Pool(4) as pool:
        return pool.map(double, list(X))
"""
    async with running(save_model(DecisionTreeClassifier().fit(X, Y), code)) as runner:
        assert await ask(runner, X[1:3]) == {"results": [2.0, 4.0]}


async def test_the_signals_that_stop_a_server_are_left_to_it(save_model: Callable[..., Path]) -> None:
    code = """
import os, signal
def predict(model, X):
    os.kill(os.getpid(), signal.SIGTERM)
    os.kill(os.getpid(), signal.SIGINT)
    return [0 for _ in X]
"""
    async with running(save_model(DecisionTreeClassifier().fit(X, Y), code)) as runner:
        assert await ask(runner, X[:1]) == {"results": [0]}


async def test_a_class_that_was_pickled_by_the_script_is_found(save_model: Callable[..., Path], tmp_path: Path) -> None:
    code = """
import joblib
class Twice:
    def predict(self, X): return [float(2 * x[0]) for x in X]
if __name__ == "__main__":
    joblib.dump(Twice(), "model.joblib")
"""
    artifact = save_model(None, code)
    await asyncio.to_thread(subprocess.run, [sys.executable, "-B", "model.py"], cwd=tmp_path, check=True)
    async with running(artifact) as runner:
        assert await ask(runner, [[21.0]]) == {"results": [42.0]}


async def test_helpers_beside_it_are_imported_and_nothing_is_written(
    save_model: Callable[..., Path], tmp_path: Path
) -> None:
    (tmp_path / "signature.py").write_text("OFFSET = 10")  # a name that a module of the server has too
    (tmp_path / "offset.txt").write_text("5")
    code = """
import sys
import signature
OFFSET = signature.OFFSET + int(open("offset.txt").read())
def predict(model, X): return [OFFSET + len(sys.argv) for _ in X]
"""
    artifact = save_model(LinearRegression().fit(X, Y), code)
    before = fingerprint(tmp_path)
    assert not list(tmp_path.rglob("*.pyc"))
    async with running(artifact) as runner:
        assert await ask(runner, [[0.0, 0.0]]) == {"results": [16]}
    assert fingerprint(tmp_path) == before
    assert not list(tmp_path.rglob("*.pyc"))


async def test_bytecode_that_lies_in_the_delivery_is_not_run(save_model: Callable[..., Path], tmp_path: Path) -> None:
    helper, code = tmp_path / "helper.py", "import helper\ndef predict(model, X): return [helper.ANSWER for _ in X]"
    helper.write_text("ANSWER = 13")
    py_compile.compile(str(helper), invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH)
    helper.write_text("ANSWER = 42")
    py_compile.compile(str(helper), cfile=str(tmp_path / "compiled_only.pyc"))
    async with running(save_model(LinearRegression().fit(X, Y), code)) as runner:
        assert await ask(runner, [[0.0, 0.0]]) == {"results": [42]}
    with pytest.raises(ModelFolderError, match="No module named 'compiled_only'"):
        async with running(save_model(LinearRegression().fit(X, Y), "import compiled_only")):
            pass


async def test_its_training_does_not_run(save_model: Callable[..., Path]) -> None:
    code = "if __name__ == '__main__': raise SystemExit('training')\nassert __name__ == 'model'"
    async with running(save_model(DecisionTreeClassifier().fit(X, Y), code)) as runner:
        assert await ask(runner, X) == {"results": Y}


async def test_what_is_opened_by_its_number_is_no_write_into_the_delivery(save_model: Callable[..., Path]) -> None:
    code = "import os\nwith os.fdopen(os.open(os.devnull, os.O_WRONLY), 'w') as nowhere:\n    nowhere.write('x')\n"
    async with running(save_model(DecisionTreeClassifier().fit(X, Y), code)) as runner:
        assert await ask(runner, X) == {"results": Y}


@pytest.mark.parametrize(
    ("code", "told"),
    [
        ("def predict(model, X:", "SyntaxError"),
        ("import nowhere_to_be_found", "ModuleNotFoundError: No module named 'nowhere_to_be_found'"),
        ("raise SystemExit(3)", r"model.py ends the process when it is loaded \(exit code 3\)"),
        ("def load_model(path): pass", "load_model in model.py returns None"),
        ("import os; os._exit(7)", "ended while it loaded .*: exit code 7"),
        ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", "ended while it loaded .*: killed by SIGKILL"),
        ("def load_model(path): return open('other')", "FileNotFoundError"),
        ("open('model.log', 'a')", "model.py would write model.log into the delivery while it is loaded"),
        ("from pathlib import Path; Path('cache').mkdir()", "model.py would write cache into the delivery"),
        ("import os; os.remove('model.joblib')", "model.py would write model.joblib into the delivery"),
        (
            "def predict(model, X, threshold): return X",
            r"has predict\(model, X, threshold\); .* Give threshold a default",
        ),
    ],
)
async def test_what_cannot_be_loaded_is_told_in_a_sentence(
    save_model: Callable[..., Path], code: str, told: str
) -> None:
    with pytest.raises(ModelFolderError, match=told):
        async with running(save_model(LinearRegression().fit(X, Y), code)):
            pass


async def test_an_import_without_end_is_ended(save_model: Callable[..., Path]) -> None:
    with pytest.raises(ModelFolderError, match=r"did not load in 0\.5 seconds"):
        async with running(save_model(None, "while True: pass"), load_timeout_seconds=0.5):
            pass


@pytest.mark.parametrize("content", [b"", b"<!DOCTYPE html>"])
async def test_a_broken_artifact_is_told_in_a_sentence(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "model.joblib").write_bytes(content)
    with pytest.raises(ModelFolderError, match=r"model\.joblib cannot be loaded: "):
        async with running(tmp_path / "model.joblib"):
            pass


async def test_a_model_of_several_outputs_answers_lists(save_model: Callable[..., Path]) -> None:
    model = MultiOutputClassifier(DecisionTreeClassifier()).fit(X, [[y, 1 - y] for y in Y])
    async with running(save_model(model)) as runner:
        assert await ask(runner, X[:2]) == {"results": [[0, 1], [1, 0]]}
        assert runner.description["classes"] is None
        assert runner.description["probabilities"] is False


async def test_a_predict_that_changes_its_rows_does_not_change_those_of_predict_proba(
    save_model: Callable[..., Path],
) -> None:
    code = """
def predict(model, X):
    X *= 0
    return X[:, 0]
def predict_proba(model, X): return X
"""
    async with running(save_model(DecisionTreeClassifier().fit(X, Y), code)) as runner:
        head, rows = encode_rows([[1, 2], [3, 4]])
        reply, block = await runner.call(head | {"probabilities": True}, rows, timeout_seconds=30)
    assert reply == {"results": [0, 0]}
    assert decode_rows(block, rows=2) == [[1, 2], [3, 4]]


@pytest.mark.parametrize("answer", ["chr(0xD800)", "__import__('sys').exit(1)", "1 / 0", "{1}"])
async def test_whatever_the_delivered_predict_does_wrong_is_told_and_survived(
    save_model: Callable[..., Path], answer: str
) -> None:
    code = f"def predict(model, X): return [{answer} if row[0] else 'fine' for row in X]"
    async with running(save_model(None, code)) as runner:
        assert (await ask(runner, [[0.0], [1.0], [0.0]]))["row"] == 1
        assert await ask(runner, [[0.0]]) == {"results": ["fine"]}


async def test_an_exception_that_cannot_say_what_it_is_is_survived(save_model: Callable[..., Path]) -> None:
    code = """
class Mute(Exception):
    def __str__(self): raise RuntimeError
def predict(model, X): raise Mute
"""
    async with running(save_model(None, code)) as runner:
        assert (await ask(runner, [[1.0]]))["raised"]["type"] == "Mute"  # type: ignore[index]


async def test_a_process_that_cannot_be_started_is_told_in_a_sentence(
    plain: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    with pytest.raises(ModelFolderError, match=r"process cannot be started: .*/nowhere/python"):
        async with running(plain):
            pass


async def test_rows_of_probabilities_must_be_alike(save_model: Callable[..., Path]) -> None:
    code = "def predict_proba(model, X): return [[1.0] * (1 + i) for i in range(len(X))]"
    async with running(save_model(DecisionTreeClassifier().fit(X, Y), code)) as runner:
        reply = await ask(runner, X, probabilities=True)
        assert reply["raised"]["message"] == "predict_proba must answer as many values for each row"  # type: ignore[index]


async def test_probabilities_that_are_not_finite_are_told(save_model: Callable[..., Path]) -> None:
    code = "def predict_proba(model, X): return [[float('nan')] for _ in X]"
    async with running(save_model(DecisionTreeClassifier().fit(X, Y), code)) as runner:
        assert await ask(runner, X, probabilities=True) == {"not_finite": 0}


@pytest.mark.parametrize(
    ("result", "told"),
    [
        ("functools.reduce(lambda inner, _: [inner], range(101), 1)", "at most 100 lists in each other"),
        ("(lambda ring: ring.append(ring) or ring)([])", "at most 100 lists in each other"),
        ("10**5000", "Exceeds the limit"),
        ("{1, 2}", "a result may be what JSON has, not set"),
        ("'\\ud800'", "surrogates not allowed"),
    ],
)
async def test_a_result_that_cannot_be_kept_is_the_models_fault(
    save_model: Callable[..., Path], result: str, told: str
) -> None:
    code = f"import functools\ndef predict(model, X): return [{result} if row[0] == 99 else 0 for row in X]"
    async with running(save_model(None, code)) as runner:
        assert told in (await ask(runner, [[99.0]]))["raised"]["message"]  # type: ignore[index]


async def test_a_model_whose_every_result_cannot_be_kept_is_refused_when_it_is_loaded(
    save_model: Callable[..., Path],
) -> None:
    with pytest.raises(ModelFolderError, match=r"cannot be served\. The model's answers cannot be kept: .*, not set"):
        async with running(save_model(None, "def predict(model, X): return [{1} for _ in X]")):
            pass


async def test_an_exception_that_no_single_row_causes_names_none(save_model: Callable[..., Path]) -> None:
    code = "def predict(model, X): return [1 / (4 - len(X)) for _ in X]"
    async with running(save_model(LinearRegression().fit(X, Y), code)) as runner:
        reply = await ask(runner, X)
    assert reply["row"] is None
    assert ModelCodeError("id", {}, row=None).message.startswith("The model's own code failed on this input")


async def test_the_kernel_takes_it_before_the_server_when_memory_is_short(plain: Path) -> None:
    async with running(plain) as runner:
        score = Path(f"/proc/{runner.pid}/oom_score_adj")
        assert await asyncio.to_thread(score.read_text) == "500\n"


async def test_modules_are_imported_without_a_look_for_garbage_which_is_looked_for_afterwards(
    save_model: Callable[..., Path],
) -> None:
    code = """
import gc
AT_IMPORT = gc.get_threshold()[0]
def predict(model, X): return [[AT_IMPORT, gc.get_threshold()[0], gc.isenabled()] for _ in X]
"""
    usual = gc.get_threshold()[0]
    async with running(save_model(None, code)) as runner:
        assert await ask(runner, [[0.0]]) == {"results": [[1_000_000, usual, True]]}


async def test_what_the_delivered_code_says_of_garbage_holds(save_model: Callable[..., Path]) -> None:
    code = """
import gc
gc.disable()
gc.set_threshold(123)
def predict(model, X): return [[gc.get_threshold()[0], gc.isenabled()] for _ in X]
"""
    async with running(save_model(None, code)) as runner:
        assert await ask(runner, [[0.0]]) == {"results": [[123, False]]}
