"""Whether importing model.py would train or write a model, told from its text."""

import sys
from collections.abc import Callable
from pathlib import Path
from textwrap import dedent

import pytest
from structlog.testing import capture_logs

from tests.support.model_folders import EXAMPLE, STYLES
from web_single.config import Config
from web_single.errors import ModelFolderError
from web_single.model_folder.folder import ModelFolder
from web_single.model_folder.preflight import open_model_folder
from web_single.model_folder.source.findings import Effect, Finding
from web_single.model_folder.source.import_effects import reject_import_effects, what_importing_does

Find = Callable[..., list[Finding]]

# What data scientists write above the code of each test.
HEAD = """\
import joblib, pickle, os, sys, io
from sklearn.svm import SVC
from sklearn.model_selection import cross_val_score
X, y = [[0], [1]], [0, 1]

def save(model):
    joblib.dump(model, "model.joblib")

def main():
    model = SVC().fit(X, y)
    save(model)

class Trainer:
    def __init__(self, path="model.joblib"):
        self.path = path

    def run(self):
        self.store(SVC().fit(X, y))

    def store(self, model):
        with open(self.path, "wb") as file:
            pickle.dump(model, file)

"""


@pytest.fixture
def model_folder(tmp_path: Path) -> Path:
    (tmp_path / "delivery").mkdir()
    (tmp_path / "delivery/model.joblib").write_bytes(b"any")
    return tmp_path / "delivery"


@pytest.fixture
def find(model_folder: Path) -> Find:
    """Return what is found in a model.py, with helpers beside it by their names."""

    def find_in(code: str, **helpers: str) -> list[Finding]:
        for name, text in {"model": code, **helpers}.items():
            path = model_folder / f"{name}.py"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(dedent(text))
        return what_importing_does(ModelFolder.open(model_folder))

    return find_in


def surely(findings: list[Finding]) -> set[Effect]:
    return {finding.kind for finding in findings if finding.sure}


WRITES = {
    "a flat script": "joblib.dump(SVC(), 'model.joblib')",
    "a function": "main()",
    "a function of another name": "train = main\ntrain()",
    "a library's function of another name": "from joblib import dump as keep\nkeep(1, 'x')",
    "a library's function in a variable": "keep = joblib.dump\nkeep(1, 'x')",
    "an import within a function": "def f():\n    import dill\n    dill.dump(1, open('x', 'wb'))\nf()",
    "an import with a substitute": "try:\n    import dill as p\nexcept ImportError:\n    import pickle as p\np.dump(1, open('x', 'wb'))",  # noqa: E501
    "a pickler": "pickle.Pickler(open('x', 'wb')).dump(1)",
    "bytes of a path": "from pathlib import Path\nPath('x').write_bytes(pickle.dumps(1))",
    "bytes of a file": "with open('x', 'wb') as f:\n    f.write(pickle.dumps(1))",
    "pandas": "import pandas as pd\npd.DataFrame().to_pickle('x')",
    "a booster": "import xgboost\nmodel = xgboost.XGBClassifier()\nmodel.save_model('x.json')",
    "skops": "import skops.io as sio\nsio.dump(1, 'x')",
    "cloudpickle": "import cloudpickle\ncloudpickle.dump(1, open('x', 'wb'))",
    "a method of an object": "trainer = Trainer()\ntrainer.run()",
    "a method of an object at once": "Trainer().run()",
    "an inherited method": "class Special(Trainer):\n    pass\nSpecial().run()",
    "a constructor": "class T:\n    def __init__(self):\n        main()\nT()",
    "a static method": "class T:\n    @staticmethod\n    def go():\n        main()\nT.go()",
    "a class method": "class T:\n    @classmethod\n    def go(cls):\n        cls().end()\n    def end(self):\n        main()\nT.go()",  # noqa: E501
    "a call of an object": "class T:\n    def __call__(self):\n        main()\nT()()",
    "the body of a class": "class T:\n    main()",
    "a function in a function": "def outer():\n    def inner():\n        main()\n    inner()\nouter()",
    "an argument": "print(main())",
    "a default": "def f(model=main()):\n    pass",
    "a decorator": "def at_once(f):\n    main()\n    return f\n@at_once\ndef g():\n    pass",
    "a loop": "for name in ['a', 'b']:\n    joblib.dump(1, name)",
    "a comprehension": "[joblib.dump(1, name) for name in 'ab']",
    "a block": "with open('x') as f:\n    main()",
    "what is tried": "try:\n    main()\nexcept Exception:\n    print('no')",
    "in the end": "try:\n    print(1)\nfinally:\n    main()",
    "the wrong guard": "if __name__ != '__main__':\n    main()",
    "beside the guard": "if __name__ == '__main__':\n    print(1)\nelse:\n    main()",
    "behind the guard": "if __name__ == '__main__':\n    print(1)\nmain()",
    "a switch that is on": "TRAIN = True\nif TRAIN:\n    main()",
    "a condition that always holds": "while True:\n    main()\n    break",
    "behind a condition that raises": "def f():\n    if not X:\n        raise ValueError\n    main()\nf()",
    "the wrong guard in a list": "if __name__ not in ('__main__',):\n    main()",
    "behind a loop that is left": "for x in X:\n    break\nmain()",
    "beside an endless circle": "a = b\nb = a\na.dump()\nmain()",
    "a circle": "def f(n):\n    save(1)\n    if n:\n        f(n - 1)\nf(3)",
}
TRAINS = {
    "a flat script": "model = SVC()\nmodel.fit(X, y)",
    "a helper of the model": "encoder = SVC().fit_transform(X)",
    "cross validation": "print(cross_val_score(SVC(), X, y))",
    "a booster": "import lightgbm as lgb\nlgb.train({}, None)",
}
MAYBE = {
    "a missing file": "if not os.path.exists('model.joblib'):\n    main()",
    "a command line": "if len(sys.argv) > 1 and sys.argv[1] == 'train':\n    main()",
    "a short cut": "os.path.exists('model.joblib') or main()",
    "what could not be loaded": "try:\n    joblib.load('model.joblib')\nexcept FileNotFoundError:\n    main()",
    "a choice": "model = main() if X else None",
    "a case": "match sys.argv:\n    case [_, 'train']:\n        main()",
    "behind a condition that returns": "def f():\n    if os.path.exists('x'):\n        return\n    main()\nf()",
    "behind a condition that ends a loop": "for x in X:\n    if x:\n        continue\n    main()",
    "a generator": "def f():\n    main()\n    yield\nf()",
    "a coroutine": "async def f():\n    main()\nf()",
    "an expression that is made later": "models = (main() for x in X)",
    "what is selected": "[main() for x in X if x]",
}
NOTHING = {
    "the guard": "if __name__ == '__main__':\n    main()",
    "the guard, reversed": "if '__main__' == __name__:\n    main()",
    "the guard in a list": "if __name__ in ('__main__', '__mp_main__'):\n    main()",
    "the guard, negated": "if not __name__ != '__main__':\n    main()",
    "the guard and more": "if __name__ == '__main__' and len(sys.argv) > 1:\n    main()",
    "more and the guard": "if len(sys.argv) > 1 and __name__ == '__main__':\n    main()",
    "the guard as an expression": "__name__ == '__main__' and main()",
    "the guard as a choice": "main() if __name__ == '__main__' else None",
    "the guard with a name": "IS_SCRIPT = __name__ == '__main__'\nif IS_SCRIPT:\n    main()",
    "the guard within a function": "def f():\n    if __name__ == '__main__':\n        main()\nf()",
    "the guard that returns": "def f():\n    if __name__ != '__main__':\n        return\n    main()\nf()",
    "beside the other guard": "if __name__ != '__main__':\n    print(1)\nelse:\n    main()",
    "a switch that is off": "TRAIN = False\nif TRAIN:\n    main()",
    "types": "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    main()",
    "behind the end": "if __name__ == '__main__':\n    main()\nelse:\n    sys.exit()\nmain",
    "functions that nobody calls": "def train():\n    main()\nwork = lambda: main()",
    "ordinary code": """
        import json, logging
        import numpy as np
        from sklearn.datasets import load_iris
        try:
            import ujson
        except ImportError:
            ujson = None
        logging.basicConfig(level=logging.INFO)
        CONFIG = json.loads('{}')
        iris = load_iris()
        with open(__file__) as file:
            LINES = file.readlines()
        NAMES = {name: i for i, name in enumerate(iris.feature_names)}
        model = joblib.load('model.joblib')
    """,
    "json": "import json\njson.dump({}, open('x.json', 'w'))",
    "text": "with open('x', 'w') as f:\n    f.write('x')",
    "a dump into memory": "buffer = io.BytesIO()\npickle.dump(1, buffer)\njoblib.dump(1, io.BytesIO())",
    "a pickle in memory": "data = pickle.dumps(1)\nio.BytesIO().write(pickle.dumps(1))",
    "an argument of that name": "def f(joblib):\n    joblib.dump(1)\nf(print)",
    "another function of that name": "def dump(*_):\n    pass\ndump(1, 'x')",
    "own methods of that name": "class T:\n    def save_model(self):\n        pass\nT().save_model()",
    "a name that means either of two things": "if X:\n    t = object()\nelse:\n    t = Trainer()\nt.run()",
    "an endless circle": "a = b\nb = a\na.dump()\ndef f():\n    f()\nf()\nclass A(A):\n    pass\nA().run()",
}


@pytest.mark.parametrize("code", WRITES.values(), ids=WRITES)
def test_a_write_of_a_model_is_found(find: Find, code: str) -> None:
    assert Effect.WRITES in surely(find(HEAD + dedent(code)))


@pytest.mark.parametrize("code", TRAINS.values(), ids=TRAINS)
def test_training_is_found_and_is_no_write(find: Find, code: str) -> None:
    assert surely(find(HEAD + dedent(code))) == {Effect.TRAINS}


@pytest.mark.parametrize("code", MAYBE.values(), ids=MAYBE)
def test_what_depends_is_found_and_not_sure(find: Find, code: str) -> None:
    findings = find(HEAD + dedent(code))
    assert (surely(findings), {finding.kind for finding in findings}) == (set(), {Effect.WRITES, Effect.TRAINS})


@pytest.mark.parametrize("code", NOTHING.values(), ids=NOTHING)
def test_nothing_is_found_in_what_neither_trains_nor_writes(find: Find, code: str) -> None:
    assert find(HEAD + dedent(code)) == []


@pytest.mark.parametrize("folder", [EXAMPLE, *sorted(STYLES.iterdir())], ids=lambda folder: folder.name)
def test_nothing_is_found_in_deliveries_that_are_served(find: Find, folder: Path) -> None:
    assert find((folder / "model.py").read_text()) == []


HELPERS = {
    "imported": ("import helpers", "main()"),
    "called": ("import helpers as h\nh.go()", "def go():\n    main()"),
    "named": ("from helpers import go\ngo()", "def go():\n    main()"),
    "starred": ("from helpers import *\ngo()", "def go():\n    main()"),
    "a class": ("from helpers import T\nT()", "class T:\n    def __init__(self):\n        main()"),
    "guarded by another name": ("import helpers", "if __name__ == 'helpers':\n    main()"),
    "in a circle": ("import helpers", "import model\nmain()"),
}


@pytest.mark.parametrize(("code", "helper"), HELPERS.values(), ids=HELPERS)
def test_helpers_beside_it_are_followed(find: Find, code: str, helper: str) -> None:
    assert surely(find(code, helpers=HEAD + helper)) == {Effect.WRITES, Effect.TRAINS}


@pytest.mark.parametrize(
    "code", ["import tools.training", "from tools import training", "from tools.training import main"]
)
def test_packages_beside_it_are_followed(find: Find, code: str) -> None:
    training = "from .saving import save\nsave()"
    found = find(code, **{"tools/__init__": "", "tools/training": training, "tools/saving": SAVING})
    assert [finding.path for finding in found if finding.sure] == [
        f"line 1 {code} -> tools/training.py line 2 save() -> tools/saving.py line 3 joblib.dump(...)"
    ]


SAVING = "import joblib\ndef save():\n    joblib.dump(1, 'x')\n"


def test_what_lies_above_a_package_is_followed(find: Find) -> None:
    training = "from ..saving import save\nsave()"
    found = find("import tools.deep.training", **{"tools/deep/training": training, "tools/saving": SAVING})
    assert surely(found) == {Effect.WRITES}


def test_a_helper_that_is_not_imported_is_not_looked_at(find: Find) -> None:
    assert find("def train():\n    import helpers\n", helpers=HEAD + "main()") == []


def test_the_refusal_tells_the_line_the_chain_of_calls_and_what_to_do(find: Find, model_folder: Path) -> None:
    find(HEAD + "main()\n")
    line = HEAD.count("\n") + 1
    with pytest.raises(ModelFolderError) as caught:
        reject_import_effects(ModelFolder.open(model_folder))
    assert caught.value.message == (
        f"model.py would write a model when it is imported: line {line} main() -> line 11 save(...) -> "
        f'line 7 joblib.dump(...). Put line {line} under `if __name__ == "__main__":`.'
    )


def test_the_refusal_tells_all_lines_that_belong_under_a_guard(find: Find, model_folder: Path) -> None:
    find(HEAD + "model = SVC()\nmodel.fit(X, y)\nsave(model)\nimport helpers\n", helpers=HEAD + "main()\n")
    line = HEAD.count("\n") + 1
    with pytest.raises(
        ModelFolderError, match=rf" Put lines {line + 1} and {line + 2} and line {line} of helpers.py under "
    ):
        reject_import_effects(ModelFolder.open(model_folder))
    find(HEAD + "if X:\n    main()\nmain()\n")
    with pytest.raises(ModelFolderError, match=rf" Put line {line + 2} under "):
        reject_import_effects(ModelFolder.open(model_folder))
    find(HEAD + "main()\n" * 9)
    told = f"Put lines {line}, {line + 1}, {line + 2}, {line + 3} and {line + 4} and others under"
    with pytest.raises(ModelFolderError, match=told):
        reject_import_effects(ModelFolder.open(model_folder))


def test_a_long_call_is_told_short(find: Find) -> None:
    (finding,) = find("import joblib\n(joblib, 'a long way to name a thing', 'and even longer')[0].save_model(1)\n")
    assert finding.line == 2
    assert len(finding.path) < 80


def test_training_is_told_when_the_delivery_is_received_and_does_not_stop_it(find: Find, model_folder: Path) -> None:
    find(HEAD + "model = SVC().fit(X, y)\n")
    with capture_logs() as logs:
        open_model_folder(Config(model_path=model_folder))
    (told,) = [log["reason"] for log in logs if log["event"] == "import_trains"]
    line = HEAD.count("\n") + 1
    assert told.startswith(
        f"model.py would train when it is imported: line {line} SVC().fit(...). Put line {line} under "
    )


def test_training_on_a_condition_is_not_worth_a_line_of_the_log(find: Find, model_folder: Path) -> None:
    find(HEAD + "if X:\n    main()\n")
    with capture_logs() as logs:
        open_model_folder(Config(model_path=model_folder))
    assert logs == []


@pytest.mark.parametrize(
    "content", [b"def f(:\n    joblib.dump(", b"print 'Python 2'", b"\0", b"\xff\xfe", b"# coding: x\n"]
)
def test_what_this_python_cannot_parse_is_left_to_the_runner(model_folder: Path, content: bytes) -> None:
    (model_folder / "model.py").write_bytes(content)
    assert what_importing_does(ModelFolder.open(model_folder)) == []


def test_an_artifact_alone_does_nothing(model_folder: Path) -> None:
    assert what_importing_does(ModelFolder.open(model_folder)) == []


def test_code_nested_deeper_than_this_python_can_follow_is_left_to_the_runner(find: Find) -> None:
    chain = ".f()" * (sys.getrecursionlimit() // 2)
    assert find(f"import joblib\njoblib.dump(1, 'x')\njoblib{chain}\n") == []


def test_a_source_of_many_calls_of_calls_is_followed_once(find: Find) -> None:
    functions = "\n".join(f"def f{n}():\n    f{n + 1}()\n    f{n + 1}()\n" for n in range(30))
    assert surely(find(HEAD + functions + "\ndef f30():\n    main()\nf0()\n")) == {Effect.WRITES, Effect.TRAINS}
