"""Rows as JSON come in, and what the delivery in this folder answers goes out: its own predict, with no server near.

Runs on any Python and scikit-learn: in the environment that made the model it tells the truth,
in today's what would have happened.
"""

import json
import platform
import sys
import warnings

import joblib
import numpy
import sklearn

warnings.simplefilter("ignore")  # what a model says of its age goes unread in a log


def exactly(value):
    """Return a float with all its bits."""
    return value.hex() if isinstance(value, float) else value


def answer(rows):
    import model as delivered

    model = delivered.load_model()
    names = getattr(model, "feature_names_in_", None)

    def prepare(part):
        if names is None:
            return numpy.array(part, dtype=float)
        import pandas

        return pandas.DataFrame(part, columns=names)

    def predict(part):
        return [exactly(value) for value in delivered.predict(model, prepare(part)).tolist()]

    told = {"together": predict(rows), "alone": [predict([row])[0] for row in rows]}
    if hasattr(model, "predict_proba"):
        alone = [model.predict_proba(prepare([row])).tolist()[0] for row in rows]
        told["probabilities"] = [[exactly(value) for value in row] for row in alone]
    return told


def main():
    rows = json.load(sys.stdin)
    told = {
        "made_by": {
            "python": platform.python_version(),
            "scikit-learn": sklearn.__version__,
            "numpy": numpy.__version__,
            "joblib": joblib.__version__,
        }
    }
    try:
        told.update(answer(rows))
    except Exception as error:
        told["failed"] = f"{type(error).__name__}: {error}"
    json.dump(told, sys.stdout)


if __name__ == "__main__":
    sys.path.insert(0, ".")
    main()
