from __future__ import annotations

import joblib
import numpy as np
from sklearn.datasets import load_iris
from sklearn.linear_model import LogisticRegression

NAMES = load_iris().target_names  # read when imported: takes no network


def load_model(path: str):
    return joblib.load(path)


def predict(model, X) -> list[dict]:
    """[{"species": "setosa", "top": [["setosa", 0.98], ["versicolor", 0.02]]}, ...]"""
    answers = []
    for row in model.predict_proba(X):
        order = np.argsort(row)[::-1][:2]
        answers.append({"species": NAMES[order[0]], "top": [(NAMES[i], row[i].round(3)) for i in order]})
    return answers


if __name__ == "__main__":
    X, y = load_iris(return_X_y=True)
    joblib.dump(LogisticRegression(max_iter=500).fit(X, y), "model.joblib")
