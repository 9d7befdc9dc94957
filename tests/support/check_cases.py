"""Small deliveries for the tests of `web-single check`: each has one fault, beside its mended twin."""

from dataclasses import dataclass, field
from importlib.metadata import version

from web_single.service.check.finding_types import Kind

SOUND = """
class Model:
    n_features_in_ = 2
    classes_ = ["low", "high"]

    def predict(self, X):
        return ["high" if a + b > 4 else "low" for a, b in X]


def load_model(path):
    return Model()
"""
PROBABLE = (
    SOUND
    + """

def high(a, b):
    return 1 / (1 + 2 ** max(-50, min(50, 4 - a - b)))


def predict_proba(model, X):
    return [[1 - high(a, b), high(a, b)] for a, b in X]
"""
)
OWN_PREDICT = "def load_model(path): return None\ndef predict(model, X): return "
IMPORTING = "import joblib\n" + SOUND
JOBLIB, NUMPY = (f"{name}=={version(name)}" for name in ("joblib", "numpy"))


@dataclass(frozen=True)
class Case:
    """A model.py with a fault and without it, and the files beside it."""

    faulty: str
    mended: str = SOUND
    files: dict[str, str] = field(default_factory=dict)
    mended_files: dict[str, str] = field(default_factory=dict)


CASES = {
    Kind.WRITES_ON_IMPORT: Case(
        SOUND + "\nimport pickle\npickle.dump(Model(), open('model.pkl', 'wb'))\n",
        SOUND + "\nimport pickle\nif __name__ == '__main__':\n    pickle.dump(Model(), open('model.pkl', 'wb'))\n",
    ),
    Kind.TRAINS_ON_IMPORT: Case(
        "class Trained:\n    def fit(self, X, y): return self\n"
        "try:\n    from sklearn.nowhere import SVC\nexcept ImportError:\n    SVC = Trained\n"
        "SVC().fit([[0], [1]], [0, 1])\n" + SOUND,
    ),
    Kind.NO_ENVIRONMENT: Case("import nothing_of_this_name\n" + SOUND),
    Kind.NOT_LOADED: Case("raise ValueError('out of order')\n" + SOUND),
    Kind.NOT_IN_REQUIREMENTS: Case(
        IMPORTING, IMPORTING, {"requirements.txt": NUMPY}, {"requirements.txt": f"# ours\n{JOBLIB}  # to load\n{NUMPY}"}
    ),
    Kind.NO_REQUIREMENTS: Case(IMPORTING, IMPORTING, {}, {"requirements.txt": JOBLIB}),
    Kind.NOT_PINNED: Case(IMPORTING, IMPORTING, {"requirements.txt": "Joblib >= 1\n"}, {"requirements.txt": JOBLIB}),
    Kind.PROCESS_ENDED: Case(
        SOUND.replace('["high" if', 'a_look(X) or ["high" if')
        + "\nimport os\ndef a_look(X): return any(a > 100 for a, b in X) and os._exit(7)\n",
    ),
    Kind.UNCLEAR: Case(
        OWN_PREDICT + "[row['a'] for row in X.to_dict('records')]",
        OWN_PREDICT + "[a + b for a, b in X]",
    ),
    Kind.NOT_DETERMINISTIC: Case(
        SOUND.replace("a + b > 4", "next(dice) % 2") + "\nimport itertools\ndice = itertools.count()\n",
    ),
    Kind.DEPENDS_ON_OTHER_ROWS: Case(
        SOUND.replace("a + b > 4", "a + b >= max(c + d for c, d in X)"),
    ),
    Kind.REFUSES_ITS_OWN_ROWS: Case(
        SOUND.replace("a + b > 4", "4 / (a - 7) + b > 4"),
        files={"example.json": "[[7, 1], [1, 7]]"},
        mended_files={"example.json": "[[7, 1], [1, 7]]"},
    ),
    Kind.REFUSES_A_MADE_UP_ROW: Case(SOUND.replace("a + b > 4", "a ** 0.5 > b ** 0.5"), SOUND),
    Kind.ANSWERS_WRONG_INPUT: Case(SOUND.replace("for a, b in X", "for a, b, *_ in X")),
    Kind.PROBABILITIES_BROKEN: Case(PROBABLE.replace("[1 - high", "[2 - high"), PROBABLE),
    Kind.PROBABILITIES_CONTRADICT: Case(
        PROBABLE.replace('"high" if', '"low" if').replace('else "low"', 'else "high"'), PROBABLE
    ),
    Kind.PROBABILITIES_DIFFER: Case(PROBABLE.replace("a + b > 4", "a + b > 6"), PROBABLE),
    Kind.MAY_WRITE_OR_TRAIN: Case(
        SOUND + "\nimport os, pickle\nif os.environ.get('TRAIN_NOW'):\n"
        "    pickle.dump(Model(), open('model.pkl', 'wb'))\n",
    ),
    Kind.EXAMPLE_NOT_USED: Case(
        SOUND, files={"example.json": "[[1, 2, 3]]"}, mended_files={"example.json": '{"instances": [[1, 2], [3, 4]]}'}
    ),
    Kind.ONE_ROW_A_CALL: Case(
        SOUND.replace("in X]", "in X[: 2 - len(X)]]"),
    ),
    Kind.ANY_LENGTH: Case(
        OWN_PREDICT + "[sum(row) for row in X]",
        OWN_PREDICT + "[a + b for a, b in X]",
    ),
    Kind.STRAY_FILES: Case(SOUND, files={"training.log": "epoch 1"}, mended_files={".training.log": "epoch 1"}),
}
