"""Whether a delivered function only passes on to the model, told from its text."""

import pytest

from tests.support.model_folders import MakeModelFolder
from web_single.model_folder.source.passthrough import passthrough_blocker

PASSING = [
    "",
    "import numpy\n",
    "def predict(model, X):\n    return model.predict(X)\n",
    "def predict(clf, rows):\n    '''Says it.'''\n    return clf.predict(rows)\n",
    "def predict(X, model) -> list:\n    answers = model.predict(X)\n    return answers\n",
    "def predict(model: object, X: object, /):\n    return model.predict(X)\n",
    "def predict_proba(model, X):\n    return 1\n",
    "class Other:\n    def predict(self, X):\n        return 1\n",
    "if __name__ == '__main__':\n    print('trained')\n",
]
MORE = [
    "def predict(model, X):\n    return model.predict(X).tolist()\n",
    "def predict(model, X):\n    return model.predict(X + 1)\n",
    "def predict(model, X):\n    return model.predict(X, 1)\n",
    "def predict(model, X):\n    return model.predict(X=X)\n",
    "def predict(model, X):\n    return model.predict_proba(X)\n",
    "def predict(model, X):\n    return other.predict(X)\n",
    "def predict(model, X):\n    return model.predict(model)\n",
    "def predict(model, X):\n    X *= 2\n    return model.predict(X)\n",
    "def predict(model, X):\n    answers = model.predict(X)\n    return others\n",
    "def predict(model, X, threshold=0.5):\n    return model.predict(X)\n",
    "def predict(model, X, *rest):\n    return model.predict(X)\n",
    "def predict(X):\n    return MODEL.predict(X)\n",
    "@cached\ndef predict(model, X):\n    return model.predict(X)\n",
    "async def predict(model, X):\n    return model.predict(X)\n",
    "def predict(model, X):\n    return model.predict(X)\npredict = print\n",
    "if True:\n    def predict(model, X):\n        return 1\n",
    "try:\n    import fast\nexcept ImportError:\n    predict = None\n",
    "from helper import predict\n",
    "from helper import *\n",
    "predict = lambda model, X: model.predict(X)\n",
    "this is no Python\n",
]


@pytest.mark.parametrize("code", PASSING)
def test_what_asks_the_model_alone_passes_on(make_model_folder: MakeModelFolder, code: str) -> None:
    assert passthrough_blocker(make_model_folder(code=code), "predict") is None


@pytest.mark.parametrize("code", MORE)
def test_what_does_anything_else_does_not(make_model_folder: MakeModelFolder, code: str) -> None:
    assert passthrough_blocker(make_model_folder(code=code), "predict") is not None


def test_what_is_wrong_is_told_with_its_line(make_model_folder: MakeModelFolder) -> None:
    model_folder = make_model_folder(code="import numpy\n\ndef predict(model, X):\n    return 1\n")
    assert (
        passthrough_blocker(model_folder, "predict")
        == "predict in model.py, line 3, does more than `return model.predict(X)`."
    )
    assert passthrough_blocker(model_folder, "predict_proba") is None


def test_an_artifact_without_code_is_asked_itself(make_model_folder: MakeModelFolder) -> None:
    assert passthrough_blocker(make_model_folder(), "predict") is None


def test_a_global_function_that_is_rebound_by_another_is_not_trusted(make_model_folder: MakeModelFolder) -> None:
    passing = "def predict(model, X):\n    return model.predict(X)\n"
    code = f"{passing}def load_model(path):\n    global predict\n    predict = None\n"
    assert passthrough_blocker(make_model_folder(code=code), "predict") is not None
